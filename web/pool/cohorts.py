"""Cohorts on a page: of what was issued in a month, how much came back by when."""

from typing import Final

import msgspec
from litestar import Response

from budget import cohorts, partners
from budget.cohorts import Asked, Cohorts, Of
from budget.refusals import Wrong
from budget.years import london_day
from web import pages
from web.forms import as_struct
from web.pages import PageRequest
from web.pool import cohort_words
from web.pool.recycling import TASK, asked_of, filled_of
from web.rendering import page

_MOST: Final = 200


class _Whose(msgspec.Struct, frozen=True):
    """Whose cohorts, of partners, products or teams."""

    of: Of = "none"
    key: str | None = None


@pages.get("/budget/recycling/cohorts", task=TASK)
async def show_cohorts(request: PageRequest) -> Response[str]:
    """What became of what was issued, by month of issue; of this year's months if none is named."""
    filled, base = filled_of(request), request.site.base
    of = request.sought("of") or "none"
    names = {each.ods: each.name for each in await partners.listed("", _MOST)}
    try:
        found = await followed(request)
    except Wrong as refusal:
        content = cohort_words.refused_page(filled, of, refusal, base)
        return page(request, "budget_cohorts.jinja", content, status=422)
    content = cohort_words.cohorts_page(found, filled, names, base)
    return page(request, "budget_cohorts.jinja", content)


async def followed(request: PageRequest) -> Cohorts:
    """The cohorts that an address asks for. Raises Wrong where there are none such."""
    filled = filled_of(request)
    span = asked_of(filled)
    whose = as_struct({"of": request.sought("of") or "none", "key": filled.given("key")}, _Whose)
    asked = Asked(span.first, span.last, whose.of, whose.key, span.scope)
    return await cohorts.cohorts(asked, london_day(request.now))


PAGES: Final = (show_cohorts,)
