"""Cases that a person must settle."""

from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec

from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.routes import get, post
from equipment import cases
from equipment.cases import NOTE_MAX, Case


class Settlement(msgspec.Struct, frozen=True):
    """What was done about a case."""

    note: Annotated[str, msgspec.Meta(min_length=1, max_length=NOTE_MAX)]


@get("/api/cases", task="read cases", tags=["Cases"])
async def list_cases(
    request: ApiRequest,
    status: Literal["open", "settled"] | None = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Case]:
    """Cases, oldest first."""
    key = key_after(after, int) or 0
    rows = await cases.listed(request.caller, status, request.now, after=key, limit=limit + 1)
    return page(rows, limit, lambda case: case.seq)


@post("/api/cases/{case:uuid}/settle", task="settle cases", status_code=200, tags=["Cases"])
async def settle_case(request: ApiRequest, case: UUID, data: Json[Settlement]) -> Case:
    """Close a case with a note of what was done."""
    return await cases.settle(request.caller, case, data.note, request.now)


ROUTES: Final = (
    list_cases,
    settle_case,
)
