"""Where a year ends, for the pool and each partner, by the newest forecast and a day's figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from budget.forecasting.inheriting import rests
from budget.forecasting.kept import Kept, made_now
from budget.forecasting.outlook import (
    WORDS,
    Method,
    YearEnd,
    by_average,
    ending,
    sum_up,
    year_end,
)
from budget.partners import Succession, successor_on
from budget.years import london_day, span


class ForecastNote(msgspec.Struct, frozen=True):
    """How a forecast was made; by `ordered`, that there is none to speak of.

    It is where the year ends as seen on `day`: what was spent by then, and what was expected of
    the rest from the whole months up to `data_to`. `made_at` null: at this moment, by a plain
    method. `hindsight`: it was made after that day, from those months all the same. `form`: of
    what it was smoothed.
    """

    day: date
    method: Method
    how: str
    data_to: date | None = None
    made_at: datetime | None = None
    hindsight: bool = False
    form: str | None = None


class Standing(msgspec.Struct, frozen=True):
    """What a partner has spent in a year by a day, and what is ordered and not delivered."""

    spent: int
    committed: int


@dataclass(frozen=True, slots=True)
class YearEnds:
    """Where the year ends for the pool and each partner, and how that was found."""

    note: ForecastNote
    pool: YearEnd
    partners: Mapping[str, YearEnd]
    kept: Kept | None = None


def seen_on(year: str, day: date, now: datetime) -> date:
    """The day from which a year's end is seen: of one still to come, today."""
    return min(day, london_day(now), span(year)[1])


async def year_ends(
    year: str,
    day: date,
    found: Mapping[str, Standing],
    newest: Kept | None,
    succession: Succession,
) -> YearEnds:
    """Where a year ends as seen_on() a day, by the newest forecast kept by then, if any."""
    first, last = span(year)
    if day == last:
        return _known(ForecastNote(day, "ended", WORDS["ended"], data_to=last), found)
    kept = newest or await made_now(year, day, succession) if day >= first else None
    if kept is not None:
        return _by(kept, day, found, succession)
    if day < first or not any(each.spent for each in found.values()):
        return _known(ForecastNote(day, "ordered", WORDS["ordered"]), found, ordered=True)
    return _by_average(first, last, day, found, succession)


def _known(note: ForecastNote, found: Mapping[str, Standing], *, ordered: bool = False) -> YearEnds:
    """Where nothing is guessed: what was spent, and with `ordered` what is ordered beside it."""
    pence = {ods: each.spent + ordered * max(0, each.committed) for ods, each in found.items()}
    whole = sum(pence.values())
    partners = {ods: YearEnd(each, each, each) for ods, each in pence.items()}
    return YearEnds(note, YearEnd(whole, whole, whole), partners)


def _by(kept: Kept, day: date, found: Mapping[str, Standing], succession: Succession) -> YearEnds:
    """As the kept forecast expects; by who pays for what is still to come."""
    left = rests(kept.outlook, day, succession)
    still = _still(found, day, succession)
    partners = {
        ods: ending(left.get(ods), each.spent, still[ods].committed) for ods, each in found.items()
    }
    hindsight = kept.made_at is not None and london_day(kept.made_at) > day
    note = ForecastNote(
        day, kept.method, WORDS[kept.method], kept.data_to, kept.made_at, hindsight, kept.form
    )
    together = _together(found)
    whole = year_end(
        kept.outlook.pool, kept.outlook.begins_on, day, together.spent, together.committed
    )
    return YearEnds(note, sum_up(partners, whole), partners, kept)


def _still(found: Mapping[str, Standing], day: date, succession: Succession) -> dict[str, Standing]:
    """The same by who pays from the day after on: of whoever has gone, nothing."""
    still = dict.fromkeys(found, Standing(0, 0))
    for ods, each in found.items():
        payer = successor_on(succession, ods, day + timedelta(days=1))
        its = still[payer]
        still[payer] = Standing(its.spent + each.spent, its.committed + each.committed)
    return still


def _by_average(
    first: date, last: date, day: date, found: Mapping[str, Standing], succession: Succession
) -> YearEnds:
    days = (day - first).days + 1, (last - day).days
    still = _still(found, day, succession)
    partners = {
        ods: by_average(days, each.spent, still[ods].spent, still[ods].committed)
        for ods, each in found.items()
    }
    together = _together(found)
    whole = by_average(days, together.spent, together.spent, together.committed)
    note = ForecastNote(day, "average", WORDS["average"])
    return YearEnds(note, sum_up(partners, whole), partners)


def _together(found: Mapping[str, Standing]) -> Standing:
    return Standing(
        sum(each.spent for each in found.values()), sum(each.committed for each in found.values())
    )
