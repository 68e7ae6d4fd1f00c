"""What people sent from the public page, for a coordinator to see to."""

from typing import Annotated, Final
from uuid import UUID

import msgspec

from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.routes import get, post
from equipment import requests
from equipment.requests import NOTE_MAX, Kind, Request, Status


class Settled(msgspec.Struct, frozen=True):
    """What was done about a request."""

    note: Annotated[str, msgspec.Meta(min_length=1, max_length=NOTE_MAX)]


@get("/api/requests", task="read requests", tags=["Requests"])
async def list_requests(
    request: ApiRequest,
    status: Status | None = None,
    kind: Kind | None = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Request]:
    """Requests, oldest first."""
    key = key_after(after, int) or 0
    rows = await requests.listed(request.caller, status, kind, key, limit + 1)
    return page(rows, limit, lambda row: row.seq)


@post(
    "/api/requests/{request_id:uuid}/settle",
    task="settle requests",
    status_code=200,
    tags=["Requests"],
)
async def settle_request(request: ApiRequest, request_id: UUID, data: Json[Settled]) -> Request:
    """Close a request with a note of what was done."""
    return await requests.settle(request.caller, request_id, data.note, request.now)


ROUTES: Final = (
    list_requests,
    settle_request,
)
