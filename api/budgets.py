"""The pool and its recycling, for those who pay."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from litestar.params import QueryParameter

from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.routes import get, put
from budget import commitments, pool, positions, recycling
from budget.commitments import Undelivered
from budget.month_compared import MonthCompared, month_compared
from budget.pool import Budget, YearPlan
from budget.recycling import By, Question, Report, Scope
from budget.within import report_within, within_of
from budget.years import london_day, span, year_of

_WITHIN = "Of this alone, such as partner:04K or category:Beds; then nothing is said to wait."


@put("/api/budgets/{year:str}", task="set budgets", tags=["The pool"])
async def agree_budget(request: ApiRequest, year: str, data: Json[YearPlan]) -> Budget:
    """Set what the partners agreed for a year; it counts for later recordings only."""
    await pool.agree(request.caller.username, year, data)
    return await positions.position(year, None, request.now)


@get("/api/budgets/{year:str}", task="read the pool", tags=["The pool"])
async def show_budget(request: ApiRequest, year: str, as_of: date | None = None) -> Budget:
    """Where the pool and each partner stand at the end of a day, and where the year ends."""
    return await positions.position(year, as_of, request.now)


@get("/api/budgets/{year:str}/month", task="read the pool", tags=["The pool"])
async def show_month(year: str, month: str) -> MonthCompared:
    """A month beside an average one of those before it, and what made the difference."""
    return await month_compared(year, month)


@get("/api/budgets/{year:str}/committed", task="read the pool", tags=["The pool"])
async def list_committed(
    year: str,
    partner: str,
    as_of: date | None = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Undelivered]:
    """List what a partner's orders commit it to, line by line, what is due first first.

    It comes to the partner's `committed_pence` by the end of that day, and names nobody.
    """
    begin = key_after(after, tuple[date, UUID, UUID]) or commitments.FIRST
    rows = await commitments.undelivered(partner, year, as_of, after=begin, limit=limit + 1)
    return page(rows, limit, lambda row: row.place)


@get("/api/recycling", task="read the pool", tags=["The pool"])
async def show_recycling(  # noqa: PLR0917 - what narrows a report
    request: ApiRequest,
    first: Annotated[date | None, QueryParameter(name="from")] = None,
    last: Annotated[date | None, QueryParameter(name="to")] = None,
    by: By = "none",
    products: Annotated[Scope, QueryParameter(name="scope")] = "reusable",
    inside: Annotated[str | None, QueryParameter(name="within", description=_WITHIN)] = None,
) -> Report:
    """The recycling figures by their definition; by default of the financial year so far."""
    end = last or london_day(request.now)
    begin = first or span(year_of(end))[0]
    question = Question(begin, end, by, products)
    within = within_of(inside)
    return await (report_within(question, within) if within else recycling.report(question))


ROUTES: Final = (
    agree_budget,
    show_budget,
    show_month,
    list_committed,
    show_recycling,
)
