"""Inspections at the bench, and the lists that they go by."""

from typing import Final

from litestar.params import FromPath

from api import routes
from api.bodies import Json
from api.request import ApiRequest
from api.scans import ScanResult, shown
from equipment.inspection import inspections
from equipment.inspection.inspections import InspectionList, NewInspection, NewLines

_LIST: Final = "/api/products/{sku:str}/inspection"


@routes.get(_LIST, task="read standing data", tags=["Catalogue"])
async def show_inspection_list(request: ApiRequest, sku: FromPath[str]) -> InspectionList:
    """Show what is looked at before a product passes."""
    return await inspections.list_of(request.caller, sku)


@routes.put(_LIST, task="set how products are prepared", tags=["Catalogue"])
async def set_inspection_list(
    request: ApiRequest, sku: FromPath[str], data: Json[NewLines]
) -> InspectionList:
    """Set it, as a new version: what was recorded keeps its own."""
    return await inspections.set_list(request.caller, sku, data, request.now)


@routes.post("/api/items/{code:str}/inspections", task="pass", status_code=200, tags=["Items"])
async def record_inspection(
    request: ApiRequest, code: FromPath[str], data: Json[NewInspection]
) -> ScanResult:
    """Pass an item, or fail it with what was found."""
    return shown(await inspections.inspect(request.caller, code, data, request.now))


ROUTES: Final = (show_inspection_list, set_inspection_list, record_inspection)
