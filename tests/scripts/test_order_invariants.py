"""What scripts/verify finds of orders, once somebody has changed rows by hand."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from equipment.orders.order_form import Order
from scripts.verifying.every import INVARIANTS
from scripts.verifying.orders import ORDER_INVARIANTS, WAITS_IN_VAIN
from tests.equipment.ordering import open_for_orders, orderer, placed
from tests.equipment.store import done, received, scan, somebody

_LOOSE = "set session_replication_role = replica; "
BREAKS = [
    ("promised-once", _LOOSE + "update items set state = 'available' where code = '{code}'"),
    ("promised-once", _LOOSE + "update items set held_at = now() where code = '{code}'"),
    ("promised-once", _LOOSE + "update promises set line = gen_random_uuid()"),
    ("line-count", _LOOSE + "delete from promises"),
    ("line-count", "update order_lines set delivered = 0"),
    ("line-count", "update loans set order_line = null"),
    ("order-status", "update orders set status = 'delivered'"),
    ("order-status", "update orders set status = 'cancelled'"),
    ("committed", _LOOSE + "delete from commitments"),
    ("committed", "update order_lines set price_pence = 1"),
]


@pytest.fixture
async def store(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Yield the owner of a store with an order of three, of which one is delivered."""
    await open_for_orders()
    codes = await received(count=2)
    await _ordered()
    await done(scan(codes[0], "deliver"))
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def _ordered() -> Order:
    return await placed(await orderer(), await somebody(), {"sku": "BED01", "quantity": 3})


async def test_an_untouched_store_keeps_them_all(
    store: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    """Nothing is found of what the service itself moved either, and nobody waits in vain."""
    for invariant in (*ORDER_INVARIANTS, *INVARIANTS):
        assert await store.fetch(invariant.query) == [], invariant.name
    assert await store.fetch(WAITS_IN_VAIN) == []


@pytest.mark.parametrize(("name", "sql"), BREAKS)
async def test_what_is_broken_is_found(
    store: "asyncpg.Connection[asyncpg.Record]", name: str, sql: str
) -> None:
    """By the invariant that it breaks."""
    code = await store.fetchval("select i.code from promises p join items i on i.id = p.item")
    await store.execute(sql.format(code=code))
    [query] = [each.query for each in ORDER_INVARIANTS if each.name == name]
    assert await store.fetch(query) != []


async def test_whoever_waits_in_vain_is_told_of(
    store: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    """A note: the clock serves them."""
    await store.execute(
        _LOOSE + "insert into items (code, giai, sku, owner, newest_movement, updated_at, loans,"
        " state, depot, last_depot) values ('C0000000', 'C0000000', 'BED01', 'pool',"
        " gen_random_uuid(), now(), 0, 'available', 'D1', 'D1')"
    )
    [row] = await store.fetch(WAITS_IN_VAIN)
    assert "BED01" in row[0]
