"""Inspections at the bench, by the product's list: an item passes whole, or fails and says why.

A list that is changed is another version: what was recorded keeps the one that it went by.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Meta

from budget.changes import record
from budget.database import execute, fetch, fetch_one, transaction
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import one_line, sought, text_faults
from budget.years import london_day
from equipment.clerk import Result
from equipment.content import canonical, hash_of
from equipment.naming import items_named
from equipment.scans import record_with
from equipment.staff.roles import Caller, check_may

LINE_MAX: Final = 200
LINES_MAX: Final = 40
VERSIONS_SHOWN: Final = 20
_REASON_MAX: Final = 500

Line: TypeAlias = Annotated[str, Meta(min_length=1, max_length=LINE_MAX)]


OTHER: Final = "Something else"
"""What is wrong that no line of the list is about."""


class InspectionList(msgspec.Struct, frozen=True):
    """What is looked at before a product passes; version 0 has nothing on it yet."""

    sku: str
    version: int
    lines: list[str]


class NewLines(msgspec.Struct, frozen=True):
    """The lines of a list, one sentence each.

    `version` is the one that they are to replace, where somebody else's may have come between.
    """

    lines: Annotated[list[Line], Meta(min_length=1, max_length=LINES_MAX)]
    version: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None


class ListVersion(msgspec.Struct, frozen=True):
    """A list as it was set, by whom; version 0 where nobody has set one yet."""

    version: int
    lines: list[str]
    set_at: datetime | None
    set_by: str | None


class NewInspection(msgspec.Struct, frozen=True):
    """What an inspection by a version of the list found; without a fault the item passes.

    `faults` are what was wrong, by the line of the list. `pat` is the result of the portable
    appliance test, where one was made.
    """

    id: UUID
    version: Annotated[int, Meta(ge=0, le=1_000_000)]
    occurred_at: Annotated[datetime, Meta(tz=True)]
    faults: dict[
        Annotated[str, Meta(max_length=LINE_MAX)], Annotated[str, Meta(max_length=500)]
    ] = {}
    pat: bool | None = None
    bay: Annotated[str, Meta(max_length=200)] | None = None


async def list_of(caller: Caller, sku: str) -> InspectionList:
    """The newest list of a product; Missing where there is no such product."""
    check_may(caller, "read standing data")
    row = await fetch_one(_NEWEST, sought(sku))
    if row is None:
        raise Missing("product-not-found", "There is no such product.")
    return InspectionList(row["sku"], row["version"] or 0, row["lines"] or [])


_NEWEST: Final = """
select p.sku, l.version, l.lines from products p left join lateral (
    select version, lines from inspection_lists where sku = p.sku order by version desc limit 1
) l on true where p.sku = $1
"""


async def versions_of(caller: Caller, sku: str) -> list[ListVersion]:
    """The newest versions of a product's list, newest first; none where nothing was set."""
    check_may(caller, "read standing data")
    rows = await fetch(_VERSIONS, sought(sku), VERSIONS_SHOWN)
    return [ListVersion(**dict(row)) for row in rows]


_VERSIONS: Final = """
select version, lines, set_at, set_by from inspection_lists where sku = $1
order by version desc limit $2
"""


def tidied(new: NewLines) -> list[str]:
    """The lines as they are kept; Wrong where one is empty, too long or said twice."""
    lines = [one_line(each) for each in new.lines]
    faults = [fault for each in lines for fault in text_faults("lines", each, LINE_MAX)]
    if len(set(lines)) < len(lines):
        faults.append(Fault("lines", "Says the same twice."))
    if faults:
        raise Wrong(faults)
    return lines


async def set_list(caller: Caller, sku: str, new: NewLines, now: datetime) -> InspectionList:
    """Set what is inspected, as a new version unless it is the same; Missing, Wrong as usual.

    Refused `list-changed` where somebody else has set another version than the one to replace.
    """
    check_may(caller, "set how products are prepared")
    lines = tidied(new)
    async with transaction():
        await execute("select from products where sku = $1 for no key update", sought(sku))
        known = await list_of(caller, sku)
        if known.lines == lines:
            return known
        if new.version is not None and new.version != known.version:
            by = next((each.set_by for each in await versions_of(caller, sku)), "Somebody")
            words = f"{by} has changed this list meanwhile. Look at it before you change it."
            raise Refused("list-changed", words, version=known.version)
        made = InspectionList(known.sku, known.version + 1, lines)
        await execute(_SET, made.sku, made.version, made.lines, now, caller.username)
        await record(caller.username, "inspection list set", sku, made)
    return made


_SET: Final = """
insert into inspection_lists (sku, version, lines, set_at, set_by) values ($1, $2, $3, $4, $5)
"""


async def inspect(caller: Caller, text: str, new: NewInspection, now: datetime) -> Result:
    """Pass an item, or fail it, with what was found; a repeat of its id does nothing more.

    Wrong where a line is not on that version of the product's list, Missing where there is no such
    item or version; refused as the scan is.
    """
    check_may(caller, "pass")
    row = await _by_list(text, new.version)
    if faults := list(_faults(new.faults, {*row["lines"], OTHER})):
        raise Wrong(faults)

    async def also(results: Sequence[Result]) -> None:
        [result] = results
        if result.refusal is not None:
            raise result.refusal
        if result.status == "accepted":
            told = msgspec.json.encode(new.faults).decode()
            await execute(_KEEP, new.id, row["id"], row["list"], told, caller.username, now)

    [result] = await record_with([_scan(row, new)], caller, now, also)
    return result


_KEEP: Final = """
insert into inspections (id, item, list, faults, inspected_by, inspected_at)
values ($1, $2, $3, $4::jsonb, $5, $6)
"""


def _faults(found: Mapping[str, str], listed: AbstractSet[str]) -> Iterator[Fault]:
    for line, words in found.items():
        yield from text_faults("faults", words, _REASON_MAX)
        if line not in listed:
            yield Fault("faults", f"“{line[:50]}” is not on the list.")


async def _by_list(text: str, version: int) -> asyncpg.Record:
    found = (await items_named([text])).get(text)
    row = None if found is None else await fetch_one(_BY, found, version)
    if row is None:
        raise Missing("item-not-found", "There is no such item.")
    if version and row["list"] is None:
        raise Wrong([Fault("version", "The product's list has no such version.")])
    return row


_BY: Final = """
select i.id, i.code, l.id as list, coalesce(l.lines, '{}') as lines
from items i left join inspection_lists l on l.sku = i.sku and l.version = $2 where i.id = $1
"""


def _scan(row: asyncpg.Record, new: NewInspection) -> dict[str, Any]:
    """The inspection as a scan, the same one however often it is sent."""
    scan: dict[str, Any] = {
        "id": str(new.id),
        "item": row["code"],
        "action": "pass",
        "occurred_at": new.occurred_at.isoformat(),
        "inspection": hash_of(canonical(new)).hex(),
        "bay": new.bay,
    }
    if new.pat is not None:
        day = london_day(new.occurred_at).isoformat()
        result = "pass" if new.pat else "fail"
        scan["checks"] = [{"kind": "pat", "result": result, "on": day}]
    if new.faults or new.pat is False:
        told = [f"{line}: {words}" if words else line for line, words in new.faults.items()]
        told += ["Portable appliance test failed"] if new.pat is False else []
        scan |= {"action": "fail", "reason": "; ".join(told)[:_REASON_MAX]}
    return scan
