"""How visits end: what they cost, and what their end means for orders and requests."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from budget.database import execute, fetch, fetch_one
from budget.visit_charges import Charge, ChargeKind, VisitEnd, post, reverse
from budget.years import london_day
from equipment.orders.order_standing import say_scheduled
from logistics.visits.visit_form import DONE, Kind

DONE_OUTCOMES: Final = frozenset(DONE.values())
_CHARGED_AS: Final[dict[Kind, ChargeKind]] = {
    "delivery": "delivery",
    "collection": "collection",
    "swap": "swap",
    "repair": "repair_visit",
    "service": "service_visit",
}


async def lock_visit(visit: UUID) -> asyncpg.Record | None:
    """The visit's row, held until the open transaction ends; None where there is none."""
    return await fetch_one(_LOCK, visit)


_LOCK: Final = """
select id, person, depot, status, funder, ready_on, due_on, attempt, round, ended_by, version,
    made_at, window_from, window_to
from visits where id = $1 for update
"""


async def close_lines(outcomes: Mapping[UUID, str], now: datetime) -> None:
    """Say what became of lines; said again, it is what was said last."""
    if outcomes:
        await execute(_CLOSE, list(outcomes), list(outcomes.values()), now)


_CLOSE: Final = """
update visit_lines n set outcome = c.outcome, closed_at = $3
from unnest($1::uuid[], $2::varchar[]) c (id, outcome) where n.id = c.id
"""


async def end(visit: UUID, status: str, *, by: str, now: datetime, **why: Any) -> None:
    """Set a visit's end, within the caller's open transaction, who holds it.

    `at` is when the crew was there; nobody was where it was called off.
    """
    happened_on = None if status == "cancelled" else london_day(why.get("at", now))
    why_not = why.get("reason"), why.get("fault")
    await execute(_END, visit, status, now, by, *why_not, happened_on)
    await free_orders([visit])


_END: Final = """
update visits set status = $2, ended_at = $3, ended_by = $4, reason = coalesce($5, reason),
    fault = $6, happened_on = $7, version = version + 1
where id = $1
"""


async def free_orders(visits: Collection[UUID]) -> None:
    """Have orders no longer be scheduled that none of their lines has a planned visit for."""
    rows = await fetch(_NO_LONGER_PLANNED, list(visits))
    await say_scheduled([row["order"] for row in rows], scheduled=False)


_NO_LONGER_PLANNED: Final = """
select distinct l."order" from visit_lines n join order_lines l on l.id = n.order_line
where n.visit = any($1::uuid[]) and not exists (
    select from order_lines s join visit_lines o on o.order_line = s.id and o.closed_at is null
    join visits v on v.id = o.visit and v.status in ('planned', 'under_way')
    where s."order" = l."order")
"""


async def charge_done(visit: asyncpg.Record, ended_by: UUID, at: datetime, now: datetime) -> None:
    """Charge what was done on a visit, within the caller's open transaction, who holds it."""
    rows = await fetch(_DONE, visit["id"], sorted(DONE_OUTCOMES))
    charges = [
        Charge(_CHARGED_AS[row["kind"]], row["funder"], row["order"], row["speed"]) for row in rows
    ]
    await post(_end_of(visit, ended_by, at, now), charges)
    await execute(_SETTLE_REQUESTS, visit["id"], now)


# Of each funder's deliveries the earliest order's comes first.
_DONE: Final = """
select n.kind, n.funder, o.id as "order", o.speed
from visit_lines n left join order_lines l on l.id = n.order_line
left join order_standings o on o.id = l."order"
where n.visit = $1 and n.outcome = any($2::varchar[]) and n.funder is not null
order by o.ordered_at, o.seq, n.seq
"""
# The technician who was there may not read what strangers sent, and settles it all the same.
_SETTLE_REQUESTS: Final = "select settle_requests_of($1, $2)"


async def take_back(visit: asyncpg.Record, undo: UUID, at: datetime, now: datetime) -> int:
    """Take back what a visit was charged for what is not done any more; how many charges."""
    rows = await fetch(_DONE, visit["id"], sorted(DONE_OUTCOMES))
    still_due = {_CHARGED_AS[row["kind"]] for row in rows}
    return await reverse(_end_of(visit, undo, at, now), still_due)


async def charge_failed(visit: asyncpg.Record, ended_by: UUID, at: datetime, now: datetime) -> None:
    """Charge a visit that failed through no fault of the service's to its first line's funder."""
    row = await fetch_one(_FIRST, visit["id"])
    if row is not None and row["funder"] is not None:
        charges: Sequence[Charge] = [Charge("failed_visit", row["funder"])]
        await post(_end_of(visit, ended_by, at, now), charges)


_FIRST: Final = "select funder from visit_lines where visit = $1 order by seq limit 1"


def _end_of(visit: asyncpg.Record, ended_by: UUID, at: datetime, now: datetime) -> VisitEnd:
    return VisitEnd(
        visit=visit["id"], ended_by=ended_by, depot=visit["depot"], occurred_at=at, recorded_at=now
    )
