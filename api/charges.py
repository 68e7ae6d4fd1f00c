"""Charges that no scan makes, each decided by a second person."""

from typing import Final
from uuid import UUID

from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.proposals import Declined
from api.request import ApiRequest
from api.routes import get, post
from budget import charges
from budget.charges import PoolCharge, Proposal
from budget.proposals import Status


@post("/api/charges", task="propose charges", status_code=201, tags=["The pool"])
async def propose_charge(request: ApiRequest, data: Json[Proposal]) -> PoolCharge:
    """Propose a management fee, a purchase of stock, an adjustment or a correction."""
    return await charges.propose(request.caller.username, data, request.now)


@get("/api/charges", task="read the pool", tags=["The pool"])
async def list_charges(
    status: Status | None = None, limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[PoolCharge]:
    """Every charge that was proposed, oldest first."""
    rows = await charges.listed(status, key_after(after, int) or 0, limit + 1)
    return page(rows, limit, lambda charge: charge.seq)


@post(
    "/api/charges/{charge:uuid}/approve",
    task="decide on charges",
    status_code=200,
    tags=["The pool"],
)
async def approve_charge(request: ApiRequest, charge: UUID) -> PoolCharge:
    """Approve and post what somebody else has proposed."""
    return await charges.approve(request.caller.username, charge, request.now)


@post(
    "/api/charges/{charge:uuid}/decline",
    task="decide on charges",
    status_code=200,
    tags=["The pool"],
)
async def decline_charge(request: ApiRequest, charge: UUID, data: Json[Declined]) -> PoolCharge:
    """Decline what somebody else has proposed, and say why; nothing is posted."""
    return await charges.decline(request.caller.username, charge, data.answer, request.now)


ROUTES: Final = (
    propose_charge,
    list_charges,
    approve_charge,
    decline_charge,
)
