"""The people to whom equipment is lent. Every look at one is on record."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import msgspec
from msgspec import UNSET

from budget import changes
from budget.database import execute, fetch, fetch_one
from budget.refusals import Fault, Refused, Wrong
from budget.wording import sought
from budget.years import london_day
from equipment import receipts
from equipment.content import content_hash
from equipment.people import addresses, person_events
from equipment.people.funder_rules import check_reason, proposed_each
from equipment.people.lookalikes import lookalikes
from equipment.people.looks import look
from equipment.people.person_form import NewPerson, Person, PersonChange, Registered, tidied
from equipment.people.person_records import FIELDS, record, with_number
from equipment.people.visibility import in_sight_of, seen_as, sees_everyone, widen_sight
from equipment.staff.roles import PRESCRIBER, Caller, check_may

_RECEIPT: Final = "person"


async def register(caller: Caller, new: NewPerson, now: datetime) -> Registered:
    """Register a person; a repeat of `id` with equal content gets the first answer again.

    The look is noted then, too. Raises Wrong where a field is, Missing where the person is no
    longer the repeater's to see, Refused `exists` where the NHS number is on record: it shows
    nothing of the other, unless the caller may see them.
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
    async with in_sight_of(caller, now):
        first = await receipts.earlier_of_each(_RECEIPT, contents, caller) if contents else {}
        known = [(new, fields) for new, fields in drafts if new.id in first]
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
    payers = await _payers(caller, drafts, now)
    entries = [
        fields | {"id": new.id or uuid4(), "funder": funder, "created_at": now}
        for (new, fields), funder in zip(drafts, payers, strict=True)
    ]
    await _check_funders({entry["funder"] for entry in entries} - {None})
    # Who is registered is seen by this transaction, whoever pays for them: it is told which.
    await widen_sight(entry["id"] for entry in entries)
    rows = await fetch(_REGISTER, msgspec.json.encode(entries).decode(), caller.username)
    entered = {row["id"] for row in rows}
    if len(entered) < len(entries):
        refused = next(entry for entry in entries if entry["id"] not in entered)
        raise await _taken(caller, refused["nhs_number"], now)
    said = {
        str(entry["id"]): {"fields": _sent(new)}
        for entry, (new, _) in zip(entries, drafts, strict=True)
    }
    await changes.record_each(caller.username, "person registered", said)
    await addresses.keep_homes(caller, entries, now)
    alike = await lookalikes(caller, entries, now)
    return [
        Registered(**_NOT_YET | entry, possible_duplicates=alike[entry["id"]]) for entry in entries
    ]


async def _payers(
    caller: Caller, drafts: Sequence[tuple[NewPerson, dict[str, Any]]], now: datetime
) -> list[str | None]:
    """Who pays: as it was said, else by the rules, else the prescriber's own partner."""
    if all(new.funder for new, _ in drafts):
        return [new.funder for new, _ in drafts]
    by_rule = await proposed_each([fields for _, fields in drafts], london_day(now))
    own = await _own_partner(caller)
    return [new.funder or rule or own for (new, _), rule in zip(drafts, by_rule, strict=True)]


def _sent(new: NewPerson) -> list[str]:
    values = msgspec.structs.asdict(new).items()
    return sorted(name for name, value in values if value is not None and name != "id")


_NOT_YET: Final = {"died_on": None, "moved_on": None}
_GIVEN: Final = {name: kind for name, kind in FIELDS.items() if name not in _NOT_YET}
# In one order, so that two lists of the same numbers do not wait for each other.
_REGISTER: Final = f"""
insert into people (id, created_at, {", ".join(_GIVEN)}, created_by)
select id, created_at, {", ".join(_GIVEN)}, $2
from jsonb_to_recordset($1::jsonb) as new (id uuid, created_at timestamptz,
    {", ".join(f"{name} {kind}" for name, kind in _GIVEN.items())})
order by nhs_number, id
on conflict do nothing
returning id
"""  # noqa: S608 - column names from code


async def look_up(caller: Caller, person: UUID, now: datetime) -> Person:
    """A person's record, and the look noted; of a merged one, that which goes on.

    Missing where they are not the caller's to see.
    """
    check_may(caller, "read people")
    async with in_sight_of(caller, now):
        seen = await look(caller, [person], now, "record")
        return await record(seen[person], followed_from=person)


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
        async with in_sight_of(caller, now):
            # Before the look is noted: its foreign key holds the row too, and two changes at once
            # would each wait for the other's.
            asked, person = person, await _locked(person)
            await look(caller, [asked], now, "change")
            before = msgspec.structs.asdict(await record(person, followed_from=asked))
            after = tidied(before | given, london_day(now))
            await _check_change(caller, before, after, now)
            if after["funder"] != before["funder"] and after["funder"] is not None:
                await check_reason(
                    after,
                    reason_given=bool(given.get("funder_reason")),
                    # Whose prescribers see them changes hands with it.
                    taken_over=before["funder"] is not None and not sees_everyone(caller),
                    day=london_day(now),
                )
            if names := [name for name in FIELDS if after[name] != before[name]]:
                # Also if another partner pays from now on, and nobody here sees them afterwards.
                await widen_sight([person, *before["merged"]])
                await execute(_CHANGE, person, *(after[name] for name in FIELDS))
                await execute(_CHANGE_MERGED, person, after["funder"])
                # Which fields, but not to what: nothing personal is kept for good.
                said = {"fields": names}
                await changes.record(caller.username, "person changed", str(person), said)
                await addresses.keep_move(caller, before, after, now)
                await person_events.follow(caller, before, after, now)
            return Person(**after)
    except asyncpg.UniqueViolationError:
        # Somebody else has taken the number since it was looked for.
        raise await _taken(caller, given["nhs_number"], now) from None


async def _locked(person: UUID) -> UUID:
    """Lock the record that goes on for this person, and say which it is."""
    for _ in range(_MERGES_MAX):
        row = await fetch_one(_LOCK, person)
        if row is None or row["merged_into"] is None:
            return person
        # It is given up for good, and the other may have been since.
        person = row["merged_into"]
    raise AssertionError("a record that goes on is never itself given up")


_MERGES_MAX: Final = 3
_LOCK: Final = "select merged_into from people where id = $1 for no key update"
_CHANGE: Final = f"""
update people set {", ".join(f"{name} = ${place}" for place, name in enumerate(FIELDS, 2))}
where id = $1
"""  # noqa: S608 - column names from code


# A merged record keeps its fields, but for the funder: who pays for it is read without a detour.
_CHANGE_MERGED: Final = """
update people set funder = $2 where merged_into = $1 and funder is distinct from $2
"""


async def _check_change(
    caller: Caller, before: Mapping[str, Any], after: Mapping[str, Any], now: datetime
) -> None:
    if after["funder"] is not None and after["funder"] != before["funder"]:
        await _check_funders({after["funder"]})
    if after["nhs_number"] != before["nhs_number"]:
        await _check_number_free(caller, after["nhs_number"], now)


async def _registered_before(
    caller: Caller, drafts: Sequence[tuple[NewPerson, dict[str, Any]]], now: datetime
) -> list[Registered]:
    """The answers to repeated registrations; who was registered later is no part of them.

    What was said is said again, so that nothing personal is kept for it; who paid where nobody was
    named is whoever pays now.
    """
    people = [new.id for new, _ in drafts if new.id is not None]
    await look(caller, people, now, "registration")
    rows = {row["id"]: row for row in await fetch(_ENTERED, people)}
    entries = [
        fields
        | {
            "id": new.id,
            "funder": new.funder or rows[new.id]["funder"],
            "created_at": rows[new.id]["created_at"],
        }
        for new, fields in drafts
    ]
    alike = await lookalikes(caller, entries, now, repeated=True)
    return [
        Registered(**_NOT_YET | entry, possible_duplicates=alike[entry["id"]]) for entry in entries
    ]


_ENTERED: Final = "select id, funder, created_at from people where id = any($1::uuid[])"


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
    if nhs_number is not None and await with_number(nhs_number) is not None:
        raise await _taken(caller, nhs_number, now)


async def _taken(caller: Caller, nhs_number: str | None, now: datetime) -> Refused:
    """Why a record cannot be: its NHS number is another's, or else its id is."""
    other = await with_number(nhs_number) if nhs_number is not None else None
    if other is None:
        return Refused("id-reused", "This id was used for something else.")
    seen = await seen_as(caller, [other], now)
    facts = {"person": seen[other]} if seen else {}
    return Refused("exists", "There is already a person with this NHS number.", **facts)
