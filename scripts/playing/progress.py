"""A progress bar: on a terminal one line that is written over, elsewhere a line now and then."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TextIO

_WIDTH: Final = 24
_EVERY_S: Final = {True: 0.2, False: 10.0}


@dataclass(slots=True)
class Progress:
    """Says how many of about `total` scans are recorded; `before` were so when it began.

    The total is an estimate: a hundred per cent are said only at the end.
    """

    total: int
    before: int = 0
    out: TextIO = field(default_factory=lambda: sys.stderr)
    clock: Callable[[], float] = time.monotonic
    _began: float = 0.0
    _said: float = 0.0

    def __post_init__(self) -> None:
        self._began = self._said = self.clock()

    def show(self, scans: int, people: int = 0) -> None:
        """Say how far it is, unless that was said just now; people come before any scan."""
        if self.clock() - self._said < _EVERY_S[self.out.isatty()]:
            return
        if scans:
            self._write(self._line(scans, min(scans / max(self.total, 1), 0.99)))
        else:
            self._write(f"{_bar(0)}  {people:,} people")

    def end(self, scans: int) -> None:
        """Say that it is done."""
        self._write(self._line(scans, 1.0))
        if self.out.isatty():
            self.out.write("\n")
            self.out.flush()

    def _line(self, scans: int, share: float) -> str:
        """The rate is this run's; a share of it all is done."""
        seconds, recorded = self.clock() - self._began, scans - self.before
        rate = recorded / seconds if seconds else 0.0
        line = f"{_bar(share)}  {scans:,} scans  {rate:,.0f}/s"
        if share == 1 or not recorded:
            return f"{line}  {_minutes(seconds)}"
        return f"{line}  {_minutes((scans / share - scans) / rate)} left"

    def _write(self, line: str) -> None:
        self._said = self.clock()
        self.out.write(f"\r{line}\x1b[K" if self.out.isatty() else f"{line}\n")
        self.out.flush()


def _bar(share: float) -> str:
    return f"[{('#' * int(share * _WIDTH)).ljust(_WIDTH, '.')}] {int(share * 100):3d}%"


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
