"""Moments and a day's seconds after midnight, by the clock on London's walls. Pure."""

from datetime import date, datetime, time, timedelta

from budget.years import LONDON


def moment_of(day: date, seconds: int) -> datetime:
    """The moment at which clocks show so many seconds after that day's midnight."""
    return (datetime.combine(day, time()) + timedelta(seconds=seconds)).replace(tzinfo=LONDON)


def seconds_of(day: date, moment: datetime) -> int:
    """How many seconds after that day's midnight clocks show at a moment."""
    shown = moment.astimezone(LONDON).replace(tzinfo=None)
    return int((shown - datetime.combine(day, time())).total_seconds())


def seconds_at(at: time) -> int:
    """The seconds after midnight of a time of day."""
    return at.hour * 3600 + at.minute * 60 + at.second
