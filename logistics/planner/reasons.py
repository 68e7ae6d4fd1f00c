"""Why a visit is in no round, in words that a coordinator can act on, each checked. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from logistics.planner.course import MILLI, Course, Fault, course, round_of
from logistics.planner.day import EXAMINER, TAIL_LIFT, Reason, Unplanned, Van, Visit
from logistics.planner.ground import Ground, may_go, room
from logistics.planner.mending import Rounds, cheapest, places
from logistics.planner.puzzle import worth

SKILLS: Final = {TAIL_LIFT: "a tail-lift", EXAMINER: "somebody who may examine hoists"}
"""What the skills are called; others are called by their names."""

_LISTED_MAX: Final = 4


class Broken(NamedTuple):
    """What is wrong with a van's round, in words, and from which visit on."""

    van: str
    visit: str | None
    reason: str


def hopeless(ground: Ground, visit: int) -> Unplanned | None:
    """Why a visit could not be made if it were the only one; None where it could."""
    it = ground.visits[visit]
    found = _no_van(ground, it) or _no_single_van(ground, visit) or _no_time_alone(ground, visit)
    return None if found is None else Unplanned(it.id, *found)


def why_left(rounds: Rounds, visit: int) -> Unplanned:
    """Why a visit that could be made alone is in none of the rounds as they are."""
    it = rounds.ground.visits[visit]
    best = cheapest(rounds, visit)
    if best is not None:
        return Unplanned(it.id, *_does_not_pay(rounds, it, *best))
    kinds, vans = set[str](), dict[str, None]()
    for van, fault in places(rounds, visit):
        assert isinstance(fault, Fault)
        kinds.add(fault.kind)
        vans[van.code] = None
    who = _names(list(vans))
    if kinds <= {"rule"}:
        return Unplanned(it.id, "pinned", f"What is pinned leaves no place for it on {who}.")
    if "time" not in kinds:
        return Unplanned(it.id, "full", f"There is no room for it at any point of {who}'s day.")
    if "load" not in kinds:
        return Unplanned(it.id, "no-time", f"There is no time for it left on {who}.")
    return Unplanned(it.id, "full-or-no-time", f"There is no room or no time for it left on {who}.")


def broken(ground: Ground, van: Van, fault: Fault) -> Broken:
    """A fault of a round in words."""
    visit = None if fault.visit is None else ground.visits[fault.visit]
    if fault.kind == "load":
        text = f"{van.code} would have too much aboard, or clean and dirty goods side by side."
    elif fault.kind == "rule":
        text = f"{van.code} may not make it there: its crew, its skills, its trips or a pin."
    elif visit is None or fault.visit is None:
        text = f"{van.code} would not be home, its crew rested, by {clock(van.shift.closes_s)}."
    else:
        closes_s = ground.windows[fault.visit].closes_s
        text = f"{van.code} could not begin there by {clock(closes_s)}."
    return Broken(van.code, None if visit is None else visit.id, text)


def clock(seconds: int) -> str:
    """A time of day as HH:MM."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}"


def _no_van(ground: Ground, it: Visit) -> tuple[Reason, str] | None:
    if it.place is None:
        return "no-place", "Where it is is not known: its postcode is not among those imported."
    codes = {van.code for van in ground.day.vans}
    if not codes:
        return "no-van", "No van is on the road that day."
    pinned = it.pin.van if it.pin else None
    if pinned is not None and pinned not in codes:
        return "pinned", f"It is pinned to {pinned}, which is not on the road that day."
    return None


def _no_single_van(ground: Ground, visit: int) -> tuple[Reason, str] | None:
    """Where no van has what it takes: which of it is missing, or that no van has all of it."""
    it = ground.visits[visit]
    if any(_has_all(ground, group[0], visit) for group in ground.alike):
        return None
    vans = [van for van in ground.day.vans if _is_its(ground, van, visit)]
    if not vans:
        holder = ground.aboard_of[visit]
        return "pinned", f"What it delivers is on {holder} already, and it is pinned to another."
    who = "No van on the road has" if len(vans) > 1 else f"{vans[0].code} does not have"
    demands = list(_demands(it, vans))
    for demand in demands:
        if not any(demand.is_met):
            return demand.code, f"{who} {demand.words}."
    if not any(all(each) for each in zip(*(demand.is_met for demand in demands), strict=True)):
        words = "; ".join(demand.words for demand in demands)
        return "no-one-van", f"No van on the road has all that it takes at once: {words}."
    return None


def _has_all(ground: Ground, van: Van, visit: int) -> bool:
    demands = _demands(ground.visits[visit], [van])
    return _is_its(ground, van, visit) and all(demand.is_met[0] for demand in demands)


class _Demand(NamedTuple):
    """Something that a visit takes of a van, and which vans have it."""

    code: Reason
    words: str
    is_met: list[bool]


def _demands(it: Visit, vans: Sequence[Van]) -> Iterator[_Demand]:
    weight_g = max(it.out.weight_g, it.back.weight_g)
    yield _Demand(
        "too-heavy",
        f"a payload of {-(-weight_g // 1000)} kg",
        [weight_g <= van.payload_g for van in vans],
    )
    volume_l = max(it.out.volume_l, it.back.volume_l)
    yield _Demand(
        "too-large",
        f"the {volume_l} litres that it takes",
        [_has_volume(van, it) for van in vans],
    )
    crew = "one" if it.crew == 1 else "two"
    yield _Demand("crew", f"a crew of {crew}", [it.crew <= van.crew for van in vans])
    for need in sorted(it.needs):
        yield _Demand("skill", SKILLS.get(need, need), [need in van.skills for van in vans])


def _has_volume(van: Van, it: Visit) -> bool:
    _, volume_l, clean_l, dirty_l = room(van)
    return it.out.volume_l <= min(volume_l, clean_l) and it.back.volume_l <= min(volume_l, dirty_l)


def _is_its(ground: Ground, van: Van, visit: int) -> bool:
    """Whether nobody has decided that another van makes the visit."""
    pin = ground.visits[visit].pin
    is_pinned_here = pin is None or pin.van in {None, van.code}
    return is_pinned_here and ground.aboard_of.get(visit, van.code) == van.code


def _no_time_alone(ground: Ground, visit: int) -> tuple[Reason, str] | None:
    """Where no van that could go could do it in time, had it nothing else to do."""
    faults = list[Fault]()
    for group in ground.alike:
        if not may_go(ground, group[0], visit):
            continue
        for fault in _alone(ground, group[0], visit):
            if not isinstance(fault, Fault):
                return None
            faults.append(fault)
    if any(fault.visit not in {visit, None} for fault in faults):
        return "pinned", "It is pinned to follow on a visit that cannot be made in time."
    window = ground.windows[visit]
    times = f"{clock(window.opens_s)} to {clock(window.closes_s)}"
    if any(fault.kind != "time" for fault in faults):
        return "full-or-no-time", "What is under way leaves no room or no time for it."
    if all(fault.visit == visit for fault in faults):
        return "window", f"No van that may go can be there in its window, {times}."
    if all(fault.visit is None for fault in faults):
        return (
            "shift",
            "No van that may go could be home again, its crew rested, by its shift's end.",
        )
    return "shift", f"No van that may go has the time for it in its shift; its window is {times}."


def _alone(ground: Ground, van: Van, visit: int) -> Iterator[Course | Fault]:
    """The rounds of a van that makes a visit, and those that it follows on, and no other."""
    trip = _chain(ground, visit)
    yield course(ground, van, (trip,))
    if van.under_way is not None:
        yield course(ground, van, ((), trip))


def _chain(ground: Ground, visit: int) -> tuple[int, ...]:
    """The visits that a visit is pinned to follow on, the first first, and itself."""
    chain = [visit]
    while (pin := ground.visits[chain[0]].pin) and pin.after in ground.number:
        leader = ground.number[pin.after]
        if leader in chain:
            break
        chain.insert(0, leader)
    return tuple(chain)


def _does_not_pay(rounds: Rounds, it: Visit, cost: int, new: Course) -> tuple[Reason, str]:
    """Of a visit that would fit: the sum."""
    would, worth_it = pounds(round(cost / MILLI)), pounds(round(worth(it) / MILLI))
    if it.brings_pence is None:
        return "may-wait", f"It may wait: to go that day costs {would} more, to wait {worth_it}."
    longer = round_of(rounds.ground, new)
    old = rounds.courses.get(new.van.code)
    before = None if old is None else round_of(rounds.ground, old)
    metres = longer.metres - (0 if before is None else before.metres)
    worked_s = longer.back_s - longer.leaves_s
    worked_s -= 0 if before is None else before.back_s - before.leaves_s
    way = f"{max(0, worked_s) // 60} minutes and {max(0, metres) / 1000:.1f} km more"
    return "not-worth-it", f"It is not on the way: {way} cost {would}, and it brings {worth_it}."


def pounds(pence: int) -> str:
    """Money as people write it."""
    return f"£{pence / 100:,.2f}"


def _names(codes: Sequence[str]) -> str:
    if len(codes) > _LISTED_MAX:
        return f"the {len(codes)} vans that may go"
    return " and ".join([", ".join(codes[:-1]), codes[-1]] if len(codes) > 1 else codes)
