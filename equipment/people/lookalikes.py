"""Who on record may be the same person as somebody whom a caller wants to register."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import msgspec

from budget.database import fetch
from budget.years import london_day
from equipment.people.likeness import Likeness, may_be_one
from equipment.people.looks import note
from equipment.people.person_form import Lookalike, Name, tidied_likeness
from equipment.people.visibility import in_sight_of, seen_as
from equipment.staff.roles import Caller, check_may

_MOST_LIKENESSES: Final = 10


class Sketch(msgspec.Struct, frozen=True, kw_only=True):
    """By what somebody is known before there is a record of them."""

    name: Name
    born: date | None = None
    postcode: str | None = None


async def like(caller: Caller, sketch: Sketch, now: datetime) -> list[Lookalike]:
    """Those whom the caller may see who may be this person, before a record is made.

    The looks are noted. Wrong where a field is.
    """
    check_may(caller, "register people")
    fields = tidied_likeness(msgspec.structs.asdict(sketch), london_day(now))
    nobody = uuid4()
    async with in_sight_of(caller, now):
        wanted = fields | {"id": nobody, "created_at": now}
        return (await lookalikes(caller, [wanted], now))[nobody]


async def lookalikes(
    caller: Caller, records: Sequence[Mapping[str, Any]], now: datetime, *, repeated: bool = False
) -> dict[UUID, list[Lookalike]]:
    """Of each, those whom the caller may see who may be this person; the looks noted.

    They were on record before: earlier on the list, too. Of a repeated registration, those that
    were so at the first.
    """
    alike = await _alike(records, repeated=repeated)
    found = {row["id"] for rows in alike.values() for row in rows}
    seen = await seen_as(caller, found, now) if found else {}
    shown = {person: _shown(rows, seen) for person, rows in alike.items()}
    looks = [each.id for likenesses in shown.values() for each in likenesses]
    await note(caller, looks, now, "likeness")
    return shown


def _shown(rows: Sequence[asyncpg.Record], seen: Mapping[UUID, UUID]) -> list[Lookalike]:
    """One for each person, though several records of theirs may be alike."""
    people: dict[UUID, Lookalike] = {}
    for row in rows:
        if (survivor := seen.get(row["id"])) is not None:
            alike = Lookalike(survivor, row["name"], row["born"], row["postcode"])
            people.setdefault(survivor, alike)
    return list(people.values())[:_MOST_LIKENESSES]


async def _alike(
    records: Sequence[Mapping[str, Any]], *, repeated: bool
) -> dict[UUID, list[asyncpg.Record]]:
    """Of each, the newest first."""
    rows = await fetch(
        _NEAR,
        [record["id"] for record in records],
        [record["born"] for record in records],
        [record["postcode"] for record in records],
        [record["created_at"] if repeated else None for record in records],
    )
    places = {record["id"]: place for place, record in enumerate(records)}
    mine = [_likeness(record) for record in records]
    alike: dict[UUID, list[asyncpg.Record]] = {record["id"]: [] for record in records}
    for row in rows:
        place = row["place"] - 1
        comes_later = not repeated and places.get(row["id"], -1) > place
        if not comes_later and may_be_one(mine[place], _likeness(row)):
            alike[records[place]["id"]].append(row)
    return alike


# A bound for days and places that stand for "not known"; real ones have a few dozen.
_NEAR: Final = """
select wanted.place, near.id, near.name, near.born, near.postcode
from unnest($1::uuid[], $2::date[], $3::varchar[], $4::timestamptz[]) with ordinality
    as wanted (id, born, postcode, until, place)
cross join lateral (
    select p.id, p.name, p.born, p.postcode, p.created_at from people p
    where p.id <> wanted.id and p.merged_into is distinct from wanted.id
        and (p.born = wanted.born or p.postcode = wanted.postcode)
        and (wanted.until is null or p.created_at <= wanted.until)
    order by p.created_at desc, p.id limit 1000
) near
order by wanted.place, near.created_at desc, near.id
"""


def _likeness(record: Mapping[str, Any] | asyncpg.Record) -> Likeness:
    return Likeness(record["name"], record["born"], record["postcode"])
