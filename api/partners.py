"""The organisations that pay."""

from typing import Final

from litestar.params import FromPath

from api import routes
from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from budget import partners

# The pool's room knows no roles: the routes' tasks are what guards these functions.
_READ = "read standing data"
_CHANGE = "change standing data"


@routes.post("/api/partners", task=_CHANGE, tags=["Standing data"])
async def enter_partner(request: ApiRequest, data: Json[partners.NewPartner]) -> partners.Partner:
    """Add a partner."""
    return await partners.enter(request.caller.username, data)


@routes.get("/api/partners", task=_READ, tags=["Standing data"])
async def list_partners(
    limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[partners.Partner]:
    """Every partner, by code."""
    rows = await partners.listed(key_after(after, str) or "", limit + 1)
    return page(rows, limit, lambda partner: partner.ods)


@routes.get("/api/partners/{ods:str}", task=_READ, tags=["Standing data"])
async def get_partner(ods: FromPath[str]) -> partners.Partner:
    """Show a partner."""
    return await partners.find(ods)


@routes.patch("/api/partners/{ods:str}", task=_CHANGE, tags=["Standing data"])
async def succeed_partner(
    request: ApiRequest, ods: FromPath[str], data: Json[partners.Takeover]
) -> partners.Partner:
    """Say who takes over, and from which day on; earlier days stay as they are."""
    return await partners.take_over(request.caller.username, ods, data)


ROUTES: Final = (
    enter_partner,
    list_partners,
    get_partner,
    succeed_partner,
)
