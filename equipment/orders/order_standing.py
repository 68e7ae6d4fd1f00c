"""Where orders stand, by what of their lines is delivered; and what they commit funders to."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from budget.commitments import Committed, commit
from budget.database import execute, fetch, transaction
from budget.years import london_day
from equipment.orders.order_lifecycle import UNDER_WAY, status_of


async def bring_up_to_date(orders: Collection[UUID], now: datetime) -> None:
    """Let orders and their commitments follow their lines.

    Within the caller's open transaction, after the queues are locked: the orders are locked here.
    """
    if not orders:
        return
    rows = await fetch(_ORDERS, sorted(orders))
    lines: dict[UUID, list[asyncpg.Record]] = {row["id"]: [] for row in rows}
    for line in await fetch(_LINES, sorted(orders)):
        lines[line["order"]].append(line)
    statuses = {
        row["id"]: status_of(
            row["status"], ((line["status"], line["delivered"]) for line in lines[row["id"]])
        )
        for row in rows
    }
    changed = [row["id"] for row in rows if statuses[row["id"]] != row["status"]]
    if changed:
        await execute(_SET, changed, [statuses[order] for order in changed])
    told = [each for row in rows for each in _committed(row, statuses[row["id"]], lines[row["id"]])]
    await commit(told, now)


_ORDERS: Final = """
select id, funder, due_on, status, delivery_pence, exists (
    select from budget_years where model = 'pool_stock'
        and year = to_char(due_on - interval '3 months', 'YYYY-')
            || to_char(due_on + interval '9 months', 'YY')) as on_stock
from order_standings where id = any($1::uuid[]) order by id for no key update
"""
_LINES: Final = """
select id, "order", status, quantity, delivered, wanted, price_pence
from order_lines where "order" = any($1::uuid[]) order by "order", place
"""
_SET: Final = """
update order_standings o set status = n.status from unnest($1::uuid[], $2::varchar[]) n (id, status)
where o.id = n.id
"""


def _committed(
    order: asyncpg.Record, status: str, lines: Sequence[asyncpg.Record]
) -> Iterator[Committed]:
    """What is still to be delivered at its price, and once the delivery while anything is.

    What falls due in a year on pool-owned stock will not be charged: the delivery alone is.
    """
    under_way = status in UNDER_WAY
    open_units = {
        line["id"]: line["quantity"] - line["delivered"] if under_way and line["wanted"] else 0
        for line in lines
    }
    for line in lines:
        pence = 0 if order["on_stock"] else open_units[line["id"]] * line["price_pence"]
        yield Committed(order["id"], line["id"], order["funder"], order["due_on"], pence)
    delivery = (order["delivery_pence"] or 0) if any(open_units.values()) else 0
    yield Committed(order["id"], None, order["funder"], order["due_on"], delivery)


async def go_over(now: datetime) -> int:
    """Let what is ordered commit whoever has taken over from a partner; how many orders it was.

    Each in a transaction of its own. What is delivered then is the successor's to pay.
    """
    rows = await fetch(_LEFT_BEHIND, list(UNDER_WAY), london_day(now), AT_ONCE)
    for row in rows:
        async with transaction():
            await bring_up_to_date([row["id"]], now)
    return len(rows)


AT_ONCE: Final = 500
"""Orders that go over in one go: the rest does within the hour."""
_LEFT_BEHIND: Final = """
select o.id from order_standings o
where o.status = any($1::varchar[]) and exists (
    select from commitments c join partners p on p.ods = c.partner and p.succeeded_on <= $2
    where c."order" = o.id group by c.partner having sum(c.pence) <> 0
)
order by o.id limit $3
"""


async def say_scheduled(orders: Collection[UUID], *, scheduled: bool) -> None:
    """Say that a visit for these orders is planned, or given up; those past that stay as they are.

    Within the caller's open transaction. They are locked in the order of their ids.
    """
    if orders:
        before, after = ("authorised", "scheduled")[:: 1 if scheduled else -1]
        await execute(_SCHEDULE, sorted(orders), before, after)


_SCHEDULE: Final = """
with told as materialized (
    select id from order_standings where id = any($1::uuid[]) and status = $2 order by id for update
)
update order_standings o set status = $3 from told where o.id = told.id and o.status = $2
"""
