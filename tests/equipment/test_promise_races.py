"""Whoever orders, scans and calls off at the same moment: stock is promised once."""

import asyncio
from contextvars import Context
from typing import Final

import asyncpg
import pytest

from budget.database import execute, transaction
from equipment.orders.order_decisions import cancel
from equipment.orders.queues import lock_queues, serve_all
from equipment.staff.roles import Caller
from tests.equipment.ordering import (
    as_it_stands,
    line_statuses,
    open_for_orders,
    ordered,
    orderer,
    placed,
)
from tests.equipment.store import (
    NOW,
    answer,
    check_invariants,
    count,
    done,
    one_item,
    received,
    row_of,
    scan,
    somebody,
    stock,
)

BEGINNING: Final = open_for_orders
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def nurse() -> Caller:
    """A prescriber of 04K who may order everything."""
    return await orderer(level=4)


async def test_two_orders_race_for_the_last_bed(nurse: Caller) -> None:
    """One has it, the other waits."""
    code = await one_item()
    people = [await somebody() for _ in range(4)]
    orders = await asyncio.gather(*(placed(nurse, person, "BED01") for person in people))
    reserved = [order for order in orders if line_statuses(order) == ["reserved"]]
    assert [order.lines[0].items for order in reserved] == [[code]]
    assert await count("order_lines", "status = 'awaiting_stock'") == 3


async def test_an_order_and_a_pass_at_once_find_each_other(nurse: Caller) -> None:
    """Whichever comes first; what slips through is mended by the clock."""
    for _ in range(5):
        [code] = await received(dirty=True)
        await done(scan(code, "clean"))
        order, _ = await asyncio.gather(ordered(nurse), answer(scan(code, "pass")))
        await serve_all(NOW)
        assert (await as_it_stands(order.id)).lines[0].items == [code]


async def test_lists_that_fill_one_shelf_pass_each_other_while_nobody_waits(nurse: Caller) -> None:
    """Only an order waits for them, and finds what they put there."""
    codes = await received(count=4, dirty=True)
    await done(*(scan(code, "clean") for code in codes))
    async with transaction():
        # A list that is still under way.
        await lock_queues((), with_others=["BED01"])
        async with asyncio.timeout(5):
            await asyncio.create_task(
                done(*(scan(code, "pass") for code in codes[:2])), context=Context()
            )
        ordering = asyncio.create_task(ordered(nurse), context=Context())
        waiting = await asyncio.wait([ordering], timeout=0.3)
        assert ordering in waiting[1]
    assert line_statuses(await ordering) == ["reserved"]


async def test_lists_that_deliver_what_is_promised_pass_each_other(nurse: Caller) -> None:
    """Two vans with goods for one line: neither waits for the other, and both are counted."""
    await received(count=2)
    order = await ordered(nurse, {"sku": "BED01", "quantity": 2})
    async with transaction():
        # A list that is still under way.
        await lock_queues((), with_others=["BED01"])
        async with asyncio.timeout(5):
            await asyncio.gather(
                *(
                    asyncio.create_task(_taken_out(code, str(order.person)), context=Context())
                    for code in order.lines[0].items
                )
            )
    assert line_statuses(await as_it_stands(order.id)) == ["delivered"]
    await check_invariants()


async def _taken_out(code: str, person: str) -> None:
    await done(scan(code, "load"), scan(code, "deliver", person=person))


async def test_a_list_that_fills_a_shelf_for_somebody_waits_for_who_serves(nurse: Caller) -> None:
    """So that nobody is served twice, and everybody in turn."""
    order = await ordered(nurse)
    codes = await received(count=2, dirty=True)
    await done(*(scan(code, "clean") for code in codes))
    async with transaction():
        await lock_queues((), with_others=["BED01"])
        passing = asyncio.create_task(
            done(*(scan(code, "pass") for code in codes)), context=Context()
        )
        waiting = await asyncio.wait([passing], timeout=0.3)
        assert passing in waiting[1]
    await passing
    assert (await as_it_stands(order.id)).lines[0].items[0] in codes


async def test_a_cancellation_and_a_delivery_at_once(nurse: Caller) -> None:
    """One of them comes first, and nothing is left half done."""
    for _ in range(3):
        code = await one_item()
        order = await ordered(nurse)
        await asyncio.gather(
            cancel(nurse, order.id, "moved", NOW),
            answer(scan(code, "deliver", person=str(order.person))),
            return_exceptions=True,
        )
        shown = await as_it_stands(order.id)
        assert (await row_of(code))["state"] == "on_loan"
        assert shown.status in {"delivered", "cancelled"}
        assert await count("promises") == 0
    await check_invariants()


async def test_the_database_promises_nothing_twice(nurse: Caller) -> None:
    """Whoever writes past the service is refused."""
    code = await one_item()
    order = await ordered(nurse)
    other = await ordered(nurse)
    item = (await row_of(code))["id"]
    sql = "insert into promises (item, line, promised_at) values ($1, $2, now())"
    with pytest.raises(asyncpg.UniqueViolationError):
        await execute(sql, item, other.lines[0].id)
    chair = (await row_of(await one_item(await stock("CHAIR"))))["id"]
    with pytest.raises(asyncpg.CheckViolationError):
        await execute(sql, chair, order.lines[0].id)
