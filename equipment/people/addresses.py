"""Where people live and lived, and where they stay for a while: respite, a daughter's house."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from budget import changes
from budget.database import execute, fetch, fetch_one, insert
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import one_line, text_faults
from budget.years import london_day
from equipment import receipts
from equipment.content import content_hash
from equipment.people.looks import look
from equipment.people.person_form import AccessNotes, Address, Phone
from equipment.people.visibility import in_sight_of
from equipment.postcodes import normal_postcode
from equipment.staff.roles import Caller, check_may

_REASON_MAX: Final = 200
_RECEIPT: Final = "stay"
_LENGTHS: Final = {"address": 500, "access_notes": 1000, "reason": _REASON_MAX, "phone": 40}


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """A temporary address, both days included; a client that may repeat it makes the `id`."""

    id: UUID | None = None
    address: Annotated[Address, Meta(min_length=1)]
    postcode: str
    from_on: date = msgspec.field(name="from")
    until_on: date = msgspec.field(name="to")
    reason: Annotated[str, Meta(max_length=_REASON_MAX)] | None = None
    phone: Phone | None = None
    access_notes: AccessNotes | None = None


class StayChange(msgspec.Struct, frozen=True):
    """Another last day of a stay: it ends sooner, or later."""

    until_on: date = msgspec.field(name="to")


class KnownAddress(msgspec.Struct, frozen=True, kw_only=True):
    """An address of a person's: `home` from a day on, or `temporary` from one day to another."""

    id: int
    kind: str
    address: str | None
    postcode: str | None
    from_on: date = msgspec.field(name="from")
    until_on: date | None = msgspec.field(name="to")
    reason: str | None
    phone: str | None
    access_notes: str | None
    recorded_at: datetime
    recorded_by: str


async def listed(
    caller: Caller, person: UUID, now: datetime, *, after: int = 0, limit: int = 50
) -> list[KnownAddress]:
    """All addresses that were ever recorded of a person, in that order; the look is noted."""
    check_may(caller, "read people")
    async with in_sight_of(caller, now):
        await look(caller, [person], now, "addresses")
        rows = await fetch(_LISTED, person, after, limit)
        return [KnownAddress(**row) for row in rows]


_COLUMNS: Final = """
id, kind, address, postcode, from_on, until_on, reason, phone, access_notes, recorded_at,
    recorded_by
"""
_LISTED: Final = f"""
select {_COLUMNS} from person_addresses
where person = any(family_of($1)) and id > $2 order by id limit $3
"""  # noqa: S608 - column names from code


async def stay(caller: Caller, person: UUID, new: Stay, now: datetime) -> KnownAddress:
    """Record a temporary address; a repeat of `id` with equal content gets it as it is now.

    Raises Wrong where a field is, Missing where the person is not the caller's to see, Refused
    `stays-overlap` where they are somewhere else on one of the days.
    """
    check_may(caller, "register people")
    fields = _tidied(new)
    content = content_hash([person, new])
    async with in_sight_of(caller, now):
        if new.id is not None:
            first = await receipts.earlier(_RECEIPT, new.id, caller, content)
            if first is not None:
                await look(caller, [person], now, "addresses")
                return await _address(int(first))
        await execute(_HOLD, person)
        seen = await look(caller, [person], now, "addresses")
        await _check_free(seen[person], new.from_on, new.until_on, but=0)
        row = await fetch_one(_STAY, seen[person], *fields.values(), now, caller.username)
        assert row is not None
        said = {"from": new.from_on, "to": new.until_on}
        await changes.record(caller.username, "address added", str(seen[person]), said)
        if new.id is not None:
            await receipts.keep(_RECEIPT, new.id, caller, content, str(row["id"]), now)
        return await _address(row["id"])


# Two at once would each find no other, by whichever of their records they were asked for.
_HOLD: Final = "select from people where id = any(family_of($1)) order by id for no key update"
_STAY: Final = """
insert into person_addresses (person, kind, address, postcode, from_on, until_on, reason, phone,
    access_notes, recorded_at, recorded_by)
values ($1, 'temporary', $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id
"""


async def change_stay(
    caller: Caller, person: UUID, number: int, change: StayChange, now: datetime
) -> KnownAddress:
    """Have a stay end on another day. Raises as stay() does; Missing also where there is none."""
    check_may(caller, "register people")
    async with in_sight_of(caller, now):
        await execute(_HOLD, person)
        seen = await look(caller, [person], now, "addresses")
        row = await fetch_one(_TEMPORARY, person, number)
        if row is None:
            raise Missing("address-not-found", "There is no such temporary address.")
        if change.until_on == row["until_on"]:
            return await _address(number)
        if change.until_on < row["from_on"]:
            raise Wrong([Fault("to", "Lies before the first day.")])
        await _check_free(seen[person], row["from_on"], change.until_on, but=number)
        await execute(_END, number, change.until_on)
        said = {"to": change.until_on}
        await changes.record(caller.username, "address changed", str(seen[person]), said)
        return await _address(number)


_TEMPORARY: Final = """
select from_on, until_on from person_addresses
where person = any(family_of($1)) and id = $2 and kind = 'temporary'
"""
_END: Final = "update person_addresses set until_on = $2 where id = $1"


async def keep_homes(caller: Caller, records: Iterable[Mapping[str, Any]], now: datetime) -> None:
    """Put the addresses of people who were just registered on record, as from today."""
    today = london_day(now)
    rows = [
        (each["id"], "home", each["address"], each["postcode"], today, now, caller.username)
        for each in records
        if each["address"] or each["postcode"]
    ]
    await insert("person_addresses", _HOME, rows)


async def keep_move(
    caller: Caller, before: Mapping[str, Any], after: Mapping[str, Any], now: datetime
) -> None:
    """Put it on record where somebody lives from today on, and where they have until now."""
    old, new = ((each["address"], each["postcode"]) for each in (before, after))
    if old == new:
        return
    person, begun = before["id"], london_day(before["created_at"])
    known = await fetch(_HOMES, person)
    rows = [] if known or old == (None, None) else [(person, "home", *old, begun)]
    rows.append((person, "home", *new, london_day(now)))
    written = [(*row, now, caller.username) for row in rows]
    await insert("person_addresses", _HOME, written)


_HOMES: Final = "select from person_addresses where person = $1 and kind = 'home' limit 1"
_HOME: Final = {
    "person": "uuid",
    "kind": "varchar",
    "address": "varchar",
    "postcode": "varchar",
    "from_on": "date",
    "recorded_at": "timestamptz",
    "recorded_by": "varchar",
}


def _tidied(new: Stay) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "address": new.address.strip(),
        "postcode": normal_postcode(new.postcode),
        "from_on": new.from_on,
        "until_on": new.until_on,
        "reason": one_line(new.reason or "") or None,
        "phone": one_line(new.phone or "") or None,
        "access_notes": (new.access_notes or "").strip() or None,
    }
    faults = [
        fault for name, most in _LENGTHS.items() for fault in text_faults(name, fields[name], most)
    ]
    if fields["postcode"] is None:
        faults.append(Fault("postcode", "Write a postcode of the United Kingdom, such as NG1 5FS."))
    if new.until_on < new.from_on:
        faults.append(Fault("to", "Lies before the first day."))
    if faults:
        raise Wrong(faults)
    return fields


async def _check_free(person: UUID, first: date, last: date, *, but: int) -> None:
    rows = await fetch(_OTHER_STAYS, person, first, last, but)
    if rows:
        words = "They stay somewhere else on some of these days: change that stay first."
        raise Refused("stays-overlap", words, address=rows[0]["id"])


_OTHER_STAYS: Final = """
select id from person_addresses
where person = any(family_of($1)) and kind = 'temporary' and from_on <= $3 and until_on >= $2
    and id <> $4
order by id limit 1
"""


async def _address(number: int) -> KnownAddress:
    row = await fetch_one(_ADDRESS, number)
    assert row is not None
    return KnownAddress(**row)


_ADDRESS: Final = f"select {_COLUMNS} from person_addresses where id = $1"  # noqa: S608 - ours
