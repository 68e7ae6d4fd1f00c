"""The search for good rounds: the day put to PyVRP, and what it finds taken back as trips. Pure."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Self

import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.search import PerturbationParams
from pyvrp.solve import SolveParams
from pyvrp.stop import (
    MaxIterations,
    MaxRuntime,
    MultipleCriteria,
    NoImprovement,
    StoppingCriterion,
)

from logistics.planner.course import Trips
from logistics.planner.day import Until
from logistics.planner.ground import Ground
from logistics.planner.puzzle import Puzzle

_FIRST_SHARE: Final = 0.25
# Of so few visits the best is found within some hundreds of steps; whoever waits need not watch the
# search go over the same ground until the clock ends it. What that costs was measured: nothing
# (docs/adr/0020-planner.md).
_FEW: Final = 20
_SETTLED_STEPS: Final = 4_000
_SMALL: Final = SolveParams(perturbation=PerturbationParams(max_perturbations=10))
_LARGE: Final = SolveParams(perturbation=PerturbationParams(max_perturbations=25))


@dataclass(frozen=True)
class Turns:
    """When the first turn of a search ends, and when the whole; their clocks run from the start."""

    first: StoppingCriterion
    rest: StoppingCriterion

    @classmethod
    def begin(cls, until: Until, visits: int) -> Self:
        """Start the clocks: what is prepared from now on is a part of the time.

        A search for few visits ends sooner, once nothing better has been found for long.
        """
        seconds, steps = until.seconds, until.iterations
        first = None if steps is None else round(steps * _FIRST_SHARE)
        rest = None if steps is None or first is None else steps - first
        share = None if seconds is None else seconds * _FIRST_SHARE
        settles = visits <= _FEW
        return cls(_stop(share, first, settles=settles), _stop(seconds, rest, settles=settles))


def search(ground: Ground, visits: Sequence[int], turns: Turns, seed: int) -> dict[str, Trips]:
    """Good trips for the vans that go out, by code; the same for the same seed and iterations."""
    if not visits or not ground.day.vans:
        return {}
    puzzle = Puzzle.of(ground, visits)
    left = {number: list(fleet.vans) for number, fleet in enumerate(puzzle.fleets)}
    trips = dict[str, Trips]()
    for route in _solved(puzzle, turns, seed).routes():
        van = left[route.vehicle_type()].pop(0)
        trips[van.code] = _trips(route, visits)
    return trips


def _solved(puzzle: Puzzle, turns: Turns, seed: int) -> pyvrp.Solution:
    """The best solution: with every promised visit, else with those that are worth most.

    With a prize on each promise from the start the search grows stiff: it keeps within the day by
    leaving promises out, and seldom finds a way to take them in again.
    """
    whole = puzzle.problem(promises_bind=True)
    # Small changes find the better rounds of few and unlike vans, large ones those of many that
    # are alike. Plans are made with two seeds at least, so that one of them begins each way.
    found = _best(whole, turns.first, seed, _SMALL if seed % 2 else _LARGE)
    if found.is_feasible():
        return _best(whole, turns.rest, seed, _LARGE, found)
    return _best(puzzle.problem(promises_bind=False), turns.rest, seed, _SMALL)


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


def _stop(seconds: float | None, iterations: int | None, *, settles: bool) -> StoppingCriterion:
    """After so many seconds from now, or so many iterations, or once it `settles`."""
    criteria: list[StoppingCriterion] = []
    if settles:
        criteria.append(NoImprovement(_SETTLED_STEPS))
    if seconds is not None:
        clock = MaxRuntime(seconds)
        # It runs from when it is first asked: not only once the search has found its feet, which
        # takes a while of many visits.
        clock(0)
        criteria.append(clock)
    if iterations is not None:
        criteria.append(MaxIterations(iterations))
    return MultipleCriteria(criteria)
