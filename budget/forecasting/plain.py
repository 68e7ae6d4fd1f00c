"""Forecasts from little history, by methods that anybody can redo by hand. Pure."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import Final

from budget.forecasting.outlook import Guess, Method

LEAST_MONTHS: Final = 3
_YEAR: Final = 12
_RECENT: Final = 6
_CERTAIN: Final = 1.96
"""Nineteen times in twenty, of what is normally distributed."""
_GROWTH_MONTHS: Final = 3
_GROWTH: Final = (0.5, 2.0)


def method_for(months: int) -> Method:
    """The best method that so many whole months allow."""
    if months >= 2 * _YEAR:
        return "smoothing"
    if months >= _YEAR:
        return "last_year"
    return "recent" if months >= LEAST_MONTHS else "average"


def recent(spent: Sequence[int], ahead: int) -> Guess:
    """The average of the last months, as many as six, for each of so many ahead."""
    last = spent[-_RECENT:]
    level, spread = fmean(last), stdev(last)
    # The average itself is known only so well.
    return _guess([level] * ahead, spread * sqrt(1 + 1 / len(last)))


def last_year(spent: Sequence[int], ahead: int) -> Guess:
    """The same months of the year before, times the growth since; at most twelve ahead."""
    assert ahead <= _YEAR, "a year is forecast, no more"
    since, before = spent[_YEAR:], spent[: len(spent) - _YEAR]
    growth, strays = 1.0, [spent[-each] - fmean(spent[-_YEAR:]) for each in range(1, _YEAR + 1)]
    if len(since) >= _GROWTH_MONTHS and sum(before) > 0:
        growth = min(max(sum(since) / sum(before), _GROWTH[0]), _GROWTH[1])
        strays = [new - growth * old for new, old in zip(since, before, strict=True)]
    spread = sqrt(fmean(stray * stray for stray in strays))
    return _guess([growth * each for each in spent[-_YEAR:][:ahead]], spread)


def _guess(months: list[float], spread: float) -> Guess:
    widths = [_CERTAIN * spread * sqrt(number) for number in range(1, len(months) + 1)]
    return Guess(months, widths, widths)
