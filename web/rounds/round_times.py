"""Times of a day's rounds as pages write them. Pure."""

from datetime import datetime

from budget.years import LONDON
from web.words import clock


def at(moment: datetime) -> str:
    """A moment of the day, such as 9:05am."""
    return clock(moment.astimezone(LONDON).time())
