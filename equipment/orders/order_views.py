"""Orders as they are shown, and who may see which."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from budget.database import fetch, fetch_one
from budget.narrowing import narrowed
from budget.refusals import Missing
from equipment.catalogue.stock import shelves
from equipment.orders.order_form import (
    Answered,
    Event,
    Next,
    Order,
    OrderRecord,
    ShownLine,
    Special,
)
from equipment.orders.order_lifecycle import Status
from equipment.orders.promises import items_of
from equipment.people.visibility import in_sight_of, sees_all_orders, visible_people
from equipment.staff.roles import AUTHORISER, PRESCRIBER, Caller, check_may

_SEE_THEIR_PARTNERS: Final = frozenset({PRESCRIBER, AUTHORISER})


async def look_up(caller: Caller, order: UUID, now: datetime) -> OrderRecord:
    """An order with all that was said and done about it; Missing where it is not theirs to see."""
    check_may(caller, "read orders")
    async with in_sight_of(caller, now):
        await check_visible(caller, order, now)
        shown = await shown_order(order)
        answers = [Answered(**row) for row in await fetch(_ANSWERS, order)]
        history = [Event(**row) for row in await fetch(_HISTORY, order)]
    return OrderRecord(
        **{name: getattr(shown, name) for name in Order.__struct_fields__},
        answers=answers,
        history=history,
    )


_ANSWERS: Final = """
select warning, detail, reason, answered_at, answered_by from order_answers
where "order" = $1 order by id
"""
_HISTORY: Final = 'select kind, at, actor, reason from order_events where "order" = $1 order by id'


async def check_visible(caller: Caller, order: UUID, now: datetime) -> None:
    """Raise Missing unless it is there and the caller's to see.

    Those of their partners, those that they placed, and those for people who are theirs to see.
    """
    row = await fetch_one(_WHOSE, order)
    if row is None or not await _sees(caller, row, now):
        raise Missing("order-not-found", "There is no such order.")


_WHOSE: Final = "select person, funder, ordered_by from order_standings where id = $1"


async def _sees(caller: Caller, row: asyncpg.Record, now: datetime) -> bool:
    if sees_all_orders(caller) or row["ordered_by"] == caller.user:
        return True
    if not caller.roles & _SEE_THEIR_PARTNERS:
        return False
    if row["funder"] in caller.partners:
        return True
    return bool(await visible_people(caller, [row["person"]], now))


class Search(msgspec.Struct, frozen=True):
    """Which orders are asked for: None is any."""

    status: Status | None = None
    person: UUID | None = None


async def listed(
    caller: Caller, search: Search, now: datetime, *, after: int, limit: int
) -> list[tuple[int, Order]]:
    """Orders with their keys, in the order in which they were placed: of one status or of any.

    Those that the caller may see: of a person who is theirs to see, all.
    """
    check_may(caller, "read orders")
    sees_all = sees_all_orders(caller)
    if search.person is not None and not sees_all:
        sees_all = bool(await visible_people(caller, [search.person], now))
    asked = {
        "o.seq > {}": after,
        "o.status = {}": search.status,
        "o.person = {}": search.person,
    }
    if sees_all:
        sql, values = narrowed(_LISTED, asked, limit)
    else:
        partners = caller.partners if caller.roles & _SEE_THEIR_PARTNERS else frozenset()
        sql, values = narrowed(_LISTED_OWN, asked, limit, sorted(partners), caller.user)
    async with in_sight_of(caller, now):
        rows = await fetch(sql, *values)
        shown = await shown_orders([row["id"] for row in rows])
    return [(row["seq"], shown[row["id"]]) for row in rows]


_LISTED: Final = "select o.id, o.seq from orders o where {where} order by o.seq limit $1"
# By the index of each partner and of whoever placed them: never through everybody's.
_LISTED_OWN: Final = """
select id, seq from (
    select o.id, o.seq from unnest($2::varchar[]) theirs (ods) cross join lateral (
        select o.id, o.seq from orders o where o.funder = theirs.ods and {where}
        order by o.seq limit $1) o
    union
    (select o.id, o.seq from orders o where o.ordered_by = $3 and {where} order by o.seq limit $1)
) o order by seq limit $1
"""


async def shown_order(order: UUID) -> Order:
    """An order that is known to be there, in a transaction in whose sight it is."""
    return (await shown_orders([order]))[order]


async def shown_orders(orders: Sequence[UUID]) -> dict[UUID, Order]:
    """Orders by their ids, in four statements, or five where something waits.

    In a transaction that says who looks: of those whom it does not see, none.
    """
    if not orders:
        return {}
    rows = await fetch(_ORDERS, orders)
    lines: dict[UUID, list[ShownLine]] = {row["id"]: [] for row in rows}
    told = await fetch(_LINES, orders)
    codes: dict[UUID, list[str]] = {row["id"]: [] for row in told}
    for row in await items_of([row["id"] for row in told]):
        codes[row["line"]].append(row["code"])
    instead = await _instead({row["sku"] for row in told if row["status"] == "awaiting_stock"})
    for row in told:
        lines[row["order"]].append(_line(row, codes[row["id"]], instead))
    return {row["id"]: _order(row, lines[row["id"]]) for row in rows}


_ORDERS: Final = """
select o.id, o.status, o.person, o.funder, o.depot, o.speed, o.due_on, o.ordered_at,
    u.username as ordered_by, o.delivery_pence, o.beyond, o.reason, o.notes,
    f.name as funder_name, d.name as depot_name
from orders o join users u on u.id = o.ordered_by join partners f on f.ods = o.funder
join depots d on d.code = o.depot where o.id = any($1::uuid[])
"""
_LINES: Final = """
select l."order", l.id, l.sku, coalesce(p.name, l.special ->> 'description') as name, l.quantity,
    l.status, l.delivered, l.price_pence, l.charge_pence, l.special, l.review_on, l.end_on
from order_lines l left join products p on p.sku = l.sku
where l."order" = any($1::uuid[]) order by l."order", l.place
"""


async def _instead(skus: AbstractSet[str | None]) -> dict[str, list[str]]:
    """Of each product that is waited for, those that serve as well and stand at a main depot."""
    rows = await fetch(_EQUIVALENTS, [sku for sku in skus if sku is not None])
    others = {other for row in rows for other in row["equivalents"]}
    free = await shelves(others, None) if others else {}
    stocked = {sku for sku, found in free.items() if any(shelf.kind == "depot" for shelf in found)}
    return {row["sku"]: [other for other in row["equivalents"] if other in stocked] for row in rows}


_EQUIVALENTS: Final = """
select sku, equivalents from products where sku = any($1::varchar[]) and equivalents <> '{}'
"""


def _line(row: asyncpg.Record, codes: list[str], instead: Mapping[str, list[str]]) -> ShownLine:
    fields: dict[str, Any] = {name: row[name] for name in row.keys() if name != "order"}  # noqa: SIM118 - no dictionary
    waits = row["status"] == "awaiting_stock"
    equivalents = instead.get(row["sku"], []) if waits else []
    special = row["special"]
    fields["special"] = special and msgspec.json.decode(special, type=Special)
    return ShownLine(**fields, items=codes, equivalents=equivalents)


def _order(row: asyncpg.Record, lines: list[ShownLine]) -> Order:
    fields: dict[str, Any] = {name: row[name] for name in row.keys() if name not in _NAMES}  # noqa: SIM118 - no dictionary
    return Order(
        **fields,
        total_pence=total_pence(lines),
        lines=lines,
        visit=None,
        next=next_of(row, lines),
    )


# What the order's codes are called, for the words on whose turn it is.
_NAMES: Final = frozenset({"funder_name", "depot_name"})


def total_pence(lines: Iterable[ShownLine]) -> int:
    """What the lines cost: of a cancelled one, what was delivered of it."""
    return sum(
        line.price_pence * (line.delivered if line.status == "cancelled" else line.quantity)
        for line in lines
    )


def next_of(row: asyncpg.Record, lines: Sequence[ShownLine]) -> Next | None:
    """What happens next, by when, and whose turn it is; nothing once an order has ended."""
    depot = row["depot_name"]
    match row["status"]:
        case "awaiting_authorisation":
            who = f"an authoriser of {row['funder_name']}"
            return Next("Waits for approval.", None, who)
        case "authorised" | "part_delivered":
            waiting = [line.name for line in lines if line.status == "awaiting_stock"]
            if waiting:
                return Next(f"Waits for stock: {', '.join(waiting)}.", row["due_on"], depot)
            return Next("Is set aside, and will be delivered.", row["due_on"], depot)
        case "scheduled":
            return Next("Is planned for delivery.", row["due_on"], depot)
        case _:
            return None
