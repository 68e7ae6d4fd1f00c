"""Working days in England, and by when an order is due. Pure, but for the list that ships."""

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

from govuk_bank_holidays.bank_holidays import (  # type: ignore[import-untyped]  # it has no types
    BankHolidays,
)

from budget.years import LONDON

WORKING_DAYS: Final = {
    "same_day": 0,
    "next_day": 1,
    "3_day": 3,
    "5_day": 5,
    "7_day": 7,
    "10_day": 10,
}
"""On which working day after ordering a delivery of each speed is due, the fastest first."""

_DAY: Final = timedelta(days=1)


def due_on(ordered_at: datetime, speed: str, cut_off: time | None) -> date:
    """The London day by which an order of that moment arrives.

    What is ordered after the depot's cut-off counts as ordered on the next day, be it a working
    day or not. Contract section 5; England's bank holidays as GOV.UK publishes them.
    """
    return working_day_after(counted_on(ordered_at, cut_off), WORKING_DAYS[speed])


def comes_later(day: date, speed: str) -> bool:
    """Whether what is ordered as of a day arrives sooner than what is ordered as of the next."""
    days = WORKING_DAYS[speed]
    return working_day_after(day, days) < working_day_after(day + _DAY, days)


def counted_on(ordered_at: datetime, cut_off: time | None) -> date:
    """The London day as of which an order of that moment counts: after the cut-off, the next."""
    local = ordered_at.astimezone(LONDON)
    late = cut_off is not None and local.time() > cut_off
    return local.date() + _DAY if late else local.date()


def working_day_after(day: date, number: int) -> date:
    """The first, second and so on working day after a day; the day itself for 0."""
    while number > 0:
        day += _DAY
        number -= is_working_day(day)
    return day


def is_working_day(day: date) -> bool:
    """Whether it is neither at a weekend nor a bank holiday.

    Of years for which no bank holidays have been published yet, only weekends are known.
    """
    return day.weekday() not in _WEEKEND and day not in _bank_holidays()


_WEEKEND: Final = frozenset({5, 6})


@cache
def _bank_holidays() -> frozenset[date]:
    """As they came with the library: the network is not asked."""
    known = BankHolidays(use_cached_holidays=True)
    return frozenset(each["date"] for each in known.get_holidays(BankHolidays.ENGLAND_AND_WALES))
