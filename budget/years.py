"""Financial years and London days. Pure."""

import re
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from budget.refusals import Fault, Wrong

LONDON: Final = ZoneInfo("Europe/London")
_YEAR: Final = re.compile(r"((?:19|20|21)[0-9]{2})-([0-9]{2})")


def london_day(moment: datetime) -> date:
    """The calendar day in Nottingham at that moment."""
    return moment.astimezone(LONDON).date()


def year_of(day: date) -> str:
    """The financial year a day lies in, such as `2018-19`: 1 April to 31 March."""
    first = day.year if (day.month, day.day) >= (4, 1) else day.year - 1
    return f"{first:04d}-{(first + 1) % 100:02d}"


def span(year: str) -> tuple[date, date]:
    """The first and last day of a financial year; Wrong where it is not written as one."""
    match = _YEAR.fullmatch(year)
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        raise Wrong([Fault("year", "Write the financial year as 2018-19: 1 April to 31 March.")])
    first = int(match[1])
    return date(first, 4, 1), date(first + 1, 3, 31)
