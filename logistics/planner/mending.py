"""What the search found, made to keep every rule: stops dropped, put in and exchanged. Pure.

Each step asks `course`, so what comes out is right to the second; and what is left out was tried
at every place of every round.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from logistics.planner.course import Course, Fault, Trips, course, is_idle
from logistics.planner.day import DAY_S, Van, Window
from logistics.planner.ground import Ground, may_go
from logistics.planner.puzzle import worth

_MOVES_MAX: Final = 12
"""For how many visits others are asked to move over: each may take a second."""


@dataclass
class Rounds:
    """The rounds as they stand, by van; a van without any stays at home."""

    ground: Ground
    courses: dict[str, Course] = field(default_factory=dict)

    def trips(self, van: Van) -> Trips:
        """Of a van at home: none. Of one that has left: at least the trip that it is on."""
        known = self.courses.get(van.code)
        return ((),) if known is None else known.trips

    def stops(self, van: Van) -> list[int]:
        """The visits that a van has still to make, in order."""
        return [visit for trip in self.trips(van) for visit in trip]

    def cost(self, van: Van) -> int:
        """In thousandths of a penny."""
        known = self.courses.get(van.code)
        return 0 if known is None else known.cost

    def planned(self) -> set[int]:
        """The visits in any round."""
        return {visit for each in self.courses.values() for trip in each.trips for visit in trip}

    def put(self, it: Course) -> None:
        """Have a van make that round, or stay at home."""
        if is_idle(it.van, it.trips):
            self.courses.pop(it.van.code, None)
        else:
            self.courses[it.van.code] = it


def mended(ground: Ground, found: Mapping[str, Trips], visits: Sequence[int]) -> Rounds:
    """Rounds that keep every rule, near to those found, with all visits that fit and pay."""
    rounds = Rounds(ground)
    for van in ground.day.vans:
        trips = found.get(van.code, ())
        if trips or van.under_way is not None:
            rounds.put(_kept(ground, van, trips or ((),)))
    _put_in(rounds, visits)
    _move_over(rounds, visits)
    _make_room(rounds, visits)
    _leave_out(rounds)
    _put_in(rounds, visits)
    return rounds


def without(trips: Trips, visit: int) -> Trips:
    """The trips but for one visit."""
    return tuple(tuple(each for each in trip if each != visit) for trip in trips)


def places(rounds: Rounds, visit: int) -> Iterator[tuple[Van, Course | Fault]]:
    """Every round that there would be with the visit at one more place."""
    ground = rounds.ground
    for van in candidates(rounds, visit):
        for trips in _with(rounds.trips(van), visit, van):
            yield van, course(ground, van, trips)


def candidates(rounds: Rounds, visit: int) -> Iterator[Van]:
    """The vans that may make a visit; of those at home that are alike, the first."""
    for group in rounds.ground.alike:
        out = [van for van in group if van.code in rounds.courses]
        at_home = [van for van in group if van.code not in rounds.courses]
        for van in (*out, *at_home[:1]):
            if may_go(rounds.ground, van, visit):
                yield van


def cheapest(rounds: Rounds, visit: int) -> tuple[int, Course] | None:
    """What a visit would cost where it costs least, in thousandths of a penny, and that round.

    None where it fits into no round at any place.
    """
    fitting = [
        (it.cost - rounds.cost(van), it)
        for van, it in places(rounds, visit)
        if isinstance(it, Course)
    ]
    return min(fitting, key=lambda each: each[0], default=None)


def _with(trips: Trips, visit: int, van: Van) -> Iterator[Trips]:
    """The trips with the visit at each place, and on a trip of its own."""
    for number, trip in enumerate(trips):
        for at in range(len(trip) + 1):
            longer = (*trip[:at], visit, *trip[at:])
            yield (*trips[:number], longer, *trips[number + 1 :])
    if any(trips) or van.under_way is not None:
        for number in range(0 if van.under_way is None else 1, len(trips) + 1):
            yield (*trips[:number], (visit,), *trips[number:])


def _kept(ground: Ground, van: Van, trips: Trips) -> Course:
    """The round, or what is left of it when as little as can be is taken out of it."""
    it = course(ground, van, trips)
    while isinstance(it, Fault):
        stops = [visit for trip in trips for visit in trip]
        if not stops:
            return _home_late(ground, van)
        single = [
            (worth(ground.visits[visit]), each)
            for visit in stops
            if isinstance(each := course(ground, van, without(trips, visit)), Course)
        ]
        if single:
            return min(single, key=lambda each: each[0])[1]
        trips = without(trips, stops[-1] if it.visit is None else it.visit)
        it = course(ground, van, trips)
    return it


def _home_late(ground: Ground, van: Van) -> Course:
    """Of a van on the road that cannot be home in time, its crew rested, whatever it leaves out."""
    longer = replace(van, shift=Window(van.shift.opens_s, 2 * DAY_S), rest=None)
    it = course(ground, longer, ((),))
    assert isinstance(it, Course)
    return it


def _put_in(rounds: Rounds, visits: Iterable[int]) -> None:
    """Put in what fits and pays, the dearest to leave out first."""
    by_worth = sorted(visits, key=lambda visit: (-worth(rounds.ground.visits[visit]), visit))
    is_changed = True
    # What follows on another visit fits only once that one is in.
    while is_changed:
        is_changed = False
        planned = rounds.planned()
        for visit in by_worth:
            if visit in planned:
                continue
            best = cheapest(rounds, visit)
            it = rounds.ground.visits[visit]
            if best is not None and (it.promised or best[0] < worth(it)):
                rounds.put(best[1])
                is_changed = True


def _move_over(rounds: Rounds, visits: Iterable[int]) -> None:
    """Put promised visits in where another moves to another place, of this round or the next."""
    planned = rounds.planned()
    left = [each for each in visits if each not in planned and rounds.ground.visits[each].promised]
    for visit in left[:_MOVES_MAX]:
        for van in candidates(rounds, visit):
            before = rounds.courses.get(van.code)
            if any(_moved(rounds, van, visit, other, before) for other in rounds.stops(van)):
                break


def _moved(rounds: Rounds, van: Van, visit: int, other: int, before: Course | None) -> bool:
    """Whether the visit has taken the other's place in the van's round, and that found another."""
    rest = without(rounds.trips(van), other)
    fitting = (course(rounds.ground, van, trips) for trips in _with(rest, visit, van))
    found = [each for each in fitting if isinstance(each, Course)]
    if not found or before is None:
        return False
    rounds.put(min(found, key=lambda each: each.cost))
    again = cheapest(rounds, other)
    if again is None:
        rounds.put(before)
        return False
    rounds.put(again[1])
    return True


def _make_room(rounds: Rounds, visits: Iterable[int]) -> None:
    """Let promised visits take the place of such as may wait."""
    planned = rounds.planned()
    for visit in visits:
        it = rounds.ground.visits[visit]
        if not it.promised or visit in planned:
            continue
        exchanges = list(_exchanges(rounds, visit))
        if exchanges:
            rounds.put(min(exchanges, key=lambda each: each[0])[1])


def _exchanges(rounds: Rounds, visit: int) -> Iterator[tuple[int, Course]]:
    """Rounds with the visit instead of one that is not promised, and what is lost by each."""
    ground = rounds.ground
    for van in candidates(rounds, visit):
        trips = rounds.trips(van)
        for other in rounds.stops(van):
            if ground.visits[other].promised:
                continue
            for instead in _with(without(trips, other), visit, van):
                it = course(ground, van, tuple(instead))
                if isinstance(it, Course):
                    yield worth(ground.visits[other]) + it.cost - rounds.cost(van), it


def _leave_out(rounds: Rounds) -> None:
    """Take out what costs more than it is worth."""
    ground = rounds.ground
    for van in ground.day.vans:
        for visit in rounds.stops(van):
            if ground.visits[visit].promised:
                continue
            rest = course(ground, van, without(rounds.trips(van), visit))
            if isinstance(rest, Course):
                saved = rounds.cost(van) - (0 if is_idle(van, rest.trips) else rest.cost)
                if saved > worth(ground.visits[visit]):
                    rounds.put(rest)
