"""One van's round, to the second and the gram: when it is where, with what, or why it cannot. Pure.

The search for good rounds counts roughly: one speed for each road, and no breaks. What it finds is
judged here, and nothing is in a plan that did not pass.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from logistics.planner.day import HOUR_S, Load, Round, Stop, Van
from logistics.planner.ground import Ground, carries, may_go, room
from logistics.planner.hours import Event, Late, Timetable, resting, timetable

Trips: TypeAlias = tuple[tuple[int, ...], ...]
"""The visits of each trip by number, in order; of a van that has left, the first is under way."""

MILLI: Final = 1000


class Fault(NamedTuple):
    """What is wrong with a round, and from which visit on; None: with its end."""

    kind: Literal["rule", "load", "time"]
    visit: int | None


class Aboard(NamedTuple):
    """What is on a van at one moment."""

    weight_g: int
    clean_l: int
    dirty_l: int


@dataclass(frozen=True)
class Course:
    """A round that keeps every rule. The cost is in thousandths of a penny."""

    van: Van
    trips: Trips
    times: Timetable
    cost: int


def course(ground: Ground, van: Van, trips: Trips) -> Course | Fault:
    """The round of a van by those trips, or the first fault of it."""
    if fault := _broken_rule(ground, van, trips) or _too_much(ground, van, trips):
        return fault
    times = timetable(ground, van, _events(ground, van, trips))
    if isinstance(times, Late):
        return Fault("time", times.visit)
    return Course(van, trips, times, _cost(ground, van, times))


def is_idle(van: Van, trips: Trips) -> bool:
    """Whether the van stays at home."""
    return van.under_way is None and not any(trips)


def round_of(ground: Ground, it: Course) -> Round:
    """A round as a plan shows it, with what was done before in front."""
    here = it.van.under_way
    done = () if here is None else here.done
    stops = (*done, *_stops(ground, it))
    aboard = [_at_start(ground, it.van, trip, is_first=not at) for at, trip in enumerate(it.trips)]
    most = [*aboard, *(Aboard(each.weight_g, each.clean_l, each.dirty_l) for each in stops)]
    return Round(
        van=it.van.code,
        stops=stops,
        leaves_s=it.times.leaves_s if here is None else here.left_s,
        back_s=it.times.done[-1].end_s,
        rests_s=it.times.rests_s,
        metres=_metres(it.van, it.times),
        trips=len(it.trips) + (0 if here is None else here.trip - 1),
        weight_g=max(each.weight_g for each in most),
        clean_l=max(each.clean_l for each in most),
        dirty_l=max(each.dirty_l for each in most),
        cost_pence=round(it.cost / MILLI),
    )


def _broken_rule(ground: Ground, van: Van, trips: Trips) -> Fault | None:
    """Whether the van may make all visits, in the places that their pins want."""
    made = 0 if van.under_way is None else van.under_way.trip - 1
    if len(trips) > 1 and made + len(trips) > van.trips_max:
        return Fault("rule", trips[-1][0] if trips[-1] else None)
    for number, trip in enumerate(trips):
        for position, visit in enumerate(trip):
            before = trip[position - 1] if position else None
            is_first = (number, position) == (0, 0)
            if not (
                may_go(ground, van, visit)
                and _keeps_pin(ground, visit, before, is_first=is_first)
                and _has_goods(ground, van, visit, is_first_trip=number == 0)
            ):
                return Fault("rule", visit)
    return None


def _keeps_pin(ground: Ground, visit: int, before: int | None, *, is_first: bool) -> bool:
    pin = ground.visits[visit].pin
    if pin is None:
        return True
    # A visit that is not to be made any more is followed by any.
    leader = None if pin.after is None else ground.number.get(pin.after)
    return (leader is None or leader == before) and (is_first or not pin.first)


def _has_goods(ground: Ground, van: Van, visit: int, *, is_first_trip: bool) -> bool:
    """Of a van that has left: what is aboard is for this trip, what is not lies at its home."""
    if van.under_way is None or not carries(ground.visits[visit].out):
        return True
    return is_first_trip == (ground.visits[visit].id in van.under_way.aboard)


def _too_much(ground: Ground, van: Van, trips: Trips) -> Fault | None:
    """Where a van has too much aboard at any point, or clean and dirty beside each other."""
    payload_g, volume_l, clean_most, dirty_most = room(van)
    for number, trip in enumerate(trips):
        states = _aboard(ground, van, trip, is_first=number == 0)
        for visit, now in zip((*trip[:1], *trip), states, strict=False):
            is_over = now.weight_g > payload_g or now.clean_l + now.dirty_l > volume_l
            if is_over or now.clean_l > clean_most or now.dirty_l > dirty_most:
                return Fault("load", visit)
        if van.apart == "by turns" and (visit_at := _mixed(ground, trip)) is not None:
            return Fault("load", trip[visit_at])
    return None


def _mixed(ground: Ground, trip: Sequence[int]) -> int | None:
    """At which stop something dirty comes to clean goods that are still aboard."""
    outs = [at for at, visit in enumerate(trip) if carries(ground.visits[visit].out)]
    backs = [at for at, visit in enumerate(trip) if carries(ground.visits[visit].back)]
    return backs[0] if backs and outs and backs[0] < outs[-1] else None


def _aboard(ground: Ground, van: Van, trip: Sequence[int], *, is_first: bool) -> Iterator[Aboard]:
    """What is aboard at the beginning of a trip, then after each stop."""
    weight_g, clean_l, dirty_l = now = _at_start(ground, van, trip, is_first=is_first)
    yield now
    for visit in trip:
        out, back = ground.visits[visit].out, ground.visits[visit].back
        weight_g += back.weight_g - out.weight_g
        clean_l -= out.volume_l
        dirty_l += back.volume_l
        yield Aboard(weight_g, clean_l, dirty_l)


def _at_start(ground: Ground, van: Van, trip: Sequence[int], *, is_first: bool) -> Aboard:
    here = van.under_way if is_first else None
    if here is None:
        return _sum(ground.visits[visit].out for visit in trip)
    known = (ground.number[each] for each in here.aboard if each in ground.number)
    clean = _sum([here.rides_along, *(ground.visits[visit].out for visit in known)])
    weight_g = clean.weight_g + here.back.weight_g
    return Aboard(weight_g, clean.clean_l, here.back.volume_l)


def _sum(outs: Iterator[Load] | Sequence[Load]) -> Aboard:
    outs = list(outs)
    return Aboard(sum(out.weight_g for out in outs), sum(out.volume_l for out in outs), 0)


def _events(ground: Ground, van: Van, trips: Trips) -> list[Event]:
    """All that a van does, one after the other, but for the break."""
    events = list[Event]()
    place = van.home if van.under_way is None else van.under_way.place
    for number, trip in enumerate(trips):
        if number > 0:
            road = ground.seconds[place][van.home], ground.metres[place][van.home]
            events.append(Event(None, *road, 0, van.shift.closes_s, van.reload_s))
            place = van.home
        for visit in trip:
            it, window = ground.visits[visit], ground.windows[visit]
            assert it.place is not None
            road = ground.seconds[place][it.place], ground.metres[place][it.place]
            events.append(Event(visit, *road, window.opens_s, window.closes_s, it.on_site_s))
            place = it.place
    road = ground.seconds[place][van.home], ground.metres[place][van.home]
    return [*events, Event(None, *road, 0, van.shift.closes_s, 0)]


def _stops(ground: Ground, it: Course) -> Iterator[Stop]:
    """The stops still to come, each with what is aboard when the van leaves it."""
    before = 0 if it.van.under_way is None else it.van.under_way.trip - 1
    done = iter(each for each in it.times.done if each.event.visit is not None)
    for number, trip in enumerate(it.trips):
        states = _aboard(ground, it.van, trip, is_first=number == 0)
        next(states)
        for visit, now in zip(trip, states, strict=True):
            each = next(done)
            yield Stop(
                visit=ground.visits[visit].id,
                trip=before + number + 1,
                arrive_s=each.arrive_s,
                begin_s=each.begin_s,
                depart_s=each.end_s,
                metres=each.event.metres,
                weight_g=now.weight_g,
                clean_l=now.clean_l,
                dirty_l=now.dirty_l,
            )


def _cost(ground: Ground, van: Van, times: Timetable) -> int:
    rates = ground.day.rates
    leaves_s = times.leaves_s if van.under_way is None else van.under_way.left_s
    worked_s = times.done[-1].end_s - leaves_s
    rest = resting(van)
    if rest is not None and times.rests_s is not None:
        # The break is the crew's own time, wherever in the day it lies.
        worked_s -= rest.seconds * (leaves_s <= times.rests_s < times.done[-1].end_s)
    hours = rates.hour_pence * van.crew * worked_s * MILLI // HOUR_S
    return rates.van_pence * MILLI + rates.km_pence * _metres(van, times) + hours


def _metres(van: Van, times: Timetable) -> int:
    made = 0 if van.under_way is None else van.under_way.metres
    return made + sum(each.event.metres for each in times.done)
