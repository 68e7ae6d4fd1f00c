"""Run the benchmarks: `python -m scripts.benchmarks`, which scripts/bench calls."""

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Final, Never

from scripts.benchmarks.figures import BenchmarkError, Figure, say
from scripts.benchmarks.reading import item_get
from scripts.benchmarks.run import Run, temporary_run
from scripts.benchmarks.scanning import scan_batch, scan_single
from scripts.benchmarks.sheets import labels
from scripts.benchmarks.sizes import Sizes
from scripts.benchmarks.starting import start
from scripts.postgres_folder import PostgresError
from settings import InvalidSettingError, Settings

BENCHMARKS: Final[Mapping[str, Callable[[Run], Figure]]] = {
    "scan_single": scan_single,
    "scan_batch": scan_batch,
    "item_get": item_get,
    "labels": labels,
    "start": start,
}
_INTERRUPTED: Final = 130


def main(typed: Sequence[str], sizes: Sizes | None = None) -> int:
    """Run the benchmarks named, or all, and print a line each; 1 where one cannot be measured."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="Run the benchmarks; one JSON object a line."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args(typed).names
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupted)
    try:
        settings = Settings.from_environment(os.environ)
        with temporary_run(sizes or Sizes(), settings) as run:
            return _run(names or list(BENCHMARKS), run)
    except InvalidSettingError as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED


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
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
