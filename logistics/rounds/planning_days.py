"""A depot's day is planned, and a coordinator moves what the planner has planned."""

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from budget.database import execute, fetch, transaction
from budget.refusals import Fault, Refused, Wrong
from budget.years import london_day
from equipment.people.visibility import EVERYONE
from equipment.staff.roles import Caller, check_may
from logistics.planner.day import Plan, Until
from logistics.planner.planner import judge
from logistics.rounds.depot_days import DepotDay, PinRow, Ways, read_day
from logistics.rounds.drafts import Draft, check_version, keep_draft, lock_plan, open_plan, pins_of
from logistics.rounds.planning import PROCESSES, plan_apart
from logistics.rounds.round_form import Asked, Move, PlannedDay
from logistics.rounds.rounds import planned_day
from logistics.visits.catching_up import catch_up
from logistics.visits.news import raise_loan_ends

Trips = dict[str, list[list[str]]]


async def plan_day(caller: Caller, asked: Asked, ways: Ways, now: datetime) -> PlannedDay:
    """Plan a depot's day as a draft: every open visit is in a round or unplanned, once.

    What is done or under way on it, and what coordinators have pinned, is kept. The search runs in
    processes of its own. Raises Wrong where a field is, Refused `plan-changed` where somebody has
    changed the day since it was seen or while it was planned, `planning-failed`.
    """
    check_may(caller, "plan rounds")
    return await plan_as(caller.username, asked, ways, now)


async def plan_as(
    actor: str, asked: Asked, ways: Ways, now: datetime, steps: int | None = None
) -> PlannedDay:
    """The same, for the clock.

    With `steps`, one process searches so many and not for so long: the same plan each time.
    """
    _check_day(asked.date, now)
    await catch_up(now)
    if asked.date <= london_day(now) + _SOON:
        await raise_loan_ends(now, asked.date)
    async with transaction(viewer=EVERYONE):
        row = await open_plan(asked.depot, asked.date, actor, now)
        check_version(row, asked.version)
        pins = await pins_of(row["id"])
        known = await read_day(asked.depot, asked.date, pins, ways, now)
    until = Until(seconds=asked.seconds) if steps is None else Until(iterations=steps)
    processes = PROCESSES if steps is None else 1
    plan = await plan_apart(await known.by(ways), until, asked.seed, processes=processes)
    async with transaction(viewer=EVERYONE):
        held = await lock_plan(asked.depot, asked.date)
        check_version(held, row["version"])
        draft = Draft(
            day=asked.date,
            plan=plan,
            left_out=known.left_out,
            made_by=actor,
            seed=asked.seed,
        )
        await keep_draft(held, draft, now)
    return await planned_day(asked.depot, asked.date)


def _check_day(day: date, now: datetime) -> None:
    """Raise Wrong for a day of another age, on which no clock could be read."""
    if abs(day.year - now.year) > _YEARS:
        raise Wrong([Fault("date", "Give a day of these years.")])


_YEARS: Final = 20
# What is lent until a day of the next few may be taken along that day, if a van passes.
_SOON: Final = timedelta(days=7)


async def move(caller: Caller, wanted: Move, ways: Ways, now: datetime) -> PlannedDay:
    """Put a visit into a van's round, pin it there, or leave it out; the day as it is then.

    Costs and promises are reckoned anew. Raises Wrong where a field is, Refused `plan-changed`
    where somebody else was first, `plan-broken` with why where a round could not be made so.
    """
    known, plan = await _judged(caller, wanted, ways, now)
    async with transaction(viewer=EVERYONE):
        held = await lock_plan(wanted.depot, wanted.date)
        check_version(held, wanted.version)
        await _keep_pin(held["id"], caller, wanted, now)
        draft = Draft(day=wanted.date, plan=plan, left_out=known.left_out, made_by=caller.username)
        await keep_draft(held, draft, now)
    return await planned_day(wanted.depot, wanted.date)


async def weigh(caller: Caller, wanted: Move, ways: Ways, now: datetime) -> Plan:
    """What a day would be like once move() has done this; nothing is kept. Raises as move()."""
    return (await _judged(caller, wanted, ways, now))[1]


async def _judged(caller: Caller, wanted: Move, ways: Ways, now: datetime) -> tuple[DepotDay, Plan]:
    check_may(caller, "plan rounds")
    _check_day(wanted.date, now)
    async with transaction(viewer=EVERYONE):
        row = await lock_plan(wanted.depot, wanted.date)
        check_version(row, wanted.version)
        trips = await _trips(row["id"])
        pins = await pins_of(row["id"]) | {wanted.visit: _pin(caller, wanted)}
        known = await read_day(wanted.depot, wanted.date, pins, ways, now)
    _check(wanted, known)
    plan = await asyncio.to_thread(judge, await known.by(ways), _moved(trips, wanted, known))
    if isinstance(plan, list):
        why = " ".join(dict.fromkeys(each.reason for each in plan))
        raise Refused("plan-broken", why, visits=[each.visit for each in plan if each.visit])
    return known, plan


def _check(wanted: Move, known: DepotDay) -> None:
    """Raise Wrong where it names a visit or a van that is not the day's."""
    faults = []
    there = {each.id for each in known.told.visits}
    if wanted.left_out:
        there = {each.visit for each in known.left_out}
    if str(wanted.visit) not in there:
        faults.append(Fault("visit", "There is no such visit to be made on this day."))
    vans = {van.code for van in known.told.vans}
    if not wanted.left_out and wanted.van not in vans:
        faults.append(Fault("van", "Name a van of the depot that is on shift on this day."))
    if wanted.left_out and (wanted.van or wanted.after or wanted.begins):
        faults.append(Fault("left_out", "What is left out has no van, place or time."))
    if wanted.after == wanted.visit:
        faults.append(Fault("after", "Is the same visit."))
    if faults:
        raise Wrong(faults)


async def _trips(plan: UUID) -> Trips:
    """The visits still to be made, by van and trip, as drafted, else as published."""
    trips: Trips = {}
    numbers: dict[tuple[str, int], list[str]] = {}
    for row in await fetch(_STOPS, plan):
        key = (row["van"], row["trip"])
        if key not in numbers:
            numbers[key] = []
            trips.setdefault(row["van"], []).append(numbers[key])
        numbers[key].append(str(row["visit"]))
    return trips


_STOPS: Final = """
select r.van, s.trip, s.visit
from rounds r join round_stops s on s.round = r.id join visits v on v.id = s.visit
where r.plan = $1 and v.status in ('open', 'planned')
    and r.status = case when exists (
        select from rounds d where d.plan = $1 and d.status = 'draft')
        then 'draft' else 'published' end
order by r.van, s.trip, s.place
"""


def _pin(caller: Caller, wanted: Move) -> PinRow:
    begins = None if wanted.begins is None else time.fromisoformat(wanted.begins)
    return {
        "left_out": wanted.left_out,
        "van": wanted.van,
        "begins": begins,
        "first": False,
        "after": None,
        "decided_by": caller.username,
    }


async def _keep_pin(plan: UUID, caller: Caller, wanted: Move, now: datetime) -> None:
    if not (wanted.left_out or wanted.pinned or wanted.begins):
        await execute("delete from visit_pins where plan = $1 and visit = $2", plan, wanted.visit)
        return
    pin = _pin(caller, wanted)
    await execute(
        _PIN, plan, wanted.visit, pin["left_out"], pin["van"], pin["begins"], caller.username, now
    )


_PIN: Final = """
insert into visit_pins (plan, visit, left_out, van, begins, decided_by, decided_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (plan, visit) do update set left_out = excluded.left_out, van = excluded.van,
    begins = excluded.begins, decided_by = excluded.decided_by, decided_at = excluded.decided_at
"""


def _moved(trips: Trips, wanted: Move, known: DepotDay) -> Trips:
    """The rounds with the visit where it is wanted; what is no longer open is in none. Pure."""
    visit, there = str(wanted.visit), {each.id for each in known.told.visits}
    moved = {
        van: [[each for each in trip if each != visit and each in there] for trip in every]
        for van, every in trips.items()
    }
    if wanted.left_out:
        return _tidied(moved)
    assert wanted.van is not None
    own = moved.setdefault(wanted.van, [[]])
    if wanted.after is None:
        own[0].insert(0, visit)
        return _tidied(moved)
    after = str(wanted.after)
    for trip in own:
        if after in trip:
            trip.insert(trip.index(after) + 1, visit)
            return _tidied(moved)
    raise Wrong([Fault("after", "Is not in that van's round.")])


def _tidied(trips: Trips) -> Trips:
    return {van: [trip for trip in every if trip] or [[]] for van, every in trips.items()}
