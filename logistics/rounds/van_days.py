"""Vans as the planner needs them: what is built into each, who goes with it, and when it is off."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Meta

from budget.changes import record
from budget.database import execute, fetch, fetch_one, transaction
from budget.refusals import Fault, Missing, Wrong
from budget.wording import sought, text_faults
from equipment.places import Amount
from equipment.staff.roles import TECHNICIAN, Caller, check_may
from logistics.visits.visit_form import REASON_MAX, Skill

_CREW_MAX: Final = 4
_Name = Annotated[str, Meta(min_length=1, max_length=64)]


class Fittings(msgspec.Struct, frozen=True, kw_only=True):
    """What is built into a van, and how many trips it makes a day.

    Of a van of which nothing is said, a tail-lift, a partition that moves, two trips and half an
    hour's break are taken for granted.
    """

    tail_lift: bool = True
    apart: Literal["by turns", "partition", "compartments"] = "partition"
    clean_l: Amount = 0
    dirty_l: Amount = 0
    trips_max: Annotated[int, Meta(ge=1, le=9)] = 2
    rest_minutes: Annotated[int, Meta(ge=0, le=120)] = 30


class Member(msgspec.Struct, frozen=True):
    """A technician who goes with a van, and what they are trained to do."""

    username: _Name
    skills: Annotated[list[Skill], Meta(max_length=10)] = []


class VanDay(msgspec.Struct, frozen=True, kw_only=True):
    """A van's day: off the road or not, why, and who goes with it; nobody named, it is not said."""

    off: bool = False
    reason: Annotated[str, Meta(max_length=REASON_MAX)] | None = None
    crew: Annotated[list[Member], Meta(max_length=_CREW_MAX)] = []


async def fitted(caller: Caller, van: str) -> Fittings:
    """What is built into a van, as far as it is said; Missing where there is no such van."""
    check_may(caller, "read rounds")
    async with transaction():
        await _check_van(van)
        rows = await fetch(_FITTED, van)
    return msgspec.convert(dict(rows[0]), Fittings) if rows else Fittings()


async def fit(caller: Caller, van: str, fittings: Fittings) -> Fittings:
    """Say what is built into a van, in place of what was said before. Missing where it is none."""
    check_may(caller, "change standing data")
    if fittings.apart == "compartments" and not (fittings.clean_l and fittings.dirty_l):
        raise Wrong([Fault("clean_l", "Say how much each compartment holds.")])
    async with transaction():
        await _check_van(van)
        rows = await fetch(_FITTED, van)
        if [msgspec.convert(dict(row), Fittings) for row in rows] == [fittings]:
            return fittings
        await execute(
            _FIT, van, fittings.tail_lift, fittings.apart, fittings.clean_l, fittings.dirty_l,
            fittings.trips_max, fittings.rest_minutes,
        )  # fmt: skip
        await record(caller.username, "van fitted", van, fittings)
    return fittings


_FITTED: Final = """
select tail_lift, apart, clean_l, dirty_l, trips_max, rest_minutes from van_fittings where van = $1
"""
_FIT: Final = """
insert into van_fittings (van, tail_lift, apart, clean_l, dirty_l, trips_max, rest_minutes)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (van) do update set tail_lift = excluded.tail_lift, apart = excluded.apart,
    clean_l = excluded.clean_l, dirty_l = excluded.dirty_l, trips_max = excluded.trips_max,
    rest_minutes = excluded.rest_minutes
"""


async def _check_van(van: str) -> None:
    if await fetch_one("select from vans where code = $1 for no key update", sought(van)) is None:
        raise Missing("van-not-found", "There is no such van.")


async def look_up(caller: Caller, van: str, day: date) -> VanDay:
    """What is said of a van's day; Missing where there is no such van."""
    check_may(caller, "read rounds")
    async with transaction():
        await _check_van(van)
        return await _shown(van, day)


async def say(caller: Caller, van: str, day: date, wanted: VanDay, now: datetime) -> VanDay:
    """Say whether a van is off on a day, and who goes with it, in place of what was said before.

    Somebody goes with one van on a day: they are taken from another. Nothing is planned anew by
    this alone. Raises Wrong where a field is, Missing where there is no such van.
    """
    check_may(caller, "plan rounds")
    reason = (wanted.reason or "").strip() or None
    if faults := list(text_faults("reason", reason, REASON_MAX)):
        raise Wrong(faults)
    async with transaction():
        await _check_van(van)
        users = await _users(wanted.crew)
        before = await _shown(van, day)
        await execute(_SAY, van, day, wanted.off, reason, caller.username, now)
        await execute(_TAKE, van, day, [user for user, _ in users])
        rows = [(van, day, user, "{" + ",".join(member.skills) + "}") for user, member in users]
        await _name(rows)
        after = await _shown(van, day)
        if after != before:
            # Not why: somebody's illness is nothing to keep for ever.
            said = {"day": day, "off": after.off, "crew": after.crew}
            await record(caller.username, "van day set", van, said)
        return after


_SAY: Final = """
insert into van_days (van, day, off, reason, said_by, said_at) values ($1, $2, $3, $4, $5, $6)
on conflict (van, day) do update set off = excluded.off, reason = excluded.reason,
    said_by = excluded.said_by, said_at = excluded.said_at
"""
_TAKE: Final = """
delete from crew_members where day = $2 and (van = $1 or "user" = any($3::uuid[]))
"""


async def _users(crew: Sequence[Member]) -> list[tuple[UUID, Member]]:
    names = [member.username for member in crew]
    rows = await fetch(_TECHNICIANS, [sought(name) for name in names], TECHNICIAN)
    found = {row["username"]: row["id"] for row in rows}
    faults = [
        Fault(f"crew[{place}].username", "There is no such technician.")
        for place, name in enumerate(names)
        if name not in found
    ]
    if len(set(names)) < len(names):
        faults.append(Fault("crew", "Names somebody twice."))
    if faults:
        raise Wrong(faults)
    return [(found[member.username], member) for member in crew]


_TECHNICIANS: Final = """
select id, username from users where username = any($1::varchar[]) and active
    and $2 = any(roles)
"""


async def _name(rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        await execute(_NAME, *(list(values) for values in zip(*rows, strict=True)))


# The skills come as text: an array of arrays would be taken apart.
_NAME: Final = """
insert into crew_members (van, day, "user", skills)
select van, day, who, skills::varchar[]
from unnest($1::varchar[], $2::date[], $3::uuid[], $4::text[]) n (van, day, who, skills)
"""


async def _shown(van: str, day: date) -> VanDay:
    said = await fetch_one("select off, reason from van_days where van = $1 and day = $2", van, day)
    crew = await fetch(_CREW, van, day)
    return VanDay(
        off=bool(said and said["off"]),
        reason=said["reason"] if said else None,
        crew=[_member(row) for row in crew],
    )


_CREW: Final = """
select u.username, c.skills from crew_members c join users u on u.id = c."user"
where c.van = $1 and c.day = $2 order by u.username
"""


def _member(row: asyncpg.Record) -> Member:
    return msgspec.convert({"username": row["username"], "skills": row["skills"]}, Member)
