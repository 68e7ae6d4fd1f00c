"""Where items are: depots and vans."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, time
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
    """A store. Orders after `cut_off`, as HH:MM in London, count as the next day's.

    Nothing is brought to it from `closed_from` on, and no order begins to be served by it once it
    is known to close.
    """

    code: Code
    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    postcode: str
    kind: Kind
    cut_off: TimeOfDay | None = None
    closed_from: date | None = None


class Shift(msgspec.Struct, frozen=True):
    """When a van is out, as HH:MM in London."""

    start: TimeOfDay = msgspec.field(name="from")
    end: TimeOfDay = msgspec.field(name="to")


class Van(msgspec.Struct, frozen=True):
    """A van, what it can carry, and the depot that it starts from; out of use from a day on."""

    code: Code
    depot: Code
    payload_kg: Amount
    volume_l: Amount
    shift: Shift
    crew: Annotated[int, Meta(ge=1, le=2)] = 1
    closed_from: date | None = None


async def open_depot(caller: Caller, depot: Depot) -> Depot:
    """Add a depot; Refused `exists` where its code is taken, Wrong where a field is."""
    check_may(caller, "change standing data")
    name = one_line(depot.name)
    if faults := [*depot_faults(depot, name), *_new_faults(depot)]:
        raise Wrong(faults)
    postcode = normal_postcode(depot.postcode)
    cut_off = time_of_day(depot.cut_off)
    async with transaction():
        row = await fetch_one(_OPEN_DEPOT, depot.code, name, postcode, depot.kind, cut_off)
        if row is None:
            raise Refused("exists", f"There is already a depot with the code {depot.code}.")
        opened = shown_depot(row)
        await record(caller.username, "depot opened", opened.code, opened)
    return opened


_OPEN_DEPOT = """
insert into depots (code, name, postcode, kind, cut_off) values ($1, $2, $3, $4, $5)
on conflict (code) do nothing
returning code, name, postcode, kind, cut_off, closed_from
"""


async def depots(caller: Caller, after: str, limit: int) -> list[Depot]:
    """The depots after a code, in the order of their codes."""
    check_may(caller, "read standing data")
    return [shown_depot(row) for row in await fetch(_DEPOTS, sought(after), limit)]


_DEPOTS = """
select code, name, postcode, kind, cut_off, closed_from from depots
where code > $1 order by code limit $2
"""


async def open_depots(caller: Caller, day: date) -> list[Depot]:
    """The depots that are open on a day, for whoever is to choose one."""
    check_may(caller, "read standing data")
    return [shown_depot(row) for row in await fetch(_OPEN_DEPOTS, day, _CHOICES_MAX)]


_CHOICES_MAX: Final = 200
_OPEN_DEPOTS = """
select code, name, postcode, kind, cut_off, closed_from from depots
where closed_from is null or closed_from > $1 order by code limit $2
"""


async def hand_in_places(day: date) -> list[Depot]:
    """Where anybody may bring an item back: the depots, not the cupboards in health centres."""
    return [shown_depot(row) for row in await fetch(_HAND_IN_PLACES, day, _HAND_IN_PLACES_MAX)]


_HAND_IN_PLACES_MAX: Final = 50
_HAND_IN_PLACES = """
select code, name, postcode, kind, cut_off, closed_from from depots
where kind = 'depot' and (closed_from is null or closed_from > $1) order by name limit $2
"""


async def unusable(code: str, day: date | None = None) -> list[Fault]:
    """What is wrong with the depot that a field names: it is none, or closed on that day.

    Without a day, one that is known to close is none to be given anything for good.
    """
    row = await fetch_one("select closed_from from depots where code = $1", sought(code))
    if row is None:
        return [Fault("depot", "There is no such depot.")]
    closed = row["closed_from"]
    if closed is None or (day is not None and day < closed):
        return []
    return [Fault("depot", f"This depot is closed from {closed:%-d %B %Y} on.")]


async def add_van(caller: Caller, van: Van) -> Van:
    """Add a van; Refused `exists` where its code is taken, Wrong where a field is."""
    check_may(caller, "change standing data")
    if faults := [*van_faults(van), *_new_faults(van)]:
        raise Wrong(faults)
    shift = (time_of_day(van.shift.start), time_of_day(van.shift.end))
    capacity = (van.payload_kg, van.volume_l, van.crew)
    async with transaction():
        await check_home(van)
        row = await fetch_one(_ADD_VAN, van.code, van.depot, *capacity, *shift)
        if row is None:
            raise Refused("exists", f"There is already a van with the code {van.code}.")
        added = shown_van(row)
        await record(caller.username, "van added", added.code, added)
    return added


_ADD_VAN = """
insert into vans (code, depot, payload_kg, volume_l, crew, shift_from, shift_to)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (code) do nothing
returning code, depot, payload_kg, volume_l, crew, shift_from, shift_to, closed_from
"""


async def check_home(van: Van) -> None:
    """Raise Wrong where a van's depot is none, or closes before the van does.

    The depot is held until the open transaction ends, so that it does not close meanwhile.
    """
    row = await fetch_one(_HOME, van.depot)
    if row is None:
        raise Wrong([Fault("depot", "There is no such depot.")])
    closed = row["closed_from"]
    if closed is not None and (van.closed_from is None or van.closed_from > closed):
        words = f"This depot is closed from {closed:%-d %B %Y} on."
        raise Wrong([Fault("depot", words)])


_HOME: Final = "select closed_from from depots where code = $1 for share"


async def vans(caller: Caller, after: str, limit: int) -> list[Van]:
    """The vans after a code, in the order of their codes."""
    check_may(caller, "read standing data")
    return [shown_van(row) for row in await fetch(_VANS, sought(after), limit)]


_VANS = """
select code, depot, payload_kg, volume_l, crew, shift_from, shift_to, closed_from from vans
where code > $1 order by code limit $2
"""


def open_on(place: Depot | Van, day: date) -> bool:
    """Whether it is in use on a day."""
    return place.closed_from is None or day < place.closed_from


def usual(depots: Sequence[Depot], day: date) -> Depot:
    """The depot that is shown to whoever names none: a main one that is open, if any is."""
    return min(depots, key=lambda each: (not open_on(each, day), each.kind != "depot"))


def _new_faults(place: Depot | Van) -> Iterator[Fault]:
    if place.closed_from is not None:
        yield Fault("closed_from", "Is said of what there is already.")


def depot_faults(depot: Depot, name: str) -> Iterator[Fault]:
    """What is wrong with a depot's fields."""
    yield from code_faults("code", depot.code, LONGEST_CODE)
    yield from text_faults("name", name, LONGEST_NAME)
    if normal_postcode(depot.postcode) is None:
        yield Fault("postcode", "Write a postcode of the United Kingdom, such as NG1 5FS.")
    yield from _time_faults("cut_off", depot.cut_off)


def van_faults(van: Van) -> Iterator[Fault]:
    """What is wrong with a van's fields, but for its depot's not being there."""
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


def time_of_day(text: str | None) -> time | None:
    """HH:MM as a time; None for nothing."""
    match = _TIME_OF_DAY.fullmatch(text) if text is not None else None
    return time(int(match[1]), int(match[2])) if match else None


def shown_depot(row: asyncpg.Record) -> Depot:
    """A depot of its row."""
    cut_off = row["cut_off"]
    return Depot(
        code=row["code"],
        name=row["name"],
        postcode=row["postcode"],
        kind=row["kind"],
        cut_off=cut_off and f"{cut_off:%H:%M}",
        closed_from=row["closed_from"],
    )


def shown_van(row: asyncpg.Record) -> Van:
    """A van of its row."""
    return Van(
        code=row["code"],
        depot=row["depot"],
        payload_kg=row["payload_kg"],
        volume_l=row["volume_l"],
        shift=Shift(f"{row['shift_from']:%H:%M}", f"{row['shift_to']:%H:%M}"),
        crew=row["crew"],
        closed_from=row["closed_from"],
    )
