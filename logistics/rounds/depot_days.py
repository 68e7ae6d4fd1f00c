"""A depot's day as the planner is told it: open visits, what they take, and the vans on shift.

What cannot be planned for reasons that the planner knows nothing of (no stock, not ready yet, left
out by a coordinator) is said here, in the same form as the planner's own.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg
import msgspec
from msgspec.structs import replace

from budget.database import execute, fetch
from equipment.grid import Point, grid_reference
from equipment.imported_postcodes import learn
from equipment.working_days import is_working_day
from logistics.planner.day import Day, Pin, Rates, Travel, Visit, Window
from logistics.roads.roads import by_road
from logistics.roads.travel import Speeds
from logistics.rounds.clock_times import seconds_at
from logistics.rounds.depot_vans import loads_of, vans_of
from logistics.visits.effort import Effort, Task, effort_of
from logistics.visits.making import WHERE
from logistics.visits.next_steps import awaited
from logistics.visits.visit_form import NextStep
from logistics.visits.visit_lines import lines_of

PinRow: TypeAlias = Mapping[str, Any]
"""What a coordinator has decided about a visit: a row of `visit_pins`."""

# More are not looked at for one day: those due first come first.
_PLANNED_MAX: Final = 400
_OPEN_MAX: Final = 5_000
_LOOKED_AHEAD: Final = 10


class LeftOut(msgspec.Struct, frozen=True):
    """A visit that is in no round, a code for why, and why in words."""

    visit: str
    code: str
    reason: str


class Ways(msgspec.Struct, frozen=True):
    """By what plans are reckoned: a road server where there is one, how fast roads are, what costs.

    `wait_pence` is what it costs to let a visit wait that is due on the next working day, half for
    the next but one. What is fetched early brings its credit back, and `brings_max_pence` at most:
    what a trip of its own would cost.
    """

    osrm_url: str | None = None
    speeds: Speeds = Speeds()
    rates: Rates = Rates()
    wait_pence: int = 3_000
    brings_max_pence: int = 2_000


class DepotDay(msgspec.Struct, frozen=True):
    """What the planner is told, but for the travel between points; and what it need not be told."""

    told: Day
    points: list[Point]
    left_out: list[LeftOut]

    async def by(self, ways: Ways) -> Day:
        """The day with its travel. A road server is asked: never inside a transaction."""
        return replace(self.told, travel=await by_road(self.points, ways.speeds, ways.osrm_url))


class _Call(msgspec.Struct, frozen=True):
    """A visit, what it takes, what is short for it, and what it would bring back."""

    row: asyncpg.Record
    effort: Effort
    short: list[str]
    anything_goes: bool
    brings_pence: int | None


async def read_day(
    depot: str, day: date, pins: Mapping[UUID, PinRow], ways: Ways, now: datetime
) -> DepotDay:
    """The day, within a transaction in which everybody is seen; `pins` are by visit."""
    await execute(_REFRESH, depot)
    calls = await _calls(await fetch(_VISITS, depot, day, _OPEN_MAX))
    asked = await awaited({row["repeats"] for each in calls if (row := each.row)["repeats"]})
    kept, left_out = list[_Call](), list[LeftOut]()
    loads = await loads_of(depot, day)
    for each in calls:
        visit = each.row["id"]
        why = _stranded(loads.stranded.get(visit)) or _asked_first(asked.get(each.row["repeats"]))
        why = why or _why_not(each, day, pins.get(visit), len(kept))
        if why is None:
            kept.append(each)
        else:
            left_out.append(LeftOut(str(each.row["id"]), *why))
    [home] = await fetch("select postcode from depots where code = $1", depot)
    begun = await fetch(_BEGUN_AT, depot, day)
    named = [home["postcode"], *(each.row["postcode"] for each in kept)]
    await learn(each for each in named if each)
    places, points = _places([*named, *(row["postcode"] for row in begun)])
    if home["postcode"] not in places:
        words = f"It is not known where the depot's postcode {home['postcode']} is."
        left_out += [LeftOut(str(each.row["id"]), "no-place", words) for each in kept]
        kept, points = [], [(0, 0)]
    told = Day(
        visits=tuple(_told(each, day, places, pins.get(each.row["id"]), ways) for each in kept),
        vans=tuple(await vans_of(depot, day, now, places, loads)),
        travel=Travel(metres=[], seconds=[]),
        rates=ways.rates,
    )
    return DepotDay(told, points, left_out)


# Somebody may have moved, or have said where they stay, since the visit was made.
_REFRESH: Final = f"""
update visit_places o
set (address, postcode, phone, access_notes) = (w.address, w.postcode, w.phone, w.access_notes)
from visits v {WHERE}
where o.visit = v.id and v.depot = $1 and v.status in ('open', 'planned')
    and (o.address, o.postcode, o.phone, o.access_notes)
        is distinct from (w.address, w.postcode, w.phone, w.access_notes)
"""  # noqa: S608 - our own text
_VISITS: Final = """
select v.id, v.status, v.ready_on, v.due_on, v.window_from, v.window_to, v.crew, v.repeats,
    p.postcode
from visits v join visit_places p on p.visit = v.id left join rounds r on r.id = v.round
where v.depot = $1 and (v.status = 'open' or (v.status = 'planned' and r.day = $2))
order by v.due_on, v.seq limit $3
"""
_BEGUN_AT: Final = """
select distinct p.postcode from rounds r join visits v on v.round = r.id
join visit_places p on p.visit = v.id
where v.depot = $1 and r.day = $2 and r.status = 'published' and v.status <> 'planned'
"""


async def _calls(rows: Sequence[asyncpg.Record]) -> list[_Call]:
    ids = [row["id"] for row in rows]
    lines = await lines_of(ids)
    ordered = [line["order_line"] for every in lines.values() for line in every]
    reserved = {
        row["line"]: row["many"]
        for row in await fetch(_RESERVED, [line for line in ordered if line is not None])
    }
    credits_ = {row["visit"]: int(row["pence"]) for row in await fetch(_CREDITS, ids)}
    return [_call(row, lines[row["id"]], reserved, credits_) for row in rows]


_RESERVED: Final = """
select line, count(*) as many from promises where line = any($1::uuid[]) group by line
"""
# What the pool gets back once it is passed (budget/ledger.py), where that is all the visit is for.
_CREDITS: Final = """
select n.visit, coalesce(sum(l.charged_pence * l.credit_percent / 100), 0) as pence
from visit_lines n left join loans l on l.id = n.loan
where n.visit = any($1::uuid[]) and n.closed_at is null
group by n.visit having bool_and(n.kind = 'collection')
"""


def _call(
    row: asyncpg.Record,
    lines: Sequence[asyncpg.Record],
    reserved: Mapping[UUID, int],
    credits_: Mapping[UUID, int],
) -> _Call:
    tasks, short = list[Task](), list[str]()
    for line in (each for each in lines if each["closed_at"] is None):
        many = line["quantity"]
        if line["order_line"] is not None:
            many = min(many, reserved.get(line["order_line"], 0))
            if many < line["quantity"]:
                short.append(f"{line['quantity'] - many} of {line['name']}")
        if many:
            tasks.append(
                Task(line["kind"], many, line["weight_g"], line["volume_l"], line["crew"],
                    line["loler"])
            )  # fmt: skip
    return _Call(
        row=row,
        effort=effort_of(tasks),
        short=short,
        anything_goes=bool(tasks),
        brings_pence=credits_.get(row["id"]),
    )


def _stranded(van: str | None) -> tuple[str, str] | None:
    """Of goods on a van that is off the road: what has to be done about it."""
    if van is None:
        return None
    words = f"Its goods are on {van}, which is off the road. Scan them onto another van, or off it"
    return "on-van-off", f"{words} at the depot, and plan the day anew."


def _asked_first(step: NextStep | None) -> tuple[str, str] | None:
    """Of a visit before which somebody is to be asked, as the crew of the last one said."""
    if step is None:
        return None
    return "ask-first", f"{_ASKED[step]} Settle the case of the visit before; then it is planned."


_ASKED: Final[Mapping[NextStep, str]] = {
    "ring": "They are to be rung first.",
    "prescriber": "The prescriber is to be asked first.",
    "call_off": "The crew says to call it off.",
}


def _why_not(call: _Call, day: date, pin: PinRow | None, kept: int) -> tuple[str, str] | None:
    """Why the planner need not be asked about a visit; None where it is to be asked."""
    due, ready = call.row["due_on"], call.row["ready_on"]
    if pin is not None and pin["left_out"]:
        return "left-out", f"{pin['decided_by']} has left it out of this day."
    if ready > day:
        return "not-ready", f"It is not to be made before {ready:%-d %B %Y}."
    if call.short and not (call.anything_goes and due <= day):
        return "no-stock", f"It waits for stock: {', '.join(call.short)}."
    if kept >= _PLANNED_MAX:
        return "may-wait", f"It is due on {due:%-d %B %Y}, and {_PLANNED_MAX} are due before it."
    return None


def _places(postcodes: Sequence[str | None]) -> tuple[dict[str | None, int], list[Point]]:
    """The numbers of places by postcode, the depot's first; unknown ones have none."""
    places, points = dict[str | None, int](), list[Point]()
    for postcode in dict.fromkeys(postcodes):
        point = grid_reference(postcode) if postcode else None
        if point is not None:
            places[postcode] = len(points)
            points.append(point)
    return places, points


def _told(
    call: _Call, day: date, places: Mapping[str | None, int], pin: PinRow | None, ways: Ways
) -> Visit:
    row, effort = call.row, call.effort
    # What is published for the day already has been told somebody: it does not wait.
    early = row["due_on"] > day and row["status"] == "open"
    brings = call.brings_pence if early else None
    wait = _wait_pence(day, row["due_on"], ways) if early and brings is None else None
    return Visit(
        id=str(row["id"]),
        place=places.get(row["postcode"]),
        on_site_s=effort.minutes * 60,
        window=Window(seconds_at(row["window_from"]), seconds_at(row["window_to"])),
        out=effort.out,
        back=effort.back,
        crew=max(effort.crew, row["crew"]),
        needs=effort.needs,
        wait_pence=wait,
        brings_pence=None if brings is None else min(brings, ways.brings_max_pence),
        pin=_pin(pin),
    )


def _wait_pence(day: date, due: date, ways: Ways) -> int:
    """The sooner it is due, the dearer it is to let it wait."""
    days = min((due - day).days, _LOOKED_AHEAD)
    left = sum(is_working_day(day + timedelta(days=n)) for n in range(1, days + 1))
    return ways.wait_pence // max(1, left)


def _pin(row: PinRow | None) -> Pin | None:
    if row is None:
        return None
    return Pin(
        van=row["van"],
        begins_s=None if row["begins"] is None else seconds_at(row["begins"]),
        first=row["first"],
        after=None if row["after"] is None else str(row["after"]),
    )
