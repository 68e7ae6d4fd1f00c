"""When a van is where: the times of what it does in a given order, with the crew's break. Pure.

Waiting costs nothing but time, and roads are such that whoever leaves later never arrives earlier.
So to begin each thing as early as can be is right, and of the break it is enough to know the
earliest end of everything up to there, once with and once without it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from logistics.planner.day import Rest, Van
from logistics.planner.ground import Ground


class Event(NamedTuple):
    """What is done at the end of a road: a visit by its number, or None at the van's home."""

    visit: int | None
    free_s: int
    metres: int
    opens_s: int
    closes_s: int
    lasts_s: int


class Done(NamedTuple):
    """An event with its times."""

    event: Event
    arrive_s: int
    begin_s: int
    end_s: int


class Late(NamedTuple):
    """What cannot begin in time: a visit by its number, or None for being home by the end."""

    visit: int | None


@dataclass(frozen=True)
class Timetable:
    """All that a van does, and when it leaves and rests."""

    leaves_s: int
    rests_s: int | None
    done: tuple[Done, ...]


class _Break(NamedTuple):
    """Before which event the break is; on arrival there, or before the road to it."""

    before: int
    on_arrival: bool


class _Way(NamedTuple):
    """When an event can begin at the earliest, and where the break was on the way there."""

    begin_s: int
    rested: _Break


def timetable(ground: Ground, van: Van, events: Sequence[Event]) -> Timetable | Late:
    """The earliest end, and for a van that has not left the latest start that keeps it."""
    rest = resting(van)
    start_s = starting(van)
    place = None if rest is None else _place_for_break(ground, van, rest, events)
    if isinstance(place, Late):
        return place
    plan = list(events) if rest is None or place is None else _with_break(events, rest, place)
    done = _forward(ground, start_s, plan)
    if isinstance(done, Late):
        return done
    if van.under_way is None:
        start_s = max(start_s, _latest_start(ground, done))
        done = _forward(ground, start_s, plan)
        assert not isinstance(done, Late)
    if rest is None:
        return Timetable(start_s, None, tuple(done))
    if place is None:
        return Timetable(start_s, max(done[-1].end_s, rest.begins.opens_s), tuple(done))
    return _without_break(ground, start_s, done, place, has_left=van.under_way is not None)


def resting(van: Van) -> Rest | None:
    """The break that the crew has still to take."""
    return None if van.under_way is not None and van.under_way.rested else van.rest


def starting(van: Van) -> int:
    """When the van can go, or go on, at the earliest."""
    return van.shift.opens_s if van.under_way is None else van.under_way.free_s


def _place_for_break(
    ground: Ground, van: Van, rest: Rest, events: Sequence[Event]
) -> _Break | Late | None:
    """Where the break goes, for the earliest end; None where it is after the van is back."""
    fresh: int | None = starting(van)
    way: _Way | None = None
    rested: int | None = None
    for number, event in enumerate(events):
        # Once the van is home the round is over; a break there is looked at apart.
        is_last = number == len(events) - 1
        ways = list(_ways(ground, rest, event, _Break(number, not is_last), fresh))
        if rested is not None and way is not None:
            begin_s = max(ground.arrival(rested, event.free_s), event.opens_s)
            ways.append(_Way(begin_s, way.rested))
        if fresh is not None:
            begin_s = max(ground.arrival(fresh, event.free_s), event.opens_s)
            fresh = begin_s + event.lasts_s if begin_s <= event.closes_s else None
        way = min((each for each in ways if each.begin_s <= event.closes_s), default=None)
        rested = None if way is None else way.begin_s + event.lasts_s
        if fresh is None and rested is None:
            return Late(event.visit)
    if fresh is not None:
        begin_s = max(fresh, rest.begins.opens_s)
        if begin_s <= rest.begins.closes_s and begin_s + rest.seconds <= van.shift.closes_s:
            return None
    return Late(None) if way is None else way.rested


def _ways(
    ground: Ground, rest: Rest, event: Event, latest: _Break, fresh: int | None
) -> Iterator[_Way]:
    """When an event can begin where the break is taken just before it, at the latest so."""
    if fresh is None:
        return
    begin_s = max(fresh, rest.begins.opens_s)
    if begin_s <= rest.begins.closes_s:
        there = ground.arrival(begin_s + rest.seconds, event.free_s)
        yield _Way(max(there, event.opens_s), latest._replace(on_arrival=False))
    begin_s = max(ground.arrival(fresh, event.free_s), rest.begins.opens_s)
    if begin_s <= rest.begins.closes_s and latest.on_arrival:
        there = begin_s + rest.seconds
        yield _Way(max(there, event.opens_s), latest)


def _with_break(events: Sequence[Event], rest: Rest, place: _Break) -> list[Event]:
    """The events with the break among them, as one that is no visit and at no home."""
    before, event = list(events[: place.before]), events[place.before]
    window = rest.begins.opens_s, rest.begins.closes_s, rest.seconds
    if place.on_arrival:
        return [
            *before,
            Event(None, event.free_s, event.metres, *window),
            event._replace(free_s=0, metres=0),
            *events[place.before + 1 :],
        ]
    return [*before, Event(None, 0, 0, *window), *events[place.before :]]


def _without_break(
    ground: Ground, start_s: int, done: Sequence[Done], place: _Break, *, has_left: bool
) -> Timetable:
    """The timetable of the events alone, and the break beside it."""
    rests, after = done[place.before], done[place.before + 1]
    if place.on_arrival:
        after = after._replace(
            event=after.event._replace(free_s=rests.event.free_s, metres=rests.event.metres),
            arrive_s=rests.arrive_s,
        )
    elif place.before == 0 and not has_left:
        # A break at home before leaving is no part of the round.
        start_s = max(rests.end_s, ground.departure(after.begin_s, after.event.free_s))
        after = after._replace(arrive_s=ground.arrival(start_s, after.event.free_s))
    rest_of_day = done[place.before + 2 :]
    return Timetable(start_s, rests.begin_s, (*done[: place.before], after, *rest_of_day))


def _forward(ground: Ground, start_s: int, events: Sequence[Event]) -> list[Done] | Late:
    """Each event as early as can be."""
    now, done = start_s, list[Done]()
    for event in events:
        arrive_s = ground.arrival(now, event.free_s)
        begin_s = max(arrive_s, event.opens_s)
        if begin_s > event.closes_s:
            return Late(event.visit)
        now = begin_s + event.lasts_s
        done.append(Done(event, arrive_s, begin_s, now))
    return done


def _latest_start(ground: Ground, done: Sequence[Done]) -> int:
    """How late the van can leave without being back any later: nobody waits who need not."""
    begin_s = done[-1].begin_s
    for before, each in zip(reversed(done[:-1]), reversed(done), strict=False):
        leave_s = ground.departure(begin_s, each.event.free_s)
        begin_s = min(leave_s - before.event.lasts_s, before.event.closes_s)
    return ground.departure(begin_s, done[0].event.free_s)
