"""What a crew said came of a visit is taken back: it is to be made still, and nobody is charged."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from budget.database import execute, fetch, fetch_one
from budget.refusals import NotAllowed, Refused
from budget.years import london_day
from equipment import receipts
from equipment.content import content_hash
from equipment.orders.order_standing import say_scheduled
from equipment.people.visibility import in_sight_of, widen_sight
from equipment.staff.roles import ADMINISTRATOR, COORDINATOR, Caller, check_may
from equipment.undoing import UNDO_WITHIN
from logistics.visits.ending import close_lines, end, lock_visit, take_back
from logistics.visits.first_answers import as_answered, kept_answer
from logistics.visits.following import follow_one
from logistics.visits.making import lock_making, note_each
from logistics.visits.next_steps import settle_cases, times_undone
from logistics.visits.visit_form import STILL_TO_COME, Visit
from logistics.visits.visits import check_visible, missing, shown_visit

_RECEIPT: Final = "outcome undone"


class TakenBack(msgspec.Struct, frozen=True):
    """That what was said came of a visit was not so; sent again with the same `id`, once."""

    id: UUID


async def undo_outcome(caller: Caller, visit: UUID, told: TakenBack, now: datetime) -> Visit:
    """Take back what was said came of a visit: as scans of items are, by the same rules.

    The visit is to be made still, but for what scans say was done on it; its charges are reversed
    on the present day, and the visit that was to follow is called off. Missing where it is not the
    caller's to see, Refused `outcome-not-said`, `visit-followed` where the next one is planned or
    made, `undo-too-late`; NotAllowed `undo-not-yours`.
    """
    check_may(caller, "visit")
    async with in_sight_of(caller, now):
        await check_visible(caller, visit, now)
        content = content_hash([visit, told])
        first = await receipts.earlier(_RECEIPT, told.id, caller, content)
        if first is not None:
            return await as_answered(caller, first, None, now)
        await lock_making()
        row = await lock_visit(visit)
        if row is None:
            raise missing()
        await widen_sight([row["person"]])
        said = await fetch_one(_SAID, visit)
        _check(caller, said, now)
        assert said is not None
        await _call_off_next(visit, now)
        await _undo(caller, row, said, told.id, now)
        shown = await shown_visit(caller, visit, now)
        await receipts.keep(_RECEIPT, told.id, caller, content, kept_answer(shown), now)
    return shown


async def may_be_undone(caller: Caller, visit: UUID, now: datetime) -> bool:
    """Whether the caller may take back what was said came of a visit, for whoever shows it."""
    if not caller.may("visit"):
        return False
    async with in_sight_of(caller, now):
        try:
            _check(caller, await fetch_one(_SAID, visit), now)
        except (Refused, NotAllowed):
            return False
    return True


# What has ended the visit, and not been undone since by scans of what was done on it.
_SAID: Final = """
select o.id, o.actor, o.recorded_at from visits v
join visit_outcomes o on o.visit = v.id and o.recorded_at = v.ended_at
where v.id = $1 and v.ended_by = 'crew'
    and not exists (select from undone_outcomes u where u.outcome = o.id)
"""


def _check(caller: Caller, said: asyncpg.Record | None, now: datetime) -> None:
    if said is None:
        words = "Nobody has said what came of this visit, or it was undone."
        raise Refused("outcome-not-said", words)
    if caller.roles & {ADMINISTRATOR, COORDINATOR}:
        return
    if said["actor"] != caller.username:
        raise NotAllowed("undo-not-yours", "Somebody else recorded this. Ask a coordinator.")
    if now - said["recorded_at"] > UNDO_WITHIN:
        raise Refused("undo-too-late", "This is more than a day old. Ask a coordinator.")


async def _call_off_next(visit: UUID, now: datetime) -> None:
    """Call off what was to be done on the visit that follows, and that visit if it was all."""
    following = await fetch(_FOLLOWING, visit)
    if any(each["status"] not in {"open", "cancelled"} for each in following):
        words = "The visit that follows is planned or was made. Take it off its round first."
        raise Refused("visit-followed", words)
    for each in following:
        if each["status"] == "open":
            lines = await fetch(_REPEATED, each["id"], visit)
            await close_lines({line["id"]: "cancelled" for line in lines}, now)
            if await fetch_one(_STILL_OPEN, each["id"]) is None:
                await end(each["id"], "cancelled", by="service", now=now)
                await note_each({each["id"]: "cancelled"}, "system", now)


_FOLLOWING: Final = "select id, status from visits where repeats = $1 order by id for update"
_REPEATED: Final = """
select n.id from visit_lines n
where n.visit = $1 and n.closed_at is null and exists (select from visit_lines o
    where o.visit = $2 and o.kind = n.kind
        and (o.order_line = n.order_line or (o.item = n.item and o.loan = n.loan)))
"""
_STILL_OPEN: Final = "select from visit_lines where visit = $1 and closed_at is null limit 1"


async def _undo(
    caller: Caller, row: asyncpg.Record, said: asyncpg.Record, undo: UUID, now: datetime
) -> None:
    visit = row["id"]
    number = (await times_undone([visit])).get(visit, 0)
    await execute(_KEEP, said["id"], visit, now, caller.username)
    await settle_cases(caller, visit, number, now)
    # What is on another visit by now is done on that one.
    await execute(_NOT_DONE, visit, said["recorded_at"])
    await execute(_OPEN_LINES, visit, said["recorded_at"])
    await execute(_AGAIN, visit, london_day(now))
    await note_each({visit: "undone"}, caller.username, now)
    # Scans say what was done all the same.
    await follow_one(visit, now)
    held = await lock_visit(visit)
    assert held is not None
    await take_back(held, undo, now, now)
    if held["status"] in STILL_TO_COME and held["round"] is not None:
        orders = await fetch(_ORDERS, visit)
        await say_scheduled([each["order"] for each in orders], scheduled=True)


_KEEP: Final = """
insert into undone_outcomes (outcome, visit, undone_at, undone_by) values ($1, $2, $3, $4)
"""
_ELSEWHERE: Final = """
exists (select from visit_lines o where o.closed_at is null
    and (o.order_line = n.order_line or (o.item = n.item and o.kind = n.kind)))
"""
_NOT_DONE: Final = f"""
update visit_lines n set outcome = 'not_done'
where visit = $1 and closed_at = $2 and {_ELSEWHERE}
"""  # noqa: S608 - our own text
_OPEN_LINES: Final = f"""
update visit_lines n set outcome = null, closed_at = null
where visit = $1 and closed_at = $2 and not {_ELSEWHERE}
"""  # noqa: S608 - our own text
# On a round of a day that is over it is on none: it is planned again, or said again.
_AGAIN: Final = """
update visits v set status = case when n.round is null then 'open' else 'under_way' end,
    round = n.round, ended_at = null, ended_by = null, happened_on = null, reason = null,
    fault = null, version = version + 1
from (select (select r.id from visits o join rounds r on r.id = o.round
    where o.id = $1 and r.status = 'published' and r.day >= $2) as round) n
where v.id = $1
"""
_ORDERS: Final = """
select distinct l."order" from visit_lines n join order_lines l on l.id = n.order_line
where n.visit = $1 and n.closed_at is null
"""
