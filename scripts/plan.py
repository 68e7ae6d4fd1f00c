"""Solve a file in Solomon's VRPTW text format: `python -m scripts.plan`, which scripts/plan calls.

With the planner that the rounds use, in as many processes. The last line of standard output is one
JSON object; whatever is wrong with the file or the command line is said on standard error.
"""

import argparse
import asyncio
import json
import math
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from budget.refusals import Refusal
from logistics.planner.day import Until
from logistics.rounds.planning import SECONDS_MAX, plan_apart
from scripts.solomon import TENTHS, Instance, SolomonError, is_feasible, routes

_BYTES_MAX = 10_000_000
_KEPT_S = 0.15
_KEPT_EACH_S = 0.0003
"""Of the seconds, what mending, reading and writing takes that was found, and of each customer."""


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
        found = solve(_read(asked.file), asked.seconds, asked.seed, _begun_at())
    except (SolomonError, Refusal, OSError) as problem:
        print(f"{asked.file}: {problem}", file=sys.stderr)
        return 1
    print(json.dumps(found))
    return 0 if found["feasible"] else 1


def solve(
    instance: Instance, seconds: float, seed: int, began_at: float | None = None
) -> dict[str, Any]:
    """The answer as contract section 1 has it; `feasible` is reckoned from the file anew.

    `began_at`, in seconds since 1970, is from when the time counts; from now where it is not said.
    """
    started = time.time() if began_at is None else began_at
    kept = min(_KEPT_S + _KEPT_EACH_S * len(instance.customers), seconds / 2)
    ends_at = started + seconds - kept
    until = Until(seconds=seconds)
    plan = asyncio.run(plan_apart(instance.day(), until, seed, ends_at=ends_at))
    found = routes(plan)
    return {
        "vehicles": len(found),
        "distance": sum(each.metres for each in plan.rounds) / TENTHS,
        "routes": found,
        "feasible": is_feasible(instance, found),
        "seconds": round(time.time() - started, 3),
    }


def _begun_at() -> float:
    """When this process began, its interpreter's start included; now where no kernel says that."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks = int(fields[_STARTED_AT])
    except (OSError, ValueError, IndexError):
        return time.time()
    since_boot = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return time.time() - since_boot


_STARTED_AT = 19
"""Where the kernel says it, counted from what follows the program's name (proc(5))."""


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
