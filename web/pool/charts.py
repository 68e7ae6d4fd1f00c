"""Pictures of the pool's figures: lines, fans, bars and funnels, as SVG. Values in, markup out.

No script is needed, and nothing stands in a picture alone: each has a table beside it that its
presenter makes of the same values. What is told apart by colour has a dash or a shape of its own.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

WIDTH: Final = 480
HEIGHT: Final = 320
# A telephone shows a picture at three quarters of its size: letters are to be read there.
_LETTERS: Final = 15
# What is left free for the numbers beside the axes, and above for what they are.
LEFT: Final = 78
RIGHT: Final = 14
TOP: Final = 30
BOTTOM: Final = 60
_ROW: Final = 22
_PAD: Final = 12
_TICKS: Final = 5
_LABELS_MAX: Final = 12
_NAME_MAX: Final = 44
_BESIDE_MAX: Final = 24
"""How long a name may be below a picture, and beside a dot in it."""
_INK: Final = "#212b32"
_GRID: Final = "#d8dde0"
# Each has at least 4.5 to 1 on white, and on the fan's own grey.
COLOURS: Final = ("#005eb8", "#a4003c", "#00643b", "#6b2c91", "#8a4b00", "#333333")
DASHES: Final = ("none", "7 3", "2 3", "10 3 2 3", "5 5", "1 4")
_FANS: Final = ("#d6e6f5", "#f3dbe3")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a picture is called on its page, and how its values are written; `name` is its id.

    `across` and `up` say what the axes are; `written` makes a value words, on the axis and beside
    each point.
    """

    name: str
    title: str
    description: str
    up: str
    written: Callable[[float], str]
    across: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A value for each label, None where there is none; `dashed` for what is not known yet."""

    name: str
    values: Sequence[float | None]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Fan:
    """From a low value to a high one for each label, None where there is no range."""

    name: str
    ranges: Sequence[tuple[float, float] | None]


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of a funnel: how high it is at each place across."""

    name: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """One that is compared with others; `outside` what chance would let happen."""

    name: str
    across: float
    up: float
    outside: bool = False


def draw_lines(
    frame: Frame, labels: Sequence[str], lines: Sequence[Line], fans: Sequence[Fan] = ()
) -> Markup:
    """Lines over the same labels, and fans behind them; an empty picture where nothing is known."""
    values = [value for line in lines for value in line.values if value is not None]
    values += [end for fan in fans for each in fan.ranges if each is not None for end in each]
    scale = _Scale.of([0, *values])
    places = _places(len(labels))
    drawn = [_fan(number, fan, places, scale) for number, fan in enumerate(fans)]
    for number, line in enumerate(lines):
        drawn += _line(frame, number, line, labels, places, scale)
    named = [(_swatch(number), fan.name) for number, fan in enumerate(fans)]
    named += [(_stroke(number, line.dashed), line.name) for number, line in enumerate(lines)]
    return _picture(frame, [*_axes(frame, scale), *_under(labels, places), *drawn], named)


def draw_bars(frame: Frame, labels: Sequence[str], groups: Sequence[Line]) -> Markup:
    """Bars side by side for each label, from nothing up, or down for what is less than nothing."""
    values = [value for group in groups for value in group.values if value is not None]
    scale = _Scale.of([0, *values])
    places = _places(len(labels), bars=True)
    step = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    wide = step * 0.8 / max(len(groups), 1)
    bars = [
        _bar(number, x - step * 0.4 + number * wide, wide, value, scale, told)
        for number, group in enumerate(groups)
        for x, value, told in _told(frame, group, labels, places)
    ]
    named = [(_box(number), group.name) for number, group in enumerate(groups)]
    return _picture(frame, [*_axes(frame, scale), *_under(labels, places), *bars], named)


def draw_funnel(frame: Frame, dots: Sequence[Dot], curves: Sequence[Curve]) -> Markup:
    """Dots by how much they are of, and the curves within which chance would keep them.

    Those outside have a shape of their own, and their name beside them.
    """
    ups = [y for curve in curves for _, y in curve.points] + [dot.up for dot in dots]
    acrosses = [x for curve in curves for x, _ in curve.points] + [dot.across for dot in dots]
    scale, along = _Scale.of([0, *ups]), _Scale.of([0, *acrosses], end=WIDTH - RIGHT, begin=LEFT)
    drawn = [_curve(number, curve, along, scale) for number, curve in enumerate(curves)]
    for dot in dots:
        drawn += _dot(frame, dot, along, scale)
    named = [(_stroke(number, curve.dashed), curve.name) for number, curve in enumerate(curves)]
    ticks = [
        _text(along.at(tick), HEIGHT - BOTTOM + 20, f"{tick:,.10g}", "middle")
        for tick in along.ticks
    ]
    return _picture(frame, [*_axes(frame, scale), *ticks, *drawn], named)


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to places on the paper, between round numbers."""

    low: float
    high: float
    step: float
    begin: float
    end: float

    @classmethod
    def of(
        cls, values: Sequence[float], *, begin: float = HEIGHT - BOTTOM, end: float = TOP
    ) -> "_Scale":
        low, high = min(values), max(values)
        if low == high:
            high = low + 1
        step = _round_step((high - low) / _TICKS)
        return cls(math.floor(low / step) * step, math.ceil(high / step) * step, step, begin, end)

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.begin + share * (self.end - self.begin), 1)

    @property
    def ticks(self) -> list[float]:
        count = round((self.high - self.low) / self.step)
        return [self.low + number * self.step for number in range(count + 1)]


def _round_step(least: float) -> float:
    """The next of 1, 2, 5, 10, ... times a power of ten."""
    power: float = 10 ** math.floor(math.log10(least))
    return next(power * each for each in (1, 2, 5, 10) if power * each >= least * 0.999)


def _places(count: int, *, bars: bool = False) -> list[float]:
    """Where each label stands across: from edge to edge, or in the middle of its bars."""
    room = WIDTH - LEFT - RIGHT
    if bars or count == 1:
        return [LEFT + room * (number + 0.5) / count for number in range(count)]
    step = (room - 2 * _PAD) / max(count - 1, 1)
    return [LEFT + _PAD + step * number for number in range(count)]


def _axes(frame: Frame, scale: _Scale) -> Iterator[Markup]:
    for tick in scale.ticks:
        y = scale.at(tick)
        strong = abs(tick) < scale.step / 2
        yield Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}"/>').format(
            LEFT, y, WIDTH - RIGHT, y, _INK if strong else _GRID
        )
        yield _text(LEFT - 6, y + 4, frame.written(tick), "end")
    yield _text(4, 14, frame.up, "start")
    if frame.across:
        yield _text(WIDTH - RIGHT, HEIGHT - BOTTOM + 42, frame.across, "end")


def _under(labels: Sequence[str], places: Sequence[float]) -> Iterator[Markup]:
    """The labels below the axis: as many of them as have room."""
    every = math.ceil(len(labels) / _LABELS_MAX) or 1
    for number, (label, x) in enumerate(zip(labels, places, strict=True)):
        if number % every == 0:
            yield _text(x, HEIGHT - BOTTOM + 20, label, "middle")


def _told(
    frame: Frame, line: Line, labels: Sequence[str], places: Sequence[float]
) -> Iterator[tuple[float, float, str]]:
    """Where each known value stands across, the value, and the words for it."""
    for label, x, value in zip(labels, places, line.values, strict=True):
        if value is not None:
            yield x, value, f"{line.name}, {label}: {frame.written(value)}"


def _line(  # noqa: PLR0917 - where a line lies is these six things
    frame: Frame,
    number: int,
    line: Line,
    labels: Sequence[str],
    places: Sequence[float],
    scale: _Scale,
) -> Iterator[Markup]:
    """The line, broken where a value is lacking, and a mark that tells its value at each."""
    runs: list[list[str]] = [[]]
    for x, value in zip(places, line.values, strict=True):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{x:.1f},{scale.at(value)}")
    for run in runs:
        if len(run) > 1:
            yield _polyline(number, " ".join(run), dashed=line.dashed)
    for x, value, told in _told(frame, line, labels, places):
        yield Markup(
            '<circle cx="{:.1f}" cy="{}" r="3" fill="{}"><title>{}</title></circle>'
        ).format(x, scale.at(value), _colour(number), told)


def _fan(number: int, fan: Fan, places: Sequence[float], scale: _Scale) -> Markup:
    known = [(x, each) for x, each in zip(places, fan.ranges, strict=True) if each is not None]
    around = [f"{x:.1f},{scale.at(low)}" for x, (low, _) in known]
    around += [f"{x:.1f},{scale.at(high)}" for x, (_, high) in reversed(known)]
    return Markup('<polygon points="{}" fill="{}" stroke="{}" stroke-width="1"/>').format(
        " ".join(around), _FANS[number % len(_FANS)], _colour(number)
    )


def _bar(  # noqa: PLR0917 - a bar is these six things
    number: int, x: float, wide: float, value: float, scale: _Scale, told: str
) -> Markup:
    top, foot = sorted((scale.at(value), scale.at(0)))
    return Markup(
        '<rect x="{:.1f}" y="{}" width="{:.1f}" height="{:.1f}" fill="{}" stroke="#ffffff">'
        "<title>{}</title></rect>"
    ).format(x, top, wide, foot - top, _colour(number), told)


def _curve(number: int, curve: Curve, along: _Scale, scale: _Scale) -> Markup:
    points = " ".join(f"{along.at(x)},{scale.at(y)}" for x, y in curve.points)
    return _polyline(number, points, dashed=curve.dashed)


def _dot(frame: Frame, dot: Dot, along: _Scale, scale: _Scale) -> Iterator[Markup]:
    x, y = along.at(dot.across), scale.at(dot.up)
    told = f"{dot.name}, {dot.across:,.10g}: {frame.written(dot.up)}"
    if not dot.outside:
        yield Markup('<circle cx="{}" cy="{}" r="4" fill="{}"><title>{}</title></circle>').format(
            x, y, _INK, told
        )
        return
    yield Markup('<path d="M{} {}l6 6l-6 6l-6 -6z" fill="{}"><title>{}</title></path>').format(
        x, y - 6, COLOURS[1], told
    )
    anchor = "end" if x > WIDTH / 2 else "start"
    yield _text(x - 9 if anchor == "end" else x + 9, y + 4, _short(dot.name, _BESIDE_MAX), anchor)


def _polyline(number: int, points: str, *, dashed: bool) -> Markup:
    return Markup(
        '<polyline points="{}" fill="none" stroke="{}" stroke-width="2" stroke-dasharray="{}"/>'
    ).format(points, _colour(number), _dash(number, dashed))


def _picture(frame: Frame, parts: Iterable[Markup], named: Sequence[tuple[Markup, str]]) -> Markup:
    """The whole, with a row below for each thing that is drawn in it."""
    begin = Markup(
        '<svg class="kitback-drawing kitback-chart" viewBox="0 0 {} {}" role="img" '
        'aria-labelledby="{name}-title {name}-desc" xmlns="http://www.w3.org/2000/svg">'
        '<title id="{name}-title">{}</title><desc id="{name}-desc">{}</desc>'
    ).format(WIDTH, HEIGHT + _ROW * len(named) + 6, frame.title, frame.description, name=frame.name)
    key = [
        Markup('<g transform="translate({} {})">{}{}</g>').format(
            LEFT, HEIGHT + _ROW * row, sample, _text(36, 4, name, "start")
        )
        for row, (sample, name) in enumerate(named)
    ]
    return begin + Markup("").join([*parts, *key]) + Markup("</svg>")


def _text(x: float, y: float, words: str, anchor: str) -> Markup:
    return Markup(
        '<text x="{:.1f}" y="{:.1f}" font-size="{}" fill="{}" text-anchor="{}">{}</text>'
    ).format(x, y, _LETTERS, _INK, anchor, _short(words, _NAME_MAX))


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _stroke(number: int, dashed: bool) -> Markup:
    return _polyline(number, "0,0 28,0", dashed=dashed)


def _swatch(number: int) -> Markup:
    return Markup('<rect x="0" y="-6" width="28" height="12" fill="{}" stroke="{}"/>').format(
        _FANS[number % len(_FANS)], _colour(number)
    )


def _box(number: int) -> Markup:
    return Markup('<rect x="0" y="-6" width="28" height="12" fill="{}"/>').format(_colour(number))


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _dash(number: int, dashed: bool) -> str:
    """Dashed lines are dashed in their own ways; of solid ones, the first six differ by colour."""
    return DASHES[1 + number % (len(DASHES) - 1)] if dashed else DASHES[0]
