"""What an order would be if it were placed now: its cost, its day, what it warns of, who decides.

Nothing is promised by it: what is placed is judged again (equipment/orders/orders.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

import msgspec

from budget.database import fetch
from budget.pool import delivery_rate
from budget.refusals import Fault, Wrong
from budget.wording import sought
from budget.years import london_day
from equipment.catalogue.products import Speed
from equipment.catalogue.stock import shelves
from equipment.orders.order_authority import (
    Authority,
    Spending,
    authority_of,
    beyond,
    charges_as_own,
    left_of,
)
from equipment.orders.order_form import NewLine, check_lines
from equipment.orders.order_lines import (
    Goods,
    fastest,
    goods_of,
    ordered,
    specials_in,
    unpacked,
    wanted,
)
from equipment.orders.order_warnings import OrderWarning, known_of, raised
from equipment.orders.orders import check_within_reach
from equipment.people.care_homes import not_provided_to
from equipment.people.looks import look
from equipment.people.person_form import Person
from equipment.people.person_records import record
from equipment.people.visibility import in_sight_of
from equipment.serving_depots import serving_depot
from equipment.staff.roles import Caller, check_may
from equipment.working_days import counted_on, due_on


class Sketch(msgspec.Struct, frozen=True, kw_only=True):
    """An order as far as it is thought of: perhaps without lines yet."""

    person: UUID
    lines: Sequence[NewLine] = ()
    speed: Speed | None = None
    funder: str | None = None


class Instead(msgspec.Struct, frozen=True):
    """A product that serves as well, and how many of it are free."""

    sku: str
    name: str
    free: int


class QuotedLine(msgspec.Struct, frozen=True):
    """A line with its product; `free` is how many depots have, None for a special.

    `instead` are equivalents of which there are enough, where of this there are not.
    """

    sku: str | None
    name: str
    quantity: int
    price_pence: int
    level: int | None
    max_user_kg: int | None
    free: int | None
    instead: list[Instead]

    @property
    def is_short(self) -> bool:
        """Whether not all of it is there now."""
        return self.free is not None and self.free < self.quantity


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """An order before it is placed.

    `funder` is None where nobody pays yet; `due_on`, `speed` and `delivery_pence` are None while
    there are no lines, `delivery_pence` also where no tariff was agreed. `order_before` is until
    when on `order_day` that day holds, None for all of it. `at_home` and `on_order` are names
    of products with how many. `not_provided` are the products that care homes are not given, and
    why, if the person lives in one: with them the order would be refused.
    """

    person: Person
    funder: str | None
    funder_name: str | None
    lines: list[QuotedLine]
    speed: Speed | None
    due_on: date | None
    order_before: time | None
    order_day: date
    asked_on: date
    total_pence: int
    delivery_pence: int | None
    warnings: list[OrderWarning]
    not_provided: dict[str, str]
    beyond: list[str]
    authority: Authority
    at_home: dict[str, int]
    on_order: dict[str, int]


async def quote(caller: Caller, sketch: Sketch, now: datetime) -> Quote:
    """What an order would be; the look at the person is noted.

    Raises as placing does, but for what it tells: unanswered warnings, what care homes are not
    given, and a missing funder.
    """
    check_may(caller, "order")
    check_lines(sketch.lines)
    async with in_sight_of(caller, now):
        seen = await look(caller, [sketch.person], now, "order")
        person = await record(seen[sketch.person], followed_from=sketch.person)
        check_within_reach(person.died_on, person.moved_on)
        return await _quote(caller, sketch, person, now)


async def _quote(caller: Caller, sketch: Sketch, person: Person, now: datetime) -> Quote:
    funder = sketch.funder or person.funder
    if funder is not None and funder != person.funder and not charges_as_own(caller, funder):
        raise Wrong([Fault("funder", "There is no such partner.")])
    goods = await goods_of(await unpacked(sketch.lines), now)
    skus = {each.sku for each in ordered(goods)}
    known = await known_of(person.id, None)
    depot = await serving_depot(person.postcode)
    speed = sketch.speed or (fastest(goods) if goods else None)
    authority = await authority_of(caller)
    own = funder is None or charges_as_own(caller, funder)
    left = await left_of(authority, Spending(caller.user, person.id, london_day(now)))
    names = await _names({*known.at_home, *known.on_order})
    return Quote(
        person=person,
        funder=funder,
        funder_name=await _partner_name(funder),
        lines=await _lines(goods, london_day(now)),
        speed=speed,
        due_on=due_on(now, speed, depot.cut_off) if speed else None,
        order_before=depot.cut_off,
        order_day=counted_on(now, depot.cut_off),
        asked_on=london_day(now),
        total_pence=sum(each.price_pence * each.line.quantity for each in goods),
        delivery_pence=await delivery_rate(london_day(now), speed) if speed else None,
        warnings=await raised(ordered(goods), known, specials_in(goods)) if goods else [],
        not_provided=await not_provided_to(person.id, skus, london_day(now)) if skus else {},
        beyond=beyond(left, wanted(goods), charges_own_partner=own) if goods else [],
        authority=authority,
        at_home=_named(known.at_home, names),
        on_order=_named(known.on_order, names),
    )


async def _partner_name(ods: str | None) -> str | None:
    rows = await fetch(_PARTNER, [] if ods is None else [sought(ods)])
    if ods is not None and not rows:
        raise Wrong([Fault("funder", "There is no such partner.")])
    return rows[0]["name"] if rows else None


_PARTNER: Final = "select name from partners where ods = any($1::varchar[])"


async def _names(skus: set[str]) -> dict[str, str]:
    return {row["sku"]: row["name"] for row in await fetch(_NAMES, sorted(skus))}


_NAMES: Final = "select sku, name, equivalents from products where sku = any($1::varchar[])"


def _named(many: Mapping[str, int], names: Mapping[str, str]) -> dict[str, int]:
    """By the products' names, in their order."""
    found: dict[str, int] = {}
    for sku, number in many.items():
        found[names[sku]] = found.get(names[sku], 0) + number
    return dict(sorted(found.items()))


async def _lines(goods: Sequence[Goods], day: date) -> list[QuotedLine]:
    """The lines with what is free of each, and with equivalents where that is too little."""
    skus = {each.product.sku for each in goods if each.product is not None}
    rows = await fetch(_NAMES, sorted(skus))
    equivalents = {row["sku"]: list(row["equivalents"]) for row in rows}
    others = {other for each in equivalents.values() for other in each}
    free = await free_of(skus | others, day)
    names = await _names(others)
    return list(_quoted(goods, equivalents, free, names))


async def free_of(skus: set[str], day: date) -> dict[str, int]:
    """How many of each product the depots could send now."""
    return {
        sku: sum(shelf.available for shelf in found if shelf.kind == "depot")
        for sku, found in (await shelves(sorted(skus), day)).items()
    }


def _quoted(
    goods: Sequence[Goods],
    equivalents: Mapping[str, Sequence[str]],
    free: Mapping[str, int],
    names: Mapping[str, str],
) -> Iterator[QuotedLine]:
    for each in goods:
        quantity, product = each.line.quantity, each.product
        if product is None:
            assert each.line.special is not None
            name = each.line.special.description
            yield QuotedLine(None, name, quantity, each.price_pence, None, None, None, [])
            continue
        there = free[product.sku]
        instead = [
            Instead(other, names[other], free[other])
            for other in equivalents[product.sku]
            if there < quantity <= free[other] and other in names
        ]
        yield QuotedLine(
            product.sku,
            product.name,
            quantity,
            each.price_pence,
            product.level,
            product.max_user_kg,
            there,
            instead,
        )


def too_weak(max_user_kg: int | None, person: Person) -> bool:
    """Whether a product is known not to carry a person."""
    weight = person.weight_kg
    return max_user_kg is not None and weight is not None and weight > max_user_kg
