"""Stock is promised once: who waits is served in turn, and what is set aside is theirs alone."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import asyncpg
import pytest

from budget.database import fetch
from equipment.catalogue.catalogue import catalogue_line
from equipment.orders.order_decisions import authorise, cancel, decline
from equipment.orders.order_form import Authorisation
from equipment.orders.order_views import look_up
from equipment.places import Depot, open_depot
from equipment.staff.roles import Caller
from tests.equipment.ordering import (
    as_it_stands,
    line_statuses,
    open_for_orders,
    ordered,
    orderer,
)
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    answer,
    check_invariants,
    count,
    done,
    one_item,
    received,
    refused,
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


async def test_an_authorised_order_takes_the_oldest_receipt(nurse: Caller) -> None:
    """By a movement of the service's own, which names the line."""
    new = await one_item(received_at=NOW)
    old = await one_item(received_at=NOW - timedelta(days=9))
    order = await ordered(nurse)
    assert line_statuses(order) == ["reserved"]
    assert order.lines[0].items == [old]
    assert (await row_of(old))["state"] == "allocated"
    assert (await row_of(new))["state"] == "available"
    [movement] = await fetch("select action, actor, details from movements where actor = 'system'")
    assert movement["action"] == "allocate"
    assert str(order.lines[0].id) in movement["details"]


async def test_an_order_that_awaits_approval_takes_nothing() -> None:
    """Until it is authorised; declined, it never does."""
    code = await one_item()
    small = await orderer(level=1, limit=1)
    first, second = await ordered(small), await ordered(small)
    assert line_statuses(first) == ["awaiting_stock"]
    boss = await orderer("authoriser")
    await decline(boss, first.id, "no", NOW)
    assert (await row_of(code))["state"] == "available"
    allowed = await authorise(boss, second.id, Authorisation(), NOW)
    assert allowed.lines[0].items == [code]


async def test_what_is_short_waits_for_the_next_one_in_turn(nurse: Caller) -> None:
    """By due day, and of one day by order: the one that is passed goes to the first of them."""
    late = await ordered(nurse, speed="10_day")
    soon = await ordered(nurse, speed="next_day")
    sooner = await ordered(nurse, speed="next_day")
    assert line_statuses(late) == line_statuses(soon) == ["awaiting_stock"]
    codes = []
    for order in (soon, sooner, late):
        [code] = await received(dirty=True)
        await done(scan(code, "clean"))
        result = await answer(scan(code, "pass"))
        assert (result.status, result.state) == ("accepted", "allocated")
        assert (await as_it_stands(order.id)).lines[0].items == [code]
        codes.append(code)
    assert [row["action"] for row in await _movements(codes[0])] == [
        "receive",
        "clean",
        "pass",
        "allocate",
    ]
    await check_invariants()


async def test_new_goods_go_to_whoever_waits(nurse: Caller) -> None:
    """As they are received."""
    order = await ordered(nurse, {"sku": "BED01", "quantity": 2})
    codes = await received(count=3)
    assert sorted((await as_it_stands(order.id)).lines[0].items) == sorted(codes[:2])
    assert (await row_of(codes[2]))["state"] == "available"


async def test_a_satellite_keeps_its_own_shelf(nurse: Caller) -> None:
    """What stands in a clinic is not promised to anybody's home; moved to the depot, it is."""
    await open_depot(ADMINISTRATOR, Depot("WARD", "Ward", "NG1 1AA", "satellite"))
    code = await one_item(depot="WARD")
    order = await ordered(nurse)
    assert line_statuses(order) == ["awaiting_stock"]
    await done(scan(code, "move", depot="D1"))
    assert (await as_it_stands(order.id)).lines[0].items == [code]


async def test_its_own_depot_serves_first(nurse: Caller) -> None:
    """Then the others."""
    there = await one_item(depot="D2", received_at=NOW - timedelta(days=9))
    here = await one_item(depot="D1")
    orders = [await ordered(nurse) for _ in range(2)]
    assert [order.lines[0].items for order in orders] == [[here], [there]]


async def test_what_is_out_of_check_or_on_hold_is_not_promised(nurse: Caller) -> None:
    """Until it is tested, or released."""
    await stock("HOIST", loler_months=6, level=1)
    old = await one_item("HOIST", received_at=NOW - timedelta(days=400))
    held = await one_item("HOIST")
    await done(scan(held, "hold"))
    first, second = await ordered(nurse, "HOIST"), await ordered(nurse, "HOIST")
    assert line_statuses(first) == line_statuses(second) == ["awaiting_stock"]
    await done(scan(held, "release"))
    assert (await as_it_stands(first.id)).lines[0].items == [held]
    passed = [{"kind": "loler", "result": "pass", "on": "2018-10-01"}]
    await done(scan(old, "check", checks=passed))
    assert (await as_it_stands(second.id)).lines[0].items == [old]


async def test_what_is_out_of_check_keeps_nobody_from_what_is_not(nurse: Caller) -> None:
    """However much of it stands before it on the shelf."""
    await stock("HOIST", loler_months=6, level=1)
    await received("HOIST", 120, received_at=NOW - timedelta(days=400))
    fit = await one_item("HOIST")
    assert (await ordered(nurse, "HOIST")).lines[0].items == [fit]


async def test_nobody_is_told_of_stock_that_is_out_of_check(nurse: Caller) -> None:
    """Good through its last day; nor by when it would come."""
    await stock("HOIST", loler_months=6, service_months=12, level=1)
    await received("HOIST", 2, received_at=NOW - timedelta(days=400))
    await one_item("HOIST", received_at=datetime(2018, 4, 1, 9, tzinfo=UTC))
    line = await catalogue_line(nurse, "HOIST", NOW)
    assert line is not None
    assert (line.free, line.arrives_on is not None) == (1, True)
    line = await catalogue_line(nurse, "HOIST", NOW + timedelta(days=1))
    assert line is not None
    assert (line.free, line.arrives_on, line.stock) == (0, None, [])


async def test_a_cancelled_orders_items_go_to_the_next_in_line(nurse: Caller) -> None:
    """At once; where nobody waits, back to the shelf."""
    code = await one_item()
    first, second = await ordered(nurse), await ordered(nurse)
    await cancel(nurse, first.id, "moved", NOW)
    assert (await as_it_stands(first.id)).lines[0].items == []
    assert (await as_it_stands(second.id)).lines[0].items == [code]
    await cancel(nurse, second.id, "moved", NOW)
    assert (await row_of(code))["state"] == "available"
    await check_invariants()


async def test_what_is_taken_from_a_line_goes_to_somebody_else(nurse: Caller) -> None:
    """The line gets another one; the same one only where nobody else wants it."""
    one, other = await received(count=2)
    first, second = await ordered(nurse), await ordered(nurse)
    third = await ordered(nurse)
    await done(scan(one, "deallocate"))
    assert (await as_it_stands(third.id)).lines[0].items == [one]
    assert line_statuses(await as_it_stands(first.id)) == ["awaiting_stock"]
    await cancel(nurse, first.id, "moved", NOW)
    await cancel(nurse, third.id, "moved", NOW)
    assert (await as_it_stands(second.id)).lines[0].items == [other]
    await done(scan(other, "deallocate"))
    assert (await as_it_stands(second.id)).lines[0].items == [one]
    await done(scan(one, "deallocate"))
    assert len((await as_it_stands(second.id)).lines[0].items) == 1


@pytest.mark.parametrize("action", ["hold", "withdraw", "lose"])
async def test_an_item_that_falls_out_is_replaced(nurse: Caller, action: str) -> None:
    """The line takes the next one."""
    one, other = await received(count=2)
    order = await ordered(nurse)
    await done(scan(one, action))
    assert (await as_it_stands(order.id)).lines[0].items == [other]
    assert line_statuses(await as_it_stands(order.id)) == ["reserved"]


async def test_set_aside_by_hand_for_a_line_or_for_nobody(nurse: Caller) -> None:
    """A line takes no more than was ordered; nor another product, nor what is no line."""
    order = await ordered(nurse)
    chair = await one_item(await stock("CHAIR"))
    line = str(order.lines[0].id)
    assert (
        await refused(scan(chair, "allocate", order_line=line)) == "order-line-of-another-product"
    )
    assert await refused(scan(chair, "allocate", order_line=str(uuid4()))) == "unknown-order-line"
    await done(scan(chair, "allocate"))
    assert await count("promises") == 0
    await open_depot(ADMINISTRATOR, Depot("WARD", "Ward", "NG1 1AA", "satellite"))
    one, other = await received(count=2, depot="WARD")
    await done(scan(one, "allocate", order_line=line))
    assert (await as_it_stands(order.id)).lines[0].items == [one]
    assert await refused(scan(other, "allocate", order_line=line)) == "order-line-not-waiting"


async def test_a_delivery_goes_to_its_orders_person_and_funder(nurse: Caller) -> None:
    """At the line's own charge, and the order is delivered."""
    code = await one_item()
    order = await ordered(nurse, {"sku": "BED01", "charge_pence": 100})
    await done(scan(code, "load"), scan(code, "deliver"))
    assert (await row_of(code))["person"] == order.person
    [loan] = await fetch("select * from loans")
    assert (loan["order_line"], loan["charged_pence"], loan["funder"]) == (
        order.lines[0].id,
        100,
        "04K",
    )
    shown = await as_it_stands(order.id)
    assert (shown.status, line_statuses(shown)) == ("delivered", ["delivered"])
    assert shown.lines[0].items == [code]


async def test_an_item_promised_elsewhere_is_not_handed_over(nurse: Caller) -> None:
    """Neither to somebody else nor for another line, whoever scans it."""
    code = await one_item()
    order = await ordered(nurse)
    other = await ordered(nurse)
    stranger = await somebody()
    line = str(other.lines[0].id)
    for wrong in (scan(code, "deliver", person=stranger), scan(code, "deliver", order_line=line)):
        assert await refused(wrong) == "allocated-elsewhere"
    theirs = await orderer(partners=("52R",))
    assert await refused(scan(code, "deliver"), by=theirs) == "person"
    await done(scan(code, "deliver", person=str(order.person)))
    assert (await as_it_stands(order.id)).status == "delivered"


async def test_a_delivery_from_the_shelf_serves_the_line_that_it_names(nurse: Caller) -> None:
    """Of its person's order only, and no more than was ordered."""
    await open_depot(ADMINISTRATOR, Depot("WARD", "Ward", "NG1 1AA", "satellite"))
    one, other = await received(count=2, depot="WARD")
    order = await ordered(nurse)
    line = str(order.lines[0].id)
    stranger = await somebody()
    wrong = scan(one, "deliver", order_line=line, person=stranger)
    assert await refused(wrong) == "order-line-of-another"
    await done(scan(one, "deliver", order_line=line))
    assert (await as_it_stands(order.id)).lines[0].items == [one]
    again = scan(other, "deliver", order_line=line)
    assert await refused(again) == "order-line-not-waiting"


async def test_another_than_was_set_aside_may_be_brought(nurse: Caller) -> None:
    """What was set aside goes to the next in line, or else back to the shelf."""
    one, other, third = await received(count=3)
    await done(scan(other, "allocate"), scan(third, "allocate"))
    first, second = await ordered(nurse), await ordered(nurse)
    assert first.lines[0].items == [one]
    await done(scan(other, "deliver", order_line=str(first.lines[0].id)))
    shown = await as_it_stands(first.id)
    assert (shown.status, shown.lines[0].items) == ("delivered", [other])
    assert (await as_it_stands(second.id)).lines[0].items == [one]
    line = str(second.lines[0].id)
    await done(scan(third, "deliver", order_line=line))
    assert (await row_of(one))["state"] == "available"
    assert await count("promises") == 0
    assert await refused(scan(one, "deliver", order_line=line)) == "order-line-not-waiting"


async def test_part_of_an_order_is_delivered_and_taken_back(nurse: Caller) -> None:
    """An undo puts it back to where it was, promise included."""
    one, other = await received(count=2)
    order = await ordered(nurse, {"sku": "BED01", "quantity": 2})
    delivered = scan(one, "deliver")
    await done(delivered)
    assert (await as_it_stands(order.id)).status == "part_delivered"
    await done(scan(one, "undo", movement=delivered["id"]))
    shown = await as_it_stands(order.id)
    assert (shown.status, line_statuses(shown)) == ("authorised", ["reserved"])
    assert sorted(shown.lines[0].items) == sorted([one, other])
    await done(scan(one, "deliver"), scan(other, "deliver"))
    assert (await as_it_stands(order.id)).status == "delivered"
    await check_invariants()


async def test_what_is_delivered_of_a_cancelled_order_stays(nurse: Caller) -> None:
    """An undo of it promises nothing any more."""
    one, _ = await received(count=2)
    order = await ordered(nurse, {"sku": "BED01", "quantity": 2})
    delivered = scan(one, "deliver")
    await done(delivered)
    called_off = await cancel(nurse, order.id, "enough", NOW)
    assert (called_off.status, line_statuses(called_off)) == ("cancelled", ["cancelled"])
    assert (called_off.lines[0].items, called_off.total_pence) == ([one], 62_000)
    await done(scan(one, "undo", movement=delivered["id"]))
    assert await count("promises") == 0
    assert (await row_of(one))["state"] == "allocated"


async def test_consumables_are_given_on_their_line(nurse: Caller) -> None:
    """And the order is delivered all the same."""
    code = await one_item(await stock("PAD", reuse="consumable"))
    order = await ordered(nurse, "PAD")
    await done(scan(code, "deliver"))
    assert (await row_of(code))["state"] == "given"
    assert (await as_it_stands(order.id)).status == "delivered"


async def test_the_record_says_what_is_waited_for(nurse: Caller) -> None:
    """By when, and whose turn it is."""
    order = await ordered(nurse)
    record = await look_up(COORDINATOR, order.id, NOW)
    assert record.next is not None
    assert "Waits for stock" in record.next.what
    assert record.next.by == order.due_on


async def _movements(code: str) -> list[asyncpg.Record]:
    item: UUID | int = (await row_of(code))["id"]
    return await fetch("select action from movements where item = $1 order by seq", item)
