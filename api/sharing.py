"""How the partners share: agreements that a second person approves, and what each owes by them."""

from datetime import date
from typing import Final
from uuid import UUID

from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.proposals import Declined
from api.request import ApiRequest
from api.routes import get, post
from budget.proposals import Status
from budget.sharing import agreements, owing
from budget.sharing.agreements import Agreement, AgreementProposal
from budget.sharing.owing import Owing


@post("/api/sharing", task="propose sharing", status_code=201, tags=["The pool"])
async def propose_sharing(request: ApiRequest, data: Json[AgreementProposal]) -> Agreement:
    """Propose how costs are shared from a month on."""
    return await agreements.propose(request.caller.username, data, request.now)


@get("/api/sharing", task="read the pool", tags=["The pool"])
async def list_sharing(
    year: str | None = None,
    status: Status | None = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Agreement]:
    """Every agreement on sharing that was proposed, oldest first."""
    rows = await agreements.listed(year, status, key_after(after, int) or 0, limit + 1)
    return page(rows, limit, lambda agreement: agreement.seq)


@post(
    "/api/sharing/{agreement:uuid}/approve",
    task="decide on sharing",
    status_code=200,
    tags=["The pool"],
)
async def approve_sharing(request: ApiRequest, agreement: UUID) -> Agreement:
    """Approve what somebody else has proposed: it holds from its day on."""
    return await agreements.approve(request.caller.username, agreement, request.now)


@post(
    "/api/sharing/{agreement:uuid}/decline",
    task="decide on sharing",
    status_code=200,
    tags=["The pool"],
)
async def decline_sharing(request: ApiRequest, agreement: UUID, data: Json[Declined]) -> Agreement:
    """Decline what somebody else has proposed, and say why."""
    return await agreements.decline(request.caller.username, agreement, data.answer, request.now)


@get("/api/budgets/{year:str}/shares", task="read the pool", tags=["The pool"])
async def show_shares(request: ApiRequest, year: str, as_of: date | None = None) -> Owing:
    """What each partner bears by the agreement, and would owe if the year ended on that day."""
    return await owing.owing(year, as_of, request.now)


ROUTES: Final = (
    propose_sharing,
    list_sharing,
    approve_sharing,
    decline_sharing,
    show_shares,
)
