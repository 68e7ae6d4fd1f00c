"""Where postcodes are: metres on the British National Grid, for those that ship or were learned.

Source: OS Code-Point Open, Open Government Licence v3; see data/postcodes_ng.csv.
"""

import csv
from collections.abc import Mapping
from functools import cache
from math import hypot
from pathlib import Path
from typing import Final

from equipment.postcodes import normal_postcode

Point = tuple[int, int]
_FILE: Final = Path(__file__).parent.parent / "data" / "postcodes_ng.csv"


def grid_reference(postcode: str) -> Point | None:
    """Easting and northing in metres; None for what is none that ships or was learned.

    Of those that were imported a process knows what `imported_postcodes.learn` was asked for.
    """
    normal = normal_postcode(postcode)
    return None if normal is None else _points().get(normal) or _learned.get(normal)


def remember(points: Mapping[str, Point]) -> None:
    """Know these postcodes, in capitals with their one space, for as long as there is room."""
    if len(_learned) + len(points) > _LEARNED_MAX:
        _learned.clear()
    _learned.update(points)


_LEARNED_MAX: Final = 100_000
_learned: Final = dict[str, Point]()


def distance_m(start: Point, end: Point) -> float:
    """Metres as the crow flies."""
    return hypot(end[0] - start[0], end[1] - start[1])


@cache
def _points() -> dict[str, Point]:
    """Every postcode, read once: some 30,000 of them in a few megabytes."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return {
            row["postcode"]: (int(row["easting"]), int(row["northing"]))
            for row in csv.DictReader(lines)
        }
