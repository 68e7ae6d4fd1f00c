"""What scripts/verify finds of recalls, once rows were changed by hand."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from equipment.recalls.recall_form import Clearing, Closing
from equipment.recalls.recalls import clear, close, open_recall
from scripts.verify import verify
from scripts.verifying.recalls import RECALL_INVARIANTS
from tests.equipment.store import NOW, STORE, done, received, scan, set_up, somebody
from tests.equipment.test_recalls import new_recall

_LOOSE = "set session_replication_role = replica; "
BREAKS = [
    ("recall-names", "delete from recall_items where ended_at is null"),
    ("recall-names", _LOOSE + "update recalls set sku = null, batch = 'b 1', batch_key = 'x'"),
    ("recall-holds", _LOOSE + "update items set recalled = null where recalled is not null"),
    ("recall-holds", "update recalls set closed_at = now(), closed_by = 'x'"),
    ("recall-holds", """update recall_items set ended_at = now(), ended_by = 'x'
        where ended_at is null"""),
    ("recall-ends", "update recalls set closed_at = now(), closed_by = 'x'"),
    ("recall-ends", "update recall_items set hold = gen_random_uuid()"),
]  # fmt: skip


@pytest.fixture
async def store(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Yield the owner: of three beds of a recall one was cleared, one lent; one recall is over."""
    await set_up()
    cleared, lent, _ = await received(count=3, batch="A")
    await received(batch="B1")
    await done(scan(lent, "deliver", person=await somebody()))
    ended, going_on = new_recall(), new_recall(sku="BED01", batch="A")
    for each in (ended, going_on):
        await open_recall(STORE, each, NOW)
    await close(STORE, ended.id, Closing(reason="Too wide"), NOW)
    await clear(STORE, going_on.id, cleared, Clearing(reason="New motor"), NOW)
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def test_an_untouched_store_keeps_them_all(
    store: "asyncpg.Connection[asyncpg.Record]", database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its holds are played again, movement by movement."""
    del store
    assert await verify(database) == 0, capsys.readouterr().out
    assert {name for name, _ in BREAKS} == {each.name for each in RECALL_INVARIANTS}


@pytest.mark.parametrize(("name", "sql"), BREAKS)
async def test_each_break_is_found_under_its_name(
    store: "asyncpg.Connection[asyncpg.Record]",
    database: str,
    capsys: pytest.CaptureFixture[str],
    name: str,
    sql: str,
) -> None:
    """And the process ends with 1."""
    await store.execute(sql)
    assert await verify(database) == 1
    assert f"{name}: " in capsys.readouterr().out
