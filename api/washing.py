"""Loads of washers, and how products are cleaned."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar.params import FromPath, QueryParameter

from api import routes
from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.scans import ScanResult, shown
from equipment.washing import loads
from equipment.washing.loads import CleaningMethod, Load, NewLoad

_Depot = Annotated[str | None, QueryParameter(max_length=20, description="Of this depot only.")]


class Washed(msgspec.Struct, frozen=True):
    """What became of a load: null where nothing of it was clean; and of each of its items."""

    load: Load | None
    results: list[ScanResult]


@routes.post("/api/wash-loads", task="clean", tags=["Depots"])
async def record_wash_load(request: ApiRequest, data: Json[NewLoad]) -> Washed:
    """Record a load of a washer: many items cleaned in one go."""
    load, results = await loads.wash(request.caller, data, request.now)
    return Washed(load, [shown(result) for _, result in results])


@routes.get("/api/wash-loads", task="read items", tags=["Depots"])
async def list_wash_loads(
    request: ApiRequest, depot: _Depot = None, limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[Load]:
    """List the loads, oldest first."""
    key = key_after(after, int) or 0
    rows = await loads.listed(request.caller, depot, after=key, limit=limit + 1)
    return page(rows, limit, lambda row: row.seq)


@routes.get("/api/wash-loads/{load:uuid}", task="read items", tags=["Depots"])
async def show_wash_load(request: ApiRequest, load: UUID) -> Load:
    """Show what went through it together."""
    return await loads.look_up(request.caller, load)


@routes.put("/api/products/{sku:str}/cleaning", task="change standing data", tags=["Catalogue"])
async def set_cleaning(
    request: ApiRequest, sku: FromPath[str], data: Json[CleaningMethod]
) -> CleaningMethod:
    """Say how a product is cleaned."""
    return await loads.set_method(request.caller, sku, data)


ROUTES: Final = (record_wash_load, list_wash_loads, show_wash_load, set_cleaning)
