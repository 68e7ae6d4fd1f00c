"""A forecast of the months that are left of a year, and what follows from it on a day. Pure.

Partners' expected months sum to the pool's: see budget/forecasting/together.py. The range is of
the year's end: how far below and above what is expected it lies, nineteen times in twenty.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import sqrt
from typing import Final, Literal

import msgspec

from budget.forecasting.series import months_after, months_between

Method = Literal["ended", "ordered", "average", "recent", "last_year", "smoothing"]
WORDS: Final[dict[Method, str]] = {
    "ended": "The year is over: this is what was spent.",
    "ordered": "Nothing had been spent by then: what was ordered is all that is known.",
    "average": (
        "The average day of this year so far, for each day that is left. There are fewer than three"
        " whole months to go by, so the range is a guess: half of that less, or half more."
    ),
    "recent": (
        "The average of the last months, at most six. There is less than a year to go by, so no"
        " season is known. The range comes from how much those months differ."
    ),
    "last_year": (
        "The same months of the year before, times how much more or less was spent since than in"
        " the same months before. There are fewer than two years to go by. The range comes from how"
        " far the months lay from that."
    ),
    "smoothing": (
        "Exponential smoothing with season and trend (ETS, by the library statsmodels): of the"
        " forms with and without them, the one that fits best (AICc). The range comes from 2,000"
        " simulated years."
    ),
}
_DAY: Final = timedelta(days=1)


class Rest(msgspec.Struct, frozen=True):
    """What is expected after a day until the year's end, and by how much less or more."""

    pence: int
    below: float
    above: float


class Expected(msgspec.Struct, frozen=True):
    """What is expected of each month, in pence, and by how much less or more until its end.

    `below` and `above` are of all the months up to that one together.
    """

    months: list[int]
    below: list[int]
    above: list[int]

    def rest(self, pence: int, left: float) -> Rest:
        """So much is left of it, in so many months: a range grows as the root of its time."""
        narrowed = sqrt(left / len(self.months))
        return Rest(pence, self.below[-1] * narrowed, self.above[-1] * narrowed)


class Outlook(msgspec.Struct, frozen=True):
    """The months from `begins_on` to the year's end, of the pool and of each partner."""

    begins_on: date
    pool: Expected
    partners: dict[str, Expected]


class Guess(msgspec.Struct, frozen=True):
    """What one series by itself leads one to expect, not whole pence yet; as Expected.

    `variance` is how unsure the year's end is by that. The range is of what it becomes once all
    series are brought together (budget/forecasting/together.py).
    """

    months: list[float]
    below: list[float]
    above: list[float]
    variance: float


class YearEnd(msgspec.Struct, frozen=True):
    """What a year is expected to cost, and the range in which it may end."""

    forecast_pence: int
    low_pence: int
    high_pence: int


def year_end(expected: Expected, begins_on: date, day: date, spent: int, committed: int) -> YearEnd:
    """Where a year ends that stands at `spent` on a day, by what was expected.

    What is left of the day's own month is expected in proportion to its days.
    """
    return ending(expected.rest(*_rest(expected.months, begins_on, day)), spent, committed)


def ending(rest: Rest | None, spent: int, committed: int) -> YearEnd:
    """Where a year ends of which so much is still to come.

    What is ordered is a part of that, unless more is ordered; of whoever nothing is expected, it is
    all that is known.
    """
    if rest is None:
        return YearEnd(*(spent + max(0, committed),) * 3)
    pence = spent + max(rest.pence, committed)
    return YearEnd(pence, pence - round(rest.below), pence + round(rest.above))


def _rest(months: Sequence[int], begins_on: date, day: date) -> tuple[int, float]:
    """What is expected after a day, and how many months that is."""
    rest, left = 0, 0.0
    for number, pence in enumerate(months):
        first = months_after(begins_on, number)
        days = (months_after(first, 1) - first).days
        after = min(max((months_after(first, 1) - _DAY - day).days, 0), days)
        rest += pence * after // days
        left += after / days
    return rest, left


def by_average(days: tuple[int, int], spent: int, paid: int, committed: int) -> YearEnd:
    """Where a year ends that goes on as it did until a day: see WORDS.

    `days` are those that are gone and those that are left; `paid` is what was spent by then of all
    that is still one's to pay.
    """
    gone, left = days
    rest = max(paid * left // gone, committed)
    return YearEnd(spent + rest, spent + rest - abs(rest) // 2, spent + rest + abs(rest) // 2)


def sum_up(parts: Mapping[str, YearEnd], pool: YearEnd) -> YearEnd:
    """The pool's year end: what its partners' come to, with the pool's own range about it."""
    forecast = sum(each.forecast_pence for each in parts.values())
    moved = forecast - pool.forecast_pence
    return YearEnd(forecast, pool.low_pence + moved, pool.high_pence + moved)


class Step(msgspec.Struct, frozen=True):
    """Where the year is expected to be at the end of a month, and the range about that."""

    month: date
    expected_pence: int
    low_pence: int
    high_pence: int


def path(outlook: Outlook | None, day: date, last: date, spent: int, end: YearEnd) -> list[Step]:
    """From a day to the year's end, month by month; the last step is the end itself.

    Without an outlook, every day is alike. Where more is ordered than was expected, what is above
    that is spread as the rest is.
    """
    steps = []
    shares = list(_shares(outlook, day, last))
    whole = sum(share for _, share, _ in shares)
    days = (last - day).days
    gone = 0.0
    for month, share, passed in shares:
        gone += share
        expected = spent + round((end.forecast_pence - spent) * (gone / whole if whole else 1))
        wide = sqrt(passed / days)
        steps.append(
            Step(
                month,
                expected,
                expected - round((end.forecast_pence - end.low_pence) * wide),
                expected + round((end.high_pence - end.forecast_pence) * wide),
            )
        )
    return steps


def _shares(outlook: Outlook | None, day: date, last: date) -> Iterator[tuple[date, float, int]]:
    """Each month that is left: how much of the rest is its, and how many days until its end."""
    month = day.replace(day=1)
    while month <= last:
        ends = months_after(month, 1) - _DAY
        left = (ends - max(day, month - _DAY)).days
        if left:
            share: float = left
            if outlook is not None:
                pence = outlook.pool.months[months_between(outlook.begins_on, month)]
                share = max(0, pence) * left / ends.day
            yield month, share, (ends - day).days
        month = months_after(month, 1)
