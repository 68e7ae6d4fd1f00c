"""Reconciliation on pages: the ledger against the movements and the stock."""

from typing import Final

from litestar import Response

from budget.reconciliation import month_reconciled, year_reconciled
from budget.refusals import Missing, Wrong
from budget.years import london_day, year_of
from equipment.depot_names import depot_names
from logistics.visits.reconciling import visits_reconciled
from web import pages
from web.pages import PageRequest
from web.pool import reconciliation_words
from web.rendering import page


@pages.get("/budget/reconciliation", task="read the pool")
async def show_reconciliation(request: PageRequest) -> Response[str]:
    """A year by the sums; a month that is asked for, loan by loan."""
    year = request.sought("year") or year_of(london_day(request.now))
    month, base = request.sought("month"), request.site.base
    try:
        if month:
            found = await month_reconciled(year, month)
            visits = await visits_reconciled(year, month)
            seen = base if request.caller.may("read visits") else None
            depots = await depot_names(request.caller)
            content = reconciliation_words.month_page(
                found, visits, year, request.now, base, visits_at=seen, depots=depots
            )
            return page(request, "budget_reconciled.jinja", content)
        whole = await year_reconciled(year)
    except Wrong as refusal:
        raise Missing("month-not-found", "There is no such month.") from refusal
    content = reconciliation_words.year_page(whole, request.now, base)
    return page(request, "budget_reconciled.jinja", content)


PAGES: Final = (show_reconciliation,)
