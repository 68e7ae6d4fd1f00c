"""Which depot a page of the depot is about."""

from collections.abc import Sequence
from typing import Final

from budget.refusals import Missing
from budget.years import london_day
from equipment import places
from equipment.depot_names import own_depot
from equipment.places import Depot, usual
from web.pages import PageRequest

_MOST: Final = 200


async def own_first(request: PageRequest) -> list[Depot]:
    """The depots that are open, one's own before the others: what a form begins with."""
    depots = await places.open_depots(request.caller, london_day(request.now))
    own = await own_depot(request.caller)
    return sorted(depots, key=lambda each: each.code != own)


async def depot_here(request: PageRequest, code: str) -> tuple[str, Sequence[Depot]]:
    """The depot of that code, or one's own or the first where none is named; and all there are.

    Raises Missing where there is none.
    """
    depots = await places.depots(request.caller, "", _MOST)
    known = {each.code for each in depots}
    if not code and (own := await own_depot(request.caller)) in known:
        code = own or ""
    if not code and depots:
        code = usual(depots, london_day(request.now)).code
    if code not in known:
        raise Missing("depot-not-found", "There is no such depot.")
    return code, depots
