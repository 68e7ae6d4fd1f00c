"""Repair or scrap: the advice, and what was decided."""

from typing import Annotated, Final

from litestar.params import FromPath, QueryParameter

from api import routes
from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from equipment.repairs import decisions
from equipment.repairs.advice import Advice
from equipment.repairs.decisions import Decision, NewDecision, Quote
from settings import Settings

_Minutes = Annotated[int, QueryParameter(ge=0, le=10_000, description="What it would take.")]
_Pence = Annotated[int, QueryParameter(ge=0, le=100_000_000, description="What its parts cost.")]
_DECISIONS: Final = "/api/items/{code:str}/repair-decisions"


@routes.get("/api/items/{code:str}/repair-advice", task="read items", tags=["Items"])
async def show_repair_advice(
    request: ApiRequest, code: FromPath[str], minutes: _Minutes = 0, parts_pence: _Pence = 0
) -> Advice:
    """Say whether a repair that takes so much is worth it, with the sum."""
    quote = Quote(minutes, parts_pence)
    return await decisions.advice_on(request.caller, code, quote, request.now, _limit(request))


@routes.post(_DECISIONS, task="scrap", tags=["Items"])
async def decide_on_repair(
    request: ApiRequest, code: FromPath[str], data: Json[NewDecision]
) -> Decision:
    """Record whether it is mended or scrapped, and why."""
    return await decisions.decide(request.caller, code, data, request.now, _limit(request))


def _limit(request: ApiRequest) -> int:
    settings: Settings = request.app.state.settings
    return settings.scrap_percent


@routes.get(_DECISIONS, task="read items", tags=["Items"])
async def list_repair_decisions(
    request: ApiRequest, code: FromPath[str], limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[Decision]:
    """List what was decided about an item, oldest first."""
    key = key_after(after, int) or 0
    rows = await decisions.of_item(request.caller, code, after=key, limit=limit + 1)
    return page(rows, limit, lambda row: row.seq)


ROUTES: Final = (show_repair_advice, decide_on_repair, list_repair_decisions)
