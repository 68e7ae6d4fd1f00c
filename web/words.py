"""Days, times and money as pages write them. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, time

from budget.years import LONDON


def day(day: date) -> str:
    """A day, such as 6 May 1941."""
    return f"{day.day} {day:%B %Y}"


def weekday(day: date) -> str:
    """A day with its weekday, such as Tuesday 24 November."""
    return f"{day:%A} {day.day} {day:%B}"


def short_day(day: date) -> str:
    """The same where there is little room, such as Tue 24 Nov."""
    return f"{day:%a} {day.day} {day:%b}"


def moment(at: datetime) -> str:
    """A moment as London's clock tells it, such as 6 May 2026, 9:05am."""
    there = at.astimezone(LONDON)
    return f"{day(there.date())}, {_hour(there.time())}:{there:%M}{_half(there.time())}"


def clock(at: time) -> str:
    """A time of day, such as 3pm or 3:30pm."""
    return f"{_hour(at)}:{at:%M}{_half(at)}" if at.minute else f"{_hour(at)}{_half(at)}"


def _hour(at: time) -> int:
    return at.hour % 12 or 12


def _half(at: time) -> str:
    return "am" if at.hour < 12 else "pm"  # noqa: PLR2004 - noon


def stamp(at: datetime) -> str:
    """A moment as short as it is still plain, for tables, such as 6 May 2026, 9:05am."""
    there = at.astimezone(LONDON)
    hour = there.hour % 12 or 12
    return f"{there.day} {there:%b %Y}, {hour}:{there:%M}{'am' if there.hour < 12 else 'pm'}"  # noqa: PLR2004 - noon


def pounds(pence: int) -> str:
    """Money, such as £1,661.50, and £41 where there are no pence over."""
    sign = "-" if pence < 0 else ""
    whole, over = divmod(abs(pence), 100)
    return f"{sign}£{whole:,}.{over:02d}" if over else f"{sign}£{whole:,}"


def count(number: int, one: str, many: str | None = None) -> str:
    """So many of something, such as 1 bed, 2 beds."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def nhs_number(digits: str) -> str:
    """An NHS number as it is read out: 999 000 0018."""
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"


def listed(words: Sequence[str]) -> str:
    """Words one after another: a, b and c."""
    first, last = words[:-1], words[-1]
    return f"{', '.join(first)} and {last}" if first else last


def numbered(name: str, number: int) -> str:
    """A product, and how many where it is not one: Commode (2)."""
    return name if number == 1 else f"{name} ({number:,})"
