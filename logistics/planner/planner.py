"""The planner: a day in, a plan out. Pure: no database, no network, no clock but the search's own.

The search (`search`) finds good rounds, `mending` makes them keep every rule to the second and the
gram (`course`), and `reasons` says of whatever is left why it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from logistics.planner.course import MILLI, Course, Fault, course, round_of
from logistics.planner.day import Day, OnTheWay, Plan, Unplanned, Until
from logistics.planner.ground import Ground
from logistics.planner.mending import Rounds, mended, without
from logistics.planner.puzzle import worth
from logistics.planner.reasons import Broken, broken, hopeless, why_left
from logistics.planner.search import Turns, search


def plan(day: Day, until: Until, seed: int) -> Plan:
    """The best plan found by then; the same for the same day, seed and number of iterations."""
    turns = Turns.begin(until, len(day.visits))
    ground = Ground.of(day)
    numbers = range(len(ground.visits))
    left = {visit: why for visit in numbers if (why := hopeless(ground, visit))}
    visits = [visit for visit in numbers if visit not in left]
    rounds = mended(ground, search(ground, visits, turns, seed), visits)
    planned = rounds.planned()
    left |= {visit: why_left(rounds, visit) for visit in visits if visit not in planned}
    return _plan(rounds, [left[visit] for visit in sorted(left)])


def judge(day: Day, trips: Mapping[str, Sequence[Sequence[str]]]) -> Plan | list[Broken]:
    """The plan of rounds that somebody made by hand, or what is wrong with them, in words.

    `trips` are the ids of the visits still to be made, for each van by its code; visits in none
    are unplanned, with reasons as the planner gives them.
    """
    ground = Ground.of(day)
    rounds, wrong = Rounds(ground), list[Broken]()
    for van in day.vans:
        ids = trips.get(van.code, ())
        numbers = tuple(tuple(ground.number[each] for each in trip) for trip in ids)
        if not any(numbers) and van.under_way is None:
            continue
        it = course(ground, van, numbers or ((),))
        if isinstance(it, Fault):
            wrong.append(broken(ground, van, it))
        else:
            rounds.put(it)
    if wrong:
        return wrong
    planned = rounds.planned()
    left = [visit for visit in range(len(ground.visits)) if visit not in planned]
    return _plan(rounds, [hopeless(ground, visit) or why_left(rounds, visit) for visit in left])


def loss(day: Day, it: Plan) -> int:
    """What a plan costs, with what it leaves undone, in thousandths of a penny: less is better."""
    visits = {visit.id: visit for visit in day.visits}
    undone = sum(worth(visits[each.visit]) for each in it.unplanned)
    return it.cost_pence * MILLI + undone


def best(day: Day, plans: Iterable[Plan]) -> Plan:
    """The one that costs least, with what it leaves undone."""
    return min(plans, key=lambda each: loss(day, each))


def _plan(rounds: Rounds, left: Sequence[Unplanned]) -> Plan:
    ground = rounds.ground
    courses = [rounds.courses[van.code] for van in ground.day.vans if van.code in rounds.courses]
    return Plan(
        rounds=tuple(round_of(ground, each) for each in courses),
        unplanned=tuple(left),
        on_the_way=tuple(each for it in courses for each in _on_the_way(ground, it)),
        cost_pence=round(sum(each.cost for each in courses) / MILLI),
        note=ground.day.travel.note,
    )


def _on_the_way(ground: Ground, it: Course) -> Iterator[OnTheWay]:
    """The sum of each visit that is made because its detour costs less than it brings."""
    for visit in (each for trip in it.trips for each in trip):
        brings_pence = ground.visits[visit].brings_pence
        if brings_pence is None or ground.visits[visit].promised:
            continue
        rest = course(ground, it.van, without(it.trips, visit))
        if not isinstance(rest, Course):
            continue  # Something pinned follows on it: that is why it is made.
        whole, less = round_of(ground, it), round_of(ground, rest)
        yield OnTheWay(
            visit=ground.visits[visit].id,
            detour_m=whole.metres - less.metres,
            detour_s=(whole.back_s - whole.leaves_s) - (less.back_s - less.leaves_s),
            cost_pence=round((it.cost - rest.cost) / MILLI),
            brings_pence=brings_pence,
        )
