"""Depots, their bays, and vans."""

from typing import Final

from litestar.params import FromPath

from api import routes
from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from equipment import bays, places
from logistics.places import changing
from logistics.places.changing import DepotChange, VanChange

_READ = "read standing data"
_CHANGE = "change standing data"


@routes.post("/api/depots", task=_CHANGE, tags=["Standing data"])
async def open_depot(request: ApiRequest, data: Json[places.Depot]) -> places.Depot:
    """Add a depot."""
    return await places.open_depot(request.caller, data)


@routes.get("/api/depots", task=_READ, tags=["Standing data"])
async def list_depots(
    request: ApiRequest, limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[places.Depot]:
    """Every depot, by code."""
    rows = await places.depots(request.caller, key_after(after, str) or "", limit + 1)
    return page(rows, limit, lambda depot: depot.code)


@routes.patch("/api/depots/{code:str}", task=_CHANGE, tags=["Standing data"])
async def change_depot(
    request: ApiRequest, code: FromPath[str], data: Json[DepotChange]
) -> places.Depot:
    """Change a depot; `closed_from` closes it from that day on, null opens it again.

    Refused, 409 `place-in-use`, while something stands there or is planned (`in_the_way` says
    what), and 409 `last-depot` where no other would be left.
    """
    return await changing.change_depot(request.caller, code, data, request.now)


@routes.post("/api/vans", task=_CHANGE, tags=["Standing data"])
async def add_van(request: ApiRequest, data: Json[places.Van]) -> places.Van:
    """Add a van."""
    return await places.add_van(request.caller, data)


@routes.get("/api/vans", task=_READ, tags=["Standing data"])
async def list_vans(
    request: ApiRequest, limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[places.Van]:
    """Every van, by code."""
    rows = await places.vans(request.caller, key_after(after, str) or "", limit + 1)
    return page(rows, limit, lambda van: van.code)


@routes.patch("/api/vans/{code:str}", task=_CHANGE, tags=["Standing data"])
async def change_van(request: ApiRequest, code: FromPath[str], data: Json[VanChange]) -> places.Van:
    """Change a van; `closed_from` puts it out of use from that day on, null into use again.

    Refused, 409 `place-in-use`, while something is aboard or planned (`in_the_way` says what).
    """
    return await changing.change_van(request.caller, code, data, request.now)


@routes.post("/api/bays", task=_CHANGE, tags=["Standing data"])
async def mark_out_bay(request: ApiRequest, data: Json[bays.Bay]) -> bays.Bay:
    """Add a bay to a depot."""
    return await bays.mark_out(request.caller, data)


@routes.get("/api/bays", task=_READ, tags=["Standing data"])
async def list_bays(
    request: ApiRequest, limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[bays.Bay]:
    """Every bay of every depot, by code."""
    rows = await bays.bays(request.caller, key_after(after, str) or "", limit + 1)
    return page(rows, limit, lambda bay: bay.code)


ROUTES: Final = (
    open_depot,
    list_depots,
    change_depot,
    add_van,
    list_vans,
    change_van,
    mark_out_bay,
    list_bays,
)
