"""What would be forgotten: raised as a case, or put right, by the clock's jobs.

Each is raised once, however often it is looked for.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import asyncpg

from budget.database import execute, fetch, transaction
from budget.years import london_day
from equipment.cases import Finding, raise_cases
from equipment.content import hash_of
from equipment.people.visibility import EVERYONE
from equipment.staff.roles import SYSTEM
from logistics.visits.ending import free_orders
from logistics.visits.making import note_each

_AT_ONCE: Final = 500


async def raise_reviews(now: datetime) -> int:
    """A case for each loan to be looked at again by today; how many there are."""
    rows = await fetch(_REVIEWS, london_day(now), _AT_ONCE)
    return await _raise("loan-review", "This loan was to be looked at again by now.", rows, now)


_REVIEWS: Final = """
select l.id as line, l."order", l.review_on as day, o.person, i.id as item
from order_lines l join order_standings o on o.id = l."order" join loans n on n.order_line = l.id
join items i on i.id = n.item and i.loan = n.id and i.state = 'on_loan'
where l.review_on <= $1 and l.review_on > $1 - 365
order by l.review_on, l.id limit $2
"""


async def raise_waiting_orders(now: datetime) -> int:
    """A case for each line that waits for stock on its due day or later; how many there are."""
    rows = await fetch(_WAITING, london_day(now), _AT_ONCE)
    words = "This order is due, and there is no stock for it."
    return await _raise("order-waits", words, rows, now)


_WAITING: Final = """
select l.id as line, l."order", l.due_on as day, o.person, null::bigint as item
from order_lines l join order_standings o on o.id = l."order"
where l.wanted and l.delivered < l.quantity and l.promised + l.delivered < l.quantity
    and l.due_on <= $1 and l.due_on > $1 - 365
order by l.due_on, l.seq limit $2
"""


async def raise_expiring_promises(now: datetime) -> int:
    """A case for each item set aside that will be out of check when it is due; how many."""
    rows = await fetch(_EXPIRING, _AT_ONCE)
    words = "Set aside for an order, but its checks run out before it is due. Examine it first."
    return await _raise("promise-expires", words, rows, now)


_EXPIRING: Final = """
select l.id as line, l."order", l.due_on as day, o.person, i.id as item
from promises p join items i on i.id = p.item join products g on g.sku = i.sku
join order_lines l on l.id = p.line join order_standings o on o.id = l."order"
where (greatest(i.loler_on, i.received_on) + make_interval(months => g.loler_months))::date
        < l.due_on
    or (greatest(i.service_on, i.received_on) + make_interval(months => g.service_months))::date
        < l.due_on
order by l.due_on, i.id limit $1
"""


async def raise_stale_visits(now: datetime) -> int:
    """Open again what was planned for a day that is over, and raise what nobody ended; how many."""
    today = london_day(now)
    async with transaction(viewer=EVERYONE):
        freed = [row["id"] for row in await fetch(_OVER, today, _AT_ONCE)]
        await execute(_OPEN, freed)
        await free_orders(freed)
        await note_each(dict.fromkeys(freed, "unplanned"), SYSTEM, now)
    begun = await fetch(_BEGUN, today, _AT_ONCE)
    words = "A visit was begun on a day that is over, and nobody has said what came of it."
    raised = await _raise("visit-stale", words, begun, now)
    unscanned = await fetch(_UNSCANNED, today, _AT_ONCE)
    words = "The crew says that this was delivered, but nothing was scanned. Find out which item."
    return len(freed) + raised + await _raise("visit-unscanned", words, unscanned, now)


_OVER: Final = """
select v.id from visits v join rounds r on r.id = v.round
where v.status = 'planned' and r.day < $1 order by v.id limit $2 for update of v
"""
_OPEN: Final = """
update visits set status = 'open', round = null, version = version + 1 where id = any($1::uuid[])
"""
_BEGUN: Final = """
select v.id as line, null::uuid as "order", r.day, v.person, null::bigint as item
from visits v join rounds r on r.id = v.round
where v.status = 'under_way' and r.day < $1 order by r.day, v.id limit $2
"""
_UNSCANNED: Final = """
select n.id as line, l."order", n.due_on as day, o.person, null::bigint as item
from order_lines l join order_standings o on o.id = l."order"
join visit_lines n on n.order_line = l.id and n.outcome = 'delivered'
    and n.delivered + n.quantity > l.delivered
where l.wanted and l.delivered < l.quantity
    and (n.closed_at at time zone 'Europe/London')::date < $1
order by n.closed_at, n.id limit $2
"""


async def _raise(kind: str, words: str, rows: Iterable[asyncpg.Record], now: datetime) -> int:
    findings = [
        Finding(
            kind=kind,
            item=row["item"],
            scan=None,
            detail=words,
            content={
                "order": row["order"] and str(row["order"]),
                "person": str(row["person"]),
                "day": str(row["day"]),
            },
            fault=hash_of([kind, row["line"], row["item"], row["day"]]),
            raised_by=SYSTEM,
        )
        for row in rows
    ]
    await raise_cases(findings, now)
    return len(findings)
