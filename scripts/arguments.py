"""What the operator types after scripts/run, and what other scripts read alike."""

import argparse
import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_PORT_MAX = 65_535
_SCALE_MAX = 10
SCALE_DIGITS = 12
_SEED_MAX = 10**18
_TIMES_MAX = 1_000


@dataclass(frozen=True)
class Arguments:
    """Where to serve, what data, and whether to load the example into it."""

    host: str
    port: int
    data: Path
    demo: bool

    @classmethod
    def parse(cls, typed: Sequence[str]) -> Self:
        """Read the command line; a wrong one is explained, and ends the process with 2."""
        parser = argparse.ArgumentParser(
            prog="scripts/run", description="Serve Kitback, with a database of its own."
        )
        parser.add_argument("--port", type=_port, default=8000, help="default: 8000", metavar="N")
        parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1", metavar="H")
        parser.add_argument(
            "--data", type=Path, default=Path("var"), help="default: ./var", metavar="DIR"
        )
        parser.add_argument(
            "--demo", action="store_true", help="load a small Nottinghamshire example"
        )
        read = parser.parse_args(typed)
        return cls(read.host, read.port, read.data, read.demo)


def _port(value: str) -> int:
    port = int(value)
    if not 0 <= port <= _PORT_MAX:
        raise argparse.ArgumentTypeError(f"{port} is no port: they end at {_PORT_MAX}")
    return port


def year_scale(value: str) -> float:
    """What part of the model year is played, as scripts/demo and scripts/bench are told.

    To as many digits as its play notes: what is noted alike is the same year.
    """
    try:
        scale = float(f"{float(value):.{SCALE_DIGITS}g}")
    except ValueError:
        scale = math.nan
    if not 0 < scale <= _SCALE_MAX:
        raise argparse.ArgumentTypeError(f"{value} is no scale: more than 0, at most {_SCALE_MAX}")
    return scale


def year_seed(value: str) -> int:
    """Which of the model years is played: a number that the service's settings have room for."""
    seed = None
    with contextlib.suppress(ValueError):
        seed = int(value)
    if seed is None or abs(seed) > _SEED_MAX:
        words = f"{value[:40]} is no seed: a whole number, at most {_SEED_MAX:,}"
        raise argparse.ArgumentTypeError(words)
    return seed


def times_as_many(value: str) -> int:
    """How many times as much there is to be, as scripts/bench is told."""
    times = int(value) if value.isascii() and value.isdigit() else 0
    if not 2 <= times <= _TIMES_MAX:  # noqa: PLR2004 - once is as much as there is
        raise argparse.ArgumentTypeError(f"{value} is not from 2 to {_TIMES_MAX}")
    return times
