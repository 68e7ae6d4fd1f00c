"""The people to whom equipment is lent. Every look at one is on record."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import msgspec
from msgspec import UNSET

from budget import changes
from budget.database import execute, fetch, fetch_one, insert, transaction
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import sought
from budget.years import london_day
from equipment import receipts
from equipment.content import content_hash
from equipment.likeness import Likeness, may_be_one
from equipment.person_form import (
    Lookalike,
    NewPerson,
    Person,
    PersonChange,
    Registered,
    check_nhs_number,
    tidied,
)
from equipment.roles import PRESCRIBER, Caller, check_may
from equipment.visibility import visible_people

_MOST_LIKENESSES: Final = 10
_RECEIPT: Final = "person"


async def register(caller: Caller, new: NewPerson, now: datetime) -> Registered:
    """Register a person; a repeat of `id` with equal content gets the record as it is now.

    That is the first answer as long as nothing has changed; the look is noted. Raises Wrong where
    a field is, Missing where the person is no longer the repeater's to see, Refused `exists` where
    the NHS number is on record: it shows nothing of the other, unless the caller may see them.
    """
    return (await register_many(caller, [new], now))[0]


async def register_many(
    caller: Caller, people: Sequence[NewPerson], now: datetime
) -> list[Registered]:
    """Register people one after another, all of them or none, in a handful of statements.

    Answers and raises as `register()` does, for the first of whom there is something to raise.
    """
    check_may(caller, "register people")
    today = london_day(now)
    drafts = [(new, tidied(msgspec.structs.asdict(new), today)) for new in people]
    contents = {new.id: content_hash(new) for new in people if new.id is not None}
    if len(contents) < sum(1 for new in people if new.id is not None):
        raise Refused("id-reused", "An id stands on this list twice.")
    async with transaction():
        first = await receipts.earlier_of_each(_RECEIPT, contents, caller) if contents else {}
        known = [UUID(first[new.id]) for new in people if new.id in first]
        before = iter(await _registered_before(caller, known, now) if known else [])
        drafts = [(new, fields) for new, fields in drafts if new.id not in first]
        fresh = iter(await _enter(caller, drafts, now) if drafts else [])
        # No more than who it is: receipts are kept for ever.
        answers = {new.id: (contents[new.id], str(new.id)) for new, _ in drafts if new.id}
        await receipts.keep_each(_RECEIPT, answers, caller, now)
    return [next(before if new.id in first else fresh) for new in people]


async def _enter(
    caller: Caller, drafts: Sequence[tuple[NewPerson, dict[str, Any]]], now: datetime
) -> list[Registered]:
    """Write people's records, and who registered which of their fields; who is like them."""
    own = None if all(new.funder for new, _ in drafts) else await _own_partner(caller)
    written = {"died_on": None, "created_at": now}
    records = [
        fields | {"id": new.id or uuid4(), "funder": new.funder or own} | written
        for new, fields in drafts
    ]
    await _check_funders({record["funder"] for record in records} - {None})
    rows = await fetch(_REGISTER, *_columns(records), caller.username)
    entered = {row["id"] for row in rows}
    if len(entered) < len(records):
        refused = next(record for record in records if record["id"] not in entered)
        raise await _taken(caller, refused["nhs_number"], now)
    said = {
        str(record["id"]): {"fields": _sent(new)}
        for record, (new, _) in zip(records, drafts, strict=True)
    }
    await changes.record_each(caller.username, "person registered", said)
    alike = await _lookalikes(caller, records, now)
    return [Registered(**record, possible_duplicates=alike[record["id"]]) for record in records]


def _sent(new: NewPerson) -> list[str]:
    values = msgspec.structs.asdict(new).items()
    return sorted(name for name, value in values if value is not None and name != "id")


def _columns(records: Sequence[Mapping[str, Any]]) -> Iterator[list[Any]]:
    """The records by column; an array of arrays would be flattened, so needs go as JSON."""
    for column in _COLUMNS:
        values = [record[column] for record in records]
        yield (
            [msgspec.json.encode(each).decode() for each in values] if column == "needs" else values
        )


_COLUMNS: Final = (
    "id",
    "name",
    "nhs_number",
    "born",
    "address",
    "postcode",
    "phone",
    "funder",
    "needs",
    "died_on",
    "created_at",
)
# In one order, so that two lists of the same numbers do not wait for each other.
_REGISTER: Final = """
insert into people (id, name, nhs_number, born, address, postcode, phone, funder, needs, died_on,
    created_at, created_by)
select id, name, nhs_number, born, address, postcode, phone, funder,
    array(select jsonb_array_elements_text(needs)), died_on, created_at, $12
from unnest($1::uuid[], $2::varchar[], $3::varchar[], $4::date[], $5::varchar[], $6::varchar[],
    $7::varchar[], $8::varchar[], $9::jsonb[], $10::date[], $11::timestamptz[])
    as new (id, name, nhs_number, born, address, postcode, phone, funder, needs, died_on,
        created_at)
order by nhs_number, id
on conflict do nothing
returning id
"""


async def look_up(caller: Caller, person: UUID, now: datetime) -> Person:
    """A person's record, and the look noted. Missing where they are not the caller's to see."""
    check_may(caller, "read people")
    async with transaction():
        await _look(caller, [person], now, "record")
        return await _record(person)


async def look_up_by_number(caller: Caller, nhs_number: str, now: datetime) -> list[Person]:
    """The person with this NHS number, if there is one whom the caller may see; the look noted."""
    check_may(caller, "read people")
    check_nhs_number(nhs_number)
    async with transaction():
        row = await fetch_one(_BY_NUMBER, nhs_number)
        if row is None or not await visible_people(caller, [row["id"]], now):
            return []
        await _note(caller, [row["id"]], now, "number")
        return [await _record(row["id"])]


_BY_NUMBER = "select id from people where nhs_number = $1"


async def change(caller: Caller, person: UUID, wanted: PersonChange, now: datetime) -> Person:
    """Change a person's record, and note the look.

    Missing where they are not the caller's to see, Wrong where a field is, Refused `exists`
    where the NHS number is another's.
    """
    check_may(caller, "register people")
    given = {
        field: value
        for field, value in msgspec.structs.asdict(wanted).items()
        if value is not UNSET
    }
    try:
        async with transaction():
            # Before the look is noted: its foreign key holds the row too, and two changes at once
            # would each wait for the other's.
            await execute(_LOCK, person)
            await _look(caller, [person], now, "change")
            before = msgspec.structs.asdict(await _record(person))
            record = tidied(before | given, london_day(now))
            if given.get("funder") is not None:
                await _check_funders({record["funder"]})
            if record["nhs_number"] != before["nhs_number"]:
                await _check_number_free(caller, record["nhs_number"], now)
            if names := [name for name in _COLUMNS if record[name] != before[name]]:
                await execute(_CHANGE, *(record[column] for column in _COLUMNS[:-1]))
                # Which fields, but not to what: nothing personal is kept for good.
                said = {"fields": names}
                await changes.record(caller.username, "person changed", str(person), said)
            return Person(**record)
    except asyncpg.UniqueViolationError:
        # Somebody else has taken the number since it was looked for.
        raise await _taken(caller, given["nhs_number"], now) from None


_LOCK = "select from people where id = $1 for update"
_CHANGE = """
update people set name = $2, nhs_number = $3, born = $4, address = $5, postcode = $6, phone = $7,
    funder = $8, needs = $9, died_on = $10
where id = $1
"""


async def _registered_before(
    caller: Caller, people: Sequence[UUID], now: datetime
) -> list[Registered]:
    """The answers to repeated registrations; who was registered later is no part of them."""
    await _look(caller, people, now, "registration")
    records = [msgspec.structs.asdict(each) for each in await _records(people)]
    alike = await _lookalikes(caller, records, now, repeated=True)
    return [Registered(**record, possible_duplicates=alike[record["id"]]) for record in records]


async def _look(caller: Caller, people: Sequence[UUID], now: datetime, door: str) -> None:
    """Note looks, or Missing where one of the people is not the caller's to see."""
    if await visible_people(caller, people, now) < set(people):
        raise Missing("person-not-found", "There is no such person.")
    await _note(caller, people, now, door)


async def _note(caller: Caller, people: Iterable[UUID], now: datetime, door: str) -> None:
    columns = {
        "person": "uuid",
        "username": "varchar",
        "looked_at": "timestamptz",
        "door": "varchar",
    }
    await insert("person_looks", columns, [(each, caller.username, now, door) for each in people])


async def _record(person: UUID) -> Person:
    return (await _records([person]))[0]


async def _records(people: Sequence[UUID]) -> list[Person]:
    """Their records, in the order in which they are named."""
    rows = {row["id"]: row for row in await fetch(_RECORDS, people)}
    # Who is visible is there, and nobody is ever deleted.
    return [Person(**rows[person]) for person in people]


_RECORDS: Final = """
select id, name, nhs_number, born, address, postcode, phone, funder, needs, died_on, created_at
from people where id = any($1::uuid[])
"""


async def _own_partner(caller: Caller) -> str | None:
    """Who pays for a prescriber's people unless they say otherwise."""
    if PRESCRIBER not in caller.roles:
        return None
    row = await fetch_one(_OWN_PARTNER, caller.user)
    return row["partner"] if row else None


_OWN_PARTNER = "select partner from users where id = $1"


async def _check_funders(funders: AbstractSet[str]) -> None:
    wanted = {sought(funder) for funder in funders}
    if wanted and len(await fetch(_FUNDERS, list(wanted))) < len(wanted):
        raise Wrong([Fault("funder", "There is no such partner.")])


_FUNDERS: Final = "select from partners where ods = any($1::varchar[])"


async def _check_number_free(caller: Caller, nhs_number: str | None, now: datetime) -> None:
    """Refuse another's number before PostgreSQL does: it would quote it."""
    if nhs_number is not None and await fetch_one(_BY_NUMBER, nhs_number) is not None:
        raise await _taken(caller, nhs_number, now)


async def _taken(caller: Caller, nhs_number: str | None, now: datetime) -> Refused:
    """Why a record cannot be: its NHS number is another's, or else its id is."""
    row = await fetch_one(_BY_NUMBER, nhs_number) if nhs_number is not None else None
    if row is None:
        return Refused("id-reused", "This id was used for something else.")
    seen = await visible_people(caller, [row["id"]], now)
    facts = {"person": row["id"]} if seen else {}
    return Refused("exists", "There is already a person with this NHS number.", **facts)


async def _lookalikes(
    caller: Caller, records: Sequence[Mapping[str, Any]], now: datetime, *, repeated: bool = False
) -> dict[UUID, list[Lookalike]]:
    """Of each, those whom the caller may see who may be this person; the looks noted.

    They were on record before: earlier on the list, too. Of a repeated registration, those that
    were so at the first.
    """
    alike = await _alike(records, repeated=repeated)
    found = {row["id"] for rows in alike.values() for row in rows}
    seen = await visible_people(caller, found, now) if found else set()
    shown = {
        person: [
            Lookalike(row["id"], row["name"], row["born"], row["postcode"])
            for row in rows
            if row["id"] in seen
        ][:_MOST_LIKENESSES]
        for person, rows in alike.items()
    }
    looks = [each.id for likenesses in shown.values() for each in likenesses]
    await _note(caller, looks, now, "likeness")
    return shown


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
    where p.id <> wanted.id and (p.born = wanted.born or p.postcode = wanted.postcode)
        and (wanted.until is null or p.created_at <= wanted.until)
    order by p.created_at desc, p.id limit 1000
) near
order by wanted.place, near.created_at desc, near.id
"""


def _likeness(record: Mapping[str, Any] | asyncpg.Record) -> Likeness:
    return Likeness(record["name"], record["born"], record["postcode"])
