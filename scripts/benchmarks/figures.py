"""What a benchmark hands back: one line of JSON each (contract section 1)."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec


class BenchmarkError(Exception):
    """A benchmark cannot be measured; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What the ratio is to reach, or not to pass."""

    word: str
    ratio: float

    def is_met(self, ratio: float) -> bool:
        return ratio >= self.ratio if self.word == "at_least" else ratio <= self.ratio


def at_least(ratio: float) -> Bar:
    """More is better."""
    return Bar("at_least", ratio)


def at_most(ratio: float) -> Bar:
    """Less is better."""
    return Bar("at_most", ratio)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, what it is measured against in the same run, and the bar for the two."""

    name: str
    value: float
    unit: str
    floor: float | None
    detail: Mapping[str, Any]
    bar: Bar | None = None

    @property
    def ratio(self) -> float | None:
        """The value as a share of the floor, both as they are shown."""
        return self._shown(self.value) / self._shown(self.floor) if self.floor else None

    def line(self) -> str:
        """The figure as one JSON object."""
        ratio = self.ratio
        detail = dict(self.detail)
        if self.bar is not None and ratio is not None:
            detail |= {self.bar.word: self.bar.ratio, "met": self.bar.is_met(ratio)}
        floor = None if self.floor is None else self._shown(self.floor)
        shown = {
            "name": self.name,
            "value": self._shown(self.value),
            "unit": self.unit,
            "floor": floor,
            "ratio": ratio,
            "detail": detail,
        }
        return msgspec.json.encode(shown).decode()

    def _shown(self, number: float) -> float:
        return float(f"{number:.{_DIGITS}g}")


_DIGITS: Final = 5


def say(line: str) -> None:
    """Tell whoever waits how far it is: only figures go to standard output."""
    print(line, file=sys.stderr, flush=True)
