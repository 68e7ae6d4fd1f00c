"""What a recall has fetched: visits for what is lent, called off where the recall lets it go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from budget.database import execute, fetch, transaction
from budget.years import london_day
from equipment.people.visibility import EVERYONE
from equipment.serving_depots import depots_around
from equipment.working_days import working_day_after
from logistics.visits.ending import close_lines, lock_visit
from logistics.visits.following import stand
from logistics.visits.making import Wanted, lock_making, put_on_visits
from logistics.visits.visit_form import STILL_TO_COME

RECALL_WITHIN: Final = 2
"""Working days from being recalled to being fetched."""
_AT_ONCE: Final = 500


async def pull_recalls(now: datetime) -> int:
    """Bring visits to where recalls are; how many items that was.

    What is lent is put on a visit to fetch it, unless one is on its way for it already; what a
    recall has let go is taken off the visit that was to fetch it. Look first: most of the time
    there is nothing, and nobody is to wait for that.
    """
    if not await fetch("select from recall_items where visits_behind limit 1"):
        return 0
    async with transaction(viewer=EVERYONE):
        await lock_making()
        behind = await fetch(_BEHIND, _AT_ONCE)
        ids = [row["id"] for row in behind]
        await _make(await fetch(_WANTED, ids), now)
        await _call_off(await fetch(_UNWANTED, ids), now)
        await execute(_CAUGHT_UP, ids)
        return len(ids)


# Locked, so that a recall that lets go of one meanwhile says so afterwards.
_BEHIND: Final = """
select id from recall_items where visits_behind order by id limit $1 for update
"""
_CAUGHT_UP: Final = """
update recall_items set visits_behind = false where id = any($1::bigint[])
"""
_WANTED: Final = """
select distinct on (i.id) i.id as item, i.loan, i.loan_funder as funder, i.sku,
    coalesce(f.merged_into, i.person) as person, p.postcode
from recall_items n join recalls r on r.id = n.recall join items i on i.id = n.item
join person_funders f on f.id = i.person
join people p on p.id = coalesce(f.merged_into, i.person)
where n.id = any($1::bigint[]) and n.ended_at is null and r.closed_at is null
    and i.state = 'on_loan'
    and not exists (select from visit_lines v where v.item = i.id and v.closed_at is null
        and v.kind in ('collection', 'swap'))
order by i.id
"""
_UNWANTED: Final = """
select distinct v.id, v.visit from recall_items n join visit_lines v on v.item = n.item
where n.id = any($1::bigint[]) and n.ended_at is not null and v.why = 'recall'
    and v.closed_at is null
    and not exists (select from recall_items o join recalls r on r.id = o.recall
        where o.item = n.item and o.ended_at is null and r.closed_at is null
            and r.action = 'collect')
order by v.visit, v.id
"""


async def _make(rows: Sequence[asyncpg.Record], now: datetime) -> None:
    if not rows:
        return
    around = await depots_around(row["postcode"] for row in rows)
    today = london_day(now)
    due = working_day_after(today, RECALL_WITHIN)
    wanted = [
        Wanted(
            kind="collection",
            why="recall",
            depot=around.nearest(row["postcode"]).code,
            ready_on=today,
            due_on=due,
            person=row["person"],
            funder=row["funder"],
            item=row["item"],
            loan=row["loan"],
            sku=row["sku"],
        )
        for row in rows
    ]
    await put_on_visits(wanted, now)


async def _call_off(rows: Sequence[asyncpg.Record], now: datetime) -> None:
    lines: dict[UUID, list[UUID]] = {}
    for row in rows:
        lines.setdefault(row["visit"], []).append(row["id"])
    for visit, of_visit in lines.items():
        locked = await lock_visit(visit)
        if locked is not None and locked["status"] in STILL_TO_COME:
            await close_lines(dict.fromkeys(of_visit, "cancelled"), now)
            await stand(locked, begun=False, at=now, now=now)
