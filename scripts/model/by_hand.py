"""A day planned as a person would: what the planner is measured against. Pure.

Van by van, always on to the nearest promised visit that can still be made; home when there is none.
"""

from logistics.planner.course import Course, course
from logistics.planner.day import Day, Van
from logistics.planner.ground import Ground


def nearest_first(day: Day) -> dict[str, list[list[str]]]:
    """The visits of each van by their ids, on one trip."""
    ground = Ground.of(day)
    left = {
        visit
        for visit in range(len(ground.visits))
        if ground.visits[visit].promised and ground.visits[visit].place is not None
    }
    rounds = dict[str, list[list[str]]]()
    for van in day.vans:
        trip = _trip(ground, van, left)
        left -= set(trip)
        rounds[van.code] = [[ground.visits[visit].id for visit in trip]]
    return rounds


def _trip(ground: Ground, van: Van, left: set[int]) -> list[int]:
    trip = list[int]()
    while (following := _next(ground, van, trip, left)) is not None:
        trip.append(following)
    return trip


def _next(ground: Ground, van: Van, trip: list[int], left: set[int]) -> int | None:
    here = ground.visits[trip[-1]].place if trip else van.home
    assert here is not None
    metres = ground.metres[here]
    nearest = sorted(left - set(trip), key=lambda visit: metres[ground.visits[visit].place or 0])
    longer = ((visit, course(ground, van, ((*trip, visit),))) for visit in nearest)
    return next((visit for visit, it in longer if isinstance(it, Course)), None)
