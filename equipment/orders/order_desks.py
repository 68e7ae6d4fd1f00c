"""Orders as those see them who placed them, and those who decide about them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from budget.database import fetch
from budget.narrowing import narrowed
from equipment.orders.order_form import Order, OrderRecord
from equipment.orders.order_lifecycle import Status
from equipment.orders.order_views import look_up, shown_orders
from equipment.people.looks import note
from equipment.people.person_form import Person
from equipment.people.person_records import records
from equipment.people.visibility import in_sight_of, seen_as
from equipment.staff.roles import ADMINISTRATOR, COORDINATOR, Caller, check_may

_PARTNERS_MAX: Final = 500


class Slip(msgspec.Struct, frozen=True):
    """An order with the person whom it is for; None where the caller may not see them."""

    seq: int
    order: Order
    person: Person | None


async def mine(
    caller: Caller, status: Status | None, now: datetime, *, before: int | None, limit: int
) -> list[Slip]:
    """The orders that the caller placed, the newest first; each person shown is a look."""
    check_may(caller, "order")
    conditions = {"seq < {}": before, "status = {}": status}
    sql, values = narrowed(_MINE, conditions, limit, caller.user)
    return await _slips(caller, sql, values, now)


_MINE: Final = """
select id, seq from orders where ordered_by = $2 and {where} order by seq desc limit $1
"""


async def queue(caller: Caller, now: datetime, *, after: int, limit: int) -> list[Slip]:
    """What waits for the caller's decision, the oldest first: never what they ordered."""
    check_may(caller, "decide on orders")
    partners = None if ADMINISTRATOR in caller.roles else sorted(caller.partners)
    conditions = {"seq > {}": after, "funder = any({}::varchar[])": partners}
    sql, values = narrowed(_QUEUE, conditions, limit, caller.user)
    return await _slips(caller, sql, values, now)


_QUEUE: Final = """
select id, seq from orders
where status = 'awaiting_authorisation' and ordered_by <> $2 and {where} order by seq limit $1
"""


async def _slips(caller: Caller, sql: str, values: Sequence[object], now: datetime) -> list[Slip]:
    async with in_sight_of(caller, now):
        rows = await fetch(sql, *values)
        orders = await shown_orders([row["id"] for row in rows])
        wanted = {order.person for order in orders.values()}
        seen = await seen_as(caller, wanted, now) if wanted else {}
        shown = sorted(set(seen.values()))
        await note(caller, shown, now, "order")
        people = {person.id: person for person in await records(shown)}
        return [
            Slip(row["seq"], order, people.get(seen.get(order.person, order.person)))
            for row in rows
            for order in [orders[row["id"]]]
        ]


class Opened(msgspec.Struct, frozen=True):
    """An order with all that whoever decides about it or asks after it wants to know.

    `person` is None where the caller may not see them, and what they have at home then, too.
    """

    order: OrderRecord
    person: Person | None
    funder_name: str
    at_home: dict[str, int]


async def opened(caller: Caller, order: UUID, now: datetime) -> Opened:
    """An order as its page shows it; the look is noted. Missing where it is not theirs to see."""
    shown = await look_up(caller, order, now)
    async with in_sight_of(caller, now):
        seen = await seen_as(caller, [shown.person], now)
        await note(caller, seen.values(), now, "order")
        people = await records(list(seen.values()))
        home = await fetch(_AT_HOME, list(seen.values()))
        funder = await fetch(_NAME_OF, shown.funder)
    return Opened(
        order=shown,
        person=people[0] if people else None,
        funder_name=funder[0]["name"],
        at_home={row["name"]: row["many"] for row in home},
    )


_NAME_OF: Final = "select name from partners where ods = $1"
_AT_HOME: Final = """
select p.name, count(*)::int as many from items i join products p on p.sku = i.sku
where i.state = 'on_loan' and i.person = any(array(
    select unnest(family_of(each)) from unnest($1::uuid[]) each))
group by p.name order by p.name
"""


async def payers(caller: Caller) -> dict[str, str]:
    """The partners whose money the caller may spend, by their codes, with their names."""
    check_may(caller, "order")
    any_of_them = bool(caller.roles & {ADMINISTRATOR, COORDINATOR})
    own = None if any_of_them else sorted(caller.partners)
    sql, values = narrowed(_PAYERS, {"ods = any({}::varchar[])": own}, _PARTNERS_MAX)
    return {row["ods"]: row["name"] for row in await fetch(sql, *values)}


_PAYERS: Final = "select ods, name from partners where {where} order by name limit $1"
