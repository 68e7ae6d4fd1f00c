"""Run the benchmarks: `python -m scripts.benchmarks`, which scripts/bench calls."""

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import FrameType
from typing import Final, Never

from scripts.arguments import times_as_many, year_scale
from scripts.benchmarks.figures import BenchmarkError, Figure, say
from scripts.benchmarks.folding import fold_backlog
from scripts.benchmarks.ordering import (
    catalogue_search,
    new_order_page,
    person_search,
    place_order,
)
from scripts.benchmarks.phone import phone_scan, phone_tap
from scripts.benchmarks.phoning import round_send
from scripts.benchmarks.planning import plan_day, plan_vrptw
from scripts.benchmarks.reading import item_get
from scripts.benchmarks.recalling import recall
from scripts.benchmarks.reporting import report_growth
from scripts.benchmarks.run import Run, temporary_run
from scripts.benchmarks.scanning import scan_batch, scan_single
from scripts.benchmarks.sheets import labels
from scripts.benchmarks.sizes import BRIEF, Sizes
from scripts.benchmarks.starting import start
from scripts.benchmarks.year import demo_year
from scripts.postgres_folder import PostgresError
from settings import InvalidSettingError, Settings

BENCHMARKS: Final[Mapping[str, Callable[[Run], Figure]]] = {
    "scan_single": scan_single,
    "scan_batch": scan_batch,
    "round_send": round_send,
    "item_get": item_get,
    "report_growth": report_growth,
    "fold": fold_backlog,
    "demo_year": demo_year,
    "labels": labels,
    "start": start,
    "person_search": person_search,
    "catalogue_search": catalogue_search,
    "new_order_page": new_order_page,
    "place_order": place_order,
    "recall": recall,
    "plan_day": plan_day,
    "plan_vrptw": plan_vrptw,
    "phone_scan": phone_scan,
    "phone_tap": phone_tap,
}
_INTERRUPTED: Final = 130
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def main(typed: Sequence[str], sizes: Sizes | None = None) -> int:
    """Run the benchmarks named, or all, and print a line each; 1 where one cannot be measured."""
    names, asked = _parse(typed)
    before = {number: signal.signal(number, _interrupted) for number in _SIGNALS}
    try:
        settings = Settings.from_environment(os.environ)
        with temporary_run(sizes or asked, settings) as run:
            return _run(names, run)
    except InvalidSettingError as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _parse(typed: Sequence[str]) -> tuple[list[str], Sizes]:
    """What to run, and how large; a wrong command line is explained, and ends us with 2."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="Run the benchmarks; one JSON object a line."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument(
        "--brief", action="store_true", help="a trial: less of everything, and rougher figures"
    )
    parser.add_argument("--scale", type=year_scale, metavar="S", help="of demo_year; default: 1")
    parser.add_argument(
        "--clinic",
        type=year_scale,
        metavar="S",
        help="a share of the 120,000 people, 200,000 items and 100,000 orders that are looked"
        " through; default: 1",
    )
    parser.add_argument(
        "--grown",
        type=times_as_many,
        metavar="N",
        help="how many times as many movements report_growth compares with; default: 10, which is"
        " a million; 100: ten million",
    )
    read = parser.parse_args(typed)
    unknown = [name for name in read.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    sizes = BRIEF if read.brief else Sizes()
    if read.scale is not None:
        sizes = replace(sizes, demo_scale=read.scale)
    if read.grown is not None:
        sizes = replace(sizes, grown=read.grown)
    if read.clinic is not None:
        sizes = sizes.with_clinic(read.clinic)
    return read.names or list(BENCHMARKS), sizes


def _run(names: Sequence[str], run: Run) -> int:
    failed = False
    for name in names:
        say(f"{name} ...")
        try:
            # Only figures go to standard output.
            with contextlib.redirect_stdout(sys.stderr):
                figure = BENCHMARKS[name](run)
        except (BenchmarkError, PostgresError) as problem:
            say(f"{name}: {problem}")
            failed = True
        else:
            print(figure.line(), flush=True)
    return 1 if failed else 0


def _interrupted(_number: int, _frame: FrameType | None) -> Never:
    """End at the first signal; later ones leave the tidying in peace."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
