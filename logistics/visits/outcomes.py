"""What the crew says came of a visit; and the next step of one that failed, which makes itself."""

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
from equipment.cases import Finding, raise_cases
from equipment.content import content_hash, hash_of
from equipment.people.visibility import in_sight_of, widen_sight
from equipment.scan_form import SCAN_BYTES_MAX, storable
from equipment.staff.roles import Caller, check_may
from equipment.working_days import working_day_after
from logistics.visits.ending import (
    DONE_OUTCOMES,
    charge_done,
    charge_failed,
    close_lines,
    end,
    lock_visit,
)
from logistics.visits.left_parts import note_left_parts
from logistics.visits.making import Manner, lock_making, note_each, put_on_visits, wanted_again
from logistics.visits.news import ATTEMPTS_MAX, REPAIR_WITHIN
from logistics.visits.visit_form import DONE, REASON_MAX, STILL_TO_COME, Outcome, Visit
from logistics.visits.visits import check_visible, missing, shown_visit

_RECEIPT: Final = "outcome"
_AHEAD: Final = timedelta(minutes=5)
# What nobody did is wanted again; what was refused or not there is a coordinator's to settle.
_AGAIN: Final = frozenset({"not_done", "failed"})
_TO_SETTLE: Final = {
    "refused": "Something was refused at the door. Ring, and cancel the order or plan it again.",
    "not_found": "Something to be fetched was not there. Ring, and look for it or write it off.",
}


async def record_outcome(caller: Caller, visit: UUID, told: Outcome, now: datetime) -> Visit:
    """Say what came of a visit; a repeat of `id` with equal content gets the first answer again.

    Lines that are not named went as planned; of a failed visit, none did. A failed one is tried
    again, at most three times. Raises Wrong where a field is, Missing where the visit is not the
    caller's to see, Refused `visit-ended` where somebody has said already what came of it.
    """
    check_may(caller, "visit")
    told = replace(told, reason=(told.reason or "").strip() or None)
    _check(told, now)
    async with in_sight_of(caller, now):
        await check_visible(caller, visit, now)
        content = content_hash([visit, told])
        first = await receipts.earlier(_RECEIPT, told.id, caller, content)
        if first is not None:
            return await _as_answered(caller, first, visit, now)
        await lock_making()
        row = await lock_visit(visit)
        if row is None:
            raise missing()
        await widen_sight([row["person"]])
        await _record(caller, row, told, now)
        await note_left_parts(visit, told.details, caller.username, now)
        shown = await shown_visit(caller, visit, now)
        body = msgspec.json.encode(_impersonal(shown)).decode()
        await receipts.keep(_RECEIPT, told.id, caller, content, body, now)
    return shown


def _impersonal(visit: Visit) -> Visit:
    """Receipts are kept for ever: nothing that somebody wrote about a person goes into one."""
    return replace(
        visit, address=None, postcode=None, phone=None, access_notes=None, notes=None, reason=None
    )


async def _as_answered(caller: Caller, body: str, visit: UUID, now: datetime) -> Visit:
    answer, shown = msgspec.json.decode(body, type=Visit), await shown_visit(caller, visit, now)
    personal = ("address", "postcode", "phone", "access_notes", "notes", "reason")
    return replace(answer, **{name: getattr(shown, name) for name in personal})


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
        if value is not None and not (value.startswith("data:image/") and value.isascii()):
            yield Fault(name, "Send a picture as a data URL, such as data:image/png;...")


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
    if any(line.outcome in DONE_OUTCOMES for line in told.lines):
        yield Fault("lines", "A visit on which something was done has not failed.")


def _done_faults(told: Outcome) -> Iterator[Fault]:
    if told.fault is not None:
        yield Fault("fault", "Is said of failed visits only.")


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
    await _next_step(caller, row, told, now)


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
    named = {line.line: line.outcome for line in told.lines}
    kinds = {line["id"]: line["kind"] for line in lines}
    faults = [
        Fault(f"lines[{place}].line", "There is no such line on this visit.")
        for place, line in enumerate(told.lines)
        if line.line not in kinds
    ]
    faults += [
        Fault(f"lines[{place}].outcome", f"A {kinds[line.line]} cannot be {line.outcome}.")
        for place, line in enumerate(told.lines)
        if line.line in kinds
        and line.outcome in DONE_OUTCOMES
        and line.outcome != DONE[kinds[line.line]]
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


def _was_done(line: asyncpg.Record) -> bool:
    """Whether what ended the line without a visit may well have been this visit."""
    if line["order_line"] is not None:
        return bool(line["now_delivered"] > line["delivered"])
    return True


async def _keep(caller: Caller, row: asyncpg.Record, told: Outcome, now: datetime) -> None:
    await execute(
        _KEEP, told.id, row["id"], row["person"], told.outcome, told.occurred_at, now,
        caller.username, told.reason, told.fault, told.signature, told.photo,
        None if told.details is None else msgspec.json.encode(told.details).decode(),
    )  # fmt: skip


_KEEP: Final = """
insert into visit_outcomes (id, visit, person, outcome, occurred_at, recorded_at, actor, reason,
    fault, signature, photo, details)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


async def _next_step(caller: Caller, row: asyncpg.Record, told: Outcome, now: datetime) -> None:
    """What has to follow: another visit for what was not done, or a case to be settled."""
    lines = await fetch(_LINES, row["id"])
    left = [line for line in lines if line["outcome"] in _AGAIN and _is_wanted(line)]
    hopeless = told.outcome == "failed" and row["attempt"] >= ATTEMPTS_MAX
    if left and not hopeless:
        ready = working_day_after(london_day(max(told.occurred_at, now)), 1)
        due = max(row["due_on"], working_day_after(ready, REPAIR_WITHIN))
        wanted = [wanted_again(line, ready, due) for line in left]
        failed = told.outcome == "failed"
        manner = Manner(
            window_from=row["window_from"],
            window_to=row["window_to"],
            repeats=row["id"],
            attempt=row["attempt"] + 1 if failed else row["attempt"],
        )
        await put_on_visits(wanted, now, manner, caller.username)
    findings = [
        _finding(caller, row, what, words)
        for what, words in _TO_SETTLE.items()
        if any(line["outcome"] == what for line in lines)
    ]
    if left and hopeless:
        words = f"A visit has failed {row['attempt']} times. Ring, and plan it anew."
        findings.append(_finding(caller, row, "failed", words))
    await raise_cases(findings, now)


def _is_wanted(line: asyncpg.Record) -> bool:
    return line["order_line"] is None or bool(line["wanted"])


def _finding(caller: Caller, row: asyncpg.Record, what: str, words: str) -> Finding:
    return Finding(
        kind=f"visit-{what.replace('_', '-')}",
        item=None,
        scan=None,
        detail=words,
        content={"visit": str(row["id"]), "person": str(row["person"])},
        fault=hash_of(["visit", row["id"], what]),
        raised_by=caller.username,
    )
