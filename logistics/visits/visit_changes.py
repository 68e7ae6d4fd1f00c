"""Open visits are moved to other days and times, told about, or called off."""

from datetime import datetime, time
from typing import Final
from uuid import UUID

import asyncpg
from msgspec import UNSET

from budget.database import execute, fetch
from budget.refusals import Fault, Refused, Wrong
from budget.wording import text_faults
from budget.years import london_day
from equipment.people.visibility import in_sight_of
from equipment.staff.roles import Caller, check_may
from logistics.visits.ending import close_lines, end, lock_visit
from logistics.visits.making import note_each
from logistics.visits.visit_form import NOTES_MAX, REASON_MAX, Visit, VisitChange, window_faults
from logistics.visits.visits import check_visible, missing, shown_visit

_CHANGEABLE: Final = ("open", "planned")


async def change(caller: Caller, visit: UUID, wanted: VisitChange, now: datetime) -> Visit:
    """Change a visit on which nobody has begun.

    Raises Wrong where a field is, Missing where it is not theirs to see, Refused `visit-changed`
    where somebody else has changed it since, `visit-ended` where it is too late.
    """
    check_may(caller, "plan rounds")
    notes = None if wanted.notes is UNSET else (wanted.notes or "").strip() or None
    _check(wanted, notes, now)
    async with in_sight_of(caller, now):
        await check_visible(caller, visit, now)
        row = await _locked(visit)
        if row["version"] != wanted.version:
            raise changed_meanwhile()
        ready = row["ready_on"] if wanted.ready_from is UNSET else wanted.ready_from
        due = row["due_on"] if wanted.due_on is UNSET else wanted.due_on
        if due < ready:
            raise Wrong([Fault("due_on", "Lies before it can be done.")])
        begins, ends = row["window_from"], row["window_to"]
        if wanted.window is not UNSET:
            begins, ends = map(time.fromisoformat, (wanted.window.start, wanted.window.end))
        deferred = row["due_on"] if wanted.deferred and due > row["due_on"] else None
        crew = None if wanted.crew is UNSET else wanted.crew
        await execute(_CHANGE, visit, ready, due, begins, ends, crew, deferred)
        if wanted.notes is not UNSET:
            await execute("update visit_places set notes = $2 where visit = $1", visit, notes)
        await note_each({visit: "changed"}, caller.username, now)
        return await shown_visit(caller, visit, now)


_CHANGE: Final = """
update visits set ready_on = $2, due_on = $3, window_from = $4, window_to = $5,
    crew = coalesce($6, crew), deferred_from = coalesce(deferred_from, $7), version = version + 1
where id = $1
"""


def changed_meanwhile() -> Refused:
    """That somebody else was first."""
    words = "Somebody else has changed this since you looked. Look again, and decide anew."
    return Refused("visit-changed", words)


def _check(wanted: VisitChange, notes: str | None, now: datetime) -> None:
    faults = [*text_faults("notes", notes, NOTES_MAX)]
    faults += window_faults(None if wanted.window is UNSET else wanted.window)
    today = london_day(now)
    for name, day in (("ready_from", wanted.ready_from), ("due_on", wanted.due_on)):
        if day is not UNSET and not today.year - 1 <= day.year <= today.year + 1:
            faults.append(Fault(name, "Give a day of this year or the next."))
    if faults:
        raise Wrong(faults)


async def _locked(visit: UUID) -> asyncpg.Record:
    row = await lock_visit(visit)
    if row is None:
        raise missing()
    if row["status"] not in _CHANGEABLE:
        raise Refused("visit-ended", "Somebody is there already, or it has ended.")
    return row


async def cancel(caller: Caller, visit: UUID, reason: str, now: datetime) -> Visit:
    """Call a visit off; what is on order is not: that is cancelled by itself, or it comes again.

    Refused `visit-ended` where it is too late, `order-wanted` where it is to deliver something.
    """
    check_may(caller, "plan rounds")
    words = reason.strip()
    if faults := list(text_faults("reason", words, REASON_MAX)):
        raise Wrong(faults)
    async with in_sight_of(caller, now):
        await check_visible(caller, visit, now)
        await _locked(visit)
        lines = await fetch(_OPEN_LINES, visit)
        if any(line["order_line"] is not None for line in lines):
            refusal = "Something on order is to be delivered: cancel the order, or move the day."
            raise Refused("order-wanted", refusal)
        await close_lines({line["id"]: "cancelled" for line in lines}, now)
        await end(visit, "cancelled", by="crew", now=now, reason=words)
        await note_each({visit: "cancelled"}, caller.username, now)
        return await shown_visit(caller, visit, now)


_OPEN_LINES: Final = "select id, order_line from visit_lines where visit = $1 and closed_at is null"
