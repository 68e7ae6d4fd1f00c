"""What follows on what a crew said: another visit makes itself, or a person is asked first.

Nobody has to remember it: what is to be asked is a case, and until that is settled no plan takes
the visit that follows.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from budget.database import execute, fetch, fetch_one
from budget.years import london_day
from equipment.cases import Finding, raise_cases
from equipment.content import hash_of
from equipment.staff.roles import Caller
from equipment.working_days import working_day_after
from logistics.visits.making import Manner, put_on_visits, wanted_again
from logistics.visits.news import ATTEMPTS_MAX, REPAIR_WITHIN
from logistics.visits.visit_form import NOTES_MAX, NextStep, Outcome

# What nobody did is wanted again; what was refused or not there is a coordinator's to settle.
_AGAIN: Final = frozenset({"not_done", "failed"})
_TO_SETTLE: Final = {
    "refused": "Something was refused at the door. Ring, and cancel the order or plan it again.",
    "not_found": "Something to be fetched was not there. Ring, and look for it or write it off.",
}
_WAITS: Final = "The visit that follows waits until this is settled."
_ASKED: Final[dict[NextStep, tuple[str, str]]] = {
    "ring": ("visit-ring", f"The crew says: ring them before anybody goes again. {_WAITS}"),
    "prescriber": (
        "visit-prescriber",
        f"The crew says: ask the prescriber before anybody goes again. {_WAITS}",
    ),
    "call_off": (
        "visit-call-off",
        "The crew says: call it off. Cancel what was ordered, or the next visit. Else it is made.",
    ),
}
_DAY: Final = timedelta(days=1)


async def take_next_step(
    caller: Caller, row: asyncpg.Record, told: Outcome, lines: Sequence[asyncpg.Record],
    now: datetime,
) -> None:  # fmt: skip
    """Have another visit made for what was not done, and cases raised of what is to be settled.

    Within the caller's open transaction, who holds the visit and lock_making().
    """
    left = [line for line in lines if line["outcome"] in _AGAIN and _is_wanted(line)]
    hopeless = told.outcome == "failed" and row["attempt"] >= ATTEMPTS_MAX
    if left and not hopeless:
        ready, due = _days(row, told, now)
        wanted = [wanted_again(line, ready, due) for line in left]
        await put_on_visits(wanted, now, await _manner(row, told), caller.username)
    number = (await times_undone([row["id"]])).get(row["id"], 0)
    findings = [
        _finding(caller, row, number, f"visit-{what.replace('_', '-')}", words)
        for what, words in _TO_SETTLE.items()
        if any(line["outcome"] == what for line in lines)
    ]
    if left and hopeless:
        words = f"A visit has failed {row['attempt']} times. Ring, and plan it anew."
        findings.append(_finding(caller, row, number, "visit-failed", words, told.reason))
    elif left and told.next_step in _ASKED:
        kind, words = _ASKED[told.next_step]
        findings.append(_finding(caller, row, number, kind, words, told.reason))
    await raise_cases(findings, now)


def _is_wanted(line: asyncpg.Record) -> bool:
    return line["order_line"] is None or bool(line["wanted"])


def _days(row: asyncpg.Record, told: Outcome, now: datetime) -> tuple[date, date]:
    """From when on, and until when: the day that suits them, where the crew has heard of one."""
    ready = working_day_after(london_day(max(told.occurred_at, now)), 1)
    if told.again_on is not None and told.again_on >= ready:
        return told.again_on, working_day_after(told.again_on - _DAY, 1)
    return ready, max(row["due_on"], working_day_after(ready, REPAIR_WITHIN))


async def _manner(row: asyncpg.Record, told: Outcome) -> Manner:
    """At the same times; whoever goes again is told what they were told, and what came of it."""
    failed = told.outcome == "failed"
    before = await fetch_one("select notes from visit_places where visit = $1", row["id"])
    notes = [before["notes"] if before else None]
    if failed and told.reason:
        notes.append(f"The last visit failed: {told.reason}")
    return Manner(
        window_from=row["window_from"],
        window_to=row["window_to"],
        notes="\n".join(each for each in notes if each)[:NOTES_MAX] or None,
        repeats=row["id"],
        attempt=row["attempt"] + 1 if failed else row["attempt"],
    )


async def awaited(repeated: Iterable[UUID]) -> dict[UUID, NextStep]:
    """Of visits that failed: who is to be asked before anybody goes again, where nobody was yet."""
    visits = list(repeated)
    undone = await times_undone(visits)
    asked = {
        _fault(visit, _ASKED[step][0], undone.get(visit, 0)): (visit, step)
        for visit in visits
        for step in _ASKED
    }
    rows = await fetch(_OPEN, list(asked)) if asked else []
    return dict(asked[row["fault"]] for row in rows)


_OPEN: Final = "select fault from cases where fault = any($1::bytea[]) and status = 'open'"


async def times_undone(visits: Sequence[UUID]) -> dict[UUID, int]:
    """How often what was said of each of these visits was undone, where it ever was."""
    rows = await fetch(_TIMES_UNDONE, visits) if visits else []
    return {row["visit"]: row["many"] for row in rows}


_TIMES_UNDONE: Final = """
select visit, count(*)::int as many from undone_outcomes where visit = any($1::uuid[]) group by 1
"""


async def settle_cases(caller: Caller, visit: UUID, number: int, now: datetime) -> None:
    """Settle what was raised because of an outcome that is undone; `number` is how manyth it is."""
    kinds = [kind for kind, _ in _ASKED.values()]
    kinds += ["visit-failed", *(f"visit-{what.replace('_', '-')}" for what in _TO_SETTLE)]
    faults = [_fault(visit, kind, number) for kind in kinds]
    await execute(_SETTLE, faults, caller.username, now, "What the crew had said was undone.")


_SETTLE: Final = """
update cases set status = 'settled', settled_by = $2, settled_at = $3, note = $4
where fault = any($1::bytea[]) and status = 'open'
"""


def _finding(  # noqa: PLR0913, PLR0917 - what a case is made of
    caller: Caller,
    row: asyncpg.Record,
    number: int,
    kind: str,
    words: str,
    note: str | None = None,
) -> Finding:
    content = {"visit": str(row["id"]), "person": str(row["person"])}
    return Finding(
        kind=kind,
        item=None,
        scan=None,
        detail=words,
        content=content if note is None else content | {"note": note},
        fault=_fault(row["id"], kind, number),
        raised_by=caller.username,
    )


def _fault(visit: UUID, kind: str, number: int) -> bytes:
    """One for each outcome: what is said anew, once that was undone, is to be settled anew."""
    said = ["visit", visit, kind.removeprefix("visit-").replace("-", "_")]
    return hash_of([*said, number] if number else said)
