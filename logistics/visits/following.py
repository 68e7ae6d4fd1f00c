"""Visits follow scans: what was delivered, fetched, mended or checked is done on its visit, too.

An item is always right: visits read what has become of it, and never the other way round. What
happened without a visit, such as handing over at the counter, ends the line and costs nobody one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

import asyncpg

from budget.database import execute, fetch, transaction
from equipment.people.visibility import EVERYONE
from equipment.staff.roles import SYSTEM
from logistics.visits.ending import DONE_OUTCOMES, charge_done, close_lines, end, lock_visit
from logistics.visits.making import note_each
from logistics.visits.visit_form import DONE, STILL_TO_COME

_AT_ONCE: Final = 500


async def follow(now: datetime, visits: Sequence[UUID] | None = None) -> int:
    """Bring visits to where scans and orders have left them; how many it was.

    All that are still to come, or those that are named.
    """
    if visits is None:
        found = {row["visit"] for row in await fetch(_ALL_CHANGED)}
    else:
        # One by one, by a plan that is made once: to plan is dearer than to look.
        found = {visit for visit in visits if await fetch(_CHANGED, visit)}
    for visit in sorted(found):
        async with transaction(viewer=EVERYONE):
            await follow_one(visit, now)
    return len(found)


# Lines whose item or order is not as it was when they were made. A movement counts for the visit
# that it names, and for one that is on its way (planned or begun). Movements are looked for only
# where something has happened, so that a look at all the open lines costs little.
def _changed(which: str) -> str:
    return f"""
with maybe as materialized (
    select n.*, v.status as visit_status,
        l.quantity as ordered, l.delivered as now_delivered, l.wanted, l.due_on as order_due,
        i.state is not distinct from 'on_loan' and i.loan is not distinct from n.loan as still_there
    from visit_lines n join visits v on v.id = n.visit
    left join order_lines l on l.id = n.order_line
    left join items i on i.id = n.item
    where n.closed_at is null and {which} and case
        when n.order_line is not null then not l.wanted or l.delivered - n.delivered >= n.quantity
            or l.quantity - n.delivered <> n.quantity or l.due_on <> n.due_on
        else i.state <> 'on_loan' or i.loan is distinct from n.loan
            or (n.kind in ('repair', 'service') and i.updated_at >= n.made_at) end
)
select n.id, n.visit, n.kind, n.quantity, n.delivered, n.due_on, n.visit_status,
    n.ordered, n.now_delivered, n.wanted, n.order_due, n.still_there, m.*
from maybe n
left join lateral (
    select bool_or(a.action = 'collect') as fetched, bool_or(a.action = 'repair') as mended,
        bool_or(exists (select from checks c where c.movement = a.id)) as checked,
        bool_or(a.details ->> 'visit' = n.visit::text) as named, max(a.occurred_at) as happened_at
    from movements a
    where a.recorded_at >= n.made_at and a.action in ('collect', 'deliver', 'repair', 'check')
        and a.item = any(array(select n.item where n.item is not null union all
            select o.item from loans o where o.order_line = n.order_line))
        and (select true from receipts u where u.id = a.id and u.kind = 'undo') is null
) m on true
where n.order_line is not null or not n.still_there
    or (n.kind = 'repair' and m.mended) or (n.kind = 'service' and m.checked)
order by n.visit, n.seq limit {_AT_ONCE}
"""  # noqa: S608 - conditions from code


_ALL_CHANGED: Final = _changed("true")
_CHANGED: Final = _changed("n.visit = $1")


async def follow_one(visit: UUID, now: datetime) -> None:
    """The same for one, within the caller's open transaction."""
    row = await lock_visit(visit)
    if row is None or row["status"] not in STILL_TO_COME:
        return
    changed = await fetch(_CHANGED, visit)
    outcomes = {each["id"]: what for each in changed if (what := became(each)) is not None}
    await close_lines(outcomes, now)
    left = [each for each in changed if each["id"] not in outcomes and each["ordered"] is not None]
    await _adapt(visit, left)
    happened = max((each["happened_at"] for each in changed if each["happened_at"]), default=now)
    begun = bool(set(outcomes.values()) & DONE_OUTCOMES)
    await stand(row, begun=begun, at=min(happened, now), now=now)


def became(line: asyncpg.Record) -> str | None:
    """What has become of a line by what was scanned and ordered; None while it is to be done."""
    on_its_way = line["named"] or line["visit_status"] in {"planned", "under_way"}
    if line["ordered"] is not None:
        brought = line["now_delivered"] - line["delivered"]
        if brought >= line["quantity"] or (brought > 0 and not line["wanted"]):
            return "delivered" if on_its_way else "cancelled"
        return None if line["wanted"] else "cancelled"
    if not line["still_there"]:
        fetched = line["fetched"] and line["kind"] in {"collection", "swap"}
        return DONE[line["kind"]] if fetched and on_its_way else "cancelled"
    if (line["kind"] == "repair" and line["mended"]) or line["kind"] == "service":
        return DONE[line["kind"]]
    return None


async def _adapt(visit: UUID, lines: Sequence[asyncpg.Record]) -> None:
    """Have lines follow an order that was changed: how many, and by when."""
    if not lines:
        return
    many = [max(1, line["ordered"] - line["delivered"]) for line in lines]
    await execute(_ADAPT, [line["id"] for line in lines], many, [
        line["order_due"] for line in lines
    ])  # fmt: skip
    await execute(_EARLIEST, visit)


_ADAPT: Final = """
update visit_lines n set quantity = a.quantity, due_on = a.due_on
from unnest($1::uuid[], $2::integer[], $3::date[]) a (id, quantity, due_on) where n.id = a.id
"""
_EARLIEST: Final = """
update visits v set due_on = n.due_on, ready_on = least(v.ready_on, n.due_on),
    version = v.version + 1
from (select min(due_on) as due_on from visit_lines where visit = $1 and closed_at is null) n
where v.id = $1 and v.due_on <> n.due_on and v.deferred_from is null
"""


async def stand(visit: asyncpg.Record, *, begun: bool, at: datetime, now: datetime) -> None:
    """Set where the visit stands by its lines, and what it costs once all are closed."""
    rows = await fetch(_OUTCOMES, visit["id"])
    outcomes = {row["outcome"] for row in rows}
    if None in outcomes:
        if begun and visit["status"] == "planned":
            await execute(_BEGIN, visit["id"])
            await note_each({visit["id"]: "begun"}, SYSTEM, now)
        return
    if outcomes & DONE_OUTCOMES:
        await end(visit["id"], "done", by="scans", now=now, at=at)
        await charge_done(visit, uuid5(visit["id"], "scans"), at, now)
        await note_each({visit["id"]: "done"}, SYSTEM, now)
    else:
        await end(visit["id"], "cancelled", by="service", now=now)
        await note_each({visit["id"]: "cancelled"}, SYSTEM, now)


_OUTCOMES: Final = "select distinct outcome from visit_lines where visit = $1"
_BEGIN: Final = "update visits set status = 'under_way', version = version + 1 where id = $1"
