"""Days, times and money as pages write them. Pure."""

from datetime import date, datetime

from budget.years import LONDON


def day(day: date) -> str:
    """A day, such as 6 May 1941."""
    return f"{day.day} {day:%B %Y}"


def weekday(day: date) -> str:
    """A day with its weekday, such as Tuesday 24 November."""
    return f"{day:%A} {day.day} {day:%B}"


def moment(at: datetime) -> str:
    """A moment as London's clock tells it, such as 6 May 2026, 9:05am."""
    there = at.astimezone(LONDON)
    hour = there.hour % 12 or 12
    return f"{day(there.date())}, {hour}:{there:%M}{'am' if there.hour < 12 else 'pm'}"  # noqa: PLR2004 - noon


def pounds(pence: int) -> str:
    """Money, such as £1,661.50, and £41 where there are no pence over."""
    sign = "-" if pence < 0 else ""
    whole, over = divmod(abs(pence), 100)
    return f"{sign}£{whole:,}.{over:02d}" if over else f"{sign}£{whole:,}"


def count(number: int, one: str, many: str | None = None) -> str:
    """So many of something, such as 1 bed, 2 beds."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
