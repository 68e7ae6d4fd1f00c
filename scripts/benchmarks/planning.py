"""plan_day and plan_vrptw: how good the planner's rounds are in few seconds.

A Nottinghamshire day of 150 visits and eight vans in five seconds, against what a minute finds, and
against the rounds that a person would make; and public files of vehicle routing in ten seconds
each, against the best distances that anybody has found.
"""

import asyncio
import json
import resource
from pathlib import Path
from statistics import mean
from typing import Any, Final

from logistics.planner.day import Day, Plan, Until
from logistics.planner.planner import judge, loss
from logistics.planner.puzzle import PROMISE_PENCE
from logistics.rounds.planning import plan_apart
from scripts.benchmarks.figures import BenchmarkError, Figure, at_most, say
from scripts.benchmarks.run import Run
from scripts.example_service import rows
from scripts.model.by_hand import nearest_first
from scripts.model.day import DEPOT, IMPOSSIBLE, nottinghamshire_day
from scripts.plan import solve
from scripts.solomon import Instance

_FILES: Final = Path(__file__).parents[2] / "tests" / "vectors" / "vrptw"
_SEED: Final = 1
_BARRED_CUSTOMERS: Final = 100


def plan_day(run: Run) -> Figure:
    """What a day costs in pounds, with what is left undone, against a longer search's."""
    days = [nottinghamshire_day(_points(), seed + 1) for seed in range(run.sizes.plan_days)]
    short = [_planned(day, run.sizes.plan_s) for day in days]
    long = [_planned(day, run.sizes.plan_long_s) for day in days]
    by_hand = [_by_hand(day) for day in days]
    pounds = [_pounds(day, plan) for day, plan in zip(days, short, strict=True)]
    hand = [_pounds(day, plan) for day, plan in zip(days, by_hand, strict=True)]
    detail = _memory() | {
        "seconds": run.sizes.plan_s,
        "against_seconds": run.sizes.plan_long_s,
        "days": run.sizes.plan_days,
        "pounds_per_visit": round(mean(map(_per_visit, short)), 2),
        "pounds_per_visit_nearest_first": round(mean(map(_per_visit, by_hand)), 2),
        "promises_left": [_promises_left(*each) for each in zip(days, short, strict=True)],
        "promises_left_nearest_first": [
            _promises_left(*each) for each in zip(days, by_hand, strict=True)
        ],
        "of_nearest_first": round(mean(pounds) / mean(hand), 4),
    }
    floor = mean(_pounds(day, plan) for day, plan in zip(days, long, strict=True))
    return Figure("plan_day", mean(pounds), "GBP", floor, detail, at_most(1.02))


def plan_vrptw(run: Run) -> Figure:
    """The mean length of routes in per cent of the best known, of files with 100 customers."""
    known = json.loads((_FILES / "best_known.json").read_text(encoding="utf-8"))
    found = dict[str, Any]()
    for name, about in known.items():
        if about["customers"] > run.sizes.vrptw_customers:
            continue
        instance = Instance.read((_FILES / f"{name}.txt").read_text(encoding="utf-8"))
        answer = solve(instance, run.sizes.vrptw_s, _SEED)
        if not answer["feasible"]:
            raise BenchmarkError(f"the routes of {name} break a rule")
        best = about["best_known_distance"]
        gap = None if best is None else round((answer["distance"] / best - 1) * 100, 3)
        found[name] = {name: answer[name] for name in ("distance", "vehicles", "seconds")}
        found[name] |= {"best_known": best, "gap_percent": gap}
        say(f"  {name}: {answer['distance']}, {gap} % above the best known")
    small = [name for name, about in known.items() if about["customers"] <= _BARRED_CUSTOMERS]
    percent = 100 + mean(found[name]["gap_percent"] for name in small)
    detail = _memory() | {"seconds": run.sizes.vrptw_s, "files": found}
    return Figure("plan_vrptw", percent, "%", 100, detail, at_most(1.006))


def _points() -> list[tuple[int, int]]:
    """The postcodes that ship, the depot's first."""
    places = [
        (row["postcode"], int(row["easting"]), int(row["northing"])) for row in rows("postcodes_ng")
    ]
    home = [(east, north) for postcode, east, north in places if postcode == DEPOT]
    return [*home, *((east, north) for _, east, north in places)]


def _planned(day: Day, seconds: float) -> Plan:
    plan = asyncio.run(plan_apart(day, Until(seconds=seconds), _SEED))
    say(f"  {seconds:g} s: {_pounds(day, plan):,.2f} pounds, {len(plan.unplanned)} left out")
    return plan


def _pounds(day: Day, plan: Plan) -> float:
    """What it costs, with what is left undone; that the impossible is undone is no plan's fault."""
    return loss(day, plan) / 100_000 - len(IMPOSSIBLE) * PROMISE_PENCE / 100


def _by_hand(day: Day) -> Plan:
    plan = judge(day, nearest_first(day))
    assert isinstance(plan, Plan)
    return plan


def _per_visit(plan: Plan) -> float:
    return plan.cost_pence / 100 / max(1, sum(len(each.stops) for each in plan.rounds))


def _memory() -> dict[str, float]:
    """Of the largest of the planner's processes that have ended, in MB."""
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"rss_mb": round(most, 1), "rss_mb_max": round(most, 1)}


def _promises_left(day: Day, plan: Plan) -> int:
    promised = {visit.id for visit in day.visits if visit.promised} - set(IMPOSSIBLE)
    return len(promised & {each.visit for each in plan.unplanned})
