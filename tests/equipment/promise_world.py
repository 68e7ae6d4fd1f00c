"""What is done to stock, orders and shelves by chance: steps, and the world they are done in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import msgspec
from hypothesis import note
from hypothesis import strategies as st

from equipment.orders.emergency_issues import NewEmergency, issue
from equipment.orders.order_changes import change
from equipment.orders.order_decisions import authorise, cancel, decline
from equipment.orders.order_form import Authorisation, Order, OrderChange
from equipment.orders.satellites import Levels, set_levels
from equipment.people import people
from equipment.people.person_form import PersonChange
from equipment.places import Depot, open_depot
from equipment.scans import record
from equipment.staff.roles import Caller
from tests.equipment.ordering import open_for_orders, orderer, placed
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import COORDINATOR, NOW, STORE, received, scan, somebody, stock

SKUS: Final = ("BED01", "BED01", "COT")
SPEEDS: Final = ("next_day", "3_day", "7_day", "10_day")
_ORDERS: Final = (
    *("order",) * 6, "beyond", "beyond", "authorise", "authorise", "decline", "cancel", "change",
    "change", "respeed", "respeed", "died",
)  # fmt: skip
_STOCK: Final = ("receive",) * 3 + ("stock the ward", "levels")
_SCANS: Final = (
    *("deliver",) * 4, *("return",) * 2, *("clean", "pass") * 3, "deallocate", "allocate",
    "allocate for", "deliver for", "hand out", "hand out", "emergency", "emergency", "to the ward",
    "to the depot", "hold", "release", "withdraw", "load", "unload", "lose", "find", "undo",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One thing that is done, to one of the orders and one of the items that there are then."""

    what: str
    which: int
    item: int
    quantity: int
    speed: str
    sku: str


STEPS: Final = st.lists(
    st.builds(
        Step,
        what=st.sampled_from([*_ORDERS, *_STOCK, *_SCANS]),
        which=st.integers(0, 30),
        item=st.integers(0, 30),
        quantity=st.integers(1, 3),
        speed=st.sampled_from(SPEEDS),
        sku=st.sampled_from(SKUS),
    ),
    min_size=10,
    max_size=45,
)


@dataclass
class World:
    """What there is so far."""

    nurse: Caller
    junior: Caller
    boss: Caller
    orders: list[Order] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    movements: dict[str, str] = field(default_factory=dict)
    # The line to which the last step gave something by hand, whoever waits.
    by_hand: UUID | None = None

    async def do(self, step: Step) -> None:
        """Take one step; raises Refusal where a rule is against it."""
        self.by_hand = None
        if step.what in _STOCK:
            await self._stock(step)
        elif step.what in {"order", "beyond"}:
            by = self.junior if step.what == "beyond" else self.nurse
            line = {"sku": step.sku, "quantity": step.quantity}
            self.orders.append(await placed(by, await somebody(), line, speed=step.speed))
        elif step.what in _ORDERS and self.orders:
            await _DECIDED[step.what](self, self.orders[step.which % len(self.orders)], step)
        elif step.what in _SCANS and self.items:
            await self._scan(step, self.items[step.item % len(self.items)])

    async def _stock(self, step: Step) -> None:
        if step.what == "levels":
            await set_levels(STORE, "WARD", Levels({step.sku: step.quantity}))
            return
        new: dict[str, Any] = {"dirty": step.which % 2 == 0}
        if step.what == "stock the ward":
            new = {"depot": "WARD"}
        self.items += await received(step.sku, count=step.quantity, **new)

    async def _scan(self, step: Step, code: str) -> None:
        if step.what == "emergency":
            handed = NewEmergency(id=uuid4(), item=code, reason="fell", name="somebody")
            await issue(COORDINATOR, msgspec.structs.replace(handed, funder="04K"), NOW)
            return
        action, fields = await self._filled(step)
        by = self.nurse if step.what == "hand out" else COORDINATOR
        if action == "undo":
            fields["movement"] = self.movements.get(code, str(self.nurse.user))
        sent = scan(code, action, at=NOW - timedelta(minutes=1), **fields)
        # Alone it is decided at a glance, with another one in a transaction of its own.
        other = [scan(code, "move", depot="D1")] if step.which % 2 and action != "move" else []
        results = await record([sent, *other], by, NOW)
        note(f"    {[result.refusal and result.refusal.slug for result in results]}")
        if results[0].status == "accepted" and action != "undo":
            self.movements[code] = sent["id"]

    async def _filled(self, step: Step) -> tuple[str, dict[str, Any]]:
        """The scan's action, and what else it says."""
        if step.what.startswith("to the "):
            return "move", {"depot": "WARD" if step.what == "to the ward" else "D1"}
        if step.what == "hand out":
            return "deliver", {"person": await somebody(), "reason": "went home today"}
        action, _, for_line = step.what.partition(" ")
        fields: dict[str, Any] = {}
        if for_line and self.orders:
            self.by_hand = self.orders[step.which % len(self.orders)].lines[0].id
            fields["order_line"] = str(self.by_hand)
        if action == "deliver" and step.which % 4 == 0:
            fields["person"] = await somebody()
        return action, fields

    def _who_changes(self, order: Order, step: Step) -> Caller:
        by = self.nurse if step.which % 3 else self.junior
        return by if order.ordered_by == by.username else COORDINATOR


async def _authorise(world: World, order: Order, _: Step) -> None:
    await authorise(world.boss, order.id, Authorisation(), NOW)


async def _decline(world: World, order: Order, _: Step) -> None:
    await decline(world.boss, order.id, "no", NOW)


async def _cancel(_: World, order: Order, __: Step) -> None:
    await cancel(COORDINATOR, order.id, "enough", NOW)


async def _change(world: World, order: Order, step: Step) -> None:
    """Other goods, more or fewer, by another day."""
    lines = [{"sku": step.sku, "quantity": step.quantity}]
    wanted = msgspec.convert({"lines": lines, "speed": step.speed}, OrderChange)
    await change(world._who_changes(order, step), order.id, wanted, NOW)


async def _respeed(world: World, order: Order, step: Step) -> None:
    """The same, by another day: its place among those who wait is another."""
    wanted = OrderChange(speed=step.speed)  # type: ignore[arg-type]  # one of SPEEDS
    await change(world._who_changes(order, step), order.id, wanted, NOW)


async def _died(_: World, order: Order, __: Step) -> None:
    """What is on order for them stops, and goes to whoever waits."""
    await people.change(COORDINATOR, order.person, PersonChange(died_on=NOW.date()), NOW)


_DECIDED: Final[dict[str, Callable[[World, Order, Step], Awaitable[None]]]] = {
    "authorise": _authorise,
    "decline": _decline,
    "cancel": _cancel,
    "change": _change,
    "respeed": _respeed,
    "died": _died,
}


async def new_world(database: str) -> World:
    """Begin anew: two depots, a ward with a shelf of its own, and beds and cots to be ordered."""
    owner = await asyncpg.connect(database)
    try:
        await owner.execute(_EMPTY)
    finally:
        await owner.close()
    await open_for_orders()
    await stock("COT")
    await open_depot(ADMINISTRATOR, Depot("WARD", "Ward", "NG1 1AA", "satellite"))
    return World(
        nurse=await orderer(level=4),
        junior=await orderer(level=4, limit=0),
        boss=await orderer("authoriser"),
    )


_EMPTY: Final = """
truncate items, item_makes, movements, loans, receipts, postings, tallies, unfolded_postings,
    unfolded_tallies, posting_sums, tally_sums, stock_sums, unfolded_stock, people, person_looks,
    orders, order_lines, order_events, order_answers, promises, commitments, emergency_issues,
    shelf_levels, top_ups, cases, partners, users, depots, products restart identity cascade
"""
