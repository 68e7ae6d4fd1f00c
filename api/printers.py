"""Printers of labels in depots, and how they are."""

from typing import Annotated, Final

from litestar.params import FromPath, QueryParameter

from api import routes
from api.bodies import Json, OptionalBody
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from equipment.printers import printers
from equipment.printers.networks import Networks, networks_of
from equipment.printers.printers import NewPrinter, Printer, PrinterChange
from settings import Settings

_CHANGE: Final = "change standing data"
_PRINT: Final = "print labels"
_Depot = Annotated[str | None, QueryParameter(max_length=20, description="Of this depot only.")]


class LookAgain(OptionalBody, frozen=True):
    """Nothing needs to be said."""


@routes.post("/api/printers", task=_CHANGE, tags=["Printers"])
async def set_up_printer(request: ApiRequest, data: Json[NewPrinter]) -> Printer:
    """Set up a printer; it may only stand in networks that the service's settings allow."""
    return await printers.set_up(request.caller, data, _networks(request), request.now)


@routes.get("/api/printers", task=_PRINT, tags=["Printers"])
async def list_printers(
    request: ApiRequest, depot: _Depot = None, limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[Printer]:
    """Every printer, by code, with how it is and what waits for it."""
    key = key_after(after, str) or ""
    rows = await printers.listed(request.caller, depot, after=key, limit=limit + 1)
    return page(rows, limit, lambda printer: printer.code)


@routes.get("/api/printers/{code:str}", task=_PRINT, tags=["Printers"])
async def show_printer(request: ApiRequest, code: FromPath[str]) -> Printer:
    """Show how a printer is: ready, out of labels, head open, paused, silent or gone."""
    return await printers.look_up(request.caller, code)


@routes.patch("/api/printers/{code:str}", task=_CHANGE, tags=["Printers"])
async def change_printer(
    request: ApiRequest, code: FromPath[str], data: Json[PrinterChange]
) -> Printer:
    """Change a printer, or put it out of use; `version` is that of the printer as it was seen."""
    return await printers.change(request.caller, code, data, _networks(request), request.now)


@routes.post("/api/printers/{code:str}/try", task=_PRINT, status_code=200, tags=["Printers"])
async def try_printer(request: ApiRequest, code: FromPath[str], data: Json[LookAgain]) -> Printer:
    """Have a printer asked at once how it is, instead of in its turn."""
    assert data is not None
    return await printers.look_again(request.caller, code)


def _networks(request: ApiRequest) -> Networks:
    settings: Settings = request.app.state.settings
    return networks_of(settings.printer_networks)


ROUTES: Final = (set_up_printer, list_printers, show_printer, change_printer, try_printer)
