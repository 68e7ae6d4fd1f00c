"""How far off forecasts were: what was expected at each past month's end against what came."""

from datetime import date, timedelta
from statistics import fmean
from typing import Final

import asyncpg
import msgspec

from budget.database import fetch
from budget.forecasting.outlook import Method, Outlook
from budget.forecasting.series import months_after, months_between, read_history
from budget.years import span

MONTHS: Final = 12
"""So many past month ends are shown."""

_DAY: Final = timedelta(days=1)


class Error(msgspec.Struct, frozen=True):
    """What the pool was expected to spend in the next month and the year, and what it spent.

    `hindsight`: made later than in the month after, from what had been posted until `data_to`.
    The year's figures are null until it is over.
    """

    data_to: date
    year: str
    method: Method
    hindsight: bool
    month_expected_pence: int
    month_pence: int
    year_expected_pence: int | None
    year_low_pence: int | None
    year_high_pence: int | None
    year_pence: int | None


class Errors(msgspec.Struct, frozen=True):
    """The newest past month ends, oldest first; errors are unrounded fractions of what came.

    `month` is the mean over them, whatever the sign; `years_within` of `years` ended as they were
    forecast: between low and high.
    """

    rows: list[Error]
    month: float | None
    years: int
    years_within: int


async def errors(year: str, day: date) -> Errors:
    """The errors of the forecasts of a year and the one before it, as known on a day.

    What came counts as it is posted now.
    """
    first, last = span(year)
    # Of a year still to come, what is known of the one before.
    end = min(max(day, first) + _DAY, last + _DAY).replace(day=1) - _DAY
    history = await read_history(end)
    if history is None:
        return Errors([], None, 0, 0)
    spent = dict(
        zip(
            (months_after(history.begins_on, number) for number in range(history.months)),
            history.pool,
            strict=True,
        )
    )
    before = months_after(first, -MONTHS)
    past = await fetch(_PAST, before - _DAY, end)
    rows = [_error(row, spent, month) for row in past if (month := row["data_to"] + _DAY) in spent]
    return _errors(rows[-MONTHS:])


# Of each month end the forecast that was made in the month after it, else the newest.
_PAST: Final = """
select distinct on (data_to, year) data_to, year, made_at, method, content from forecasts
where data_to >= $1 and data_to < $2
order by data_to, year, made_at < data_to + interval '32 days' desc, made_at desc
"""


def _error(row: asyncpg.Record, spent: dict[date, int], month: date) -> Error:
    pool = msgspec.json.decode(row["content"], type=Outlook).pool
    first, last = span(row["year"])
    so_far = sum(pence for begins, pence in spent.items() if first <= begins < month)
    over = months_between(first, max(spent)) >= MONTHS - 1
    expected = so_far + sum(pool.months)
    whole = sum(pence for begins, pence in spent.items() if first <= begins <= last)
    return Error(
        data_to=month - _DAY,
        year=row["year"],
        method=row["method"],
        hindsight=row["made_at"].date() >= months_after(month, 1),
        month_expected_pence=pool.months[0],
        month_pence=spent[month],
        year_expected_pence=expected if over else None,
        year_low_pence=expected - pool.below[-1] if over else None,
        year_high_pence=expected + pool.above[-1] if over else None,
        year_pence=whole if over else None,
    )


def _errors(rows: list[Error]) -> Errors:
    off = [
        abs(row.month_expected_pence - row.month_pence) / abs(row.month_pence)
        for row in rows
        if row.month_pence
    ]
    ended = [row for row in rows if row.year_pence is not None]
    return Errors(
        rows,
        fmean(off) if off else None,
        len(ended),
        sum(
            (row.year_low_pence or 0) <= (row.year_pence or 0) <= (row.year_high_pence or 0)
            for row in ended
        ),
    )
