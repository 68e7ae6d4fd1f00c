"""Visits: asked for, shown, changed, and what came of them."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar.params import FromPath

from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.routes import get, patch, post
from logistics.visits import collecting, outcomes, taking_back, visit_changes, visits
from logistics.visits.catching_up import catch_up, catch_up_with
from logistics.visits.visit_form import (
    REASON_MAX,
    NewCollection,
    NewVisit,
    Outcome,
    Status,
    Visit,
    VisitChange,
    VisitRecord,
)
from logistics.visits.visits import Search


class WhyNot(msgspec.Struct, frozen=True):
    """Why a visit is called off."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX)]


@post("/api/collections", task="ask for collections", tags=["Visits"])
async def ask_for_collection(request: ApiRequest, data: Json[NewCollection]) -> Visit:
    """Have things fetched from somebody; sent again with the same `id`, it is asked for once."""
    return await collecting.collect(request.caller, data, request.now)


@post("/api/visits", task="ask for visits", tags=["Visits"])
async def ask_for_visit(request: ApiRequest, data: Json[NewVisit]) -> Visit:
    """Have things mended, serviced or swapped where they are."""
    return await collecting.ask(request.caller, data, request.now)


@get("/api/visits", task="read visits", tags=["Visits"])
async def list_visits(  # noqa: PLR0917 - the filters of a list
    request: ApiRequest,
    status: Status | None = None,
    due_before: date | None = None,
    person: UUID | None = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Visit]:
    """Visits that the caller may see, by due day."""
    await catch_up(request.now)
    key = key_after(after, tuple[date, int]) or visits.FIRST
    search = Search(status, due_before, person)
    rows = await visits.listed(request.caller, search, request.now, after=key, limit=limit + 1)
    found = page(rows, limit, lambda row: row[0])
    return Page([visit for _, visit in found.results], found.next)


@get("/api/visits/{visit:uuid}", task="read visits", tags=["Visits"])
async def get_visit(request: ApiRequest, visit: FromPath[UUID]) -> VisitRecord:
    """Show a visit, and what was done about it."""
    await catch_up_with([visit], request.now)
    return await visits.look_up(request.caller, visit, request.now)


@patch("/api/visits/{visit:uuid}", task="plan rounds", tags=["Visits"])
async def change_visit(
    request: ApiRequest, visit: FromPath[UUID], data: Json[VisitChange]
) -> Visit:
    """Move a visit to other days or times, or tell the crew something."""
    return await visit_changes.change(request.caller, visit, data, request.now)


@post("/api/visits/{visit:uuid}/cancel", task="plan rounds", status_code=200, tags=["Visits"])
async def cancel_visit(request: ApiRequest, visit: FromPath[UUID], data: Json[WhyNot]) -> Visit:
    """Call a visit off that delivers nothing."""
    return await visit_changes.cancel(request.caller, visit, data.reason, request.now)


@post("/api/visits/{visit:uuid}/outcome", task="visit", status_code=200, tags=["Visits"])
async def record_outcome(request: ApiRequest, visit: FromPath[UUID], data: Json[Outcome]) -> Visit:
    """Say what came of a visit; sent again with the same `id`, it is said once."""
    await catch_up_with([visit], request.now)
    return await outcomes.record_outcome(request.caller, visit, data, request.now)


@post("/api/visits/{visit:uuid}/outcome/undo", task="visit", status_code=200, tags=["Visits"])
async def undo_outcome(
    request: ApiRequest, visit: FromPath[UUID], data: Json[taking_back.TakenBack]
) -> Visit:
    """Take back what was said came of a visit, and what it was charged for that.

    By whoever said it, within a day, or by a coordinator; 409 `visit-followed` where the visit that
    follows is planned or made.
    """
    await catch_up_with([visit], request.now)
    return await taking_back.undo_outcome(request.caller, visit, data, request.now)


ROUTES: Final = (
    ask_for_collection,
    ask_for_visit,
    list_visits,
    get_visit,
    change_visit,
    cancel_visit,
    record_outcome,
    undo_outcome,
)
