"""The people to whom equipment is lent. Every look at one is on record."""

from collections.abc import Iterable, Mapping, Sequence
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
    check_may(caller, "register people")
    fields = tidied(msgspec.structs.asdict(new), london_day(now))
    content = receipts.content_hash(new)
    async with transaction():
        if new.id is not None:
            first = await receipts.earlier(_RECEIPT, new.id, caller, content)
            if first is not None:
                return await _registered_before(caller, UUID(first), now)
        fields["funder"] = new.funder or await _own_partner(caller)
        await _check_funder(fields["funder"])
        record = fields | {"id": new.id or uuid4(), "died_on": None, "created_at": now}
        values = (record[column] for column in _COLUMNS)
        if await fetch_one(_REGISTER, *values, caller.username) is None:
            raise await _taken(caller, new.nhs_number, now)
        sent = msgspec.structs.asdict(new).items()
        names = sorted(name for name, value in sent if value is not None and name != "id")
        await _say(caller, "person registered", record["id"], names)
        alike = await _lookalikes(caller, record, now)
        if new.id is not None:
            # No more than who it is: receipts are kept for ever.
            await receipts.keep(_RECEIPT, new.id, caller, content, str(record["id"]), now)
        return Registered(**record, possible_duplicates=alike)


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
_REGISTER = """
insert into people (id, name, nhs_number, born, address, postcode, phone, funder, needs, died_on,
    created_at, created_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict do nothing
returning id
"""


async def look_up(caller: Caller, person: UUID, now: datetime) -> Person:
    """A person's record, and the look noted. Missing where they are not the caller's to see."""
    check_may(caller, "read people")
    async with transaction():
        await _look(caller, person, now, "record")
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
            await _look(caller, person, now, "change")
            before = msgspec.structs.asdict(await _record(person))
            record = tidied(before | given, london_day(now))
            if given.get("funder") is not None:
                await _check_funder(record["funder"])
            if record["nhs_number"] != before["nhs_number"]:
                await _check_number_free(caller, record["nhs_number"], now)
            if names := [name for name in _COLUMNS if record[name] != before[name]]:
                await execute(_CHANGE, *(record[column] for column in _COLUMNS[:-1]))
                await _say(caller, "person changed", person, names)
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


async def _say(caller: Caller, what: changes.What, person: UUID, names: Sequence[str]) -> None:
    """Who changed which fields, but not to what: nothing personal is kept for good."""
    await changes.record(caller.username, what, str(person), {"fields": names})


async def _registered_before(caller: Caller, person: UUID, now: datetime) -> Registered:
    """The answer to a repeated registration; who was registered later is no part of it."""
    await _look(caller, person, now, "registration")
    record = msgspec.structs.asdict(await _record(person))
    alike = await _lookalikes(caller, record, now, until=record["created_at"])
    return Registered(**record, possible_duplicates=alike)


async def _look(caller: Caller, person: UUID, now: datetime, door: str) -> None:
    """Note a look, or Missing where the person is not the caller's to see."""
    if not await visible_people(caller, [person], now):
        raise Missing("person-not-found", "There is no such person.")
    await _note(caller, [person], now, door)


async def _note(caller: Caller, people: Iterable[UUID], now: datetime, door: str) -> None:
    columns = {
        "person": "uuid",
        "username": "varchar",
        "looked_at": "timestamptz",
        "door": "varchar",
    }
    await insert("person_looks", columns, [(each, caller.username, now, door) for each in people])


async def _record(person: UUID) -> Person:
    row = await fetch_one(_RECORD, person)
    assert row is not None, "who is visible is there, and nobody is ever deleted"
    return Person(**row)


_RECORD = """
select id, name, nhs_number, born, address, postcode, phone, funder, needs, died_on, created_at
from people where id = $1
"""


async def _own_partner(caller: Caller) -> str | None:
    """Who pays for a prescriber's people unless they say otherwise."""
    if PRESCRIBER not in caller.roles:
        return None
    row = await fetch_one(_OWN_PARTNER, caller.user)
    return row["partner"] if row else None


_OWN_PARTNER = "select partner from users where id = $1"


async def _check_funder(funder: str | None) -> None:
    if funder is not None and await fetch_one(_FUNDER, sought(funder)) is None:
        raise Wrong([Fault("funder", "There is no such partner.")])


_FUNDER = "select from partners where ods = $1"


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
    caller: Caller, record: Mapping[str, Any], now: datetime, *, until: datetime | None = None
) -> list[Lookalike]:
    """Those on record, whom the caller may see, who may be this person; the looks noted."""
    mine = _likeness(record)
    rows = await fetch(_NEAR, record["id"], record["born"], record["postcode"], until)
    alike = [row for row in rows if may_be_one(mine, _likeness(row))]
    seen = await visible_people(caller, (row["id"] for row in alike), now) if alike else set()
    shown = [Lookalike(**row) for row in alike if row["id"] in seen][:_MOST_LIKENESSES]
    await _note(caller, (each.id for each in shown), now, "likeness")
    return shown


# A bound for days and places that stand for "not known"; real ones have a few dozen.
_NEAR = """
select id, name, born, postcode from people
where id <> $1 and (born = $2 or postcode = $3)
    and ($4::timestamptz is null or created_at <= $4)
order by created_at desc, id limit 1000
"""


def _likeness(record: Mapping[str, Any] | asyncpg.Record) -> Likeness:
    return Likeness(record["name"], record["born"], record["postcode"])
