"""Cases: what the rules cannot settle and a person must."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import msgspec

from budget.database import execute, fetch, fetch_one
from budget.narrowing import narrowed
from budget.refusals import Fault, Missing, Refused, Wrong
from equipment.people.visibility import sees_everyone, visible_people
from equipment.staff.roles import Caller, check_may

NOTE_MAX: Final = 1_000
# What of a scan tells of the person whom it names, or could.
_PERSONAL: Final = ("person", "address", "note")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something for a person to settle; `fault` is equal for equal ones, so that one case stays."""

    kind: str
    item: int | None
    scan: UUID | None
    detail: str
    content: Mapping[str, Any]
    fault: bytes
    raised_by: str


class Case(msgspec.Struct, frozen=True):
    """A case as it is shown; `item` is the item's code.

    `content` is the scan as it was sent, without person, address and note for callers who may not
    see that person.
    """

    id: UUID
    kind: str
    item: str | None
    scan: UUID | None
    detail: str
    status: str
    content: dict[str, Any]
    raised_by: str
    raised_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    note: str | None
    seq: int


async def raise_cases(findings: Sequence[Finding], now: datetime) -> None:
    """Write the findings as open cases; one that is known already is not raised again."""
    if not findings:
        return
    columns = zip(*(_row(finding) for finding in findings), strict=True)
    await execute(_RAISE, *(list(values) for values in columns), now)


_RAISE: Final = """
insert into cases (id, kind, item, scan, detail, content, fault, raised_by, raised_at)
select n.*, $9 from unnest($1::uuid[], $2::varchar[], $3::bigint[], $4::uuid[], $5::text[],
    $6::jsonb[], $7::bytea[], $8::varchar[]) n
on conflict (fault) do nothing
"""


async def listed(
    caller: Caller, status: str | None, now: datetime, *, after: int, limit: int
) -> list[Case]:
    """The cases after a sequence number, oldest first, of one status or of any."""
    check_may(caller, "read cases")
    conditions = {"c.seq > {}": after, "c.status = {}": status}
    sql, values = narrowed(_LIST, conditions, limit)
    return await _shown(await fetch(sql, *values), caller, now)


_SHOWN: Final = """
select c.id, c.kind, i.code as item, c.scan, c.detail, c.status, c.content, c.raised_by,
    c.raised_at, c.settled_by, c.settled_at, c.note, c.seq
from cases c left join items i on i.id = c.item
"""
_LIST: Final = _SHOWN + " where {where} order by c.seq limit $1"


async def look_up(caller: Caller, case: UUID, now: datetime) -> Case:
    """One case, or Missing."""
    check_may(caller, "read cases")
    row = await fetch_one(_SHOWN + " where c.id = $1", case)
    if row is None:
        raise missing()
    return (await _shown([row], caller, now))[0]


def missing() -> Missing:
    """That there is no such case."""
    return Missing("case-not-found", "There is no such case.")


async def settle(caller: Caller, case: UUID, note: str, now: datetime) -> Case:
    """Close an open case with a note of what was done. Missing, or Refused if settled already."""
    check_may(caller, "settle cases")
    if not note.strip() or len(note) > NOTE_MAX or "\0" in note:
        raise Wrong([Fault("note", f"Say what was done, in at most {NOTE_MAX:,} characters.")])
    settled = await fetch_one(_SETTLE, case, caller.username, now, note.strip())
    row = await fetch_one(_SHOWN + " where c.id = $1", case)
    if row is None:
        raise missing()
    if settled is None:
        raise Refused("case-settled", f"{row['settled_by']} has settled this case already.")
    return (await _shown([row], caller, now))[0]


_SETTLE: Final = """
update cases set status = 'settled', settled_by = $2, settled_at = $3, note = $4
where id = $1 and status = 'open' returning id
"""


def _row(finding: Finding) -> list[object]:
    content = msgspec.json.encode(finding.content).decode().replace("\\u0000", "\\ufffd")
    detail = finding.detail.replace("\0", "\ufffd")
    kept = [finding.kind, finding.item, finding.scan, detail, content, finding.fault]
    return [uuid4(), *kept, finding.raised_by]


async def _shown(rows: Sequence[asyncpg.Record], caller: Caller, now: datetime) -> list[Case]:
    cases = [Case(**dict(row) | {"content": msgspec.json.decode(row["content"])}) for row in rows]
    if sees_everyone(caller):
        return cases
    people = {person for case in cases if (person := _person(case.content)) is not None}
    seen = await visible_people(caller, people, now) if people else set()
    return [_for_whom_sees(case, seen) for case in cases]


def _for_whom_sees(case: Case, people: Collection[UUID]) -> Case:
    if _person(case.content) in people:
        return case
    content = {name: value for name, value in case.content.items() if name not in _PERSONAL}
    return msgspec.structs.replace(case, content=content)


def _person(content: Mapping[str, Any]) -> UUID | None:
    """The person whom a scan names, which may be anything: it was refused."""
    try:
        return UUID(str(content.get("person")))
    except ValueError:
        return None
