"""The search for good rounds: the day put to PyVRP, and what it finds taken back as trips. Pure."""

import warnings
from collections.abc import Sequence
from itertools import groupby
from typing import Final

import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.search import PerturbationParams
from pyvrp.solve import SolveParams
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria, StoppingCriterion

from logistics.course import Trips
from logistics.day import Until
from logistics.ground import Ground
from logistics.puzzle import Puzzle

_FIRST_SHARE: Final = 0.25
_SMALL: Final = SolveParams(perturbation=PerturbationParams(max_perturbations=10))
_LARGE: Final = SolveParams(perturbation=PerturbationParams(max_perturbations=25))


def search(ground: Ground, visits: Sequence[int], until: Until, seed: int) -> dict[str, Trips]:
    """Good trips for the vans that go out, by code; the same for the same seed and iterations."""
    if not visits or not ground.day.vans:
        return {}
    puzzle = Puzzle.of(ground, visits)
    left = {number: list(fleet.vans) for number, fleet in enumerate(puzzle.fleets)}
    trips = dict[str, Trips]()
    for route in _solved(puzzle, until, seed).routes():
        van = left[route.vehicle_type()].pop(0)
        trips[van.code] = _trips(route, visits)
    return trips


def _solved(puzzle: Puzzle, until: Until, seed: int) -> pyvrp.Solution:
    """The best solution: with every promised visit, else with those that are worth most.

    With a prize on each promise from the start the search grows stiff: it keeps within the day by
    leaving promises out, and seldom finds a way to take them in again.
    """
    whole = puzzle.problem(promises_bind=True)
    # Small changes find the better rounds of few and unlike vans, large ones those of many that
    # are alike. Plans are made with two seeds at least, so that one of them begins each way.
    found = _best(whole, _stop(until, _FIRST_SHARE), seed, _SMALL if seed % 2 else _LARGE)
    rest = _stop(until, 1 - _FIRST_SHARE)
    if found.is_feasible():
        return _best(whole, rest, seed, _LARGE, found)
    return _best(puzzle.problem(promises_bind=False), rest, seed, _SMALL)


def _best(
    problem: pyvrp.ProblemData,
    stop: StoppingCriterion,
    seed: int,
    params: SolveParams,
    known: pyvrp.Solution | None = None,
) -> pyvrp.Solution:
    with warnings.catch_warnings():
        # That not all promises can be kept is no mistake of anybody's: it is found and said.
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        return pyvrp.solve(
            problem, stop, seed, collect_stats=False, params=params, initial_solution=known
        ).best


def _trips(route: pyvrp.Route, visits: Sequence[int]) -> Trips:
    """The visits of each trip; a first one without any is kept, the van goes home before it."""
    made = [
        (each.trip, visits[each.idx] if each.is_client() else None) for each in route.schedule()
    ]
    return tuple(
        tuple(visit for _, visit in trip if visit is not None)
        # The last one is the end at home, which PyVRP counts as a trip of its own.
        for _, trip in groupby(made[:-1], key=lambda each: each[0])
    )


def _stop(until: Until, share: float) -> StoppingCriterion:
    """After a share of the time or of the iterations."""
    criteria: list[StoppingCriterion] = []
    if until.seconds is not None:
        criteria.append(MaxRuntime(until.seconds * share))
    if until.iterations is not None:
        criteria.append(MaxIterations(round(until.iterations * share)))
    return MultipleCriteria(criteria)
