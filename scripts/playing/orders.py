"""Puts the orders behind the play's loans: each authorised, with the item that is set aside for it.

As orders of an earlier system are taken over, many at a time: placed one by one, each would wait
for its turn at the shelves, which the play has planned already.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from budget.commitments import Committed, commit
from budget.database import execute, fetch, transaction
from equipment.people.visibility import EVERYONE


class PlayedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One of a product for somebody; `item` is the code of what is set aside for it."""

    id: UUID
    line: UUID
    by: str
    person: UUID
    funder: str
    depot: str
    sku: str
    price_pence: int
    speed: str
    ordered_at: datetime
    due_on: date
    item: str


async def put_behind(orders: Sequence[PlayedOrder], now: datetime) -> None:
    """Enter those that are not there yet, all of them or none; their items are allocated."""
    if not orders:
        return
    told = msgspec.json.encode(orders).decode()
    async with transaction(viewer=EVERYONE):
        # In the order of their codes, as everybody does.
        await execute(_HOLD, sorted(each.item for each in orders))
        rows = {row["id"]: row["delivery_pence"] for row in await fetch(_ORDERS, told)}
        fresh = [each for each in orders if each.id in rows]
        if not fresh:
            return
        await execute(_LINES, msgspec.json.encode(fresh).decode(), now)
        await commit([part for each in fresh for part in _parts(each, rows[each.id])], now)


def _parts(order: PlayedOrder, delivery_pence: int | None) -> list[Committed]:
    line = Committed(order.id, order.line, order.funder, order.due_on, order.price_pence)
    delivery = Committed(order.id, None, order.funder, order.due_on, delivery_pence or 0)
    return [line, delivery]


_HOLD: Final = "select from items where code = any($1::varchar[]) order by code for update"
_TOLD: Final = """
told as materialized (
    select * from jsonb_to_recordset($1::jsonb) told (id uuid, line uuid, by varchar, person uuid,
        funder varchar, depot varchar, sku varchar, price_pence bigint, speed varchar,
        ordered_at timestamptz, due_on date, item varchar)
)
"""
_ORDERS: Final = f"""
with {_TOLD}
insert into orders (id, person, funder, depot, speed, due_on, status, ordered_at, ordered_by,
    beyond, delivery_pence)
select t.id, t.person, t.funder, t.depot, t.speed, t.due_on, 'authorised', t.ordered_at, u.id,
    '{{}}', (y.tariff -> 'delivery' ->> t.speed)::bigint
from told t join users u on lower(u.username) = t.by
left join budget_years y on y.year = to_char(t.ordered_at - interval '3 months', 'YYYY-')
    || to_char(t.ordered_at + interval '9 months', 'YY')
order by t.ordered_at, t.id
on conflict (id) do nothing returning id, delivery_pence
"""  # noqa: S608 - our own text
# A line and its promise come in one transaction: nobody ever sees it wait.
_LINES: Final = f"""
with {_TOLD}, noted as (
    insert into order_events ("order", kind, at, actor)
    select t.id, 'placed', t.ordered_at, t.by from told t order by t.ordered_at, t.id
), lined as (
    insert into order_lines (id, "order", place, sku, quantity, price_pence, wanted, due_on)
    select t.line, t.id, 0, t.sku, 1, t.price_pence, true, t.due_on
    from told t order by t.ordered_at, t.id returning id
)
insert into promises (item, line, promised_at)
select i.id, t.line, $2 from lined join told t on t.line = lined.id
join items i on i.code = t.item order by i.code
"""  # noqa: S608 - our own text
