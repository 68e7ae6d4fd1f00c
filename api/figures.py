"""Figures of visits, and the visits behind each: for those who pay, plan and look into it."""

from datetime import date, timedelta
from typing import Annotated, Final

from litestar.params import QueryParameter

from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.routes import get
from budget.years import london_day
from equipment.places import LONGEST_CODE
from logistics.figures import figures
from logistics.figures.figure_form import (
    WITHIN_MAX,
    WITHIN_USUAL,
    Behind,
    By,
    Name,
    Part,
    Question,
    Report,
    Sought,
)
from logistics.visits.catching_up import catch_up

_First = Annotated[date | None, QueryParameter(name="from")]
_Last = Annotated[date | None, QueryParameter(name="to")]
_Code = Annotated[str | None, QueryParameter(min_length=1, max_length=LONGEST_CODE)]
_Within = Annotated[
    int,
    QueryParameter(ge=0, le=WITHIN_MAX, description="Working days in which to collect."),
]
_MONTH = timedelta(days=29)


def _span(request: ApiRequest, first: date | None, last: date | None) -> tuple[date, date]:
    """The span that is asked for; by default the last thirty days."""
    end = last or london_day(request.now)
    return first or end - min(_MONTH, end - date.min), end


@get("/api/figures", task="read figures", tags=["Figures"])
async def show_figures(  # noqa: PLR0917 - what narrows a report
    request: ApiRequest,
    first: _First = None,
    last: _Last = None,
    by: By = "none",
    depot: _Code = None,
    partner: _Code = None,
    within: _Within = WITHIN_USUAL,
) -> Report:
    """How promises were kept in a span of days; by default the last thirty."""
    await catch_up(request.now)
    begin, end = _span(request, first, last)
    asked = Question(first=begin, last=end, by=by, depot=depot, partner=partner, within=within)
    return await figures.report(request.caller, asked, request.now)


@get("/api/figures/visits", task="read figures", tags=["Figures"])
async def list_behind(  # noqa: PLR0917 - the filters of a list
    request: ApiRequest,
    figure: Name,
    first: _First = None,
    last: _Last = None,
    depot: _Code = None,
    partner: _Code = None,
    within: _Within = WITHIN_USUAL,
    part: Part | None = None,
    van: _Code = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Behind]:
    """The visits behind a figure, by the day on which each is counted."""
    key = key_after(after, tuple[date, int]) or figures.FIRST
    begin, end = _span(request, first, last)
    asked = Question(first=begin, last=end, depot=depot, partner=partner, within=within)
    wanted = Sought(name=figure, question=asked, part=part, van=van)
    rows = await figures.behind(request.caller, wanted, request.now, after=key, limit=limit + 1)
    found = page(rows, limit, lambda row: row[0])
    return Page([visit for _, visit in found.results], found.next)


ROUTES: Final = (
    show_figures,
    list_behind,
)
