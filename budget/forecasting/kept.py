"""The forecasts that are kept: made by the clock, never changed, read with today's figures.

One is made from the whole months up to a day, for each month of a year, and made anew where more
was posted into those months since. So a past day has the forecast that was made then, or else one
made afterwards from what was known of the months before it; which, is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

from budget.database import execute, fetch
from budget.forecasting import plain
from budget.forecasting.apart import make_apart
from budget.forecasting.asking import Asked, Fitted
from budget.forecasting.outlook import Method, Outlook
from budget.forecasting.series import (
    History,
    month_ends,
    months_between,
    read_history,
)
from budget.forecasting.together import brought_together
from budget.partners import Succession, successions
from budget.years import LONDON, london_day, span, year_of

AT_ONCE: Final = 24
"""Forecasts made in one go, so that the clock comes to other things."""

_SEED: Final = 20_180_401
_DAY: Final = timedelta(days=1)
_ANEW: Final = 0.01
"""How much more or less of what was spent makes a forecast to be made anew."""


class Kept(msgspec.Struct, frozen=True):
    """A forecast: from which months it was made, when and how. `made_at` null: this moment."""

    data_to: date
    made_at: datetime | None
    method: Method
    outlook: Outlook
    # By which form it was smoothed, in words.
    form: str | None = None


@dataclass(frozen=True, slots=True)
class _Due:
    """A year to be forecast from what was known at the end of a month."""

    year: str
    data_to: date
    history: History

    @property
    def begins_on(self) -> date:
        return self.data_to + _DAY

    @property
    def ahead(self) -> int:
        return months_between(self.begins_on, span(self.year)[1] + _DAY)


async def make_due(now: datetime) -> int:
    """Make the forecasts that are lacking or out of date; how many were made.

    Of two who do at once, both may make the same: nothing comes of it.
    """
    due = (await _due(now))[:AT_ONCE]
    smooth = [each for each in due if _method(each) == "smoothing"]
    made = await _smoothed(smooth, now) if smooth else 0
    for each in due:
        if _method(each) != "smoothing":
            await _keep(each, _plain(each), now, {})
            made += 1
    return made


def _method(due: _Due) -> Method:
    return plain.method_for(due.history.months)


async def _due(now: datetime) -> list[_Due]:
    """Newest first: that is the one that is looked at."""
    today = london_day(now)
    history = await read_history(today.replace(day=1) - _DAY)
    if history is None:
        return []
    kept = {
        (row["year"], row["data_to"]): (row["spent"], row["made_at"]) for row in await fetch(_MADE)
    }
    first, last = int(year_of(history.begins_on)[:4]), int(year_of(today)[:4])
    succession = await successions()
    due = []
    for year in (year_of(date(begin, 4, 1)) for begin in range(last, first - 1, -1)):
        for end in reversed(month_ends(year, today)):
            known = history.until(end)
            # Of past months' ends only what changed much: each late scan would move all of them.
            newest = end == today.replace(day=1) - _DAY
            if _tells(known) and _is_stale(kept.get((year, end)), known, now, daily=newest):
                due.append(_Due(year, end, known.by_payer(succession, end + _DAY)))
    return due


_MADE: Final = """
select distinct on (year, data_to) year, data_to, made_at, (parameters ->> 'spent')::bigint as spent
from forecasts order by year, data_to, made_at desc
"""


def _tells(known: History) -> bool:
    """Whether there is enough of it to forecast from."""
    return known.months >= plain.LEAST_MONTHS and not known.is_quiet


def _is_stale(
    kept: tuple[int, datetime] | None, known: History, now: datetime, *, daily: bool
) -> bool:
    if kept is None:
        return True
    moved, whole = abs(kept[0] - sum(known.pool)), abs(sum(known.pool))
    return moved > _ANEW * whole or (daily and moved > 0 and now - kept[1] > timedelta(days=1))


def _plain(due: _Due) -> Outlook:
    pool, partners = plain.guesses(due.history.pool, due.history.partners, due.ahead)
    return brought_together(due.begins_on, pool, partners)


async def _smoothed(due: Sequence[_Due], now: datetime) -> int:
    asked = [Asked(each.history.pool, each.history.partners, each.ahead, _SEED) for each in due]
    answers = await make_apart(asked)
    if answers is None:
        return 0
    for each, made in zip(due, answers, strict=True):
        outlook = brought_together(each.begins_on, made.pool, made.partners)
        await _keep(each, outlook, now, made.fitted)
    return len(answers)


async def _keep(due: _Due, outlook: Outlook, now: datetime, fitted: dict[str, Fitted]) -> None:
    said: dict[str, Any] = {"spent": sum(due.history.pool), "fitted": fitted, "seed": _SEED}
    texts = (msgspec.json.encode(each).decode() for each in (said, due.history, outlook))
    await execute(_KEEP, due.year, due.data_to, now, _method(due), *texts)


_KEEP: Final = """
insert into forecasts (year, data_to, made_at, method, parameters, inputs, content)
values ($1, $2, $3, $4, $5, $6, $7)
"""


class _Row(msgspec.Struct, frozen=True):
    data_to: date
    made_at: datetime
    method: Method
    content: Outlook
    form: str | None


def kept_of(text: str | None) -> Kept | None:
    """The forecast, of the text that the statement gives."""
    if text is None:
        return None
    row = msgspec.json.decode(text, type=_Row)
    return Kept(row.data_to, row.made_at, row.method, row.content, row.form)


def made_by(day: date) -> datetime:
    """Until when a forecast was made by the end of a day."""
    return datetime.combine(day + _DAY, datetime.min.time(), LONDON)


NEWEST: Final = """
select json_build_object('data_to', data_to, 'made_at', made_at, 'method', method,
    'content', content, 'form', parameters #>> '{fitted,"",words}')::text
from forecasts f where f.year = $1 and data_to <= $2
order by data_to desc, made_at < $3 desc, made_at desc limit 1
"""
"""The forecast of a year that was made by the end of a day ($2, and $3 its end), as JSON.

From the newest months; where none was made by then, the newest that was made since from months
that were over.
"""


async def made_now(year: str, day: date, succession: Succession) -> Kept | None:
    """A plain forecast from the months up to a day, where the clock has made none yet.

    None where there are too few of them for any.
    """
    first, _ = span(year)
    end = max(day.replace(day=1) - _DAY, first - _DAY)
    history = await read_history(end)
    known = history.until(end) if history else None
    if known is None or not _tells(known):
        return None
    method: Method = "recent" if plain.method_for(known.months) == "recent" else "last_year"
    due = _Due(year, end, known.by_payer(succession, end + _DAY))
    return Kept(end, None, method, _plain(due))
