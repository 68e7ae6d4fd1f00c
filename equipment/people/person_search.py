"""Finding people: by NHS number, by name and day of birth, or by postcode. Each found is a look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from budget.database import fetch
from budget.refusals import Fault, Wrong
from budget.wording import text_faults
from equipment.people.likeness import Likeness, may_be_one
from equipment.people.looks import Door, note
from equipment.people.person_form import Person, check_nhs_number
from equipment.people.person_records import records, with_number
from equipment.people.visibility import in_sight_of, seen_as
from equipment.postcodes import normal_postcode
from equipment.staff.roles import Caller, check_may

# A bound for days and places that stand for "not known"; real ones have a few dozen.
_READ_MAX: Final = 1_000
_NAME_MAX: Final = 200
_FIRST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSearch:
    """What somebody is looked for by: a number; or a name and a day of birth; or a postcode.

    `after` is the key of the last one shown before.
    """

    nhs_number: str | None = None
    name: str | None = None
    born: date | None = None
    postcode: str | None = None
    after: UUID = _FIRST
    limit: int = 50


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """People in the order of their keys, and the key to go on from; None at the end."""

    people: list[Person]
    next: UUID | None


async def search(caller: Caller, wanted: PersonSearch, now: datetime) -> FoundPeople:
    """Those of the people whom the caller may see; each found is a look on record.

    A name is taken as likely to be spelt another way; with a postcode it narrows. Wrong where it
    is not one of the three ways, or a field is wrong.
    """
    check_may(caller, "read people")
    if wanted.nhs_number is not None:
        people = await look_up_by_number(caller, wanted.nhs_number, now)
        return FoundPeople(people if wanted.after == _FIRST else [], None)
    _check(wanted)
    async with in_sight_of(caller, now):
        rows = await _read(wanted)
        alike = [row for row in rows if _fits(wanted, row)]
        seen = await seen_as(caller, [row["id"] for row in alike], now)
        found, following = _page(alike, seen, wanted.limit)
        if following is None and len(rows) == _READ_MAX:
            following = rows[-1]["id"]
        await note(caller, found, now, _door(wanted))
        return FoundPeople(await records(found), following)


async def look_up_by_number(caller: Caller, nhs_number: str, now: datetime) -> list[Person]:
    """The person with this NHS number, if there is one whom the caller may see; the look noted."""
    check_may(caller, "read people")
    check_nhs_number(nhs_number)
    async with in_sight_of(caller, now):
        person = await with_number(nhs_number)
        seen = await seen_as(caller, [person], now) if person is not None else {}
        await note(caller, seen.values(), now, "number")
        return await records(list(seen.values()))


def _check(wanted: PersonSearch) -> None:
    faults = [*text_faults("name", wanted.name, _NAME_MAX)]
    if wanted.postcode is not None and normal_postcode(wanted.postcode) is None:
        faults.append(Fault("postcode", "Write a whole postcode, such as NG1 5FS."))
    if wanted.postcode is None and (wanted.name is None) != (wanted.born is None):
        missing = "born" if wanted.born is None else "name"
        faults.append(Fault(missing, "Look by name and day of birth together."))
    if (wanted.name, wanted.born, wanted.postcode) == (None, None, None):
        words = "Is required, or else a name with a day of birth, or a postcode."
        faults.append(Fault("nhs_number", words))
    if faults:
        raise Wrong(faults)


async def _read(wanted: PersonSearch) -> list[asyncpg.Record]:
    if wanted.postcode is None:
        return await fetch(_BORN, wanted.born, wanted.after, _READ_MAX)
    return await fetch(_LIVING, normal_postcode(wanted.postcode), wanted.after, _READ_MAX)


_BORN: Final = """
select id, name, born, postcode from people where born = $1 and id > $2 order by id limit $3
"""
_LIVING: Final = """
select id, name, born, postcode from people where postcode = $1 and id > $2 order by id limit $3
"""


def _fits(wanted: PersonSearch, row: asyncpg.Record) -> bool:
    """Whether day and name are those that are looked for, the name perhaps spelt another way."""
    if wanted.born is not None and row["born"] != wanted.born:
        return False
    if wanted.name is None:
        return True
    # By name alone: where the day is not asked for, any day will do.
    day = row["born"] or date.min
    return may_be_one(Likeness(wanted.name, day, None), Likeness(row["name"], day, None))


def _page(
    rows: Sequence[asyncpg.Record], seen: dict[UUID, UUID], limit: int
) -> tuple[list[UUID], UUID | None]:
    """The first people, one for several records of theirs, and the key of the last if more come."""
    found: dict[UUID, None] = {}
    last = None
    for row in rows:
        survivor = seen.get(row["id"])
        if survivor is None:
            continue
        if survivor not in found and len(found) == limit:
            return list(found), last
        found[survivor] = None
        last = row["id"]
    return list(found), None


def _door(wanted: PersonSearch) -> Door:
    return "name" if wanted.postcode is None else "postcode"
