"""A store that was kept before movements were partitioned: it is brought over whole."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final
from uuid import uuid4

import asyncpg
import pytest
from piccolo.apps.migrations.commands.base import MigrationResult
from piccolo.apps.migrations.commands.forwards import run_forwards

from budget.database import migrate
from scripts.postgres import NAME, EmbeddedPostgres
from scripts.verify import verify

_STORE: Final = Path(__file__).with_name("store_before_months.sql")
# The last migration of each room with which that store was kept.
_UP_TO: Final = {
    "budget": "2026-11-22T02:27:18:865345",
    "equipment": "2026-11-22T03:57:30:174673",
}


@pytest.fixture
async def before(postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Yield a database as it was then, with a store in which everything had happened."""
    name = f"before_{uuid4().hex}"
    server = await asyncpg.connect(postgres.dsn)
    await server.execute(f"create database {name}")
    dsn = postgres.dsn.replace(f"@/{NAME}?", f"@/{name}?")
    with monkeypatch.context() as then:
        then.setattr("budget.database.run_forwards", _run_up_to_then)
        await migrate(dsn)
    store = await asyncpg.connect(dsn)
    await store.execute("set session_replication_role = replica; truncate settings")
    await store.execute(_STORE.read_text(encoding="utf-8"))
    await store.close()
    yield dsn
    await server.execute(f"drop database {name} with (force)")
    await server.close()


async def _run_up_to_then(_app: str) -> MigrationResult:
    results = [await run_forwards(app, up_to) for app, up_to in _UP_TO.items()]
    return next((result for result in results if not result.success), results[0])


async def test_migrating_keeps_every_movement_posting_and_count(
    before: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Row for row, numbers going on; and verify finds nothing wrong with what it has become."""
    store = await asyncpg.connect(before)
    kept = [await store.fetch(f"select * from {table} order by seq") for table in _TABLES]
    assert all(kept)
    await store.close()
    await migrate(before)
    capsys.readouterr()
    assert await verify(before) == 0, capsys.readouterr().out
    store = await asyncpg.connect(before)
    for table, rows in zip(_TABLES, kept, strict=True):
        columns = ", ".join(f'"{name}"' for name in rows[0].keys())  # noqa: SIM118 - no dictionary
        assert await store.fetch(f"select {columns} from {table} order by seq") == rows
        number = await store.fetchval(f"select nextval('{table}_seq_seq')")
        assert number == rows[-1]["seq"] + 1
        assert await store.fetchval(f"select count(*) from {table}_default") == 0
        assert await store.fetchval(f"select count(*) from {table}_2018_10") > 0
    await store.close()


_TABLES: Final = ("movements", "postings", "tallies")


async def test_migrating_says_when_each_loan_came_to_its_phase(before: str) -> None:
    """What its end or its reuse counted is found by that time, else its delivery or its scrapping.

    After every movement, undos included, and on the item.
    """
    await migrate(before)
    store = await asyncpg.connect(before)
    assert await store.fetch(_WRONG) == []
    assert await store.fetchval("select count(distinct phase_at) from movements") > 10
    stale = "select from items i join movements m on m.id = i.newest_movement"
    assert await store.fetch(f"{stale} where i.phase_at is distinct from m.phase_at") == []
    await store.close()


_WRONG: Final = """
select * from (
    select m.seq, m.action, m.loan_phase, m.phase_at, case
        when m.loan is null then null
        when m.loan_phase = 'open' then
            (select d.recorded_at from movements d where d.id = m.loan)
        when m.loan_phase in ('ended', 'reused') then
            (select max(t.recorded_at) from tallies t join movements b on b.id = t.movement
            where t.loan = m.loan and t.units > 0 and b.action <> 'undo' and b.seq <= m.seq
                and t.kind = case m.loan_phase when 'ended' then 'waiting' else 'reused' end)
        else (select max(s.recorded_at) from movements s
            where s.item = m.item and s.action = 'scrap' and s.seq <= m.seq) end as right_
    from movements m) told
where phase_at is distinct from right_ or (loan_phase is null) <> (phase_at is null)
"""
