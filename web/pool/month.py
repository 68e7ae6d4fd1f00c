"""Why a month was dear, or was not, on a page: beside the months before it."""

from typing import Final

from litestar import Response

from budget.month_compared import month_compared
from budget.refusals import Missing, Wrong
from budget.years import london_day
from web import pages
from web.pages import PageRequest
from web.pool import month_words
from web.pool.recycling import names_of
from web.pool.years import asked_year
from web.rendering import page


@pages.get("/budget/month", task="read the pool")
async def show_month(request: PageRequest) -> Response[str]:
    """A month of a financial year, figure by figure."""
    year = asked_year(request)
    try:
        found = await month_compared(year, request.sought("month"))
    except Wrong as refusal:
        raise Missing("month-not-found", "There is no such month.") from refusal
    names = await names_of(request, [each.key for each in found.products])
    today = london_day(request.now)
    content = month_words.month_page(found, names, today, request.site.base)
    return page(request, "budget_month.jinja", content)


PAGES: Final = (show_month,)
