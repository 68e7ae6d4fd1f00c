"""How far off forecasts were: what was expected at each past month's end against what came."""

from collections.abc import Sequence
from datetime import date, timedelta
from statistics import fmean
from typing import Final

import asyncpg
import msgspec

from budget.database import fetch
from budget.forecasting.inheriting import Next, first_of, next_month
from budget.forecasting.outlook import Expected, Method, Outlook
from budget.forecasting.series import months_after, months_between, read_history
from budget.partners import successions
from budget.years import london_day, span

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


class SeriesErrors(msgspec.Struct, frozen=True):
    """Of a partner's forecasts of the next month, or the pool's under no code: how far off.

    `off` is the mean of their errors, whatever the sign, as unrounded fractions of what came, null
    where nothing ever came; what came lay between low and high in `within` of `months`.
    """

    ods: str | None
    months: int
    off: float | None
    within: int


class Errors(msgspec.Struct, frozen=True):
    """The newest past month ends, oldest first; errors are unrounded fractions of what came.

    `month` is the mean over them, whatever the sign; `years_within` of `years` ended as they were
    forecast: between low and high. `series` says of the same month ends how far off the next month
    was foreseen, for each partner and, last, the pool.
    """

    rows: list[Error]
    month: float | None
    years: int
    years_within: int
    series: list[SeriesErrors] = msgspec.field(default_factory=list)


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
    known = [months_after(history.begins_on, number) for number in range(history.months)]
    pool = dict(zip(known, history.pool, strict=True))
    found = await fetch(_PAST, months_after(first, -MONTHS) - _DAY, end)
    past = [row for row in found if row["data_to"] + _DAY in pool][-MONTHS:]
    outlooks = [msgspec.json.decode(row["content"], type=Outlook) for row in past]
    succession = await successions()
    foreseen = [(next_month(each, succession), each.begins_on) for each in outlooks]
    series = [
        _series(
            ods,
            [(each[ods], month) for each, month in foreseen if ods in each],
            dict(zip(known, spent, strict=True)),
        )
        for ods, spent in history.partners.items()
    ]
    whole = _series(None, [(first_of(each.pool), each.begins_on) for each in outlooks], pool)
    rows = [_error(row, each.pool, pool) for row, each in zip(past, outlooks, strict=True)]
    return _errors(rows, [*series, whole])


# Of each month end the forecast that was made in the month after it, else the newest.
_PAST: Final = """
select distinct on (data_to, year) data_to, year, made_at, method, content from forecasts
where data_to >= $1 and data_to < $2
order by data_to, year, made_at < data_to + interval '32 days' desc, made_at desc
"""


def _series(
    ods: str | None, foreseen: Sequence[tuple[Next, date]], spent: dict[date, int]
) -> SeriesErrors:
    """How far off the first month of each was."""
    off, within = [], 0
    for expected, month in foreseen:
        away = spent[month] - expected.pence
        within += -expected.below <= away <= expected.above
        if spent[month]:
            off.append(abs(away / spent[month]))
    return SeriesErrors(ods, len(foreseen), fmean(off) if off else None, within)


def _error(row: asyncpg.Record, pool: Expected, spent: dict[date, int]) -> Error:
    month = row["data_to"] + _DAY
    first, last = span(row["year"])
    so_far = sum(pence for begins, pence in spent.items() if first <= begins < month)
    over = months_between(first, max(spent)) >= MONTHS - 1
    expected = so_far + sum(pool.months)
    whole = sum(pence for begins, pence in spent.items() if first <= begins <= last)
    return Error(
        data_to=month - _DAY,
        year=row["year"],
        method=row["method"],
        hindsight=london_day(row["made_at"]) >= months_after(month, 1),
        month_expected_pence=pool.months[0],
        month_pence=spent[month],
        year_expected_pence=expected if over else None,
        year_low_pence=expected - pool.below[-1] if over else None,
        year_high_pence=expected + pool.above[-1] if over else None,
        year_pence=whole if over else None,
    )


def _errors(rows: list[Error], series: list[SeriesErrors]) -> Errors:
    ended = [row for row in rows if row.year_pence is not None]
    within = sum(
        (row.year_low_pence or 0) <= (row.year_pence or 0) <= (row.year_high_pence or 0)
        for row in ended
    )
    return Errors(rows, series[-1].off, len(ended), within, series)
