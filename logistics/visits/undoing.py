"""What was done on a visit and is undone: the visit is as before, and nobody is charged."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from budget.database import execute, fetch, transaction
from equipment.people.visibility import EVERYONE
from equipment.staff.roles import SYSTEM
from logistics.visits.ending import DONE_OUTCOMES, lock_visit, take_back
from logistics.visits.making import lock_making, note_each

_AT_ONCE: Final = 200
# A scan that undoes is followed at once; later ones are those that a crash has left.
_LOOKED_BACK: Final = timedelta(days=3)
_OUTCOMES_DONE: Final = sorted(DONE_OUTCOMES)


async def reopen(now: datetime) -> int:
    """Open again what was done on visits and has been undone since; how many visits it was."""
    return await _reopen_each(await fetch(_UNDONE, now - _LOOKED_BACK, _OUTCOMES_DONE), now)


async def reopen_after(items: Collection[str], now: datetime) -> int:
    """The same where something was undone of a few items just now, by their codes."""
    if not items:
        return 0
    visits = [row["visit"] for row in await fetch(_DONE_WITH, list(items), _OUTCOMES_DONE)]
    return await _reopen_each(await _undone_of(visits, now), now) if visits else 0


async def _undone_of(visits: Collection[UUID], now: datetime) -> list[asyncpg.Record]:
    return await fetch(_UNDONE_OF, now - _LOOKED_BACK, _OUTCOMES_DONE, list(visits))


async def _reopen_each(rows: Sequence[asyncpg.Record], now: datetime) -> int:
    visits = sorted({row["visit"] for row in rows})
    for visit in visits:
        async with transaction(viewer=EVERYONE):
            await lock_making()
            await _reopen(visit, now)
    return len(visits)


# Undone after it was said to be done, and not done again since. A loan has the id of its delivery.
def _undone(which: str) -> str:
    return f"""
select distinct on (n.id) n.id as line, n.visit, u.id as undo, u.occurred_at as undone_at,
    exists (select from visit_lines o where o.closed_at is null
        and (o.order_line = n.order_line or (o.item = n.item and o.kind = n.kind))) as again
from movements u join movements m on m.id = u.undoes and m.item = u.item
left join loans o on o.id = m.id
join visit_lines n on (n.item = u.item or n.order_line = o.order_line)
    and n.outcome = any($2::varchar[]) and n.closed_at <= u.recorded_at
left join order_lines l on l.id = n.order_line
left join items i on i.id = n.item
where u.undoes is not null and u.recorded_at >= $1 and {which}
    and m.recorded_at >= n.made_at and case m.action
        when 'deliver' then n.kind = 'delivery' and l.delivered < n.delivered + n.quantity
        when 'collect' then n.kind in ('collection', 'swap') and i.state = 'on_loan'
            and i.loan = n.loan
        when 'repair' then n.kind = 'repair'
        when 'check' then n.kind = 'service'
        else false end
order by n.id, u.recorded_at desc limit {_AT_ONCE}
"""  # noqa: S608 - conditions from code


_UNDONE: Final = _undone("true")
_UNDONE_OF: Final = _undone("n.visit = any($3::uuid[])")
# By two indexes: most items were never on a visit.
_DONE_WITH: Final = """
with named as materialized (select id from items where code = any($1::varchar[]))
select visit from visit_lines
where item = any(array(select id from named)) and outcome = any($2::varchar[])
union
select visit from visit_lines
where order_line = any(array(select order_line from loans
        where item = any(array(select id from named)) and order_line is not null))
    and outcome = any($2::varchar[])
"""


async def _reopen(visit: UUID, now: datetime) -> None:
    row = await lock_visit(visit)
    assert row is not None
    undone = await _undone_of([visit], now)
    if not undone:
        return
    # Of what is on another visit by now, this one has not done it, and that one does.
    await execute(_NOT_DONE, [line["line"] for line in undone if line["again"]])
    await execute(_OPEN_LINES, [line["line"] for line in undone if not line["again"]])
    if row["status"] == "done":
        await _stand(row, now)
    newest = max(undone, key=lambda line: line["undone_at"])
    await take_back(row, newest["undo"], newest["undone_at"], now)
    await note_each({visit: "undone"}, SYSTEM, now)


_NOT_DONE: Final = "update visit_lines set outcome = 'not_done' where id = any($1::uuid[])"
_OPEN_LINES: Final = """
update visit_lines set outcome = null, closed_at = null where id = any($1::uuid[])
"""


async def _stand(visit: asyncpg.Record, now: datetime) -> None:
    """Have a done visit be under way again, or open; called off where all is on another one."""
    rows: Sequence[asyncpg.Record] = await fetch(_OUTCOMES, visit["id"])
    outcomes = {row["outcome"] for row in rows}
    if None in outcomes:
        await execute(_AGAIN, visit["id"])
    elif not outcomes & DONE_OUTCOMES:
        await execute(_CALL_OFF, visit["id"], now)


_OUTCOMES: Final = "select distinct outcome from visit_lines where visit = $1"
_AGAIN: Final = """
update visits set status = case when round is null then 'open' else 'under_way' end,
    ended_at = null, ended_by = null, happened_on = null, version = version + 1
where id = $1
"""
_CALL_OFF: Final = """
update visits set status = 'cancelled', ended_at = $2, ended_by = 'service', happened_on = null,
    version = version + 1
where id = $1
"""
