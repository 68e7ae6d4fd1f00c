"""Rounds: planned, moved by hand, published and shown."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from litestar.params import FromPath, QueryParameter

from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.routes import get, post
from equipment.places import LONGEST_CODE
from logistics.rounds import planning_days, publishing, rounds
from logistics.rounds.depot_days import Ways
from logistics.rounds.round_form import Asked, Move, PlannedDay, Round, Seen
from logistics.rounds.rounds import Search

_Code = Annotated[str, QueryParameter(min_length=1, max_length=LONGEST_CODE)]
_VanCode = Annotated[str | None, QueryParameter(max_length=LONGEST_CODE)]
_Day = Annotated[date | None, QueryParameter(name="date")]


def _ways(request: ApiRequest) -> Ways:
    ways: Ways = request.app.state.ways
    return ways


@post("/api/rounds/plan", task="plan rounds", status_code=200, tags=["Rounds"])
async def plan_rounds(request: ApiRequest, data: Json[Asked]) -> PlannedDay:
    """Plan a depot's day as a draft: every open visit is in a round or unplanned, with why."""
    return await planning_days.plan_day(request.caller, data, _ways(request), request.now)


@post("/api/rounds/move", task="plan rounds", status_code=200, tags=["Rounds"])
async def move_visit(request: ApiRequest, data: Json[Move]) -> PlannedDay:
    """Put a visit into a van's round, pin it there, or leave it out of the day."""
    return await planning_days.move(request.caller, data, _ways(request), request.now)


@post("/api/rounds/publish", task="plan rounds", status_code=200, tags=["Rounds"])
async def publish_day(request: ApiRequest, data: Json[Seen]) -> PlannedDay:
    """Publish a depot's whole day, as it was seen."""
    return await publishing.publish_day(request.caller, data, request.now)


@get("/api/rounds", task="read rounds", tags=["Rounds"])
async def list_rounds(
    request: ApiRequest,
    day: _Day = None,
    van: _VanCode = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Round]:
    """Rounds of a day or a van, published or drafted, in the order in which they were made."""
    key = key_after(after, int) or 0
    rows = await rounds.listed(request.caller, Search(day, van), after=key, limit=limit + 1)
    found = page(rows, limit, lambda row: row[0])
    return Page([each for _, each in found.results], found.next)


@get("/api/rounds/day", task="read rounds", tags=["Rounds"])
async def show_day(
    request: ApiRequest, depot: _Code, day: Annotated[date, QueryParameter(name="date")]
) -> PlannedDay:
    """Show a depot's day: its draft, what is published, and which promises the draft moves."""
    return await rounds.look_up_day(request.caller, depot, day)


@get("/api/rounds/{round_id:uuid}", task="read rounds", tags=["Rounds"])
async def get_round(request: ApiRequest, round_id: FromPath[UUID]) -> Round:
    """Show a round."""
    return await rounds.look_up(request.caller, round_id)


@post("/api/rounds/{round_id:uuid}/publish", task="plan rounds", status_code=200, tags=["Rounds"])
async def publish_round(request: ApiRequest, round_id: FromPath[UUID]) -> Round:
    """Publish one van's round, in place of the one before."""
    return await publishing.publish(request.caller, round_id, request.now)


ROUTES: Final = (
    plan_rounds,
    move_visit,
    publish_day,
    list_rounds,
    show_day,
    get_round,
    publish_round,
)
