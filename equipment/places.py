"""Where items are: depots and vans."""

import re
from collections.abc import Iterator
from datetime import time
from typing import Annotated, Final, Literal, TypeAlias

import asyncpg
import msgspec
from msgspec import Meta

from budget.changes import record
from budget.database import fetch, fetch_one, transaction
from budget.refusals import Fault, Refused, Wrong
from budget.wording import CODE_PATTERN, code_faults, one_line, sought, text_faults
from equipment.postcodes import normal_postcode
from equipment.staff.roles import Caller, check_may

Kind: TypeAlias = Literal["depot", "satellite"]

LONGEST_CODE: Final = 20
LONGEST_NAME: Final = 200
_MOST: Final = 2**31 - 1
_TIME_OF_DAY: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


Code: TypeAlias = Annotated[str, Meta(max_length=LONGEST_CODE, pattern=CODE_PATTERN)]
TimeOfDay: TypeAlias = Annotated[str, Meta(pattern=f"^{_TIME_OF_DAY.pattern}$")]
Amount: TypeAlias = Annotated[int, Meta(ge=0, le=_MOST)]


class Depot(msgspec.Struct, frozen=True):
    """A store. Orders after `cut_off`, as HH:MM in London, count as the next day's."""

    code: Code
    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    postcode: str
    kind: Kind
    cut_off: TimeOfDay | None = None


class Shift(msgspec.Struct, frozen=True):
    """When a van is out, as HH:MM in London."""

    start: TimeOfDay = msgspec.field(name="from")
    end: TimeOfDay = msgspec.field(name="to")


class Van(msgspec.Struct, frozen=True):
    """A van, what it can carry, and the depot that it starts from."""

    code: Code
    depot: Code
    payload_kg: Amount
    volume_l: Amount
    shift: Shift
    crew: Annotated[int, Meta(ge=1, le=2)] = 1


async def open_depot(caller: Caller, depot: Depot) -> Depot:
    """Add a depot; Refused `exists` where its code is taken, Wrong where a field is."""
    check_may(caller, "change standing data")
    name = one_line(depot.name)
    if faults := list(_depot_faults(depot, name)):
        raise Wrong(faults)
    postcode = normal_postcode(depot.postcode)
    cut_off = _time_of_day(depot.cut_off)
    async with transaction():
        row = await fetch_one(_OPEN_DEPOT, depot.code, name, postcode, depot.kind, cut_off)
        if row is None:
            raise Refused("exists", f"There is already a depot with the code {depot.code}.")
        opened = _depot(row)
        await record(caller.username, "depot opened", opened.code, opened)
    return opened


_OPEN_DEPOT = """
insert into depots (code, name, postcode, kind, cut_off) values ($1, $2, $3, $4, $5)
on conflict (code) do nothing
returning code, name, postcode, kind, cut_off
"""


async def depots(caller: Caller, after: str, limit: int) -> list[Depot]:
    """The depots after a code, in the order of their codes."""
    check_may(caller, "read standing data")
    return [_depot(row) for row in await fetch(_DEPOTS, sought(after), limit)]


_DEPOTS = """
select code, name, postcode, kind, cut_off from depots where code > $1 order by code limit $2
"""


async def hand_in_places() -> list[Depot]:
    """Where anybody may bring an item back: the depots, not the cupboards in health centres."""
    return [_depot(row) for row in await fetch(_HAND_IN_PLACES, _HAND_IN_PLACES_MAX)]


_HAND_IN_PLACES_MAX: Final = 50
_HAND_IN_PLACES = """
select code, name, postcode, kind, cut_off from depots where kind = 'depot' order by name limit $1
"""


async def add_van(caller: Caller, van: Van) -> Van:
    """Add a van; Refused `exists` where its code is taken, Wrong where a field is."""
    check_may(caller, "change standing data")
    if faults := list(_van_faults(van)):
        raise Wrong(faults)
    shift = (_time_of_day(van.shift.start), _time_of_day(van.shift.end))
    capacity = (van.payload_kg, van.volume_l, van.crew)
    try:
        async with transaction():
            row = await fetch_one(_ADD_VAN, van.code, van.depot, *capacity, *shift)
            if row is None:
                raise Refused("exists", f"There is already a van with the code {van.code}.")
            added = _van(row)
            await record(caller.username, "van added", added.code, added)
    except asyncpg.ForeignKeyViolationError as unknown:
        raise Wrong([Fault("depot", "There is no such depot.")]) from unknown
    return added


_ADD_VAN = """
insert into vans (code, depot, payload_kg, volume_l, crew, shift_from, shift_to)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (code) do nothing
returning code, depot, payload_kg, volume_l, crew, shift_from, shift_to
"""


async def vans(caller: Caller, after: str, limit: int) -> list[Van]:
    """The vans after a code, in the order of their codes."""
    check_may(caller, "read standing data")
    return [_van(row) for row in await fetch(_VANS, sought(after), limit)]


_VANS = """
select code, depot, payload_kg, volume_l, crew, shift_from, shift_to from vans
where code > $1 order by code limit $2
"""


def _depot_faults(depot: Depot, name: str) -> Iterator[Fault]:
    yield from code_faults("code", depot.code, LONGEST_CODE)
    yield from text_faults("name", name, LONGEST_NAME)
    if normal_postcode(depot.postcode) is None:
        yield Fault("postcode", "Write a postcode of the United Kingdom, such as NG1 5FS.")
    yield from _time_faults("cut_off", depot.cut_off)


def _van_faults(van: Van) -> Iterator[Fault]:
    yield from code_faults("code", van.code, LONGEST_CODE)
    yield from code_faults("depot", van.depot, LONGEST_CODE)
    for field, amount in (("payload_kg", van.payload_kg), ("volume_l", van.volume_l)):
        if not 0 <= amount <= _MOST:
            yield Fault(field, f"Write a whole number from 0 to {_MOST}.")
    if van.crew not in {1, 2}:
        yield Fault("crew", "Write 1 or 2.")
    bad = [*_time_faults("shift.from", van.shift.start), *_time_faults("shift.to", van.shift.end)]
    yield from bad
    # Written as HH:MM, times compare as texts do.
    if not bad and van.shift.start >= van.shift.end:
        yield Fault("shift.to", "Write a time after the shift begins, on the same day.")


def _time_faults(field: str, text: str | None) -> Iterator[Fault]:
    if text is not None and not _TIME_OF_DAY.fullmatch(text):
        yield Fault(field, "Write a time of day as HH:MM.")


def _time_of_day(text: str | None) -> time | None:
    match = _TIME_OF_DAY.fullmatch(text) if text is not None else None
    return time(int(match[1]), int(match[2])) if match else None


def _depot(row: asyncpg.Record) -> Depot:
    cut_off = row["cut_off"]
    return Depot(
        code=row["code"],
        name=row["name"],
        postcode=row["postcode"],
        kind=row["kind"],
        cut_off=cut_off and f"{cut_off:%H:%M}",
    )


def _van(row: asyncpg.Record) -> Van:
    return Van(
        code=row["code"],
        depot=row["depot"],
        payload_kg=row["payload_kg"],
        volume_l=row["volume_l"],
        shift=Shift(f"{row['shift_from']:%H:%M}", f"{row['shift_to']:%H:%M}"),
        crew=row["crew"],
    )
