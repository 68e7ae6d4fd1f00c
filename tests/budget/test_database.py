"""The way to PostgreSQL: nobody waits for ever."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from budget.database import close_pool, execute, fetch, open_pool, transaction


@pytest.fixture
async def _taken(database: str) -> AsyncIterator[None]:
    """A pool of one connection, which another task holds."""
    await close_pool()
    await open_pool(database, size=1, wait_s=0.05)
    held, done = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with transaction():
            held.set()
            await done.wait()

    holding = asyncio.create_task(hold())
    await held.wait()
    yield
    done.set()
    await holding
    # Whoever waited in vain has left nothing behind: the connection is to be had again.
    assert len(await fetch("select 1")) == 1


async def _in_a_transaction() -> None:
    async with transaction():
        pass


@pytest.mark.timeout(30)
@pytest.mark.usefixtures("_taken")
@pytest.mark.parametrize(
    "ask", [lambda: fetch("select 1"), lambda: execute("select 1"), _in_a_transaction]
)
async def test_whoever_finds_every_connection_taken_is_told_so(ask: object) -> None:
    """After a while, by a TimeoutError: api/problems.py makes a 503 of it."""
    assert callable(ask)
    with pytest.raises(TimeoutError):
        await ask()


_LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


@pytest.mark.usefixtures("database")
async def test_no_statement_lock_or_idle_transaction_lasts_for_ever() -> None:
    """Each has an end, the wait for a lock the earliest: who waits can say so and be told."""
    [row] = await fetch(f"select {', '.join(f'{_ms(name)} as {name}' for name in _LIMITS)}")
    assert 0 < row["lock_timeout"] < row["statement_timeout"]
    assert row["idle_in_transaction_session_timeout"] > 0


async def test_a_long_transaction_leaves_no_longer_limit_behind(database: str) -> None:
    """The next one on its connection has the usual again."""
    await close_pool()
    await open_pool(database, size=1)
    usual = await fetch(f"select {_ms('statement_timeout')} as ms")
    async with transaction(statement_s=600):
        [row] = await fetch(f"select {_ms('statement_timeout')} as ms")
        assert row["ms"] == 600_000
    assert await fetch(f"select {_ms('statement_timeout')} as ms") == usual


def _ms(name: str) -> str:
    return f"extract(epoch from current_setting('{name}')::interval)::int * 1000"
