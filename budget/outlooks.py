"""A year's outlook: month by month, how far off forecasts were, and the year again if."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from budget import recycling
from budget.forecasting.errors import Errors, errors
from budget.forecasting.outlook import Step, path
from budget.forecasting.series import months_after, months_between, read_history
from budget.forecasting.what_if import Change, Part, WhatIf, what_if
from budget.forecasting.year_ends import ForecastNote, YearEnds
from budget.pool import Budget
from budget.positions import positions
from budget.recycling import Question
from budget.years import span

_DAY = timedelta(days=1)


class MonthSpent(msgspec.Struct, frozen=True):
    """What was spent in a month of the year, until the day, and from the year's begin to then."""

    month: date
    spent_pence: int
    so_far_pence: int


class PoolYear(msgspec.Struct, frozen=True):
    """The pool's year: what was spent by month, and what is expected of the rest.

    `expected` says where the year will be at each coming month's end, and the range about it.
    """

    year: str
    forecast: ForecastNote
    forecast_pence: int
    low_pence: int
    high_pence: int
    spent: list[MonthSpent]
    expected: list[Step]


class PoolOutlook(PoolYear, frozen=True):
    """The same, and how well such a year was foreseen before."""

    errors: Errors


async def pool_year(year: str, as_of: date | None, now: datetime) -> tuple[Budget, PoolYear]:
    """The budget as on a day, and the year from it. Wrong for a malformed year."""
    budget, ends, _ = await positions(year, as_of, now)
    first, _ = span(year)
    return budget, PoolYear(
        year=year,
        forecast=ends.note,
        forecast_pence=ends.pool.forecast_pence,
        low_pence=ends.pool.low_pence,
        high_pence=ends.pool.high_pence,
        spent=await _spent(first, ends, budget.pool.net_pence),
        expected=_expected(year, ends, budget.pool.net_pence),
    )


async def pool_outlook(year: str, as_of: date | None, now: datetime) -> tuple[Budget, PoolOutlook]:
    """The same, with the errors of past forecasts."""
    budget, found = await pool_year(year, as_of, now)
    known = await errors(year, found.forecast.day)
    return budget, PoolOutlook(**msgspec.structs.asdict(found), errors=known)


async def _spent(first: date, ends: YearEnds, net: int) -> list[MonthSpent]:
    """The whole months, and what is left for the day's own."""
    day = ends.note.day
    if day < first:
        return []
    history = await read_history(day.replace(day=1) - _DAY)
    months: Sequence[int] = ()
    if history is not None:
        months = history.pool[max(0, months_between(history.begins_on, first)) :]
        months = [0] * max(0, months_between(first, history.begins_on)) + list(months)
    months = list(months[: months_between(first, day.replace(day=1))])
    months += [0] * (months_between(first, day.replace(day=1)) - len(months))
    months.append(net - sum(months))
    return [
        MonthSpent(months_after(first, number), pence, sum(months[: number + 1]))
        for number, pence in enumerate(months)
    ]


def _expected(year: str, ends: YearEnds, net: int) -> list[Step]:
    _, last = span(year)
    if ends.note.day >= last or ends.note.method == "ordered":
        return []
    outlook = ends.kept.outlook if ends.kept is not None else None
    return path(outlook, ends.note.day, last, net, ends.pool)


async def year_if(year: str, as_of: date | None, now: datetime, change: Change) -> WhatIf:
    """The pool's year again, if something were otherwise from the day after `as_of` on."""
    budget, ends, _ = await positions(year, as_of, now)
    pool = budget.pool
    so_far = Part(pool.issues_pence, pool.activity_pence, pool.credits_pence)
    rate = await recycling_so_far(year, ends.note.day)
    return what_if(so_far, ends.pool.forecast_pence - pool.net_pence, rate, change)


async def recycling_so_far(year: str, day: date) -> float | None:
    """The recycling rate by value, of reusable products, from the year's begin to a day."""
    first, _ = span(year)
    if day < first:
        return None
    report = await recycling.report(Question(first, day))
    return report.total.rates.recycling.pence
