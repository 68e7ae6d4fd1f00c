"""How teams and partners differ, and what of it chance alone would make: funnel plots. Pure.

Each is compared with all together by limits that narrow as there is more of it: 95% and 99.8%
(D. Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine
2005). Where they differ more than chance would let them, that is said (over-dispersion).
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import msgspec

from budget.limits import TAILS, binomial, by_chance, normal, poisson
from budget.recycling import Report, Row

Name: TypeAlias = Literal["recycling", "returns", "cost", "issues"]
By: TypeAlias = Literal["team", "partner"]
Outside: TypeAlias = Literal["within", "95", "99.8"]
Pair: TypeAlias = tuple[int, int]
_CURVE: Final = 40
_FEWEST: Final = 3
"""Of fewer that are compared nobody can say how much they differ."""
_SELDOM: Final = 0.05


class Limits(msgspec.Struct, frozen=True):
    """Between what a value lies by chance where it is of so much."""

    whole: int
    low_99_8: float
    low_95: float
    high_95: float
    high_99_8: float


class Compared(msgspec.Struct, frozen=True):
    """One team or partner: `value` = part / whole, and where it lies.

    `standard_errors` is how far off all together, below it negative; `widened` where it lies once
    the limits are as much wider as all differ more than by chance.
    """

    key: str
    part: int
    whole: int
    value: float
    limits: Limits
    outside: Outside
    widened: Outside
    standard_errors: float


class Measure(msgspec.Struct, frozen=True):
    """One measure of all that can be compared, and its funnel.

    `dispersion` is how much more they differ than by chance, as a ratio of variances: about 1
    where chance explains it, null where too few are compared.
    """

    name: Name
    title: str
    definition: str
    whole: str
    target: float | None
    dispersion: float | None
    over_dispersed: bool
    rows: list[Compared]
    curve: list[Limits]


@dataclass(frozen=True, slots=True)
class Given:
    """What is compared: the report by team or partner and by product, and what issues are for.

    `exposure` is what each key's issues are set against, `exposed` what that is. Without products
    nothing is known of how prices are spread, and what an item costs is not compared.
    """

    report: Report
    products: Report | None
    exposure: Mapping[str, int]
    exposed: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """How far a part may lie off what is expected of its whole."""

    variance: Callable[[int], float]
    limits: Callable[[int], Limits]


def measures(given: Given) -> list[Measure]:
    """All that can be compared. Takes a moment the first time: call it from a thread."""
    rows = given.report.rows
    return [
        _measure(
            "recycling",
            "Recycled",
            "Made fit / (made fit + scrapped), in units; exact binomial limits.",
            "Decided: made fit or scrapped",
            _pairs(rows, lambda row: (row.reused.units, row.reused.units + row.scrapped.units)),
            _binomial,
        ),
        _measure(
            "returns",
            "Returned for each item issued",
            "Returned / issued in the same days, which are not the same items; Poisson limits.",
            "Items issued",
            _pairs(rows, lambda row: (row.returned.units, row.issued.units)),
            _poisson,
        ),
        *([_cost(rows, given.products)] if given.products is not None else []),
        _measure(
            "issues",
            f"Items issued for each {given.exposed}",
            f"Items issued / {given.exposed}; Poisson limits.",
            given.exposed.capitalize(),
            _pairs(rows, lambda row: (row.issued.units, given.exposure.get(row.key or "", 0))),
            _poisson,
        ),
    ]


def _cost(rows: Iterable[Row], products: Report) -> Measure:
    return _measure(
        "cost",
        "Cost of an item issued",
        "What loans were charged / items issued, in pence; normal limits, by how much the"
        " prices of what everybody was issued are spread.",
        "Items issued",
        _pairs(rows, lambda row: (row.issued.pence, row.issued.units)),
        _normal(_spread(products)),
    )


def _pairs(rows: Iterable[Row], pair: Callable[[Row], Pair]) -> dict[str, Pair]:
    """Part and whole by key, of those who have a whole."""
    pairs = {row.key: pair(row) for row in rows if row.key is not None}
    return {key: each for key, each in pairs.items() if each[1] > 0 and each[0] >= 0}


def _measure(  # noqa: PLR0913, PLR0917 - a measure is these six things
    name: Name,
    title: str,
    definition: str,
    whole: str,
    pairs: Mapping[str, Pair],
    rule_for: Callable[[float], _Rule],
) -> Measure:
    sums = [sum(pair[side] for pair in pairs.values()) for side in (0, 1)]
    if not sums[1]:
        return Measure(name, title, definition, whole, None, None, False, [], [])  # noqa: FBT003
    target = sums[0] / sums[1]
    rule = rule_for(target)
    errors = {key: _errors(pair, target, rule) for key, pair in pairs.items()}
    dispersion, seldom = _dispersion(list(errors.values()))
    factor = max(1.0, dispersion or 1.0)
    rows = []
    for key, pair in pairs.items():
        limits = rule.limits(pair[1])
        widened = _far(errors[key] / math.sqrt(factor))
        rows.append(
            Compared(
                key=key,
                part=pair[0],
                whole=pair[1],
                value=pair[0] / pair[1],
                limits=limits,
                outside=_outside(pair[0] / pair[1], limits),
                widened=widened if seldom else _outside(pair[0] / pair[1], limits),
                standard_errors=errors[key],
            )
        )
    curve = [rule.limits(each) for each in _places([pair[1] for pair in pairs.values()])]
    return Measure(
        name, title, definition, whole, target, dispersion, seldom and factor > 1, rows, curve
    )


def _errors(pair: Pair, target: float, rule: _Rule) -> float:
    variance = rule.variance(pair[1])
    return (pair[0] - target * pair[1]) / math.sqrt(variance) if variance > 0 else 0.0


def _dispersion(errors: Sequence[float]) -> tuple[float | None, bool]:
    """By how much they differ more than by chance, and whether chance would seldom make it so."""
    if len(errors) < _FEWEST:
        return None, False
    squares = sum(each * each for each in errors)
    freedom = len(errors) - 1
    return squares / freedom, by_chance(squares, freedom) < _SELDOM


_NEAR: Final = 1.959964
_FAR: Final = 3.090232
"""Standard errors beyond which 5% and 0.2% lie by chance, on both sides together."""


def _far(errors: float) -> Outside:
    if abs(errors) > _FAR:
        return "99.8"
    return "95" if abs(errors) > _NEAR else "within"


def _outside(value: float, limits: Limits) -> Outside:
    # A value that equals a limit lies within, whatever division makes of its last digit.
    if not limits.low_99_8 - _CLOSE <= value <= limits.high_99_8 + _CLOSE:
        return "99.8"
    if not limits.low_95 - _CLOSE <= value <= limits.high_95 + _CLOSE:
        return "95"
    return "within"


_CLOSE: Final = 1e-9


def _places(wholes: Sequence[int]) -> list[int]:
    """Wholes at which the funnel is drawn, close together where it is steep.

    From half the least on: limits of fewer are so wide that nothing else could be seen.
    """
    begin, most = max(1, min(wholes) // 2), max(wholes)
    steps = range(_CURVE + 1)
    return sorted({begin + round((most - begin) * (step / _CURVE) ** 2) for step in steps})


def _counted(whole: int, limits: Callable[[float], Pair]) -> Limits:
    near, far = (limits(tail) for tail in TAILS)
    return Limits(whole, far[0] / whole, near[0] / whole, near[1] / whole, far[1] / whole)


def _binomial(target: float) -> _Rule:
    return _Rule(
        variance=lambda whole: whole * target * (1 - target),
        limits=lambda whole: _counted(whole, lambda tail: binomial(whole, target, tail)),
    )


def _poisson(target: float) -> _Rule:
    return _Rule(
        variance=lambda whole: whole * target,
        limits=lambda whole: _counted(whole, lambda tail: poisson(whole * target, tail)),
    )


def _normal(spread: float) -> Callable[[float], _Rule]:
    def rule(target: float) -> _Rule:
        def limits(whole: int) -> Limits:
            near, far = (normal(spread, whole, tail) for tail in TAILS)
            lowest, low = (max(0.0, target - each) for each in (far, near))
            return Limits(whole, lowest, low, target + near, target + far)

        return _Rule(variance=lambda whole: whole * spread * spread, limits=limits)

    return rule


def _spread(products: Report) -> float:
    """The standard deviation of what an item is charged, by what was issued of each product."""
    counts = [row.issued for row in products.rows if row.issued.units > 0]
    units = sum(each.units for each in counts)
    if not units:
        return 0.0
    mean = sum(each.pence for each in counts) / units
    squares = sum(each.units * (each.pence / each.units - mean) ** 2 for each in counts)
    return math.sqrt(squares / units)
