"""Kits: products that are ordered in one go."""

from typing import Final

import msgspec
from litestar.params import FromPath

from api import routes
from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from equipment.catalogue import kits

_READ = "read standing data"
_CHANGE = "change standing data"


class Expanded(msgspec.Struct, frozen=True):
    """A kit's lines as they would be ordered now."""

    lines: list[kits.ExpandedLine]


@routes.get("/api/kits", task=_READ, tags=["Catalogue"])
async def list_kits(
    request: ApiRequest, limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[kits.Kit]:
    """Every kit, by code."""
    key = key_after(after, str) or ""
    rows = await kits.kits(request.caller, after=key, limit=limit + 1)
    return page(rows, limit, lambda kit: kit.code)


@routes.get("/api/kits/{code:str}", task=_READ, tags=["Catalogue"])
async def show_kit(request: ApiRequest, code: FromPath[str]) -> kits.Kit:
    """Show a kit."""
    return await kits.find_kit(request.caller, code)


@routes.put("/api/kits/{code:str}", task=_CHANGE, tags=["Catalogue"])
async def set_kit(request: ApiRequest, code: FromPath[str], data: Json[kits.NewKit]) -> kits.Kit:
    """Make a kit, or make it anew with these lines."""
    return await kits.set_kit(request.caller, code, data)


@routes.get("/api/kits/{code:str}/lines", task=_READ, tags=["Catalogue"])
async def expand_kit(request: ApiRequest, code: FromPath[str]) -> Expanded:
    """Say what of a kit is short now, and what could stand for it."""
    return Expanded(await kits.expanded(request.caller, code, request.now))


ROUTES: Final = (
    list_kits,
    show_kit,
    set_kit,
    expand_kit,
)
