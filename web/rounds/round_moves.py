"""A stop is moved, pinned or left out: what that does is shown before it is kept."""

from typing import Final
from uuid import UUID

from litestar import Response

from budget.refusals import Missing, Refusal, Refused, Wrong
from logistics.planner.day import Plan
from logistics.rounds import planning_days
from logistics.rounds.round_form import Move, PlannedDay
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.rendering import page
from web.rounds.round_move_words import Wish, move_page, values
from web.rounds.rounds import DepotDay, day_answer, facts_of, planned, sought_day
from web.words import pounds

_ASKED = ("place", "begins", "pinned")


@pages.get("/rounds/move", task="plan rounds")
async def show_move(request: PageRequest) -> Response[str]:
    """Where a stop could go; once a place is chosen, what it costs and which times move."""
    at = await sought_day(request)
    typed = {name: [request.sought(name)] for name in _ASKED if name in request.query_params}
    wish = _wish(at, request.sought("visit"), Filled(typed))
    known = await _known(request, at)
    plan, refusal = None, None
    if wish.filled.text("place"):
        try:
            wanted = as_struct(values(wish, known.version), Move)
            plan = await planning_days.weigh(
                request.caller, wanted, request.app.state.ways, request.now
            )
        except (Wrong, Refused) as why:
            refusal = why
    return await _answer(request, at, wish, plan, refusal)


@pages.post("/rounds/move", task="plan rounds")
async def keep_move(request: PageRequest) -> Response[str]:
    """Keep it, unless somebody has changed the day since."""
    filled = await request.filled()
    at = await sought_day(request, filled)
    wish = _wish(at, filled.text("visit"), filled)
    known = await _known(request, at)
    try:
        wanted = as_struct(values(wish, 0) | {"version": filled.given("version")}, Move)
        day = await planning_days.move(request.caller, wanted, request.app.state.ways, request.now)
    except Refused as refusal:
        if refusal.slug == "plan-changed":
            return await day_answer(request, at, refusal)
        return await _answer(request, at, wish, None, refusal)
    except Wrong as refusal:
        return await _answer(request, at, wish, None, refusal)
    more = day.cost_pence - known.cost_pence
    words = f"{pounds(more)} more" if more > 0 else f"{pounds(-more)} less" if more else "as before"
    say = f"The draft has been changed. The day costs {pounds(day.cost_pence)}: {words}."
    return see_other(request, at.path, say=say)


def _wish(at: DepotDay, visit: str, filled: Filled) -> Wish:
    try:
        number = UUID(visit)
    except ValueError:
        raise Missing("visit-not-found", "There is no such visit.") from None
    return Wish(at.depot, at.day, number, filled)


async def _known(request: PageRequest, at: DepotDay) -> PlannedDay:
    known = await planned(request, at)
    if known is None:
        raise Missing("day-not-planned", "Nobody has planned this day of that depot yet.")
    return known


async def _answer(
    request: PageRequest, at: DepotDay, wish: Wish, plan: Plan | None, refusal: Refusal | None
) -> Response[str]:
    known = await _known(request, at)
    facts = await facts_of(request, at, known)
    if wish.visit not in facts.called:
        raise Missing("visit-not-found", "There is no such visit.")
    content = move_page(wish, known, facts, request.site.base, plan=plan, refusal=refusal)
    return page(request, "round_move.jinja", content, status=422 if refusal else 200)


PAGES: Final = (
    show_move,
    keep_move,
)
