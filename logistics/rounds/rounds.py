"""Rounds as they are shown."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg
import msgspec
from msgspec.structs import replace

from budget.database import fetch, fetch_one
from budget.narrowing import narrowed
from budget.refusals import Missing
from budget.wording import sought
from equipment.staff.roles import Caller, check_may
from logistics.rounds.depot_days import LeftOut
from logistics.rounds.round_form import Aboard, Moved, OnTheWay, PlannedDay, Round, ShownStop
from logistics.visits.visit_form import Kind
from logistics.visits.visit_lines import kind_of, lines_of

# Nobody is told to the minute: what moves by less is no change to them.
_SAME_TIME: Final = timedelta(minutes=15)


class Search(msgspec.Struct, frozen=True):
    """Which rounds are asked for: None is any."""

    day: date | None = None
    van: str | None = None


async def look_up(caller: Caller, number: UUID) -> Round:
    """A round, or Missing."""
    check_may(caller, "read rounds")
    return await shown_round(number)


async def shown_round(number: UUID) -> Round:
    """A round that is known to be there, or Missing."""
    found = await shown_rounds([number])
    if not found:
        raise missing()
    return found[number]


def missing() -> Missing:
    """That there is no such round."""
    return Missing("round-not-found", "There is no such round.")


async def listed(
    caller: Caller, search: Search, *, after: int, limit: int
) -> list[tuple[int, Round]]:
    """Rounds with their keys, in the order in which they were made; none that was superseded."""
    check_may(caller, "read rounds")
    conditions = {
        "r.seq > {}": after,
        "r.day = {}": search.day,
        "r.van = {}": None if search.van is None else sought(search.van),
    }
    sql, values = narrowed(_LISTED, conditions, limit)
    rows = await fetch(sql, *values)
    shown = await shown_rounds([row["id"] for row in rows])
    return [(row["seq"], shown[row["id"]]) for row in rows]


_LISTED: Final = """
select r.id, r.seq from rounds r where r.status <> 'superseded' and {where}
order by r.seq limit $1
"""


async def shown_rounds(rounds: Sequence[UUID]) -> dict[UUID, Round]:
    """Rounds by their ids, in the given order; of a published one, the stops still on it."""
    rows = {row["id"]: row for row in await fetch(_ROUNDS, rounds)}
    stops: dict[UUID, list[asyncpg.Record]] = {number: [] for number in rows}
    for stop in await fetch(_STOPS, list(rows)):
        stops[stop["round"]].append(stop)
    lines = await lines_of([stop["visit"] for every in stops.values() for stop in every])
    kinds = {visit: kind_of(each) for visit, each in lines.items()}
    return {
        number: _round(rows[number], [_stop(stop, kinds) for stop in stops[number]])
        for number in rounds
        if number in rows
    }


_ROUNDS: Final = """
select r.id, r.van, p.depot, r.day, r.status, p.version, r.leaves_at, r.back_at, r.rests_at,
    r.distance_m, r.duration_s, r.trips, r.weight_g, r.clean_l, r.dirty_l, r.cost_pence,
    r.published_at, r.published_by, (
        select d.minutes from round_delays d where d.round = r.id
        order by d.said_at desc, d.seq desc limit 1) as late_minutes
from rounds r join day_plans p on p.id = r.plan where r.id = any($1::uuid[])
"""
_STOPS: Final = """
select s.round, s.visit, s.trip, s.arrive_at, s.begin_at, s.depart_at, s.metres, s.weight_g,
    s.clean_l, s.dirty_l, v.status, v.due_on
from round_stops s join rounds r on r.id = s.round join visits v on v.id = s.visit
where s.round = any($1::uuid[]) and (r.status <> 'published' or v.round = r.id)
order by s.round, s.place
"""


def _stop(row: asyncpg.Record, kinds: Mapping[UUID, Kind]) -> ShownStop:
    return msgspec.convert(
        {
            "visit": row["visit"],
            "kind": kinds[row["visit"]],
            "status": row["status"],
            "due_on": row["due_on"],
            "trip": row["trip"],
            "arrive": row["arrive_at"],
            "begin": row["begin_at"],
            "depart": row["depart_at"],
            "distance_m": row["metres"],
            "load": Aboard(row["weight_g"], row["clean_l"], row["dirty_l"]),
        },
        ShownStop,
    )


def _round(row: asyncpg.Record, stops: list[ShownStop]) -> Round:
    own = ("id", "van", "depot", "status", "version", "distance_m", "duration_s", "trips",
        "cost_pence", "published_at", "published_by", "late_minutes")  # fmt: skip
    return Round(
        **{name: row[name] for name in own},
        date=row["day"],
        leaves=row["leaves_at"],
        back=row["back_at"],
        rests=row["rests_at"],
        stops=stops,
        load=Aboard(row["weight_g"], row["clean_l"], row["dirty_l"]),
    )


async def look_up_day(caller: Caller, depot: str, day: date) -> PlannedDay:
    """A depot's day as it is planned and published; Missing where it never was."""
    check_may(caller, "read rounds")
    return await planned_day(sought(depot), day)


async def planned_day(depot: str, day: date) -> PlannedDay:
    """The same, for whoever has just planned it."""
    row = await fetch_one(_DAY, depot, day)
    if row is None:
        raise Missing("day-not-planned", "Nobody has planned this day of that depot yet.")
    numbers = await fetch(_OF_DAY, row["id"])
    shown = await shown_rounds([each["id"] for each in numbers])
    drafts = [each for each in shown.values() if each.status == "draft"]
    published = [each for each in shown.values() if each.status == "published"]
    unplanned = msgspec.json.decode(row["unplanned"], type=list[LeftOut])
    going = drafts or list(_going(published, unplanned))
    on_the_way = msgspec.json.decode(row["on_the_way"], type=list[OnTheWay])
    return PlannedDay(
        depot=depot,
        date=day,
        version=row["version"],
        made_at=row["made_at"],
        made_by=row["made_by"],
        rounds=going,
        unplanned=unplanned,
        on_the_way=on_the_way,
        published=published,
        changes=list(changes(day, published, going, unplanned)) if going != published else [],
        cost_pence=sum(each.cost_pence for each in going),
        note=row["note"],
    )


_DAY: Final = """
select id, version, made_at, made_by, unplanned, on_the_way, note from day_plans
where depot = $1 and day = $2
"""
_OF_DAY: Final = """
select id from rounds where plan = $1 and status <> 'superseded' order by van, seq limit 500
"""


def _going(published: Sequence[Round], unplanned: Sequence[LeftOut]) -> Iterator[Round]:
    """What goes on of published rounds where no van can make a draft any more. Pure."""
    left = {each.visit for each in unplanned}
    for each in published:
        stops = [
            stop for stop in each.stops if stop.status != "planned" or str(stop.visit) not in left
        ]
        if stops or not each.stops:
            yield replace(each, stops=stops)


def changes(
    day: date, before: Sequence[Round], after: Sequence[Round], unplanned: Sequence[LeftOut]
) -> list[Moved]:
    """Which promises the draft moves, and why. Pure."""
    reasons = {each.visit: each.reason for each in unplanned}
    now = {stop.visit: (each.van, stop.begin) for each in after for stop in each.stops}
    moved = []
    for each in before:
        for stop in each.stops:
            if stop.status != "planned":
                continue
            van, begin = now.get(stop.visit, (None, None))
            if van == each.van and begin is not None and abs(begin - stop.begin) < _SAME_TIME:
                continue
            late = begin is None and stop.due_on <= day
            moved.append(
                Moved(
                    visit=stop.visit,
                    due_on=stop.due_on,
                    van_before=each.van,
                    begin_before=stop.begin,
                    van_after=van,
                    begin_after=begin,
                    late=late,
                    why=_why(each, stop, van, begin, reasons),
                )
            )
    return moved


def _why(
    before: Round,
    stop: ShownStop,
    van: str | None,
    begin: datetime | None,
    reasons: dict[str, str],
) -> str:
    if van is None or begin is None:
        return reasons.get(str(stop.visit), "It is not open any more.")
    if van != before.van:
        return f"{van} makes it instead of {before.van}."
    return "The van comes sooner." if begin < stop.begin else "The van comes later."
