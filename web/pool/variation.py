"""Teams and partners compared with chance, on a page."""

from typing import Final

import msgspec
from litestar import Response

from budget import recycling
from budget.recycling import Question
from budget.refusals import Wrong
from budget.variation import By
from equipment.returns import comparing
from equipment.returns.comparing import Asked, Variation
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest
from web.pool import variation_words
from web.pool.recycling import TASK, asked_of, filled_of, names_of
from web.rendering import page

_WITHIN: Final[tuple[recycling.By, ...]] = ("team", "category")


class _Compared(msgspec.Struct, frozen=True):
    """Whether teams or partners are compared."""

    by: By = "team"


@pages.get("/budget/recycling/variation", task=TASK)
async def show_variation(request: PageRequest) -> Response[str]:
    """How teams or partners differ, and what of it chance explains; of this year's days so far."""
    filled, base = filled_of(request), request.site.base
    names = await names_of(request)
    try:
        found = await compared(request)
    except Wrong as refusal:
        content = variation_words.refused_page(filled, refusal, base)
        return page(request, "budget_variation.jinja", content, status=422)
    withins = variation_words.withins(found, names, await _keys(found))
    content = variation_words.variation_page(found, filled, names, withins, base)
    return page(request, "budget_variation.jinja", content)


async def _keys(found: Variation) -> dict[recycling.By, list[str]]:
    """The teams and categories of which something was counted in these days."""
    keys = {}
    for by in _WITHIN:
        report = await recycling.report(Question(found.first, found.last, by, found.scope))
        keys[by] = [row.key for row in report.rows if row.key]
    return keys


async def compared(request: PageRequest) -> Variation:
    """What an address asks to be compared. Raises Wrong where that cannot be."""
    filled = filled_of(request)
    wanted = as_struct({"by": filled.given("by")}, _Compared)
    span = asked_of(Filled({**filled.fields, "by": []}))
    asked = Asked(span.first, span.last, wanted.by, span.scope, span.of())
    return await comparing.variation(request.caller, asked)


PAGES: Final = (show_variation,)
