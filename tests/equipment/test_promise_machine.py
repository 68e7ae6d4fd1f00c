"""Whatever is ordered, changed, called off, handed out and brought back, in whatever order.

No item is promised twice, each waiting line is served by due day, and nothing waits for what
stands on a shelf.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

import asyncpg
import msgspec
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from budget import pool
from budget.database import fetch
from budget.refusals import Refusal
from equipment.orders.order_changes import change
from equipment.orders.order_decisions import authorise, cancel
from equipment.orders.order_form import Authorisation, Order, OrderChange
from equipment.scans import record
from equipment.staff.roles import Caller
from scripts.verifying.orders import ORDER_INVARIANTS, WAITS_IN_VAIN
from tests.equipment.ordering import open_for_orders, orderer, placed
from tests.equipment.store import COORDINATOR, NOW, check_invariants, received, scan, somebody
from tests.sight import all_of

SPEEDS = ("next_day", "3_day", "7_day", "10_day")
MANY = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Step:
    """One thing that is done, to one of the orders and one of the items that there are then."""

    what: str
    which: int
    item: int
    quantity: int
    speed: str


STEPS = st.lists(
    st.builds(
        Step,
        what=st.sampled_from(
            [
                *["order"] * 5,
                *["receive"] * 2,
                "beyond",
                "authorise",
                "cancel",
                "change",
                *["deliver"] * 4,
                *["return"] * 2,
                *["clean", "pass"] * 3,
                "deallocate",
                "allocate",
                "allocate for",
                "deliver for",
                "hold",
                "release",
                "withdraw",
                "load",
                "unload",
                "lose",
                "find",
                "undo",
            ]
        ),
        which=st.integers(0, 30),
        item=st.integers(0, 30),
        quantity=st.integers(1, 3),
        speed=st.sampled_from(SPEEDS),
    ),
    min_size=10,
    max_size=40,
)


@dataclass
class World:
    """What there is so far."""

    nurse: Caller
    junior: Caller
    boss: Caller
    orders: list[Order]
    items: list[str]
    movements: dict[str, str]


@MANY
@given(steps=STEPS)
async def test_stock_is_promised_once_whatever_happens(database: str, steps: list[Step]) -> None:
    """After every step all that always holds of orders holds."""
    world = await _world(database)
    for step in steps:
        before = await _queue()
        note(str(step))
        try:
            await _do(world, step)
        except Refusal as refusal:
            note(f"    {refusal.slug}")
        await _check(before)
    await check_invariants()


async def _do(world: World, step: Step) -> None:
    match step.what:
        case "order" | "beyond":
            by = world.junior if step.what == "beyond" else world.nurse
            line = {"sku": "BED01", "quantity": step.quantity}
            world.orders.append(await placed(by, await somebody(), line, speed=step.speed))
        case "receive":
            world.items += await received(count=step.quantity, dirty=step.which % 2 == 0)
        case "authorise" | "cancel" | "change" if world.orders:
            await _decide(world, world.orders[step.which % len(world.orders)], step)
        case "authorise" | "cancel" | "change":
            pass
        case _ if world.items:
            await _scan(world, step)


async def _decide(world: World, order: Order, step: Step) -> None:
    match step.what:
        case "authorise":
            await authorise(world.boss, order.id, Authorisation(), NOW)
        case "cancel":
            await cancel(COORDINATOR, order.id, "enough", NOW)
        case _:
            lines = [{"sku": "BED01", "quantity": step.quantity}]
            wanted = {"lines": lines, "speed": step.speed}
            by = world.nurse if step.which % 3 else world.junior
            caller = by if order.ordered_by == by.username else COORDINATOR
            await change(caller, order.id, msgspec.convert(wanted, OrderChange), NOW)


async def _scan(world: World, step: Step) -> None:
    code = world.items[step.item % len(world.items)]
    action, _, for_line = step.what.partition(" ")
    fields: dict[str, Any] = {}
    if for_line and world.orders:
        order = world.orders[step.which % len(world.orders)]
        fields["order_line"] = str(order.lines[0].id)
    if action == "deliver" and step.which % 4 == 0:
        fields["person"] = await somebody()
    if action == "undo":
        fields["movement"] = world.movements.get(code, str(world.nurse.user))
    sent = scan(code, action, at=NOW - timedelta(minutes=1), **fields)
    # Alone it is decided at a glance, with another one in a transaction of its own.
    other = [scan(code, "move", depot="D1")] if step.which % 2 else []
    results = await record([sent, *other], COORDINATOR, NOW)
    note(f"    {[result.refusal and result.refusal.slug for result in results]}")
    if results[0].status == "accepted" and action != "undo":
        world.movements[code] = sent["id"]


async def _check(before: Sequence[asyncpg.Record]) -> None:
    for invariant in ORDER_INVARIANTS:
        assert await all_of(invariant.query) == [], invariant.name
    assert await fetch(WAITS_IN_VAIN) == []
    await _check_turns(before)
    budget = await pool.standing("2018-19", None)
    [row] = await fetch("select coalesce(sum(pence), 0)::bigint as pence from commitments")
    assert budget.pool.committed_pence == row["pence"]
    assert row["pence"] == sum(partner.committed_pence for partner in budget.partners)


async def _check_turns(before: Sequence[asyncpg.Record]) -> None:
    """Of those who waited before and are as they were, none was passed over for a later one."""
    after = {row["id"]: row for row in await _queue(everything=True)}
    stayed = [row for row in before if _is_as_it_was(row, after[row["id"]])]
    for first, second in pairwise(stayed):
        fed = after[second["id"]]["promised"] > second["promised"]
        still_short = after[first["id"]]["room"] > 0
        assert not (fed and still_short), (first, second)


def _is_as_it_was(before: asyncpg.Record, after: asyncpg.Record) -> bool:
    """Whether nothing but promises has changed, nor was one of its items taken from it."""
    same = all(before[name] == after[name] for name in ("quantity", "delivered", "due_on"))
    return same and after["promised"] >= before["promised"]


async def _queue(*, everything: bool = False) -> list[asyncpg.Record]:
    """Those who wait, in their turn."""
    waiting = "true" if everything else "wanted and promised + delivered < quantity"
    return await fetch(f"""
        select id, quantity, promised, delivered, due_on, quantity - promised - delivered as room
        from order_lines where {waiting} order by due_on, seq""")


async def _world(database: str) -> World:
    owner = await asyncpg.connect(database)
    try:
        await owner.execute(
            "truncate items, movements, loans, receipts, postings, tallies, unfolded_postings,"
            " unfolded_tallies, posting_sums, tally_sums, people, person_looks, orders,"
            " order_lines, order_events, order_answers, promises, commitments, partners, users,"
            " depots, products restart identity cascade"
        )
    finally:
        await owner.close()
    await open_for_orders()
    return World(
        nurse=await orderer(level=4),
        junior=await orderer(level=4, limit=0),
        boss=await orderer("authoriser"),
        orders=[],
        items=[],
        movements={},
    )
