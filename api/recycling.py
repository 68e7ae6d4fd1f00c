"""What recycling is made of: cohorts, what waits, what was scrapped and why."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from litestar.params import QueryParameter

from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.routes import get
from budget import behind, cohorts
from budget.behind import Counted, Kind, Wanted
from budget.cohorts import Asked, Cohorts, Of
from budget.recycling import By, Scope
from budget.variation import By as Compared
from budget.within import within_of
from budget.years import london_day, span, year_of
from equipment.places import LONGEST_CODE
from equipment.returns import ageing, comparing, not_back, scrapped
from equipment.returns.ageing import Ageing
from equipment.returns.comparing import Variation
from equipment.returns.left_out import LeftOut, Narrowed, left_out
from equipment.returns.scrapped import Scrapped

_First = Annotated[date | None, QueryParameter(name="from")]
_Last = Annotated[date | None, QueryParameter(name="to")]
_Products = Annotated[Scope, QueryParameter(name="scope")]
_Key = Annotated[
    str | None,
    QueryParameter(min_length=1, max_length=100, description="The partner, product or team."),
]
_Sku = Annotated[
    str | None, QueryParameter(min_length=1, max_length=LONGEST_CODE, description="Of this alone.")
]
_Within = Annotated[
    str | None,
    QueryParameter(name="within", description="Of this alone, too, such as partner:04K."),
]
_Reason = Annotated[
    str | None,
    QueryParameter(
        min_length=1, max_length=16, description="A `reason_id` of what was scrapped alone."
    ),
]
_Depot = Annotated[
    str | None, QueryParameter(min_length=1, max_length=LONGEST_CODE, description="At this alone.")
]


@get("/api/returns/ageing", task="read items", tags=["Depots"])
async def show_ageing(request: ApiRequest, depot: _Depot = None) -> Ageing:
    """Count what came back and is not fit to lend yet, by days since it came."""
    return await ageing.ageing(request.caller, request.now, depot)


def _span(request: ApiRequest, first: date | None, last: date | None) -> tuple[date, date]:
    """The span that is asked for; by default the financial year of its end, up to there."""
    end = last or london_day(request.now)
    return first or min(span(year_of(end))[0], end), end


@get("/api/recycling/cohorts", task="read the pool", tags=["The pool"])
async def show_cohorts(  # noqa: PLR0917 - what narrows a report
    request: ApiRequest,
    first: _First = None,
    last: _Last = None,
    of: Of = "none",
    key: _Key = None,
    products: _Products = "reusable",
) -> Cohorts:
    """What became of what was issued, by month of issue; by default of the year up to now."""
    asked = Asked(*_span(request, first, last), of, key, products)
    return await cohorts.cohorts(asked, london_day(request.now))


@get("/api/recycling/movements", task="read the pool", tags=["The pool"])
async def list_behind(  # noqa: PLR0917 - the filters of a list
    request: ApiRequest,
    count: Kind,
    first: _First = None,
    last: _Last = None,
    by: By = "none",
    key: _Key = None,
    products: _Products = "reusable",
    inside: _Within = None,
    reason: _Reason = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Counted]:
    """The movements behind one count of the recycling figures, without anybody's name."""
    within = within_of(inside)
    wanted = Wanted(count, *_span(request, first, last), by, key, products, within, reason)
    begin = key_after(after, tuple[date, UUID]) or behind.FIRST
    rows = await behind.behind(wanted, after=begin, limit=limit + 1)
    return page(rows, limit, lambda row: (row.occurred_on, row.loan))


@get("/api/recycling/scrapped", task="read the pool", tags=["The pool"])
async def show_scrapped(
    request: ApiRequest,
    first: _First = None,
    last: _Last = None,
    by: scrapped.By = "reason",
    products: _Products = "reusable",
) -> Scrapped:
    """What was scrapped or written off, by reason or by product; the commonest hundred."""
    begin, end = _span(request, first, last)
    return await scrapped.scrapped(request.caller, begin, end, by, products)


@get("/api/recycling/not-back", task="read the pool", tags=["The pool"])
async def show_not_back(request: ApiRequest) -> not_back.Unreturned:
    """What never came back, and whether it is worth fetching, by product."""
    return await not_back.not_back(request.caller, request.now)


@get("/api/recycling/not-back/items", task="read the pool", tags=["The pool"])
async def list_left_out(  # noqa: PLR0917 - the filters of a list
    request: ApiRequest,
    why: not_back.Why | None = None,
    sku: _Sku = None,
    worth: Annotated[bool, QueryParameter(description="Only what is worth fetching.")] = False,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[LeftOut]:
    """What never came back, item by item, without anybody's name."""
    wanted = Narrowed(why=why, sku=sku, worth=worth)
    begin = key_after(after, int) or 0
    rows = await left_out(request.caller, wanted, request.now, after=begin, limit=limit + 1)
    return page(rows, limit, lambda row: row.seq)


@get("/api/recycling/variation", task="read the pool", tags=["The pool"])
async def show_variation(  # noqa: PLR0917 - what narrows a report
    request: ApiRequest,
    first: _First = None,
    last: _Last = None,
    by: Compared = "team",
    products: _Products = "reusable",
    inside: _Within = None,
) -> Variation:
    """Compare teams or partners: issues, cost, returns and recycling, with control limits."""
    asked = comparing.Asked(*_span(request, first, last), by, products, within_of(inside))
    return await comparing.variation(request.caller, asked)


ROUTES: Final = (
    show_ageing,
    show_cohorts,
    list_behind,
    show_scrapped,
    show_not_back,
    list_left_out,
    show_variation,
)
