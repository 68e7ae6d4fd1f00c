"""Drawings of a day's rounds: where the vans go, and when, without a tile server. Pure.

What they show stands in the tables of the same page: they are drawings for those who see them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup

from equipment.grid import Point

_EDGE: Final = 28
_NUMBERED_MAX: Final = 40
"""More stops than that have no room for numbers on one map: each van has one of its own."""
_APART: Final = 19
_AROUND: Final = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1))
# Dark enough on white for text of their own, each with a dash of its own for who sees no colours.
COLOURS: Final = (
    "#005eb8",
    "#a4003c",
    "#00643b",
    "#6b2c91",
    "#8a4b00",
    "#004b53",
    "#b11f87",
    "#333",
)
DASHES: Final = ("none", "10 4", "2 4", "14 4 2 4", "6 6", "18 4", "2 8", "10 3 2 3 2 3")


@dataclass(frozen=True, slots=True)
class Course:
    """Where a van goes: its stops in their order, a point each, None where it is not known."""

    van: str
    points: Sequence[Point | None]


@dataclass(frozen=True, slots=True)
class Lane:
    """When a van is where: from leaving to being back, and begin and end of each stop."""

    van: str
    leaves: datetime
    back: datetime
    stops: Sequence[tuple[datetime, datetime]]


def colour(number: int) -> str:
    """The colour of the day's so manyth van."""
    return COLOURS[number % len(COLOURS)]


def dash(number: int) -> str:
    """How its line is dashed; others of the same colour are dashed in another way."""
    return DASHES[(number + number // len(COLOURS)) % len(DASHES)]


def sample(number: int) -> Markup:
    """A piece of the van's line, to stand beside its name."""
    return Markup(
        '<svg class="kitback-sample" viewBox="0 0 48 12" width="48" height="12" '
        'aria-hidden="true" focusable="false"><line x1="0" y1="6" x2="48" y2="6" '
        'stroke="{}" stroke-width="5" stroke-dasharray="{}"/></svg>'
    ).format(colour(number), dash(number))


def draw_map(depot: Point | None, courses: Sequence[Course]) -> Markup | None:
    """The stops of all vans where they lie; None where no place is known.

    Numbered in their order where there is room for it.
    """
    stops = sum(len(each.points) for each in courses)
    label = "Map of the stops; the tables say the same in words"
    return _map(_Paper(640, 480), depot, list(enumerate(courses)), label, stops <= _NUMBERED_MAX)


def draw_van_map(depot: Point | None, number: int, course: Course) -> Markup | None:
    """The stops of the day's so manyth van, numbered; None where no place is known."""
    label = f"Where {course.van} goes; the table says the same in words"
    return _map(_Paper(400, 300), depot, [(number, course)], label, numbered=True)


@dataclass(frozen=True, slots=True)
class _Paper:
    """How large a drawing is, in its own units."""

    width: int
    height: int


def _map(
    paper: _Paper,
    depot: Point | None,
    courses: Sequence[tuple[int, Course]],
    label: str,
    numbered: bool,
) -> Markup | None:
    known = [point for _, each in courses for point in each.points if point is not None]
    if depot is None or not known:
        return None
    scale = _Scale.of([depot, *known], paper)
    x, y = scale.at(depot)
    taken = [(x, y)]
    lines = [_line(number, scale, depot, each) for number, each in courses]
    marks = [
        mark
        for number, each in courses
        for mark in (_marks(number, scale, each, taken) if numbered else _dots(number, scale, each))
    ]
    home = Markup(
        '<rect x="{}" y="{}" width="20" height="20" fill="#212b32"/>'
        '<text x="{}" y="{}" fill="#fff" font-size="14" text-anchor="middle">D</text>'
    ).format(x - 10, y - 10, x, y + 5)
    return _drawing(paper, label, [*lines, *marks, home])


def draw_lanes(lanes: Sequence[Lane]) -> Markup | None:
    """The day as one lane for each van, hour by hour; None where no van goes out."""
    if not lanes:
        return None
    first = min(each.leaves for each in lanes)
    hours = max((each.back - first).total_seconds() for each in lanes) / 3600 + 1
    start = first.replace(minute=0, second=0, microsecond=0)
    paper = _Paper(960, 30 + 34 * len(lanes))
    per_hour = (paper.width - _NAME - 10) / max(hours, 1)

    def across(at: datetime) -> int:
        return round(_NAME + (at - start).total_seconds() / 3600 * per_hour)

    parts = [
        Markup('<line x1="{0}" y1="20" x2="{0}" y2="{1}" stroke="#d8dde0"/>'
            '<text x="{0}" y="14" font-size="12" text-anchor="middle" fill="#212b32">{2}</text>'
        ).format(round(_NAME + hour * per_hour), paper.height, (start.hour + hour) % 24)
        for hour in range(int(hours) + 1)
    ]  # fmt: skip
    for number, each in enumerate(lanes):
        y = 40 + 34 * number
        parts.append(
            Markup('<text x="0" y="{}" font-size="13" fill="#212b32">{}</text>'
                '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="3" '
                'stroke-dasharray="{}"/>'
            ).format(y + 5, each.van[:12], across(each.leaves), y, across(each.back), y,
                colour(number), dash(number))
        )  # fmt: skip
        for place, (begin, end) in enumerate(each.stops, 1):
            wide = max(across(end) - across(begin), 14)
            parts.append(
                Markup('<rect x="{}" y="{}" width="{}" height="22" fill="{}" stroke="#fff"/>'
                    '<text x="{}" y="{}" font-size="11" fill="#fff" text-anchor="middle">{}</text>'
                ).format(across(begin), y - 11, wide, colour(number),
                    across(begin) + wide // 2, y + 4, place)
            )  # fmt: skip
    return _drawing(paper, "The day hour by hour; the tables say the same in words", parts)


# Room for a van's code.
_NAME: Final = 96


@dataclass(frozen=True, slots=True)
class _Scale:
    """From metres on the grid to the drawing, both directions alike, north above."""

    west: int
    north: int
    per_m: float
    # What is left free beside them, half on each side.
    left: float
    above: float

    @classmethod
    def of(cls, points: Sequence[Point], paper: _Paper) -> "_Scale":
        easts, norths = zip(*points, strict=True)
        wide = max(max(easts) - min(easts), 1)
        high = max(max(norths) - min(norths), 1)
        per_m = min((paper.width - 2 * _EDGE) / wide, (paper.height - 2 * _EDGE) / high)
        left, above = (paper.width - wide * per_m) / 2, (paper.height - high * per_m) / 2
        return cls(min(easts), max(norths), per_m, left, above)

    def at(self, point: Point) -> tuple[int, int]:
        east, north = point
        x, y = (east - self.west) * self.per_m, (self.north - north) * self.per_m
        return round(self.left + x), round(self.above + y)


def _line(number: int, scale: _Scale, depot: Point, course: Course) -> Markup:
    points = [depot, *(point for point in course.points if point is not None), depot]
    path = " ".join(f"{x},{y}" for x, y in map(scale.at, points))
    return Markup(
        '<polyline points="{}" fill="none" stroke="{}" stroke-width="2.5" stroke-dasharray="{}"/>'
    ).format(path, colour(number), dash(number))


def _dots(number: int, scale: _Scale, course: Course) -> Iterator[Markup]:
    for point in course.points:
        if point is not None:
            yield Markup('<circle cx="{}" cy="{}" r="5" fill="{}" stroke="#fff"/>').format(
                *scale.at(point), colour(number)
            )


def _marks(
    number: int, scale: _Scale, course: Course, taken: list[tuple[int, int]]
) -> Iterator[Markup]:
    """Numbers where the stops lie, or beside what is there already."""
    for place, point in enumerate(course.points, 1):
        if point is not None:
            x, y = _free(scale.at(point), taken)
            taken.append((x, y))
            yield Markup(
                '<circle cx="{}" cy="{}" r="10" fill="{}" stroke="#fff" stroke-width="2"/>'
                '<text x="{}" y="{}" fill="#fff" font-size="11" text-anchor="middle">{}</text>'
            ).format(x, y, colour(number), x, y + 4, place)


def _free(there: tuple[int, int], taken: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The place itself, or the nearest around it that no number covers; the place if none is."""
    for away in (0, _APART, 2 * _APART):
        for east, south in _AROUND:
            x, y = there[0] + east * away, there[1] + south * away
            if all(max(abs(x - a), abs(y - b)) >= _APART for a, b in taken):
                return x, y
    return there


def _drawing(paper: _Paper, label: str, parts: Sequence[Markup]) -> Markup:
    start = Markup(
        '<svg class="kitback-drawing" viewBox="0 0 {} {}" role="img" aria-label="{}">'
    ).format(paper.width, paper.height, label)
    return start + Markup("").join(parts) + Markup("</svg>")
