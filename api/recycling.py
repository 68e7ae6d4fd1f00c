"""What recycling is made of: cohorts, what waits, what was scrapped and why."""

from datetime import date
from typing import Annotated, Final

from litestar.params import QueryParameter

from api.request import ApiRequest
from api.routes import get
from budget import cohorts
from budget.cohorts import Asked, Cohorts, Of
from budget.recycling import Scope
from budget.years import london_day, span, year_of
from equipment.places import LONGEST_CODE
from equipment.returns import ageing
from equipment.returns.ageing import Ageing

_First = Annotated[date | None, QueryParameter(name="from")]
_Last = Annotated[date | None, QueryParameter(name="to")]
_Products = Annotated[Scope, QueryParameter(name="scope")]
_Key = Annotated[
    str | None,
    QueryParameter(min_length=1, max_length=100, description="The partner, product or team."),
]
_Depot = Annotated[
    str | None, QueryParameter(min_length=1, max_length=LONGEST_CODE, description="At this alone.")
]


@get("/api/returns/ageing", task="read items", tags=["Depots"])
async def show_ageing(request: ApiRequest, depot: _Depot = None) -> Ageing:
    """Count what came back and is not fit to lend yet, by days since it came."""
    return await ageing.ageing(request.caller, request.now, depot)


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
    today = london_day(request.now)
    end = last or today
    begin = first or min(span(year_of(end))[0], end)
    return await cohorts.cohorts(Asked(begin, end, of, key, products), today)


ROUTES: Final = (
    show_ageing,
    show_cohorts,
)
