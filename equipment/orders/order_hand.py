"""The promises and lines of orders in hand while a list of scans is decided: plain values.

equipment/known.py reads them, deciding (equipment/clerk.py) changes them, and
equipment/orders/promises.py writes what has become of them.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import msgspec

from budget.refusals import Refused
from equipment.orders.order_lifecycle import UNDER_WAY
from equipment.standing import Act, Standing, State

SET_ASIDE: Final = frozenset({State.ALLOCATED, State.LOADED})
# What may leave an item on the shelf for whoever waits: for an undo, anything may.
FREES: Final = frozenset({"pass", "deallocate", "release", "check", "move", "undo"})
# What leaves an item promised to its line, or delivered for it: nobody else waits for more or less.
KEEPS: Final = frozenset({"load", "unload", "deliver"})
FOR_LINES: Final = frozenset({"allocate", "deliver"})
_STILL_TO_COME: Final = UNDER_WAY | {"delivered"}


class LineInHand(msgspec.Struct):
    """A line of an order as it stands at this point of the list."""

    id: UUID
    order: UUID
    sku: str | None
    person: UUID
    funder: str
    charge_pence: int | None
    order_status: str
    wanted: bool
    quantity: int
    promised: int
    delivered: int
    # The team of whoever ordered it.
    team: str | None = None

    @property
    def has_room(self) -> bool:
        """Whether another item could be promised to it or delivered for it."""
        return self.wanted and self.promised + self.delivered < self.quantity


@dataclass(slots=True)
class OrdersInHand:
    """Which item is promised to which line, and what became of promises on the way."""

    lines: dict[UUID, LineInHand] = field(default_factory=dict)
    promises: dict[int, UUID] = field(default_factory=dict)
    # Lines by the loans that were delivered for them.
    fulfilled: dict[UUID, UUID] = field(default_factory=dict)
    # Products for which somebody waits.
    queued: set[str] = field(default_factory=set)
    # As they were read.
    promised_before: dict[int, UUID] = field(default_factory=dict)
    delivered_before: dict[UUID, int] = field(default_factory=dict)
    # Items that were taken from a line in this list.
    given_up: dict[int, UUID] = field(default_factory=dict)
    # Lines of which another number is delivered.
    moved_on: set[UUID] = field(default_factory=set)
    # Of how many set aside for a line another was brought instead.
    spare: Counter[UUID] = field(default_factory=Counter[UUID])

    def promised_to(self, item: int) -> LineInHand | None:
        """The line to which an item is promised."""
        line = self.promises.get(item)
        return None if line is None else self.lines[line]

    def more_delivered(self) -> dict[UUID, int]:
        """How many more are delivered of each line that moved on; fewer are less than none."""
        return {
            line: self.lines[line].delivered - self.delivered_before[line] for line in self.moved_on
        }

    def promise(self, item: int, line: LineInHand) -> None:
        """Set an item aside for a line."""
        self.promises[item] = line.id
        self.given_up.pop(item, None)
        line.promised += 1

    def end(self, item: int) -> None:
        """End an item's promise, if it has one."""
        line = self.promised_to(item)
        if line is not None:
            del self.promises[item]
            line.promised -= 1

    def give_up(self, item: int) -> None:
        """Take an item from its line, which waits for another one."""
        line = self.promised_to(item)
        if line is not None:
            self.end(item)
            self.given_up[item] = line.id


def fulfils(orders: OrdersInHand, item: int, sku: str, act: Act, line: LineInHand) -> bool:
    """Whether to deliver or allocate this item would serve the line.

    To bring another one than was set aside for it does, too.
    """
    if line.delivered >= line.quantity:
        return False
    if orders.promises.get(item) == line.id:
        return True
    return line.sku == sku and (line.has_room or (line.wanted and act.action == "deliver"))


def check_promise(
    orders: OrdersInHand, item: int, sku: str, act: Act, line: LineInHand | None
) -> None:
    """Raise Refused where an act is against a promise, or for a line that it does not serve.

    `line` is the one that the act names, else the one to which the item is promised.
    """
    promised = orders.promised_to(item)
    if act.action == "deliver" and promised is not None:
        assert line is not None
        if line.id != promised.id or act.person != promised.person:
            words = "This item is set aside for somebody else's order. Take another one."
            raise Refused("allocated-elsewhere", words)
    if line is None or act.action not in FOR_LINES:
        return
    if act.action == "deliver" and act.person != line.person:
        raise Refused("order-line-of-another", "This line is of an order for somebody else.")
    if line.sku != sku:
        raise Refused("order-line-of-another-product", "This line is for another product.")
    if not fulfils(orders, item, sku, act, line):
        words = "Nothing more is to be set aside or delivered on this line."
        raise Refused("order-line-not-waiting", words)


def follow(
    orders: OrdersInHand, item: int, act: Act, after: Standing, line: LineInHand | None
) -> None:
    """Bring promises to where an act leaves them; `line` is the one that it serves, if any."""
    if act.action == "deliver":
        orders.end(item)
        if line is not None:
            line.delivered += 1
            orders.fulfilled[act.id] = line.id
            orders.moved_on.add(line.id)
            if line.promised + line.delivered > line.quantity:
                line.promised -= 1
                orders.spare[line.id] += 1
        return
    if act.action == "allocate" and line is not None:
        orders.promise(item, line)
    _drop_if_gone(orders, item, after)


def restore(orders: OrdersInHand, item: int, undone: UUID, restored: Standing) -> None:
    """Bring promises to where an undo leaves them: what was delivered for a line no longer is."""
    line_id = orders.fulfilled.pop(undone, None)
    if line_id is not None:
        line = orders.lines[line_id]
        line.delivered -= 1
        # Of an order that was called off meanwhile nothing more is to be delivered.
        line.wanted = line.wanted and line.order_status in _STILL_TO_COME
        orders.moved_on.add(line_id)
        if line.wanted and is_set_aside(restored):
            orders.promise(item, line)
    _drop_if_gone(orders, item, restored)


def _drop_if_gone(orders: OrdersInHand, item: int, standing: Standing) -> None:
    if not is_set_aside(standing):
        orders.give_up(item)


def is_set_aside(standing: Standing) -> bool:
    """Whether it stands as what is promised does."""
    return standing.state in SET_ASIDE and standing.held_at is None
