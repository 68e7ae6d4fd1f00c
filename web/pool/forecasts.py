"""Where the year ends, on a page: how that is worked out, how well so far, and what if."""

from datetime import date
from typing import Final

import msgspec
from litestar import Response

from budget import outlooks, recycling
from budget.forecasting.what_if import Change, Percent, Rate
from budget.recycling import Question
from budget.refusals import Missing, Wrong
from budget.years import london_day, span, year_of
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest
from web.pool import outlook_words
from web.rendering import page

_TASK: Final = "read the pool"
_ASKED: Final = ("recycling", "need", "prices")


class _Asked(msgspec.Struct, frozen=True):
    """What is to be otherwise."""

    recycling: Rate | None = None
    need: Percent = 0
    prices: Percent = 0


@pages.get("/budget/forecast", task=_TASK)
async def show_outlook(request: PageRequest) -> Response[str]:
    """The outlook of a financial year, as on a day: of today where none is named."""
    year = request.sought("year") or year_of(london_day(request.now))
    as_of = asked_day(request)
    try:
        first, last = span(year)
    except Wrong as refusal:
        raise Missing("year-not-found", "There is no such financial year.") from refusal
    budget, outlook = await outlooks.pool_outlook(year, as_of, request.now)
    figures = await recycling.report(Question(first, max(first, min(as_of or last, last))))
    asked = Filled({name: [request.sought(name)] for name in _ASKED})
    refused: Wrong | None = None
    change = Change()
    try:
        wanted = as_struct({name: asked.given(name) for name in _ASKED}, _Asked)
        change = Change(wanted.recycling, wanted.need, wanted.prices)
    except Wrong as refusal:
        refused = refusal
    content = outlook_words.outlook_page(
        budget,
        outlook,
        figures,
        await outlooks.year_if(year, as_of, request.now, change),
        asked,
        base=request.site.base,
        as_of=as_of.isoformat() if as_of else "",
        refusal=refused,
    )
    return page(request, "budget_forecast.jinja", content, status=422 if refused else 200)


def asked_day(request: PageRequest) -> date | None:
    """The day that is asked about, None where none is; Missing for what is no day."""
    asked = request.sought("as_of")
    if not asked:
        return None
    try:
        return date.fromisoformat(asked)
    except ValueError as error:
        raise Missing("day-not-found", "There is no such day.") from error


PAGES: Final = (show_outlook,)
