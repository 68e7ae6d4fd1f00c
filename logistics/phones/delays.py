"""Crews that are late: what they say, and when the stops behind are reached then."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, NamedTuple
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Meta

from budget.database import execute, fetch
from budget.refusals import Fault, Wrong
from budget.years import london_day
from equipment.staff.roles import Caller
from logistics.phones.own_rounds import own_rounds

MINUTES_MAX: Final = 720


class Delay(msgspec.Struct, frozen=True):
    """By how much a crew says that it is behind what was published."""

    minutes: int
    said_at: datetime
    said_by: str


class Planned(NamedTuple):
    """A stop as it was published; `is_ended` where it is behind the crew already."""

    visit: UUID
    arrive_at: datetime
    begin_at: datetime
    depart_at: datetime
    is_ended: bool


class Expected(msgspec.Struct, frozen=True):
    """When a stop is reached and left, as it looks now."""

    arrive_at: datetime
    depart_at: datetime


class Late(msgspec.Struct, frozen=True):
    """That a crew is late: `round` need not be named by whoever has one."""

    minutes: Annotated[int, Meta(ge=0, le=MINUTES_MAX)]
    round: UUID | None = None


async def say(caller: Caller, number: UUID, late: Late, at: datetime, now: datetime) -> None:
    """Say that a round of the caller's is late; the newest word counts, 0 is on time again.

    Wrong where it is none of theirs, or where none is named and they have several.
    """
    theirs = [row["id"] for row in await own_rounds(caller, london_day(now))]
    named = theirs[0] if late.round is None and len(theirs) == 1 else late.round
    if named not in theirs:
        raise Wrong([Fault("round", "Say which of your rounds of today is late.")])
    await execute(_SAY, number, named, late.minutes, at, caller.username)


_SAY: Final = """
insert into round_delays (id, round, minutes, said_at, said_by) values ($1, $2, $3, $4, $5)
on conflict (id) do nothing
"""


async def delays_of(rounds: Sequence[UUID]) -> dict[UUID, Delay]:
    """By how much rounds are late, as far as their crews have said so."""
    return {row["round"]: _delay(row) for row in await fetch(_NEWEST, rounds)}


_NEWEST: Final = """
select r.id as round, d.minutes, d.said_at, d.said_by
from unnest($1::uuid[]) r (id) cross join lateral (
    select minutes, said_at, said_by from round_delays where round = r.id
    order by said_at desc, seq desc limit 1) d
"""


def _delay(row: asyncpg.Record) -> Delay:
    return Delay(row["minutes"], row["said_at"], row["said_by"])


def expected(stops: Iterable[Planned], delay: Delay | None) -> dict[UUID, Expected]:
    """When the stops still to come are reached, in their order. Pure.

    Where a crew would have waited for somebody's window, it makes up what it can.
    """
    found: dict[UUID, Expected] = {}
    behind = timedelta(minutes=delay.minutes if delay else 0)
    for stop in stops:
        if stop.is_ended:
            continue
        arrive = stop.arrive_at + behind
        waited = stop.begin_at - stop.arrive_at
        begin = max(arrive, stop.begin_at) if waited > timedelta() else arrive
        depart = begin + (stop.depart_at - stop.begin_at)
        found[stop.visit] = Expected(arrive, depart)
        behind = depart - stop.depart_at
    return found
