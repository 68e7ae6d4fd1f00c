"""What the crew says came of a visit; what follows on it stands in next_steps.py."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
from msgspec.structs import replace

from budget.database import execute, fetch
from budget.refusals import Fault, Refused, Wrong
from budget.wording import text_faults
from budget.years import london_day
from equipment import receipts
from equipment.content import content_hash
from equipment.people.visibility import in_sight_of, widen_sight
from equipment.scan_form import SCAN_BYTES_MAX, storable
from equipment.staff.roles import Caller, check_may
from logistics.visits.ending import (
    DONE_OUTCOMES,
    charge_done,
    charge_failed,
    close_lines,
    end,
    lock_visit,
)
from logistics.visits.first_answers import as_answered, kept_answer
from logistics.visits.left_parts import note_left_parts
from logistics.visits.making import lock_making, note_each
from logistics.visits.next_steps import take_next_step
from logistics.visits.visit_form import (
    DONE,
    PROOF_MAX,
    REASON_MAX,
    STILL_TO_COME,
    Kind,
    LineDone,
    LineOutcome,
    Outcome,
    Visit,
)
from logistics.visits.visits import check_visible, missing, shown_visit

_RECEIPT: Final = "outcome"
_SAID_DONE: Final = DONE_OUTCOMES | {"done"}
_AHEAD: Final = timedelta(minutes=5)
# Nobody promises longer ahead at a door.
_AGAIN_WITHIN: Final = timedelta(days=366)


async def record_outcome(caller: Caller, visit: UUID, told: Outcome, now: datetime) -> Visit:
    """Say what came of a visit; a repeat of `id` with equal content gets the first answer again.

    Lines that are not named went as planned; of a failed visit, none did. A failed one is tried
    again, at most three times. Raises Wrong where a field is, Missing where the visit is not the
    caller's to see, Refused `visit-ended` where somebody has said already what came of it.
    """
    check_may(caller, "visit")
    told = replace(
        told,
        reason=(told.reason or "").strip() or None,
        signature=told.signature or None,
        photo=told.photo or None,
    )
    _check(told, now)
    async with in_sight_of(caller, now):
        await check_visible(caller, visit, now)
        content = content_hash([visit, told])
        first = await receipts.earlier(_RECEIPT, told.id, caller, content)
        if first is not None:
            return await as_answered(caller, first, told.reason, now)
        await lock_making()
        row = await lock_visit(visit)
        if row is None:
            raise missing()
        await widen_sight([row["person"]])
        await _record(caller, row, told, now)
        await note_left_parts(visit, told.details, caller.username, now)
        shown = await shown_visit(caller, visit, now)
        await receipts.keep(_RECEIPT, told.id, caller, content, kept_answer(shown), now)
    return shown


def _check(told: Outcome, now: datetime) -> None:
    faults = [*text_faults("reason", told.reason, REASON_MAX), *_proof_faults(told)]
    faults += _details_faults(told)
    faults += _failure_faults(told) if told.outcome == "failed" else _done_faults(told)
    if any(line.outcome == "cancelled" for line in told.lines):
        faults.append(Fault("lines", "Nothing is cancelled at the door: it was refused."))
    if faults:
        raise Wrong(faults)
    if told.occurred_at > now + _AHEAD:
        raise Refused("time-in-future", "This happened in the future. Check the phone's clock.")


def _proof_faults(told: Outcome) -> Iterator[Fault]:
    for name, value in (("signature", told.signature), ("photo", told.photo)):
        yield from text_faults(name, value, PROOF_MAX)


def _details_faults(told: Outcome) -> Iterator[Fault]:
    if told.details is None:
        return
    kept, unreadable = storable(told.details)
    if unreadable is not None:
        yield Fault("details", unreadable.faults[0].message)
    elif len(msgspec.json.encode(kept)) > SCAN_BYTES_MAX:
        yield Fault("details", f"May hold at most {SCAN_BYTES_MAX:,} bytes.")


def _failure_faults(told: Outcome) -> Iterator[Fault]:
    if told.reason is None:
        yield Fault("reason", "Say why the visit failed.")
    if told.fault is None:
        yield Fault("fault", "Say whose fault it was: service, prescriber or person.")
    if any(line.outcome in _SAID_DONE for line in told.lines):
        yield Fault("lines", "A visit on which something was done has not failed.")
    if told.again_on is not None:
        day = london_day(told.occurred_at)
        if not day < told.again_on <= day + _AGAIN_WITHIN:
            yield Fault("again_on", "Give a day after this one, within a year.")


def _done_faults(told: Outcome) -> Iterator[Fault]:
    if told.fault is not None:
        yield Fault("fault", "Is said of failed visits only.")
    for name in ("next_step", "again_on"):
        if getattr(told, name) is not None:
            yield Fault(name, "Is said of failed visits only.")


async def _record(caller: Caller, row: asyncpg.Record, told: Outcome, now: datetime) -> None:
    visit = row["id"]
    if row["status"] not in STILL_TO_COME and row["ended_by"] == "crew":
        raise Refused("visit-ended", "Somebody has said already what came of this visit.")
    lines = await fetch(_LINES, visit)
    _check_can_fail(told, lines)
    outcomes = _outcomes(told, lines)
    await close_lines(outcomes, now)
    await _keep(caller, row, told, now)
    done = {line["outcome"] for line in await fetch(_LINES, visit)} & DONE_OUTCOMES
    said: dict[str, Any] = {"by": "crew", "now": now, "at": told.occurred_at, "reason": told.reason}
    if told.outcome == "done" and done:
        await end(visit, "done", **said)
        await charge_done(row, told.id, told.occurred_at, now)
        await note_each({visit: "done"}, caller.username, now)
    elif told.outcome == "done":
        # The crew was there, and nothing was wanted: nobody is charged for what was not done.
        await end(visit, "cancelled", **said)
        await note_each({visit: "cancelled"}, caller.username, now)
    else:
        await end(visit, "failed", **said, fault=told.fault)
        if told.fault != "service":
            await charge_failed(row, told.id, told.occurred_at, now)
        await note_each({visit: "failed"}, caller.username, now)
    await take_next_step(caller, row, told, await fetch(_LINES, visit), now)


_LINES: Final = """
select n.id, n.kind, n.outcome, n.item, n.loan, n.order_line, n.sku, n.funder, n.quantity,
    n.delivered, n.checks, n.request, n.why, v.person, v.depot,
    l.delivered as now_delivered, l.quantity as ordered, l.wanted
from visit_lines n join visits v on v.id = n.visit left join order_lines l on l.id = n.order_line
where n.visit = $1 order by n.seq
"""


def _check_can_fail(told: Outcome, lines: Sequence[asyncpg.Record]) -> None:
    if told.outcome == "failed" and any(line["outcome"] in DONE_OUTCOMES for line in lines):
        words = "Something on this visit was done, as scans say: it has not failed."
        raise Refused("visit-ended", words)


def _outcomes(told: Outcome, lines: Sequence[asyncpg.Record]) -> dict[UUID, str]:
    """What became of each line; what scans have said of one stands, but for its being cancelled."""
    kinds = {line["id"]: line["kind"] for line in lines}
    named = {line.line: _plainly(line, kinds.get(line.line)) for line in told.lines}
    faults = [
        Fault(f"lines[{place}].line", "There is no such line on this visit.")
        for place, line in enumerate(told.lines)
        if line.line not in kinds
    ]
    faults += [
        Fault(f"lines[{place}].outcome", f"A {kinds[line.line]} cannot be {line.outcome}.")
        for place, line in enumerate(told.lines)
        if line.line in kinds
        and line.outcome in _SAID_DONE
        and line.outcome not in {"done", DONE[kinds[line.line]]}
    ]
    if len(named) < len(told.lines):
        faults.append(Fault("lines", "Names a line twice."))
    if faults:
        raise Wrong(faults)
    usual = "failed" if told.outcome == "failed" else None
    outcomes: dict[UUID, str] = {}
    for line in lines:
        if line["outcome"] in DONE_OUTCOMES:
            continue
        if line["outcome"] == "cancelled" and not _was_done(line):
            continue
        outcomes[line["id"]] = named.get(line["id"]) or usual or DONE[line["kind"]]
    return outcomes


def _plainly(line: LineDone, kind: Kind | None) -> LineOutcome:
    """What became of a line, in the word for its kind."""
    if line.outcome != "done":
        return line.outcome
    return "delivered" if kind is None else DONE[kind]


def _was_done(line: asyncpg.Record) -> bool:
    """Whether what ended the line without a visit may well have been this visit."""
    if line["order_line"] is not None:
        return bool(line["now_delivered"] > line["delivered"])
    return True


async def _keep(caller: Caller, row: asyncpg.Record, told: Outcome, now: datetime) -> None:
    await execute(
        _KEEP, told.id, row["id"], row["person"], told.outcome, told.occurred_at, now,
        caller.username, told.reason, told.fault, told.signature, told.photo,
        None if (details := _details(told)) is None else msgspec.json.encode(details).decode(),
    )  # fmt: skip


_KEEP: Final = """
insert into visit_outcomes (id, visit, person, outcome, occurred_at, recorded_at, actor, reason,
    fault, signature, photo, details)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


def _details(told: Outcome) -> dict[str, Any] | None:
    """What else was said, with what is to come next among it, which has fields of its own."""
    said = {"next_step": told.next_step, "again_on": told.again_on}
    kept = {name: value for name, value in (told.details or {}).items() if name not in said}
    kept |= {name: value for name, value in said.items() if value is not None}
    return kept or None
