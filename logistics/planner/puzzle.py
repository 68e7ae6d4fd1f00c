"""The day as PyVRP understands it. Pure.

PyVRP knows one duration for each road and no breaks, so this is where the day is simplified:
roads take what they take on average between the windows at their ends; a window, or a shift, that
ends after breaks begin ends earlier by the break. `course` judges what comes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import pyvrp

from logistics.planner.course import MILLI
from logistics.planner.day import DAY_S, HOUR_S, Load, Van, Visit
from logistics.planner.ground import Ground, carries, may_go, room
from logistics.planner.hours import resting, starting

PROMISE_PENCE: Final = 100_000
"""What leaving out a promised visit is reckoned at: more than any detour that a day holds."""

_SEARCH_PENCE: Final = 20_000
"""What it is reckoned at in the search, where not all promises can be kept: the dearer, the
stiffer is the search. Mending goes by the other."""

# PyVRP's stubs say of arrays what numpy's do not accept; both are right.
_Matrix: TypeAlias = Any
_NO_ROAD_M: Final = 10_000_000
_NO_ROAD_S: Final = 1_000_000


def worth(visit: Visit) -> int:
    """What leaving a visit out costs, in thousandths of a penny."""
    if visit.promised:
        return PROMISE_PENCE * MILLI
    return (visit.wait_pence or visit.brings_pence or 0) * MILLI


@dataclass(frozen=True)
class Fleet:
    """Vans that are alike, and the locations where they start, and of their home."""

    vans: tuple[Van, ...]
    start: int
    home: int

    @property
    def van(self) -> Van:
        """Any of them."""
        return self.vans[0]


@dataclass(frozen=True)
class Puzzle:
    """Visits by number and the fleets for them.

    Locations are the visits in order, then start and home of each fleet. `sizes` says which of
    `room`'s four are counted. `now_s` is when the first of the vans that have left gets free: all
    of them begin their first trip then, with a wait at the start for those that get free later.
    """

    ground: Ground
    visits: tuple[int, ...]
    fleets: tuple[Fleet, ...]
    sizes: tuple[int, ...]
    now_s: int | None

    @classmethod
    def of(cls, ground: Ground, visits: Sequence[int]) -> "Puzzle":
        """The puzzle of some visits of a day, and all its vans."""
        first = len(visits)
        fleets = [
            Fleet(vans, first + 2 * at, first + 2 * at + 1) for at, vans in enumerate(ground.alike)
        ]
        left = (starting(van) for van in ground.day.vans if van.under_way)
        return cls(ground, tuple(visits), tuple(fleets), _sizes(ground), min(left, default=None))

    def problem(self, *, promises_bind: bool) -> pyvrp.ProblemData:
        """What PyVRP solves; where promises do not bind, leaving one out is dear."""
        roads = [_roads(self, fleet) for fleet in self.fleets]
        clients = [
            _client(self, location, is_required=promises_bind and self.visit(location).promised)
            for location in range(len(self.visits))
        ]
        count = len(self.visits) + 2 * len(self.fleets)
        return pyvrp.ProblemData(
            locations=[pyvrp.Location(0, 0) for _ in range(count)],
            clients=clients,
            depots=[depot for fleet in self.fleets for depot in _depots(self, fleet)],
            vehicle_types=[_vehicle(self, number) for number in range(len(self.fleets))],
            distance_matrices=[metres for metres, _ in roads],
            duration_matrices=[seconds for _, seconds in roads],
        )

    def visit(self, location: int) -> Visit:
        """The visit at a location."""
        return self.ground.visits[self.visits[location]]

    def load(self, out: Load, back: Load) -> list[int]:
        """How much of each size that is counted."""
        four = (
            out.weight_g + back.weight_g,
            out.volume_l + back.volume_l,
            out.volume_l,
            back.volume_l,
        )
        return [four[size] for size in self.sizes]


def _sizes(ground: Ground) -> tuple[int, ...]:
    """Which of `room`'s four are worth counting: those that can be too small."""
    loads = [load for visit in ground.visits for load in (visit.out, visit.back)]
    has_parts = any(van.apart == "compartments" for van in ground.day.vans)
    return (
        *([0] if any(load.weight_g for load in loads) else []),
        *([1] if any(load.volume_l for load in loads) else []),
        *([2, 3] if has_parts else []),
    )


def _depots(puzzle: Puzzle, fleet: Fleet) -> tuple[pyvrp.Depot, pyvrp.Depot]:
    """Where a fleet starts, and its home, where reloading takes a while."""
    has_left = fleet.van.under_way is not None and puzzle.now_s is not None
    waits_s = starting(fleet.van) - (puzzle.now_s or 0) if has_left else 0
    start = pyvrp.Depot(fleet.start, service_duration=waits_s)
    return start, pyvrp.Depot(fleet.home, service_duration=fleet.van.reload_s)


def _client(puzzle: Puzzle, location: int, *, is_required: bool) -> pyvrp.Client:
    it = puzzle.visit(location)
    opens_s, closes_s = _window(puzzle.ground, puzzle.visits[location])
    is_at_home = carries(it.out) and puzzle.visits[location] not in puzzle.ground.aboard_of
    return pyvrp.Client(
        location,
        delivery=puzzle.load(it.out, Load()),
        pickup=puzzle.load(Load(), it.back),
        service_duration=it.on_site_s,
        tw_early=opens_s,
        tw_late=closes_s,
        # Vans on the road begin their first trip no later than now: what is not aboard is for
        # a later one.
        release_time=min(puzzle.now_s + 1, closes_s) if is_at_home and puzzle.now_s else 0,
        prize=0 if is_required else _prize(puzzle, it),
        required=is_required,
    )


def _prize(puzzle: Puzzle, it: Visit) -> int:
    if not it.promised:
        return worth(it)
    # Still more than anything that may be left out instead.
    others = (worth(each) for each in puzzle.ground.visits if not each.promised)
    return max(_SEARCH_PENCE * MILLI, 2 * max(others, default=0))


def _window(ground: Ground, visit: int) -> tuple[int, int]:
    window = ground.windows[visit]
    rests = [rest for van in ground.day.vans if (rest := resting(van))]
    if not rests or window.closes_s <= min(rest.begins.opens_s for rest in rests):
        return window.opens_s, window.closes_s
    earlier_s = window.closes_s - max(rest.seconds for rest in rests)
    return window.opens_s, earlier_s if earlier_s >= window.opens_s else window.closes_s


def _vehicle(puzzle: Puzzle, number: int) -> pyvrp.VehicleType:
    fleet, rates = puzzle.fleets[number], puzzle.ground.day.rates
    van, here = fleet.van, fleet.van.under_way
    opens_s = van.shift.opens_s if here is None or puzzle.now_s is None else puzzle.now_s
    aboard = (Load(), Load()) if here is None else (here.rides_along, here.back)
    holds = room(van)
    return pyvrp.VehicleType(
        num_available=len(fleet.vans),
        capacity=[holds[size] for size in puzzle.sizes],
        start_depot=2 * number,
        end_depot=2 * number + 1,
        fixed_cost=rates.van_pence * MILLI if here is None else 0,
        tw_early=opens_s,
        tw_late=_shift_end(van, opens_s),
        unit_distance_cost=rates.km_pence,
        unit_duration_cost=rates.hour_pence * van.crew * MILLI // HOUR_S,
        profile=number,
        start_late=None if here is None else opens_s,
        initial_load=puzzle.load(*aboard),
        reload_depots=[2 * number + 1],
        max_reloads=max(0, van.trips_max - (1 if here is None else here.trip)),
    )


def _shift_end(van: Van, opens_s: int) -> int:
    rest = resting(van)
    closes_s = van.shift.closes_s
    if rest is not None and closes_s > rest.begins.opens_s:
        closes_s -= rest.seconds
    # By now the rest of the day may be too short for any stop; the van still goes home.
    return max(closes_s, opens_s)


def _roads(puzzle: Puzzle, fleet: Fleet) -> tuple[_Matrix, _Matrix]:
    """Metres and seconds as one fleet may drive them."""
    ground = puzzle.ground
    places = [puzzle.visit(location).place for location in range(len(puzzle.visits))]
    for each in puzzle.fleets:
        here = each.van.under_way
        places += [each.van.home if here is None else here.place, each.van.home]
    rows = np.array(places, np.int64)
    metres = np.array(ground.metres, np.int64)[rows[:, None], rows]
    seconds = np.array(ground.seconds, np.int64)[rows[:, None], rows]
    if not ground.is_flat:
        seconds = np.ceil(seconds * _pace(puzzle, fleet.van)).astype(np.int64)
    closed = _closed(puzzle, fleet, len(places))
    np.fill_diagonal(closed, val=False)
    metres[closed], seconds[closed] = _NO_ROAD_M, _NO_ROAD_S
    np.fill_diagonal(metres, 0)
    np.fill_diagonal(seconds, 0)
    return metres, seconds


def _pace(puzzle: Puzzle, van: Van) -> _Matrix:
    """By how much longer each road takes on average between the windows at its ends."""
    windows = [puzzle.ground.windows[visit] for visit in puzzle.visits]
    start_s, end_s = starting(van), van.shift.closes_s
    depots = 2 * len(puzzle.fleets)
    opens = [max(each.opens_s, start_s) for each in windows] + [start_s] * depots
    closes = [min(each.closes_s, end_s) for each in windows] + [end_s] * depots
    since = np.clip(np.array(opens), 0, DAY_S)[:, None]
    until = np.clip(np.maximum(np.array(closes)[None, :], since + HOUR_S // 2), 0, DAY_S)
    hours = np.arange(len(puzzle.ground.pace) + 1) * HOUR_S
    sums = np.concatenate([[0.0], np.cumsum(np.array(puzzle.ground.pace) * HOUR_S)])
    spent = np.interp(until, hours, sums) - np.interp(since, hours, sums)
    return np.maximum(1.0, spent / np.maximum(until - since, 1))


def _closed(puzzle: Puzzle, fleet: Fleet, count: int) -> _Matrix:
    """Which roads a fleet may not drive, from row to column."""
    closed = np.zeros((count, count), np.bool_)
    visits = len(puzzle.visits)
    its = [puzzle.visit(location) for location in range(visits)]
    if fleet.van.apart == "by turns":
        outs = np.array([carries(it.out) for it in its])
        backs = np.array([carries(it.back) for it in its])
        # What carries nothing comes before the collections too: behind one, it could lead from
        # there to a delivery without anybody's noticing.
        closed[:visits, :visits] = backs[:, None] & (outs | ~backs)[None, :]
    _close_for_pins(puzzle, fleet, closed)
    aboard = np.array([visit in puzzle.ground.aboard_of for visit in puzzle.visits])
    at_home = np.array([carries(it.out) for it in its]) & ~aboard
    closed[fleet.home, :visits] |= aboard
    closed[:visits, :visits] |= at_home[:, None] & aboard[None, :]
    barred = np.array([not may_go(puzzle.ground, fleet.van, visit) for visit in puzzle.visits])
    closed[:visits] |= barred[:, None]
    closed[:, :visits] |= barred[None, :]
    return closed


def _close_for_pins(puzzle: Puzzle, fleet: Fleet, closed: _Matrix) -> None:
    """Leave but one way to what is pinned to be first, or to follow on another."""
    everywhere = np.arange(len(closed))
    at = {puzzle.visit(location).id: location for location in range(len(puzzle.visits))}
    for location in range(len(puzzle.visits)):
        pin = puzzle.visit(location).pin
        if pin is not None and pin.first:
            closed[everywhere != fleet.start, location] = True
        if pin is not None and pin.after in at:
            closed[everywhere != at[pin.after], location] = True
            closed[at[pin.after], everywhere != location] = True
