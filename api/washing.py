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
from equipment.washing import loads, programmes
from equipment.washing.loads import Load, NewLoad
from equipment.washing.programmes import CleaningMethod, Programme

_CLEANING: Final = "/api/products/{sku:str}/cleaning"
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


@routes.get(_CLEANING, task="read standing data", tags=["Catalogue"])
async def show_cleaning(request: ApiRequest, sku: FromPath[str]) -> Programme:
    """Show how a product is cleaned."""
    return await programmes.programme_of(request.caller, sku)


@routes.put(_CLEANING, task="set how products are prepared", tags=["Catalogue"])
async def set_cleaning(
    request: ApiRequest, sku: FromPath[str], data: Json[CleaningMethod]
) -> Programme:
    """Say how a product is cleaned, as a new version."""
    return await programmes.set_method(request.caller, sku, data, request.now)


ROUTES: Final = (record_wash_load, list_wash_loads, show_wash_load, show_cleaning, set_cleaning)
