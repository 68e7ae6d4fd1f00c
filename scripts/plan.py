"""Solve a file in Solomon's VRPTW text format: `python -m scripts.plan`, which scripts/plan calls.

With the planner that the rounds use, in as many processes. The last line of standard output is one
JSON object; whatever is wrong with the file or the command line is said on standard error.
"""

import argparse
import asyncio
import json
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from budget.refusals import Refusal
from logistics.day import Until
from logistics.planning import SECONDS_MAX, plan_apart
from scripts.solomon import TENTHS, Instance, SolomonError, is_feasible, routes

_BYTES_MAX = 10_000_000
_TIME_KEPT_S = 0.5
"""Of the seconds, what starting the processes and reading what they found takes."""


def main(typed: Sequence[str]) -> int:
    """Solve the file, print what was found; the exit code."""
    parser = argparse.ArgumentParser(
        prog="scripts/plan", description="Solve a file in Solomon's VRPTW text format."
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--seconds", type=_seconds, required=True, metavar="S")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    asked = parser.parse_args(typed)
    try:
        found = solve(_read(asked.file), asked.seconds, asked.seed)
    except (SolomonError, Refusal, OSError) as problem:
        print(f"{asked.file}: {problem}", file=sys.stderr)
        return 1
    print(json.dumps(found))
    return 0 if found["feasible"] else 1


def solve(instance: Instance, seconds: float, seed: int) -> dict[str, Any]:
    """The answer as contract section 1 has it; `feasible` is reckoned from the file anew."""
    started = time.perf_counter()
    until = Until(seconds=max(seconds - _TIME_KEPT_S, seconds / 2))
    plan = asyncio.run(plan_apart(instance.day(), until, seed))
    found = routes(plan)
    return {
        "vehicles": len(found),
        "distance": sum(each.metres for each in plan.rounds) / TENTHS,
        "routes": found,
        "feasible": is_feasible(instance, found),
        "seconds": round(time.perf_counter() - started, 3),
    }


def _read(path: Path) -> Instance:
    if path.stat().st_size > _BYTES_MAX:
        raise SolomonError("It is too large to be one.")
    try:
        return Instance.read(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise SolomonError("It is no text.") from error


def _seconds(typed: str) -> float:
    try:
        seconds = float(typed)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= SECONDS_MAX:
        raise argparse.ArgumentTypeError(f"{typed} is not above 0 and up to {SECONDS_MAX}")
    return seconds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
