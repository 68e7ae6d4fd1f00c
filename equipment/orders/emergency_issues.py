"""Emergency issues: an item handed out now, and to whom it went completed within a day.

The item goes out by a scan like any other, to a record of somebody of whom little is known. The
issue stays open until that record says who it is; one that is overdue becomes a case.
"""

import hashlib
from collections.abc import Container, Iterator
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID, uuid5

import asyncpg
import msgspec
from msgspec import Meta

from budget.database import execute, fetch, fetch_one, transaction
from budget.narrowing import narrowed
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import one_line, text_faults
from equipment.cases import Finding, raise_cases
from equipment.items import Viewer, look_up
from equipment.orders.order_authority import charges_as_own
from equipment.people import people
from equipment.people.person_form import NewPerson
from equipment.people.visibility import EVERYONE, in_sight_of, sees_everyone, visible_people
from equipment.scans import record
from equipment.staff.roles import Caller, check_may

REASON_MAX: Final = 500
COMPLETE_WITHIN: Final = timedelta(days=1)
OVERDUE: Final = "emergency-overdue"

_RECORDS: Final = UUID("5d6a3a0c-0f0d-4a86-8f0f-9d6c7a2e5b11")
_AT_ONCE: Final = 200


class NewEmergency(msgspec.Struct, frozen=True, kw_only=True):
    """What is handed out and to whom, as far as is known: a name is enough, or "unknown man"."""

    id: UUID
    item: Annotated[str, Meta(min_length=1, max_length=500)]
    reason: Annotated[str, Meta(min_length=1, max_length=REASON_MAX)]
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    funder: Annotated[str, Meta(max_length=10)] | None = None


class Emergency(msgspec.Struct, frozen=True, kw_only=True):
    """An emergency issue; by `due_at` it is to be known who has the item.

    `person` is the record, null for callers who may not see it.
    """

    id: UUID
    item: str
    person: UUID | None
    reason: str
    issued_at: datetime
    issued_by: str
    due_at: datetime
    completed_at: datetime | None
    completed_by: str | None
    overdue: bool
    seq: int


async def issue(caller: Caller, new: NewEmergency, now: datetime) -> Emergency:
    """Hand an item out now: make the record, deliver, and note what is to be completed.

    Sent again with the same `id` it gets the first answer, and goes on with what was cut off.
    Refused as a scan would be; an item that is not there to be handed out is refused first, before
    anything is written.
    """
    check_may(caller, "issue in an emergency")
    if faults := list(_faults(new)):
        raise Wrong(faults)
    funder = await _funder(caller, new)
    record_id = uuid5(_RECORDS, str(new.id))
    if not await fetch("select from person_funders where id = $1", record_id):
        await _check_to_hand(caller, new, now)
    named = NewPerson(id=record_id, name=one_line(new.name), funder=funder)
    # When it was first asked for: sent again, it is the same scan.
    person = await people.register(caller, named, now)
    said = {
        "id": str(new.id),
        "item": new.item,
        "action": "deliver",
        "occurred_at": person.created_at.isoformat(),
        "person": str(record_id),
        "reason": one_line(new.reason),
    }
    [result] = await record([said], caller, now)
    if result.refusal is not None:
        raise result.refusal
    issued = (new.id, record_id, said["reason"], person.created_at, caller.username)
    async with in_sight_of(caller, now):
        await execute(_NOTE, result.item, *issued, person.created_at + COMPLETE_WITHIN)
    return await find_emergency(caller, new.id, now)


_NOTE: Final = """
insert into emergency_issues (id, item, person, reason, issued_at, issued_by, due_at)
select $2, i.id, $3, $4, $5, $6, $7 from items i where i.code = $1
on conflict (id) do nothing
"""


async def _funder(caller: Caller, new: NewEmergency) -> str:
    funder = new.funder
    if funder is None:
        row = await fetch_one("select partner from users where id = $1", caller.user)
        funder = row["partner"] if row else None
    if funder is None:
        raise Wrong([Fault("funder", "Say who pays: your account names no partner.")])
    if not charges_as_own(caller, funder):
        raise Wrong([Fault("funder", "Name a partner of yours.")])
    return funder


async def _check_to_hand(caller: Caller, new: NewEmergency, now: datetime) -> None:
    _, item = await look_up(new.item, Viewer(caller, now, ""))
    if "deliver" not in item.allowed or item.person is not None:
        words = "This item cannot be handed out: it is not on a shelf, or it is on hold."
        raise Refused("item-not-to-hand", words)


def _faults(new: NewEmergency) -> Iterator[Fault]:
    yield from text_faults("name", one_line(new.name), 200)
    yield from text_faults("reason", one_line(new.reason), REASON_MAX)
    if "\0" in new.item:
        yield Fault("item", "Has a character that is no text.")


async def complete(caller: Caller, id: UUID, now: datetime) -> Emergency:  # noqa: A002 - contract
    """Say that it is now known who has the item; completed before, it stays so.

    The look at the record is noted. It has to say so: it was merged into that of somebody known,
    or filled in with a day of birth or an NHS number. Refused `record-incomplete` where it was not.
    """
    check_may(caller, "issue in an emergency")
    issue_ = await find_emergency(caller, id, now)
    if issue_.completed_at is not None:
        return issue_
    if issue_.person is None:
        raise Missing("emergency-issue-not-found", "There is no such emergency issue.")
    known = await people.look_up(caller, issue_.person, now)
    if known.born is None and known.nhs_number is None:
        words = "Fill in a day of birth or an NHS number first, or merge it into the right record."
        raise Refused("record-incomplete", f"The record does not say yet who has the item. {words}")
    async with in_sight_of(caller, now):
        await execute(_COMPLETE, id, now, caller.username)
    return await find_emergency(caller, id, now)


_COMPLETE: Final = """
update emergency_issues set completed_at = $2, completed_by = $3
where id = $1 and completed_at is null
"""


async def find_emergency(caller: Caller, id: UUID, now: datetime) -> Emergency:  # noqa: A002
    """One emergency issue, or Missing, also where it is not the caller's to see."""
    check_may(caller, "read emergency issues")
    for found in await _listed(caller, {"e.id = {}": id}, now, 1):
        return found
    raise Missing("emergency-issue-not-found", "There is no such emergency issue.")


async def emergencies(
    caller: Caller, status: Literal["open", "completed"] | None, now: datetime, *, after: int,
    limit: int,
) -> list[Emergency]:  # fmt: skip
    """The emergency issues after one of them, oldest first: a prescriber's own and their partners'.

    Administrators, coordinators and auditors see all.
    """
    check_may(caller, "read emergency issues")
    conditions: dict[str, object] = {"e.seq > {}": after}
    if status is not None:
        conditions["(e.completed_at is null) = {}"] = status == "open"
    return await _listed(caller, conditions, now, limit)


async def _listed(
    caller: Caller, conditions: dict[str, object], now: datetime, limit: int
) -> list[Emergency]:
    if not sees_everyone(caller):
        conditions = conditions | {"(e.issued_by = {} or %OURS%)": caller.username}
    sql, values = narrowed(_LISTED, conditions, limit, sorted(caller.partners))
    async with in_sight_of(caller, now):
        rows = await fetch(sql.replace("%OURS%", _OURS), *values)
    seen = await visible_people(caller, [row["person"] for row in rows], now)
    return [_shown(row, seen, now) for row in rows]


_OURS: Final = "exists (select from person_funders f where f.id = e.person and f.funder = any($2))"
_LISTED: Final = """
select e.id, i.code as item, e.person, e.reason, e.issued_at, e.issued_by, e.due_at,
    e.completed_at, e.completed_by, e.seq
from emergency_issues e join items i on i.id = e.item
where ($2::varchar[] is not null) and {where} order by e.seq limit $1
"""


def _shown(row: asyncpg.Record, seen: Container[UUID], now: datetime) -> Emergency:
    overdue = row["completed_at"] is None and row["due_at"] < now
    person = row["person"] if row["person"] in seen else None
    return Emergency(**dict(row) | {"person": person}, overdue=overdue)


async def raise_overdue(now: datetime) -> None:
    """Make a case of each emergency issue that is overdue: once, however often this is asked."""
    async with transaction(viewer=EVERYONE):
        rows = await fetch(_OVERDUE, now, _AT_ONCE)
        await raise_cases([_case(row) for row in rows], now)


# Those that are a case already are passed by: they stay open until somebody completes them.
_OVERDUE: Final = """
select e.id, e.item, e.issued_by, e.due_at from emergency_issues e
where completed_at is null and due_at < $1 and not exists (
    select from cases c where c.fault = sha256(convert_to('emergency-overdue ' || e.id, 'UTF8')))
order by due_at limit $2
"""


def _case(row: asyncpg.Record) -> Finding:
    return Finding(
        kind=OVERDUE,
        item=row["item"],
        scan=row["id"],
        detail="Handed out in an emergency; it is not on record yet who has it.",
        content={"issued_by": row["issued_by"], "due_at": row["due_at"]},
        fault=hashlib.sha256(f"{OVERDUE} {row['id']}".encode()).digest(),
        raised_by="clock",
    )
