"""Satellite stores: shelves with target levels, what they are short of, emergency issues."""

from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from litestar.params import FromPath, QueryParameter

from api import routes
from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from equipment.orders import emergency_issues, satellites
from equipment.orders.emergency_issues import Emergency, NewEmergency
from equipment.orders.satellites import Levels, ShelfLine, TopUp

_Depot = Annotated[str | None, QueryParameter(max_length=20, description="Of this store only.")]


class Shelf(msgspec.Struct, frozen=True):
    """All that a satellite store is to have."""

    lines: list[ShelfLine]


@routes.get("/api/depots/{code:str}/levels", task="read items", tags=["Satellite stores"])
async def show_levels(request: ApiRequest, code: FromPath[str]) -> Shelf:
    """Show what a satellite store is to have, and has."""
    return Shelf(await satellites.shelf(request.caller, code))


@routes.put("/api/depots/{code:str}/levels", task="set levels", tags=["Satellite stores"])
async def set_levels(request: ApiRequest, code: FromPath[str], data: Json[Levels]) -> Shelf:
    """Say what a satellite store is to have; what is not named is to have none."""
    return Shelf(await satellites.set_levels(request.caller, code, data))


@routes.get("/api/top-ups", task="read items", tags=["Satellite stores"])
async def list_top_ups(
    request: ApiRequest,
    status: Literal["open", "done"] | None = None,
    depot: _Depot = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[TopUp]:
    """List what shelves are short of, as they are now, oldest first."""
    key = key_after(after, int) or 0
    rows = await satellites.top_ups(
        request.caller, status, depot, request.now, after=key, limit=limit + 1
    )
    return page(rows, limit, lambda row: row.id)


@routes.post("/api/emergency-issues", task="issue in an emergency", tags=["Satellite stores"])
async def issue(request: ApiRequest, data: Json[NewEmergency]) -> Emergency:
    """Hand an item out now; who has it is to be completed within a day."""
    return await emergency_issues.issue(request.caller, data, request.now)


@routes.get("/api/emergency-issues", task="read emergency issues", tags=["Satellite stores"])
async def list_emergencies(
    request: ApiRequest,
    status: Literal["open", "completed"] | None = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Emergency]:
    """List emergency issues, oldest first."""
    key = key_after(after, int) or 0
    rows = await emergency_issues.emergencies(
        request.caller, status, request.now, after=key, limit=limit + 1
    )
    return page(rows, limit, lambda row: row.seq)


@routes.get(
    "/api/emergency-issues/{issue:uuid}", task="read emergency issues", tags=["Satellite stores"]
)
async def show_emergency(request: ApiRequest, issue: UUID) -> Emergency:
    """Show an emergency issue."""
    return await emergency_issues.find_emergency(request.caller, issue, request.now)


@routes.post(
    "/api/emergency-issues/{issue:uuid}/complete",
    task="issue in an emergency",
    status_code=200,
    tags=["Satellite stores"],
)
async def complete(request: ApiRequest, issue: UUID) -> Emergency:
    """Say that the record tells who has the item."""
    return await emergency_issues.complete(request.caller, issue, request.now)


ROUTES: Final = (
    show_levels,
    set_levels,
    list_top_ups,
    issue,
    list_emergencies,
    show_emergency,
    complete,
)
