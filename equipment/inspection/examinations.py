"""Reports of thorough examinations: recorded with their scan, kept for good, printed.

LOLER 1998, regulation 9(3): what lifts people is examined every six months. Whoever examines it
must be independent enough of those who keep it running: not whoever mended it since. A defect that
is a danger, or could become one, holds the item in the transaction that records it, and raises a
case with what is to be sent by when (equipment/inspection/notices.py).

Regulation 11(2)(a)(iv) asks that a report is kept until the next one, or for two years if that is
later. These are append-only, and no job deletes any: it is kept for longer than it must be.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from budget.database import execute, fetch, fetch_one
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import sought
from budget.years import LONDON, london_day
from equipment.cases import Finding, raise_cases
from equipment.clerk import Result
from equipment.content import canonical, hash_of
from equipment.inspection.examination_form import Examined, NewExamination, faults_of, worst
from equipment.inspection.notices import Duty, duties
from equipment.naming import items_named
from equipment.people.visibility import visible_people
from equipment.safety import months_on
from equipment.scans import record_with
from equipment.staff.roles import Caller, check_may

_AT_HOME: Final = "At somebody's home."


class Examination(msgspec.Struct, frozen=True):
    """A report as it was recorded, with what the store added, and what it asks to be sent.

    The address of somebody's home, and who lives there, is left out for callers who may not see
    them.
    """

    id: UUID
    seq: int
    danger: str
    report: NewExamination
    examined: Examined
    duties: list[Duty]
    digest: str
    reported_by: str
    reported_at: datetime


async def examine(caller: Caller, text: str, new: NewExamination, now: datetime) -> Examination:
    """Record a report with the check that it is; a repeat of its id gets the same answer.

    Wrong where a field is, or where the product needs no examination. Missing where there is no
    such item. Refused `examiner-is-maintainer`, or as the scan is.
    """
    check_may(caller, "check")
    if faults := list(faults_of(new, london_day(now))):
        raise Wrong(faults)
    row = await _item(text)
    examined = _examined(row, new)
    kept = _Kept(new, examined, hash_of(canonical(new)).hex())
    scan = _scan(row["code"], kept)

    async def also(results: Sequence[Result]) -> None:
        [result] = results
        if result.refusal is not None:
            raise result.refusal
        if result.status == "accepted":
            await _keep(caller, row["id"], kept, now)

    await record_with([scan], caller, now, also)
    return await look_up(caller, new.id, now)


class _Kept(msgspec.Struct, frozen=True):
    """What is written of a report."""

    report: NewExamination
    examined: Examined
    digest: str


async def _item(text: str) -> asyncpg.Record:
    found = (await items_named([text])).get(text)
    row = None if found is None else await fetch_one(_ITEM, found)
    if row is None:
        raise Missing("item-not-found", "There is no such item.")
    return row


_ITEM: Final = """
select i.id, i.code, i.sku, p.name, i.serial, i.batch, i.owner, i.person, p.loler_months,
    i.loler_on as last_examined_on
from items i join products p on p.sku = i.sku where i.id = $1
"""


def _examined(row: asyncpg.Record, new: NewExamination) -> Examined:
    if row["loler_months"] is None:
        raise Wrong([Fault("id", "This product needs no thorough examination.")])
    due = months_on(new.examined_on, row["loler_months"])
    if new.next_by is not None and new.next_by != due:
        words = f"The next one is due by {due:%-d %B %Y}. If it must be sooner, say which defect"
        raise Wrong([Fault("next_by", f"{words} could become a danger.")])
    fields = {name: row[name] for name in Examined.__struct_fields__ if name in _OF_ITEM}
    return Examined(item=row["code"], next_by=due, **fields)


_OF_ITEM: Final = frozenset(Examined.__struct_fields__) - {"item", "next_by"}


def _scan(code: str, kept: _Kept) -> dict[str, Any]:
    """The report as a scan: the same one however often it is sent."""
    new = kept.report
    passed = new.safe and not new.defects and new.installed_correctly is not False
    check = {
        "kind": "loler",
        "result": "pass" if passed else "fail",
        "on": new.examined_on.isoformat(),
        "examiner": new.examiner.name,
        "certificate": f"Examination {new.id}",
    }
    began = datetime.combine(new.examined_on, time.min, LONDON).astimezone(UTC)
    return {
        "id": str(new.id),
        "item": code,
        "action": "check",
        "occurred_at": began.isoformat(),
        "checks": [check],
        "report": kept.digest,
    }


async def _keep(caller: Caller, item: int, kept: _Kept, now: datetime) -> None:
    new = kept.report
    await _check_independent(item, new)
    danger = "is" if not new.safe and not new.defects else worst(new.defects)
    report = msgspec.json.encode({"report": new, "examined": kept.examined}).decode()
    await execute(
        _KEEP, new.id, item, new.examined_on, kept.examined.next_by, danger, report, kept.digest,
        caller.username, now,
    )  # fmt: skip
    if danger != "none":
        await raise_cases([_case(caller, item, kept, danger)], now)


_KEEP: Final = """
insert into examinations (id, item, examined_on, next_by, danger, report, digest, reported_by,
    reported_at) values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9)
"""


async def _check_independent(item: int, new: NewExamination) -> None:
    """Refused where the examiner mended it since it was examined last."""
    account = new.examiner.account
    if account is not None and not await fetch(_USER, sought(account)):
        raise Wrong([Fault("examiner.account", "There is no user with this name.")])
    rows = await fetch(_MENDED_BY, item, new.id)
    menders = {row["actor"].casefold() for row in rows}
    named = {new.examiner.name.casefold(), (new.examiner.account or new.examiner.name).casefold()}
    if menders & named:
        words = "Whoever mended an item does not examine it. Have somebody else do so."
        raise Refused("examiner-is-maintainer", words)


_USER: Final = "select from users where username = $1"
# In the transaction that has the item locked: nobody mends it meanwhile.
_MENDED_BY: Final = """
select distinct who.actor from movements m
left join repair_jobs j on j.ended_movement = m.id
left join repair_trips t on t.job = j.id
cross join lateral (values (m.actor), (j.mended_by), (t.repairer)) who (actor)
where who.actor is not null and m.item = $1 and m.action = 'repair'
    and m.seq > coalesce((select max(c.seq) from movements c
        join examinations e on e.id = c.id where c.item = $1 and c.id <> $2), 0)
    and not exists (select from receipts r where r.id = m.id and r.kind = 'undo')
"""


def _case(caller: Caller, item: int, kept: _Kept, danger: str) -> Finding:
    asked = duties(danger, kept.examined.owner, kept.report.examined_on)
    told = "; ".join(f"{each.what} By {each.by:%-d %B %Y} ({each.rule})" for each in asked)
    detail = f"A thorough examination of {kept.examined.item} found a defect. {told}"
    content: Mapping[str, Any] = {
        "examination": str(kept.report.id),
        "danger": danger,
        "duties": msgspec.to_builtins(asked),
    }
    fault = hash_of(["examination", str(kept.report.id)])
    return Finding(
        "dangerous-defect", item, kept.report.id, detail, content, fault, caller.username
    )


async def look_up(caller: Caller, examination: UUID, now: datetime) -> Examination:
    """One report, or Missing."""
    check_may(caller, "read examinations")
    row = await fetch_one(_SHOWN + " where id = $1", examination)
    if row is None:
        raise Missing("examination-not-found", "There is no such examination.")
    return (await _shown([row], caller, now))[0]


async def of_item(
    caller: Caller, text: str, now: datetime, *, after: int, limit: int
) -> list[Examination]:
    """The reports on an item after a sequence number, oldest first."""
    check_may(caller, "read examinations")
    row = await _item(text)
    rows = await fetch(_SHOWN + _OF_ONE, row["id"], after, limit)
    return await _shown(rows, caller, now)


_SHOWN: Final = """
select id, seq, danger, report, digest, reported_by, reported_at from examinations
"""
_OF_ONE: Final = " where item = $1 and seq > $2 order by seq limit $3"


class _Told(msgspec.Struct, frozen=True):
    report: NewExamination
    examined: Examined


async def _shown(rows: list[asyncpg.Record], caller: Caller, now: datetime) -> list[Examination]:
    told = {row["id"]: msgspec.json.decode(row["report"], type=_Told) for row in rows}
    people = {e.examined.person for e in told.values() if e.examined.person is not None}
    seen = await visible_people(caller, people, now) if people else set()
    return [_for_whom_sees(row, told[row["id"]], set(seen)) for row in rows]


def _for_whom_sees(row: asyncpg.Record, told: _Told, seen: set[UUID]) -> Examination:
    report, examined = told.report, told.examined
    if examined.person is not None and examined.person not in seen:
        report = msgspec.structs.replace(report, premises=_AT_HOME)
        examined = msgspec.structs.replace(examined, person=None)
    fields = {name: row[name] for name in _COLUMNS}
    asked = duties(row["danger"], examined.owner, report.examined_on)
    return Examination(report=report, examined=examined, duties=asked, **fields)


_COLUMNS: Final = ("id", "seq", "danger", "digest", "reported_by", "reported_at")
