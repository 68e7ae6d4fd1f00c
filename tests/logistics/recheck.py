"""Looks over plans as somebody with a pencil would: nothing here is taken from the planner.

A round is walked through stop by stop, minute by minute on the road; a reason for leaving a visit
out is tried, by putting the visit at each place of each round, with the break in each gap.
"""

from collections.abc import Iterator, Sequence
from math import ceil

from logistics.planner.day import Day, Load, Plan, Round, Stop, UnderWay, Van, Visit

Trips = list[list[Visit]]


def faults(day: Day, plan: Plan) -> list[str]:
    """All that is wrong with a plan; nothing where it keeps every promise."""
    visits = {visit.id: visit for visit in day.visits}
    vans = {van.code: van for van in day.vans}
    found = list(_each_once(day, plan))
    for each in plan.rounds:
        found += [f"{each.van}: {fault}" for fault in _round_faults(day, vans[each.van], each)]
    for left in plan.unplanned:
        if not _is_true(day, plan, visits[left.visit], left.code):
            found.append(f"{left.visit}: {left.code} is not so: {left.reason}")
    for added in plan.on_the_way:
        is_worth_it = added.cost_pence <= added.brings_pence == visits[added.visit].brings_pence
        if not is_worth_it and added.visit not in _followed(day):
            found.append(f"{added.visit}: costs {added.cost_pence}, brings {added.brings_pence}")
    return found


def arrival(day: Day, leave_s: int, free_s: int) -> float:
    """When one is there who leaves now: second after second, each by its own hour's pace."""
    now, left = float(leave_s), float(free_s)
    while left > 1e-9:
        hour = int(now // 3600)
        pace = day.travel.pace[hour % 24]
        step = min(left * pace, (hour + 1) * 3600 - now)
        now, left = now + step, left - step / pace
    return now


def _each_once(day: Day, plan: Plan) -> Iterator[str]:
    made = [stop.visit for each in plan.rounds for stop in each.stops]
    left = [each.visit for each in plan.unplanned]
    done = {stop.visit for van in day.vans if van.under_way for stop in van.under_way.done}
    everybody = {visit.id for visit in day.visits} | done
    if sorted([*made, *left]) != sorted(everybody):
        yield "not every visit is in one place, once"
    followed = _followed(day)
    brings = {
        visit.id
        for visit in day.visits
        if visit.brings_pence is not None and visit.pin is None and visit.id not in followed
    }
    shown = {each.visit for each in plan.on_the_way} - followed
    if shown != brings & (set(made) - done):
        yield "on_the_way is not what is on the way"
    if len({each.van for each in plan.rounds}) != len(plan.rounds):
        yield "a van has two rounds"


def _followed(day: Day) -> set[str | None]:
    """The visits that others are pinned to follow on: they are made for those others' sake."""
    return {visit.pin.after for visit in day.visits if visit.pin}


def _round_faults(day: Day, van: Van, it: Round) -> Iterator[str]:
    visits = {visit.id: visit for visit in day.visits}
    here = van.under_way
    done = () if here is None else here.done
    if it.stops[: len(done)] != done:
        yield "what was done has changed"
    stops = it.stops[len(done) :]
    yield from _time_faults(day, van, it, stops)
    for stop in stops:
        visit = visits[stop.visit]
        yield from (f"{stop.visit}: {fault}" for fault in _misfits(day, van, visit))
        opens_s, closes_s = _window(visit)
        if not opens_s <= stop.begin_s <= closes_s:
            yield f"{stop.visit} begins at {stop.begin_s}, not within its window"
        if stop.depart_s != stop.begin_s + visit.on_site_s or stop.arrive_s > stop.begin_s:
            yield f"{stop.visit} has impossible times"
    trips = _trips(stops, visits, 1 if here is None else here.trip)
    yield from _load_faults(day, van, trips)
    yield from _pin_faults(day, trips)
    shown = [(stop.weight_g, stop.clean_l, stop.dirty_l) for stop in stops]
    if shown != [state for states in _states(day, van, trips) for state in states[1:]]:
        yield "the loads shown are not those aboard"


def _time_faults(day: Day, van: Van, it: Round, stops: Sequence[Stop]) -> Iterator[str]:
    """The roads and the break: enough time for each, and the metres that they have."""
    visits = {visit.id: visit for visit in day.visits}
    here = van.under_way
    place, now = van.home if here is None else here.place, it.leaves_s
    metres, trip = 0, 1
    if here is None and (it.leaves_s < van.shift.opens_s):
        yield "it leaves before the shift"
    if here is not None:
        now, metres, trip = here.free_s, here.metres, here.trip
        if it.leaves_s != here.left_s:
            yield "it left at another time"
    for stop in (*stops, None):
        target = van.home if stop is None else visits[stop.visit].place
        assert target is not None
        legs = [(place, target, 0)]
        if stop is not None and stop.trip != trip:
            if stop.trip < trip or stop.trip > van.trips_max:
                yield f"{stop.visit} is on trip {stop.trip}"
            # An empty first trip of a van that has left still leads home.
            legs = [(place, van.home, van.reload_s), (van.home, target, 0)]
            trip = stop.trip
        end = it.back_s if stop is None else stop.arrive_s
        begin = it.back_s if stop is None else stop.begin_s
        least = _least(day, van, _break_between(it, now, stop), now, legs)
        if least > begin + 1e-6 or (end < now):
            yield f"there by {begin} is too early: it takes until {least}"
        metres += sum(day.travel.metres[start][finish] for start, finish, _ in legs)
        place, now = target, (0 if stop is None else stop.depart_s)
    if metres != it.metres:
        yield f"{it.metres} metres instead of {metres}"
    # Who is on the road too late already just goes home.
    if here is None or stops or works(day, van, [[]]):
        yield from _shift_faults(van, it, stops)


def _break_between(it: Round, now: int, stop: Stop | None) -> int | None:
    """When the break begins, if it does on the way to the stop, or home.

    What takes no time may be done at the very moment at which the break begins: before it.
    """
    end = it.back_s if stop is None else stop.depart_s
    return it.rests_s if it.rests_s is not None and now <= it.rests_s < end else None


def _least(
    day: Day, van: Van, begins: int | None, now: int, legs: Sequence[tuple[int, int, int]]
) -> float:
    """When one is at the end of some legs at the earliest, with the break taken if it is now."""
    time: float = now
    for start, finish, stands_s in legs:
        time = arrival(day, ceil(time - 1e-6), day.travel.seconds[start][finish]) + stands_s
    rest = van.rest
    if rest is None or begins is None or begins > time + 1e-6:
        return time
    # It begins before the end of the legs: at their start, or after one of them.
    first: float = begins + rest.seconds
    for start, finish, stands_s in legs:
        first = arrival(day, ceil(first - 1e-6), day.travel.seconds[start][finish]) + stands_s
    return min(first, max(time, begins + rest.seconds))


def _shift_faults(van: Van, it: Round, stops: Sequence[Stop]) -> Iterator[str]:
    if it.back_s > van.shift.closes_s:
        yield "it is back after the shift"
    if van.rest is None or (van.under_way is not None and van.under_way.rested):
        return
    begins = it.rests_s
    if begins is None:
        yield "no break"
        return
    if not van.rest.begins.opens_s <= begins <= van.rest.begins.closes_s:
        yield f"the break begins at {begins}"
    ends = begins + van.rest.seconds
    if any(stop.begin_s < ends and begins < stop.depart_s for stop in stops):
        yield "it works in its break"
    if ends > van.shift.closes_s:
        yield "the break ends after the shift"
    if begins < it.leaves_s < ends or begins < it.back_s < ends:
        yield "it drives in its break"


def _misfits(day: Day, van: Van, visit: Visit) -> Iterator[str]:
    if visit.crew > van.crew:
        yield "too few people"
    if visit.needs - van.skills:
        yield "a skill is missing"
    if visit.pin is not None and visit.pin.van not in {None, van.code}:
        yield "pinned to another van"
    for other in day.vans:
        is_aboard = other.under_way is not None and visit.id in other.under_way.aboard
        if is_aboard and other.code != van.code:
            yield "its goods are on another van"


def _window(visit: Visit) -> tuple[int, int]:
    if visit.pin is not None and visit.pin.begins_s is not None:
        return visit.pin.begins_s, visit.pin.begins_s
    return visit.window.opens_s, visit.window.closes_s


def _trips(stops: Sequence[Stop], visits: dict[str, Visit], first: int) -> Trips:
    last = max([first, *(stop.trip for stop in stops)])
    return [
        [visits[stop.visit] for stop in stops if stop.trip == trip]
        for trip in range(first, last + 1)
    ]


def _has(load: Load) -> bool:
    return load.weight_g + load.volume_l > 0


def _states(day: Day, van: Van, trips: Trips) -> list[list[tuple[int, int, int]]]:
    """Grams, clean and dirty litres aboard at the start of each trip and after each stop."""
    states = []
    for number, trip in enumerate(trips):
        loads = [visit.out for visit in trip]
        back = Load()
        if number == 0 and van.under_way is not None:
            mine = [visit.out for visit in day.visits if visit.id in van.under_way.aboard]
            loads, back = [*mine, van.under_way.rides_along], van.under_way.back
        weight = sum(load.weight_g for load in loads) + back.weight_g
        clean, dirty = sum(load.volume_l for load in loads), back.volume_l
        states.append([(weight, clean, dirty)])
        for visit in trip:
            weight += visit.back.weight_g - visit.out.weight_g
            clean, dirty = clean - visit.out.volume_l, dirty + visit.back.volume_l
            states[-1].append((weight, clean, dirty))
    return states


def _load_faults(day: Day, van: Van, trips: Trips) -> Iterator[str]:
    for number, (trip, states) in enumerate(zip(trips, _states(day, van, trips), strict=True)):
        for weight, clean, dirty in states if trip else []:
            if weight > van.payload_g:
                yield "too heavy"
            if clean + dirty > van.volume_l:
                yield "too full"
            if van.apart == "compartments" and (clean > van.clean_l or dirty > van.dirty_l):
                yield "a compartment too full"
        for at, visit in enumerate(trip):
            is_clean_left = any(_has(later.out) for later in trip[at + 1 :])
            if van.apart == "by turns" and _has(visit.back) and is_clean_left:
                yield "clean beside dirty"
            if van.under_way is not None and _has(visit.out):
                is_aboard = visit.id in van.under_way.aboard
                if is_aboard != (number == 0):
                    yield "delivers what is not aboard"


def _pin_faults(day: Day, trips: Trips) -> Iterator[str]:
    done = {stop.visit for van in day.vans if van.under_way for stop in van.under_way.done}
    open_ids = {visit.id for visit in day.visits} - done
    for number, trip in enumerate(trips):
        for at, visit in enumerate(trip):
            if visit.pin is None:
                continue
            if visit.pin.first and (number, at) != (0, 0):
                yield f"{visit.id} is not first"
            before = trip[at - 1].id if at else None
            if visit.pin.after in open_ids and before != visit.pin.after:
                yield f"{visit.id} does not follow on {visit.pin.after}"


def works(day: Day, van: Van, trips: Trips) -> bool:
    """Whether a van can make these trips: every place for the break is tried."""
    if van.under_way is None:
        trips = [trip for trip in trips if trip]
    made = 0 if van.under_way is None else van.under_way.trip - 1
    if made + len(trips) > van.trips_max and len(trips) > 1:
        return False
    everything = [visit for trip in trips for visit in trip]
    if any(visit.place is None or list(_misfits(day, van, visit)) for visit in everything):
        return False
    if list(_load_faults(day, van, trips)) or list(_pin_faults(day, trips)):
        return False
    rest = van.rest
    if rest is None or (van.under_way is not None and van.under_way.rested):
        return _end(day, van, trips, None) is not None
    back = _end(day, van, trips, None)
    if back is not None:
        begins = max(back, rest.begins.opens_s)
        if begins <= rest.begins.closes_s and begins + rest.seconds <= van.shift.closes_s:
            return True
    gaps = 2 * (len(everything) + len(trips))
    return any(_end(day, van, trips, gap) is not None for gap in range(gaps))


def _end(day: Day, van: Van, trips: Trips, gap: int | None) -> float | None:
    """When the van is back, with its break in one gap: before or after one of the roads."""
    here: UnderWay | None = van.under_way
    now: float = van.shift.opens_s if here is None else here.free_s
    place = van.home if here is None else here.place
    steps: list[tuple[int, int, int, int]] = []
    for number, trip in enumerate(trips):
        if number:
            steps.append((van.home, 0, van.shift.closes_s, van.reload_s))
        for visit in trip:
            assert visit.place is not None
            steps.append((visit.place, *_window(visit), visit.on_site_s))
    steps.append((van.home, 0, van.shift.closes_s, 0))
    for number, (target, opens_s, closes_s, stays_s) in enumerate(steps):
        for part in (0, 1):
            if part == 1:
                now = ceil(arrival(day, int(now), day.travel.seconds[place][target]) - 1e-6)
            if gap == 2 * number + part:
                assert van.rest is not None
                now = max(now, van.rest.begins.opens_s)
                if now > van.rest.begins.closes_s:
                    return None
                now += van.rest.seconds
        if max(now, opens_s) > closes_s:
            return None
        now, place = max(now, opens_s) + stays_s, target
    return now


def _is_true(day: Day, plan: Plan, visit: Visit, code: str) -> bool:
    """Whether a reason is so."""
    vans = [van for van in day.vans if not list(_misfits(day, van, visit))]
    weight = max(visit.out.weight_g, visit.back.weight_g)
    if code in _OF_VANS:
        return _is_true_of_vans(day, visit, code)
    if code == "no-one-van":
        return not any(weight <= van.payload_g and _is_large_enough(van, visit) for van in vans)
    if code in {"window", "shift"}:
        return not any(works(day, van, [[visit]]) for van in vans if van.under_way is None)
    fits = any(works(day, van, trips) for van, trips in _longer(day, plan, vans, visit))
    if code in {"may-wait", "not-worth-it"}:
        return fits and (visit.wait_pence is not None or visit.brings_pence is not None)
    return not fits


_OF_VANS = {"no-place", "no-van", "too-heavy", "too-large", "crew", "skill"}


def _is_true_of_vans(day: Day, visit: Visit, code: str) -> bool:
    elsewhere = {"pinned to another van", "its goods are on another van"}
    mine = [van for van in day.vans if not elsewhere & set(_misfits(day, van, visit))]
    weight = max(visit.out.weight_g, visit.back.weight_g)
    return {
        "no-place": visit.place is None,
        "no-van": not day.vans,
        "too-heavy": all(weight > van.payload_g for van in mine),
        "too-large": not any(_is_large_enough(van, visit) for van in mine),
        "crew": all(visit.crew > van.crew for van in mine),
        "skill": any(all(need not in van.skills for van in mine) for need in visit.needs),
    }[code]


def _is_large_enough(van: Van, visit: Visit) -> bool:
    clean, dirty = van.volume_l, van.volume_l
    if van.apart == "compartments":
        clean, dirty = min(clean, van.clean_l), min(dirty, van.dirty_l)
    return visit.out.volume_l <= clean and visit.back.volume_l <= dirty


def _longer(day: Day, plan: Plan, vans: Sequence[Van], visit: Visit) -> Iterator[tuple[Van, Trips]]:
    """Every round that there would be with one more visit in it."""
    visits = {each.id: each for each in day.visits}
    rounds = {each.van: each for each in plan.rounds}
    for van in vans:
        here = van.under_way
        stops = rounds[van.code].stops if van.code in rounds else ()
        stops = stops[0 if here is None else len(here.done) :]
        trips = _trips(stops, visits, 1 if here is None else here.trip)
        for number, trip in enumerate(trips):
            for at in range(len(trip) + 1):
                longer = [*trip[:at], visit, *trip[at:]]
                yield van, [*trips[:number], longer, *trips[number + 1 :]]
        for number in range(0 if here is None else 1, len(trips) + 1):
            yield van, [*trips[:number], [visit], *trips[number:]]
