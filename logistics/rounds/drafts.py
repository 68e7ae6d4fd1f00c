"""Drafts of a depot's day: one version after another, so that nobody overwrites another's."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg
import msgspec

from budget.database import execute, fetch, fetch_one, insert
from budget.refusals import Refused, Wrong
from budget.wording import sought
from equipment.places import unusable
from logistics.planner.day import Plan
from logistics.planner.day import Round as PlannedRound
from logistics.rounds.clock_times import moment_of
from logistics.rounds.depot_days import LeftOut, PinRow


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A plan to be kept as a depot's day's draft."""

    day: date
    plan: Plan
    left_out: Sequence[LeftOut]
    made_by: str
    seed: int = 0


async def open_plan(depot: str, day: date, actor: str, now: datetime) -> asyncpg.Record:
    """The day's plan, made where there is none; Wrong where there is no such depot."""
    if faults := await unusable(depot, day):
        raise Wrong(faults)
    await execute(_MAKE, uuid4(), depot, day, now, actor)
    return await lock_plan(depot, day)


_MAKE: Final = """
insert into day_plans (id, depot, day, made_at, made_by) values ($1, $2, $3, $4, $5)
on conflict (depot, day) do nothing
"""


async def lock_plan(depot: str, day: date) -> asyncpg.Record:
    """The day's plan, held until the open transaction ends; Refused where there is none."""
    row = await fetch_one(_LOCK, sought(depot), day)
    if row is None:
        raise Refused("day-not-planned", "Nobody has planned this day of that depot yet.")
    return row


_LOCK: Final = (
    "select id, version, depot, day from day_plans where depot = $1 and day = $2 for update"
)


def check_version(row: asyncpg.Record, seen: int | None) -> None:
    """Raise Refused `plan-changed` where somebody has changed the day since it was seen."""
    if seen is not None and row["version"] != seen:
        words = "Somebody else has changed this day since you looked. Look again, and decide anew."
        raise Refused("plan-changed", words, version=row["version"])


async def keep_draft(plan: asyncpg.Record, draft: Draft, now: datetime) -> None:
    """Put a draft in place of the one before, within the open transaction, who holds the plan."""
    await execute(_DROP_STOPS, plan["id"])
    await execute("delete from rounds where plan = $1 and status = 'draft'", plan["id"])
    rounds = [(uuid4(), each) for each in draft.plan.rounds if each.stops]
    rows = [_round(plan["id"], number, draft.day, each) for number, each in rounds]
    await insert("rounds", _ROUND, rows)
    stops = [row for number, each in rounds for row in _stops(number, draft.day, each)]
    await insert("round_stops", _STOP, stops)
    unplanned = [
        *draft.left_out,
        *(LeftOut(each.visit, each.code, each.reason) for each in draft.plan.unplanned),
    ]
    texts = (unplanned, draft.plan.on_the_way)
    said = [msgspec.json.encode(each).decode() for each in texts]
    await execute(_KEEP, plan["id"], now, draft.made_by, draft.seed, *said, draft.plan.note)


_DROP_STOPS: Final = """
delete from round_stops s using rounds r
where r.id = s.round and r.plan = $1 and r.status = 'draft'
"""
_KEEP: Final = """
update day_plans set version = version + 1, made_at = $2, made_by = $3, seed = $4,
    unplanned = $5::jsonb, on_the_way = $6::jsonb, note = $7
where id = $1
"""
_ROUND: Final = {
    "id": "uuid",
    "plan": "uuid",
    "van": "varchar",
    "day": "date",
    "status": "varchar",
    "leaves_at": "timestamptz",
    "back_at": "timestamptz",
    "rests_at": "timestamptz",
    "distance_m": "integer",
    "duration_s": "integer",
    "trips": "smallint",
    "weight_g": "integer",
    "clean_l": "integer",
    "dirty_l": "integer",
    "cost_pence": "integer",
}
_STOP: Final = {
    "round": "uuid",
    "place": "smallint",
    "visit": "uuid",
    "trip": "smallint",
    "arrive_at": "timestamptz",
    "begin_at": "timestamptz",
    "depart_at": "timestamptz",
    "metres": "integer",
    "weight_g": "integer",
    "clean_l": "integer",
    "dirty_l": "integer",
}


def _round(plan: UUID, number: UUID, day: date, it: PlannedRound) -> tuple[object, ...]:
    return (
        number, plan, it.van, day, "draft", moment_of(day, it.leaves_s), moment_of(day, it.back_s),
        None if it.rests_s is None else moment_of(day, it.rests_s), it.metres,
        it.back_s - it.leaves_s, it.trips, it.weight_g, it.clean_l, it.dirty_l, it.cost_pence,
    )  # fmt: skip


def _stops(number: UUID, day: date, it: PlannedRound) -> list[tuple[object, ...]]:
    return [
        (number, place, UUID(stop.visit), stop.trip, moment_of(day, stop.arrive_s),
            moment_of(day, stop.begin_s), moment_of(day, stop.depart_s), stop.metres,
            stop.weight_g, stop.clean_l, stop.dirty_l)
        for place, stop in enumerate(it.stops)
    ]  # fmt: skip


async def pins_of(plan: UUID) -> dict[UUID, PinRow]:
    """What coordinators have decided about visits of the day."""
    return {row["visit"]: dict(row) for row in await fetch(_PINS, plan)}


_PINS: Final = """
select visit, left_out, van, begins, first, after, decided_by from visit_pins where plan = $1
"""
