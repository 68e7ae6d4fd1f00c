"""A depot's vans on a day as the planner is told them: who goes with each, and who has left."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from budget.database import fetch
from budget.years import london_day
from logistics.planner.day import (
    EXAMINER,
    HOUR_S,
    TAIL_LIFT,
    Load,
    Rest,
    Stop,
    UnderWay,
    Van,
    Window,
)
from logistics.rounds.clock_times import seconds_at, seconds_of

_VANS_MAX: Final = 200
# To read the plan and start the engine.
_SOON_S: Final = 5 * 60
# Whoever works longer than this has a break, around noon.
_NO_BREAK_S: Final = 6 * HOUR_S
_BREAK: Final = Window(11 * HOUR_S, 14 * HOUR_S)
_BEGUN: Final = frozenset({"under_way", "done", "failed", "cancelled"})


class Loads(msgspec.Struct, frozen=True):
    """Where scans say that visits' goods are: all of them on which van, any on one that is off."""

    aboard: dict[UUID, str]
    stranded: dict[UUID, str]


async def loads_of(depot: str, day: date) -> Loads:
    """What is loaded for the visits that are still to be made."""
    rows = await fetch(_LOADED, depot, day)
    return Loads(
        aboard={row["visit"]: row["van"] for row in rows if row["van"] is not None},
        stranded={row["visit"]: row["off"] for row in rows if row["off"] is not None},
    )


_LOADED: Final = """
select n.visit,
    case when bool_and(i.state = 'loaded') and count(distinct i.van) = 1 then min(i.van) end as van,
    min(i.van) filter (where i.state = 'loaded' and exists (
        select from van_days d where d.van = i.van and d.day = $2 and d.off)) as off
from visits v join visit_lines n on n.visit = v.id and n.closed_at is null
join promises r on r.line = n.order_line join items i on i.id = r.item
where v.depot = $1 and v.status in ('open', 'planned')
group by n.visit having bool_or(i.state = 'loaded')
"""


async def vans_of(
    depot: str, day: date, now: datetime, places: Mapping[str | None, int], loads: Loads
) -> list[Van]:
    """The vans that can go out, by code: not those that are off the road."""
    rows = await fetch(_VANS, depot, day, _VANS_MAX)
    stops: dict[str, list[asyncpg.Record]] = {}
    for stop in await fetch(_STOPS, depot, day):
        stops.setdefault(stop["van"], []).append(stop)
    at = _Moment(day, now, places, loads)
    vans = [_van(row, at, stops.get(row["code"], [])) for row in rows]
    return [van for van in vans if van.shift.opens_s < van.shift.closes_s]


# Of a van of which nobody has said what it has, it is taken for granted; so are skills where
# nobody has said who goes.
_VANS: Final = """
select n.code, n.payload_kg, n.volume_l, n.shift_from, n.shift_to,
    coalesce(f.tail_lift, true) as tail_lift, coalesce(f.apart, 'partition') as apart,
    coalesce(f.clean_l, 0) as clean_l, coalesce(f.dirty_l, 0) as dirty_l,
    coalesce(f.trips_max, 2) as trips_max, coalesce(f.rest_minutes, 30) as rest_minutes,
    case when c.many > 0 then least(c.many, 2) else n.crew end as crew,
    c.many > 0 as named, coalesce(c.skills, '{}') as skills
from vans n left join van_fittings f on f.van = n.code
left join lateral (
    select count(distinct m.id) as many,
        array_agg(distinct s) filter (where s is not null) as skills
    from crew_members m left join lateral unnest(m.skills) s on true
    where m.van = n.code and m.day = $2) c on true
where n.depot = $1 and n.payload_kg > 0 and (n.closed_from is null or n.closed_from > $2)
    and not exists (select from van_days d where d.van = n.code and d.day = $2 and d.off)
order by n.code limit $3
"""
_STOPS: Final = """
select r.van, r.leaves_at, r.rests_at, s.visit, s.trip, s.arrive_at, s.begin_at, s.depart_at,
    s.metres, s.weight_g, s.clean_l, s.dirty_l, v.status, p.postcode,
    coalesce((select d.minutes from round_delays d where d.round = r.id
        order by d.said_at desc, d.seq desc limit 1), 0) * 60 as late_s,
    exists (select from visit_lines l where l.visit = v.id and l.closed_at is null
        and l.kind in ('delivery', 'swap')) as brings
from rounds r join vans n on n.code = r.van and n.depot = $1
join round_stops s on s.round = r.id
join visits v on v.id = s.visit and v.round = r.id
join visit_places p on p.visit = v.id
where r.day = $2 and r.status = 'published' order by r.van, s.place
"""


class _Moment(msgspec.Struct, frozen=True):
    """A day as it stands now: where places are, and what is loaded."""

    day: date
    now: datetime
    places: Mapping[str | None, int]
    loads: Loads


def _van(row: asyncpg.Record, at: _Moment, stops: Sequence[asyncpg.Record]) -> Van:
    day, now = at.day, at.now
    opens_s, closes_s = seconds_at(row["shift_from"]), seconds_at(row["shift_to"])
    under_way = _under_way(row["code"], at, stops)
    if under_way is None and london_day(now) == day:
        opens_s = max(opens_s, seconds_of(day, now) + _SOON_S)
        if stops and stops[0]["late_s"]:
            opens_s = max(opens_s, _leaves_s(day, stops[0]))
    skills = set(row["skills"]) if row["named"] else {EXAMINER}
    if row["tail_lift"]:
        skills.add(TAIL_LIFT)
    rested = closes_s - opens_s <= _NO_BREAK_S or row["rest_minutes"] == 0
    return Van(
        code=row["code"],
        home=0,
        payload_g=row["payload_kg"] * 1_000,
        volume_l=row["volume_l"],
        shift=Window(opens_s, closes_s),
        apart=row["apart"],
        clean_l=row["clean_l"],
        dirty_l=row["dirty_l"],
        crew=row["crew"],
        skills=frozenset(skills),
        rest=None if rested else Rest(row["rest_minutes"] * 60, _BREAK),
        trips_max=row["trips_max"],
        under_way=under_way,
    )


def _under_way(van: str, at: _Moment, stops: Sequence[asyncpg.Record]) -> UnderWay | None:
    """What a van has done of its published round; None where it has not left."""
    if not stops:
        return None
    day, now = at.day, at.now
    begun = [stop for stop in stops if stop["status"] in _BEGUN]
    if not begun and not (london_day(now) == day and stops[0]["leaves_at"] <= now):
        return None
    now_s = seconds_of(day, now)
    last = begun[-1] if begun else None
    trip = stops[0]["trip"] if last is None else last["trip"]
    rests_at = stops[0]["rests_at"]
    still = [each for each in stops if each not in begun and each["trip"] == trip]
    return UnderWay(
        place=0 if last is None else at.places.get(last["postcode"], 0),
        free_s=max(now_s, _leaves_s(day, stops[0])) if last is None else _free_s(day, now_s, last),
        left_s=seconds_of(day, stops[0]["leaves_at"]),
        trip=trip,
        done=tuple(_stop(day, stop, _behind_s(stop, last)) for stop in begun),
        aboard=frozenset(map(str, _aboard(van, at.loads, still))),
        back=Load(0, 0 if last is None else last["dirty_l"]),
        rested=rests_at is not None and rests_at <= now,
        metres=sum(stop["metres"] for stop in begun),
    )


def _aboard(van: str, loads: Loads, still: Sequence[asyncpg.Record]) -> set[UUID]:
    """The visits whose goods are on a van: by its trip, but that scans say otherwise.

    What was on one that broke down is moved to another by scans, wherever they met.
    """
    by_trip = {stop["visit"] for stop in still if stop["brings"]}
    elsewhere = {visit for visit in by_trip if loads.aboard.get(visit, van) != van}
    return by_trip - elsewhere | {visit for visit, own in loads.aboard.items() if own == van}


def _leaves_s(day: date, stop: asyncpg.Record) -> int:
    """When the van leaves as its crew says: by so much later than was published."""
    return seconds_of(day, stop["leaves_at"]) + int(stop["late_s"])


def _free_s(day: date, now_s: int, last: asyncpg.Record) -> int:
    """From when on the van can go on: after the stop that it is at, by so much late as is said."""
    return max(now_s, seconds_of(day, last["depart_at"]) + int(last["late_s"]))


def _behind_s(stop: asyncpg.Record, last: asyncpg.Record | None) -> int:
    """By how much the stop at which the van is now is behind what was published."""
    return int(stop["late_s"]) if stop is last and stop["status"] == "under_way" else 0


def _stop(day: date, row: asyncpg.Record, behind_s: int) -> Stop:
    return Stop(
        visit=str(row["visit"]),
        trip=row["trip"],
        arrive_s=seconds_of(day, row["arrive_at"]) + behind_s,
        begin_s=seconds_of(day, row["begin_at"]) + behind_s,
        depart_s=seconds_of(day, row["depart_at"]) + behind_s,
        metres=row["metres"],
        weight_g=row["weight_g"],
        clean_l=row["clean_l"],
        dirty_l=row["dirty_l"],
    )
