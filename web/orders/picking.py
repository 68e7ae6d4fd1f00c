"""What has been picked for an order so far: kept in the address, so that nothing is kept elsewhere.

The order's id is in it from the start: however often what is sent at the end is sent, it is one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

import msgspec

from budget.refusals import Fault
from equipment.catalogue.kits import KitLine
from equipment.catalogue.products import Speed
from equipment.orders.order_form import LINES_MAX, QUANTITY_MAX, NewLine
from equipment.orders.order_quotes import Sketch
from web.forms import Filled, as_struct

PATH: Final = "/orders/new"
_QUANTITY: Final = f"Write a number from 1 to {QUANTITY_MAX}, or take it off the order."


@dataclass(frozen=True, slots=True)
class Pick:
    """A product, and how many were typed."""

    sku: str
    typed: str

    @property
    def quantity(self) -> int | None:
        """How many; None where it is no such number."""
        if not (self.typed.isascii() and self.typed.isdigit()) or len(self.typed) > len("500"):
            return None
        return number if 0 < (number := int(self.typed)) <= QUANTITY_MAX else None


@dataclass(frozen=True, slots=True)
class Picked:
    """An order that is being made up."""

    order: UUID
    person: UUID
    picks: tuple[Pick, ...] = ()
    speed: str = ""
    funder: str = ""

    def address(self, base: str, **more: str) -> str:
        """The page on which it goes on."""
        return f"{base}{PATH}?{urlencode([*self.pairs(), *more.items()])}"

    def pairs(self) -> Iterator[tuple[str, str]]:
        """What a form carries along, by names."""
        yield "person", str(self.person)
        yield "order", str(self.order)
        for pick in self.picks:
            yield "sku", pick.sku
            yield "n", pick.typed
        if self.speed:
            yield "speed", self.speed
        if self.funder:
            yield "funder", self.funder

    def with_more(self, lines: Iterable[KitLine]) -> "Picked":
        """The same with all that is in a kit."""
        many = {pick.sku: pick.typed for pick in self.picks}
        for line in lines:
            before = Pick(line.sku, many.get(line.sku, "0")).quantity or 0
            many[line.sku] = str(min(before + line.quantity, QUANTITY_MAX))
        picks = tuple(Pick(sku, typed) for sku, typed in many.items())
        return replace(self, picks=picks[:LINES_MAX])

    def faults(self) -> list[Fault]:
        """Which quantities are none, by the number of their line."""
        wrong = [number for number, pick in enumerate(self.picks) if pick.quantity is None]
        return [Fault(f"n-{number}", _QUANTITY) for number in wrong]

    def sketch(self, *more: dict[str, Any]) -> Sketch:
        """What the order would be, with more lines than were picked from the catalogue.

        A wrong quantity counts as one. Wrong for what cannot be.
        """
        lines: list[dict[str, Any]] = [
            {"sku": pick.sku, "quantity": pick.quantity or 1} for pick in self.picks
        ]
        lines += more
        made = as_struct({"lines": lines, "speed": self.speed or None}, _Picked)
        return Sketch(
            person=self.person, lines=made.lines, speed=made.speed, funder=self.funder or None
        )


class _Picked(msgspec.Struct, frozen=True):
    lines: list[NewLine]
    speed: Speed | None = None


def picked(filled: Filled) -> Picked | None:
    """What an address or a form carries; None where it names nobody."""
    person = _uuid(filled.text("person"))
    if person is None:
        return None
    skus, typed = filled.fields.get("sku", []), filled.fields.get("n", [])
    pairs = zip(skus, typed, strict=False)
    picks = {sku.strip(): Pick(sku.strip(), number.strip()) for sku, number in pairs}
    drop = filled.text("drop")
    kept = [pick for sku, pick in picks.items() if sku not in {"", drop}]
    order = _uuid(filled.text("order")) or uuid4()
    return Picked(
        order=order,
        person=person,
        picks=tuple(_with_added(kept, filled.text("add")))[:LINES_MAX],
        speed=filled.text("speed"),
        funder=filled.text("funder"),
    )


def names_order(filled: Filled) -> bool:
    """Whether the order has its id already."""
    return _uuid(filled.text("order")) is not None


def _with_added(picks: list[Pick], sku: str) -> Iterator[Pick]:
    """One more of what is added."""
    for pick in picks:
        if pick.sku == sku:
            yield Pick(sku, str(min((pick.quantity or 0) + 1, QUANTITY_MAX)))
        else:
            yield pick
    if sku and all(pick.sku != sku for pick in picks):
        yield Pick(sku, "1")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def order_lines(picked: Picked, filled: Filled, *more: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of the order, with the dates that were typed for each."""
    lines = [*({"sku": pick.sku, "quantity": pick.typed} for pick in picked.picks), *more]
    return [
        line | {"review_on": filled.day(f"review-{number}"), "end_on": filled.day(f"end-{number}")}
        for number, line in enumerate(lines)
    ]
