"""Depots and vans are changed, and closed from a day on; nothing of what they were is deleted."""

from datetime import date, datetime
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict, replace

from budget.changes import record
from budget.database import execute, fetch, fetch_one, transaction
from budget.refusals import Fault, Missing, Wrong
from budget.wording import one_line, sought
from budget.years import london_day
from equipment.people.visibility import EVERYONE
from equipment.places import (
    LONGEST_NAME,
    Amount,
    Code,
    Depot,
    Shift,
    TimeOfDay,
    Van,
    check_home,
    depot_faults,
    shown_depot,
    shown_van,
    time_of_day,
    van_faults,
)
from equipment.postcodes import normal_postcode
from equipment.staff.roles import Caller, check_may
from logistics.places.in_use import check_depot_unused, check_van_unused

_TASK: Final = "change standing data"


class DepotChange(Struct, frozen=True, kw_only=True):
    """What is to be different of a depot; `closed_from` null opens it again."""

    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)] | UnsetType = UNSET
    postcode: str | UnsetType = UNSET
    cut_off: TimeOfDay | UnsetType | None = UNSET
    closed_from: date | UnsetType | None = UNSET


class VanChange(Struct, frozen=True, kw_only=True):
    """What is to be different of a van; `closed_from` null takes it into use again."""

    depot: Code | UnsetType = UNSET
    payload_kg: Amount | UnsetType = UNSET
    volume_l: Amount | UnsetType = UNSET
    shift: Shift | UnsetType = UNSET
    crew: Annotated[int, Meta(ge=1, le=2)] | UnsetType = UNSET
    closed_from: date | UnsetType | None = UNSET


async def find_depot(caller: Caller, code: str) -> Depot:
    """One depot; Missing where there is none."""
    check_may(caller, "read standing data")
    row = await fetch_one(_DEPOT, sought(code))
    if row is None:
        raise _no_depot()
    return shown_depot(row)


async def find_van(caller: Caller, code: str) -> Van:
    """One van; Missing where there is none."""
    check_may(caller, "read standing data")
    row = await fetch_one(_VAN, sought(code))
    if row is None:
        raise _no_van()
    return shown_van(row)


async def change_depot(caller: Caller, code: str, change: DepotChange, now: datetime) -> Depot:
    """Change a depot: orders and rounds from now on go by it.

    Raises Missing, Wrong where a field is, Refused `place-in-use` where it is to close and
    something stands there or is planned, `last-depot` where no other would be left.
    """
    check_may(caller, _TASK)
    given = _given(change)
    if isinstance(given.get("name"), str):
        given["name"] = one_line(given["name"])
    async with transaction(viewer=EVERYONE):
        if change.closed_from:
            # All of them, in one order: of two that close at once, one is the last.
            await fetch(_HELD)
        row = await fetch_one(f"{_DEPOT} for update", sought(code))
        if row is None:
            raise _no_depot()
        before = shown_depot(row)
        wanted = replace(before, **given)
        faults = [*depot_faults(wanted, wanted.name), *_closing_faults(before, wanted, now)]
        if faults:
            raise Wrong(faults)
        wanted = replace(wanted, postcode=normal_postcode(wanted.postcode))
        if closes := _closes(before, wanted):
            await check_depot_unused(wanted, closes, now)
        await execute(
            _CHANGE_DEPOT, wanted.code, wanted.name, wanted.postcode, time_of_day(wanted.cut_off),
            wanted.closed_from,
        )  # fmt: skip
        await _record(caller, "depot changed", before, wanted)
    return wanted


_DEPOT: Final = """
select code, name, postcode, kind, cut_off, closed_from from depots where code = $1
"""
_HELD: Final = "select from depots order by code for update"
_CHANGE_DEPOT: Final = """
update depots set name = $2, postcode = $3, cut_off = $4, closed_from = $5 where code = $1
"""


async def change_van(caller: Caller, code: str, change: VanChange, now: datetime) -> Van:
    """Change a van: what is planned from now on goes by it.

    Raises Missing, Wrong where a field is, Refused `place-in-use` where it is to close or to go to
    another depot, and something is aboard or planned for it.
    """
    check_may(caller, _TASK)
    async with transaction(viewer=EVERYONE):
        row = await fetch_one(f"{_VAN} for update", sought(code))
        if row is None:
            raise _no_van()
        before = shown_van(row)
        wanted = replace(before, **_given(change))
        if faults := [*van_faults(wanted), *_closing_faults(before, wanted, now)]:
            raise Wrong(faults)
        await check_home(wanted)
        today = london_day(now)
        if wanted.depot != before.depot:
            await check_van_unused(wanted, today, now, f"{wanted.code} cannot go to another depot")
        if closes := _closes(before, wanted):
            await check_van_unused(wanted, closes, now, f"{wanted.code} cannot be put out of use")
        await execute(
            _CHANGE_VAN, wanted.code, wanted.depot, wanted.payload_kg, wanted.volume_l, wanted.crew,
            time_of_day(wanted.shift.start), time_of_day(wanted.shift.end), wanted.closed_from,
        )  # fmt: skip
        await _record(caller, "van changed", before, wanted)
    return wanted


_VAN: Final = """
select code, depot, payload_kg, volume_l, crew, shift_from, shift_to, closed_from from vans
where code = $1
"""
_CHANGE_VAN: Final = """
update vans set depot = $2, payload_kg = $3, volume_l = $4, crew = $5, shift_from = $6,
    shift_to = $7, closed_from = $8
where code = $1
"""


def _given(change: DepotChange | VanChange) -> dict[str, Any]:
    return {name: value for name, value in asdict(change).items() if value is not UNSET}


def _closing_faults(before: Depot | Van, wanted: Depot | Van, now: datetime) -> list[Fault]:
    closes, today = wanted.closed_from, london_day(now)
    if closes == before.closed_from or closes is None or closes >= today:
        return []
    return [Fault("closed_from", "Write today or a later day.")]


def _closes(before: Depot | Van, wanted: Depot | Van) -> date | None:
    """The day from which on it is to be closed, where that is said now."""
    return None if wanted.closed_from == before.closed_from else wanted.closed_from


async def _record(caller: Caller, what: Any, before: Depot | Van, wanted: Depot | Van) -> None:
    old, new = asdict(before), asdict(wanted)
    changed = {name: value for name, value in new.items() if value != old[name]}
    if changed:
        await record(caller.username, what, wanted.code, changed)


def _no_depot() -> Missing:
    return Missing("depot-not-found", "There is no such depot.")


def _no_van() -> Missing:
    return Missing("van-not-found", "There is no such van.")
