"""What scripts/verify finds of purchases and counts, once rows were changed by hand."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from equipment.stock.count_form import NewCount
from equipment.stock.counts import close, open_count, scan
from equipment.stock.settling import settle
from scripts.verify import verify
from scripts.verifying.stock import STOCK_INVARIANTS
from tests.equipment.store import COORDINATOR, NOW, STORE, received, set_up
from tests.equipment.test_counts import APPROVED
from tests.equipment.test_purchases import came, goods, ordered

BREAKS = [
    ("goods-in", "update purchase_lines set received = 2"),
    ("goods-in", "delete from purchased_items"),
    ("purchases", "update purchases set status = 'ordered'"),
    ("purchases", "update purchase_lines set awaited = false"),
    ("purchases", "update purchases set total_pence = total_pence + 1"),
    ("counts", "update stock_counts set status = 'compared', decided_at = null, decided_by = null"),
    ("counts", "update count_differences set movement = gen_random_uuid()"),
    ("counts", "update stock_counts set scanned = scanned + 1"),
    ("counted-twice", "update stock_counts set decided_by = opened_by"),
    ("counted-twice", "update counted_items set scanned_by = 'coordinator'"),
]  # fmt: skip


@pytest.fixture
async def store(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Yield the owner: one of three beds has come, and one that was missing is lost."""
    await set_up()
    bought = await ordered()
    await came(bought, goods(bought, quantity=1))
    [here, _] = await received(count=2)
    count = NewCount(uuid4(), "D1")
    await open_count(STORE, count, NOW)
    await scan(STORE, count.id, [here], NOW)
    await close(STORE, count.id, NOW)
    await settle(COORDINATOR, count.id, APPROVED, NOW)
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def test_every_break_is_found_under_its_name(
    store: "asyncpg.Connection[asyncpg.Record]", database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a store that is sound before, and after each is taken back."""
    assert await verify(database) == 0, capsys.readouterr().out
    assert {name for name, _ in BREAKS} == {each.name for each in STOCK_INVARIANTS}
    for name, sql in BREAKS:
        undo = store.transaction()
        await undo.start()
        await store.execute(sql)
        broken = [each.name for each in STOCK_INVARIANTS if await store.fetch(each.query)]
        await undo.rollback()
        assert name in broken, sql
