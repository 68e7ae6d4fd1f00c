"""The financial year that an address asks for."""

from budget.refusals import Missing, Wrong
from budget.years import london_day, span, year_of
from web.pages import PageRequest


def asked_year(request: PageRequest) -> str:
    """The year, today's where none is named; Missing for what is none."""
    return known_year(request.sought("year") or year_of(london_day(request.now)))


def known_year(year: str) -> str:
    """The year, where it is one; Missing else."""
    try:
        span(year)
    except Wrong as refusal:
        raise Missing("year-not-found", "There is no such financial year.") from refusal
    return year
