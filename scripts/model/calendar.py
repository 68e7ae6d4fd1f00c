"""The model year's calendar: its days, when the service works, how busy each month is. Pure."""

from bisect import bisect_left
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Final

from budget.years import LONDON

# What still stands in homes on 1 January 2018 was lent in the two years before.
OPENING_FROM: Final = date(2016, 1, 1)
# A quarter played before the year, so that the year begins with shelves and benches in use.
RUN_IN_FROM: Final = date(2018, 1, 1)
YEAR_FROM: Final = date(2018, 4, 1)
YEAR_TO: Final = date(2019, 3, 31)
# Asked for by the end of the year and still to be delivered: a fortnight of it.
TAIL_TO: Final = date(2019, 4, 14)
THE_END: Final = datetime.combine(YEAR_TO, time(23, 59), LONDON)

# A guess: winter brings more discharges from hospital, August and the days off fewer.
_BUSY: Final = (1.10, 1.05, 1.08, 0.98, 1.00, 0.98, 0.97, 0.93, 0.98, 1.02, 1.03, 0.95)
_SATURDAY: Final = 5
_BANK_HOLIDAYS: Final = frozenset(
    {
        date(2018, 1, 1),
        date(2018, 3, 30),
        date(2018, 4, 2),
        date(2018, 5, 7),
        date(2018, 5, 28),
        date(2018, 8, 27),
        date(2018, 12, 25),
        date(2018, 12, 26),
        date(2019, 1, 1),
    }
)


def is_working_day(day: date) -> bool:
    """Whether vans go out: Monday to Friday, but for England's bank holidays from 2018 on."""
    return day.weekday() < _SATURDAY and day not in _BANK_HOLIDAYS


def is_in_year(day: date) -> bool:
    """Whether it is one of the model year's days."""
    return YEAR_FROM <= day <= YEAR_TO


@cache
def working_day(day: date) -> date:
    """The day itself or else the next working day."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


@cache
def working_days_on(day: date, count: int) -> date:
    """The working day that lies `count` working days after, or before where it is negative."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def moment(day: date, earliest: str, latest: str, rng: Random) -> datetime:
    """Some minute of a day between two times of day, in London."""
    first, minutes = _minutes(earliest, latest)
    hour, minute = divmod(first + int(rng.random() * minutes), 60)
    # Built at once: a year has a million of them, and the play must cost less than its recording.
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


@cache
def _minutes(earliest: str, latest: str) -> tuple[int, int]:
    """The first minute of the day, and how many there are until the last."""
    first, last = (time.fromisoformat(text) for text in (earliest, latest))
    return first.hour * 60 + first.minute, (
        last.hour - first.hour
    ) * 60 + last.minute - first.minute


class Season:
    """A span of working days over which demand is spread as the months are busy."""

    def __init__(self, first: date, last: date) -> None:
        span = (first + timedelta(days=n) for n in range((last - first).days + 1))
        self.days = [day for day in span if is_working_day(day)]
        self._until = list(accumulate(_BUSY[day.month - 1] for day in self.days))

    def spread(self, count: int, rng: Random) -> list[date]:
        """Days for that many deliveries, in order: one drawn from each equal share of the span."""
        whole = self._until[-1]
        places = ((n + rng.random()) / count * whole for n in range(count))
        return [self.days[bisect_left(self._until, place)] for place in places]
