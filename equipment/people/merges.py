"""Two records that turn out to be one person's: one goes on, the other leads to it for ever.

docs/adr/0017-merged-people.md: nothing is moved that is history; whoever asks for the record that
was given up gets the one that goes on.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from budget import changes
from budget.database import execute, fetch
from budget.refusals import Fault, Refused, Wrong
from budget.wording import one_line, text_faults
from equipment.people import addresses, person_events
from equipment.people.looks import look, missing
from equipment.people.person_form import NhsNumber, Person
from equipment.people.person_records import FIELDS, record
from equipment.people.visibility import in_sight_of
from equipment.staff.roles import Caller, check_may

_REASON_MAX: Final = 500
# What the record that goes on has of its own, whatever the other says.
_OWN: Final = ("name", "nhs_number", "funder", "funder_reason")
_TOGETHER: Final = ("needs", "communication")


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """Which record is given up and why; where both have an NHS number, which one is right."""

    duplicate: UUID
    reason: Annotated[str, Meta(min_length=1, max_length=_REASON_MAX)]
    nhs_number: NhsNumber | None = None


async def merge(caller: Caller, survivor: UUID, wanted: Merge, now: datetime) -> Person:
    """Have the duplicate go on in the other record; done before, it changes nothing.

    The survivor gains what it did not say: its own word goes first. Raises Wrong where a field is,
    Missing where there is no such record, Refused `person-merged` where one of them has been given
    up for another, `two-nhs-numbers` where nobody said which is right.
    """
    check_may(caller, "merge people")
    reason = one_line(wanted.reason)
    faults = list(text_faults("reason", reason, _REASON_MAX))
    if wanted.duplicate == survivor:
        faults.append(Fault("duplicate", "Is the same record."))
    if faults:
        raise Wrong(faults)
    async with in_sight_of(caller, now):
        await execute(_LINE_UP)
        rows = {row["id"]: dict(row) for row in await fetch(_LOCK, [survivor, wanted.duplicate])}
        if len(rows) < 2:  # noqa: PLR2004 - both records
            raise missing()
        await look(caller, [survivor, wanted.duplicate], now, "merge", reason)
        if rows[wanted.duplicate]["merged_into"] != survivor:
            _check_neither_is_merged(rows)
            await _merge(caller, rows[survivor], rows[wanted.duplicate], wanted, now)
        return await record(survivor)


# Merges are rare and wait for each other: each locks what leads to its two records after them.
_LINE_UP: Final = "select pg_advisory_xact_lock(hashtextextended('merge people', 0))"
# In one order, as others lock them who change two at once.
_LOCK: Final = f"""
select id, merged_into, created_at, {", ".join(FIELDS)} from people where id = any($1::uuid[])
order by id for no key update
"""  # noqa: S608 - column names from code


def _check_neither_is_merged(rows: Mapping[UUID, Mapping[str, Any]]) -> None:
    for row in rows.values():
        if row["merged_into"] is not None:
            words = "One of these records has been given up already for another."
            raise Refused("person-merged", words, person=row["merged_into"])


async def _merge(
    caller: Caller,
    survivor: Mapping[str, Any],
    duplicate: Mapping[str, Any],
    wanted: Merge,
    now: datetime,
) -> None:
    before = dict(survivor)
    after = before | _gained(survivor, duplicate)
    ids = (survivor["id"], duplicate["id"])
    taken = await _numbers(survivor, duplicate, wanted)
    after["nhs_number"] = taken or survivor["nhs_number"]
    await execute(_CHANGE, survivor["id"], *(after[name] for name in FIELDS))
    await execute(_GIVE_UP, *ids, after["funder"])
    await execute(_ORDERS, *ids)
    await execute(_OPENINGS, *ids)
    await fetch("select merge_key_safes($1, $2)", *ids)
    await execute(_MERGED, *ids, one_line(wanted.reason), taken, caller.username, now)
    await addresses.keep_move(caller, before, after, now)
    said = {"merged": duplicate["id"]}
    await changes.record(caller.username, "people merged", str(survivor["id"]), said)
    await person_events.follow(caller, before, after, now)


def _gained(survivor: Mapping[str, Any], duplicate: Mapping[str, Any]) -> dict[str, Any]:
    """What the survivor has afterwards, but for the number."""
    gained = {
        name: survivor[name] if survivor[name] not in {None, False} else duplicate[name]
        for name in FIELDS
        if name not in {*_OWN, *_TOGETHER}
    }
    if survivor["address"] is not None or survivor["postcode"] is not None:
        # An address of one and a postcode of the other would be nowhere.
        gained |= {name: survivor[name] for name in ("address", "postcode")}
    for name in _TOGETHER:
        gained[name] = list(dict.fromkeys([*survivor[name], *duplicate[name]]))
    return gained | {"funder": survivor["funder"] or duplicate["funder"]}


async def _numbers(
    survivor: Mapping[str, Any], duplicate: Mapping[str, Any], wanted: Merge
) -> str | None:
    """Which number the survivor takes over, if any; the other is still found under its own."""
    own, other = survivor["nhs_number"], duplicate["nhs_number"]
    if wanted.nhs_number is not None and wanted.nhs_number not in {own, other}:
        raise Wrong([Fault("nhs_number", "Is not the number of either record.")])
    if own and other and wanted.nhs_number is None:
        words = "Both records have an NHS number. Find out which is right and say it."
        raise Refused("two-nhs-numbers", words)
    if not other or (own and wanted.nhs_number == own):
        return None
    # A number is one record's at every moment, so one lets go before the other takes it.
    await execute("update people set nhs_number = null where id = $1", duplicate["id"])
    if own:
        await execute("update people set nhs_number = $2 where id = $1", survivor["id"], other)
        await execute("update people set nhs_number = $2 where id = $1", duplicate["id"], own)
    return str(other)


_CHANGE: Final = f"""
update people set {", ".join(f"{name} = ${place}" for place, name in enumerate(FIELDS, 2))}
where id = $1
"""  # noqa: S608 - column names from code
# Whoever went on in the duplicate goes on in the survivor: one step leads there from everywhere.
# Who pays is read without a detour, so it is the same in all of them.
_GIVE_UP: Final = """
update people set merged_into = $1, funder = $3 where id = $2 or merged_into = $2
"""
_ORDERS: Final = "update order_standings set person = $1 where person = $2"
_OPENINGS: Final = """
insert into person_openings (person, username, reason, opened_at, until)
select $1, username, reason, opened_at, until from person_openings where person = $2
"""
_MERGED: Final = """
insert into person_merges (survivor, gone, reason, nhs_number, merged_by, merged_at)
values ($1, $2, $3, $4, $5, $6)
"""
