"""What came back and what did not, on a page: what waits, why items went, what is left."""

from typing import Final

from litestar import Response

from budget.refusals import Wrong
from equipment.returns.ageing import ageing
from equipment.returns.not_back import not_back
from equipment.returns.scrapped import scrapped
from web import pages
from web.pages import PageRequest
from web.pool import returned_words
from web.pool.recycling import TASK, asked_of, filled_of, names_of
from web.rendering import page


@pages.get("/budget/recycling/waiting", task=TASK)
async def show_waiting(request: PageRequest) -> Response[str]:
    """What waits by now, why items went in a span of days, and what never came back."""
    filled, caller, base = filled_of(request), request.caller, request.site.base
    try:
        asked = asked_of(filled)
        span = (asked.first, asked.last)
        reasons = await scrapped(caller, *span, "reason", asked.scope)
        products = await scrapped(caller, *span, "sku", asked.scope)
    except Wrong as refusal:
        content = returned_words.refused_page(filled, refusal, base)
        return page(request, "budget_waiting.jinja", content, status=422)
    waits = await ageing(caller, request.now)
    left = await not_back(caller, request.now)
    names = await names_of(request, [row.key for row in products.rows if row.key])
    content = returned_words.waiting_page(
        waits, (reasons, products), left, filled, base, names=names
    )
    return page(request, "budget_waiting.jinja", content)


PAGES: Final = (show_waiting,)
