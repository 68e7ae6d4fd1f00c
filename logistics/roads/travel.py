"""How far and how long it is between places as the crow flies. Pure.

Good enough to plan by where no road server is at hand: roads are longer than the straight line by
much the same factor everywhere, and how fast they are depends most on the hour.
"""

from collections.abc import Sequence
from math import hypot
from typing import Final

from msgspec import Struct

from logistics.planner.day import HOUR_S, Travel

_BEFORE_SEVEN, _FROM_SEVEN = (48,) * 7, (34, 27, 33, 36, 36, 36, 36, 35, 31, 27, 27, 33)
_FROM_SEVEN_PM: Final = (42,) * 5


class Speeds(Struct, frozen=True):
    """By how much roads are longer than the straight line, and km/h for each hour of the day."""

    road_factor: float = 1.35
    kmh: tuple[int, ...] = _BEFORE_SEVEN + _FROM_SEVEN + _FROM_SEVEN_PM

    @property
    def pace(self) -> tuple[float, ...]:
        """How much longer a road takes in each hour than in the fastest."""
        return tuple(max(self.kmh) / kmh for kmh in self.kmh)


def as_the_crow_flies(points: Sequence[tuple[int, int]], speeds: Speeds) -> Travel:
    """The travel between points of the British National Grid, in metres."""
    metres_a_second = max(speeds.kmh) * 1000 / HOUR_S
    lines = [
        [hypot(end[0] - start[0], end[1] - start[1]) * speeds.road_factor for end in points]
        for start in points
    ]
    return Travel(
        metres=[[round(line) for line in row] for row in lines],
        seconds=[[round(line / metres_a_second) for line in row] for row in lines],
        pace=speeds.pace,
        source="crow",
    )
