"""Forecasts from little history, by methods that anybody can redo by hand. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean
from typing import Final

from budget.forecasting.outlook import Guess, Method
from budget.forecasting.together import shares

LEAST_MONTHS: Final = 3
_YEAR: Final = 12
_RECENT: Final = 6
_CERTAIN: Final = 1.96
"""Nineteen times in twenty, of what is normally distributed."""
_GROWTH_MONTHS: Final = 3
_GROWTH: Final = (0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Own:
    """One series by itself: the months ahead, and how far the last ones lay from such a guess."""

    months: list[float]
    strays: list[float]


def method_for(months: int) -> Method:
    """The best method that so many whole months allow."""
    if months >= 2 * _YEAR:
        return "smoothing"
    if months >= _YEAR:
        return "last_year"
    return "recent" if months >= LEAST_MONTHS else "average"


def guesses(
    pool: Sequence[int], partners: Mapping[str, Sequence[int]], ahead: int
) -> tuple[Guess, dict[str, Guess]]:
    """The pool's and each partner's, by the better of the two methods here that they allow."""
    by = last_year if len(pool) >= _YEAR else recent
    own, parts = by(pool, ahead), {ods: by(spent, ahead) for ods, spent in partners.items()}
    known = min(len(each.strays) for each in (own, *parts.values()))
    # An average itself is known only so well.
    each_counts = 1 / known if by is last_year else (1 + 1 / known) / (known - 1)
    strays = {ods: each.strays[-known:] for ods, each in parts.items()}
    variances = {ods: each_counts * _squared(each) for ods, each in strays.items()}
    pools = each_counts * _squared(own.strays[-known:])
    taken = shares(pools, variances)
    lacking = [
        whole - sum(each)
        for whole, each in zip(own.strays[-known:], zip(*strays.values(), strict=True), strict=True)
    ]
    moved = {
        ods: [stray + taken[ods] * lacks for stray, lacks in zip(each, lacking, strict=True)]
        for ods, each in strays.items()
    }
    sums = [sum(month) for month in zip(*moved.values(), strict=True)]
    return _guess(own, pools, each_counts * _squared(sums)), {
        ods: _guess(parts[ods], variances[ods], each_counts * _squared(each))
        for ods, each in moved.items()
    }


def recent(spent: Sequence[int], ahead: int) -> Own:
    """The average of the last months, as many as six, for each of so many ahead."""
    last = spent[-_RECENT:]
    level = fmean(last)
    return Own([level] * ahead, [each - level for each in last])


def last_year(spent: Sequence[int], ahead: int) -> Own:
    """The same months of the year before, times the growth since; at most twelve ahead."""
    assert ahead <= _YEAR, "a year is forecast, no more"
    since, before = spent[_YEAR:], spent[: len(spent) - _YEAR]
    mean = fmean(spent[-_YEAR:])
    growth, strays = 1.0, [each - mean for each in spent[-_YEAR:]]
    if len(since) >= _GROWTH_MONTHS and sum(before) > 0:
        growth = min(max(sum(since) / sum(before), _GROWTH[0]), _GROWTH[1])
        strays = [new - growth * old for new, old in zip(since, before, strict=True)]
    return Own([growth * each for each in spent[-_YEAR:][:ahead]], strays)


def _squared(strays: Sequence[float]) -> float:
    return sum(stray * stray for stray in strays)


def _guess(own: Own, variance: float, together: float) -> Guess:
    """`together` is the variance of a month once all are brought together."""
    spread = _CERTAIN * sqrt(together)
    widths = [spread * sqrt(number) for number in range(1, len(own.months) + 1)]
    return Guess(own.months, widths, widths, variance)
