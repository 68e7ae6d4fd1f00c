"""What the service does by itself, for as long as it runs."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from functools import partial

import asyncpg
import pytest

from budget.database import fetch_one
from budget.sums import fold
from logistics.clock import clock
from logistics.clock.clock import ticking
from tests.budget.test_sums import count

ONE = ("issued", 1, 7, date(2018, 4, 2), "04K", "BED01", "reusable", "D1")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times as fast: nobody waits for what a clock does."""
    monkeypatch.setattr(clock, "FOLD_EVERY", timedelta(seconds=0.2))


@pytest.fixture
async def owner(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Whoever may do anything to the database."""
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def test_the_clock_folds_what_comes_and_makes_the_months_ahead(
    owner: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    """At once, and again and again."""
    today = datetime.now(UTC).date()
    lacking = f"postings_{today.year + 1}_{today.month:02d}"
    await owner.execute(f"drop table {lacking}")
    async with ticking():
        for _ in range(3):
            await count([ONE])
            await _until("not exists (select from unfolded_tallies)")
        await _until(f"to_regclass('{lacking}') is not null")


async def test_a_failing_job_is_logged_once_and_tried_until_it_works_again(
    owner: "asyncpg.Connection[asyncpg.Record]", caplog: pytest.LogCaptureFixture
) -> None:
    """A database that is away for an hour is not 1,800 lines of it."""
    await count([ONE])
    await owner.execute("alter table unfolded_tallies rename to away")
    with caplog.at_level(logging.WARNING):
        async with ticking():
            await asyncio.sleep(1)
            assert _said(caplog) == ["The clock's fold failed"]
            await owner.execute("alter table away rename to unfolded_tallies")
            await _until("not exists (select from unfolded_tallies)")
    assert _said(caplog) == ["The clock's fold failed", "The clock's fold works again"]


async def test_a_job_under_way_comes_to_its_end_before_the_clock_does(
    owner: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    """The pool is closed after that: nothing is left to be cut off."""
    await count([ONE])
    leaving = asyncio.Event()

    async def run() -> None:
        async with ticking():
            await _until("exists (select from pg_locks where not granted)")
            leaving.set()

    async with owner.transaction():
        await owner.execute("lock table tally_sums in exclusive mode")
        service = asyncio.create_task(run())
        await leaving.wait()
        await asyncio.sleep(0.3)
        assert not service.done()
    await service
    assert await owner.fetchval("select count(*) from unfolded_tallies") == 0
    assert await owner.fetchval("select count(*) from tally_sums") > 0


async def test_the_clock_ends_after_what_is_in_hand_and_not_the_whole_backlog(
    owner: "asyncpg.Connection[asyncpg.Record]", monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that is stopped does not first fold what a year of scans left to it."""
    monkeypatch.setattr(clock, "fold", partial(fold, at_once=1))
    for _ in range(5):
        await count([ONE])
    leaving = asyncio.Event()

    async def run() -> None:
        async with ticking():
            await _until("exists (select from pg_locks where not granted)")
            leaving.set()

    async with owner.transaction():
        await owner.execute("lock table tally_sums in exclusive mode")
        service = asyncio.create_task(run())
        await leaving.wait()
        await asyncio.sleep(0.3)
    await service
    assert await owner.fetchval("select count(*) from unfolded_tallies") == 4
    async with ticking():
        await _until("not exists (select from unfolded_tallies)")


def _said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage().partition(" (")[0] for record in caplog.records]


async def _until(condition: str) -> None:
    """Wait for what the clock is to bring about."""
    for _ in range(100):
        row = await fetch_one(f"select {condition} as met")
        if row is not None and row["met"]:
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"it was never so: {condition}")
