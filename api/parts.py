"""Parts of items: what is fitted, what is missing, what took its place."""

from typing import Final

from litestar.params import FromPath

from api import routes
from api.bodies import Json
from api.request import ApiRequest
from equipment.parts import parts
from equipment.parts.parts import FoundPart, NewPart, NoticedMissing, Parts

_PARTS: Final = "/api/items/{code:str}/parts"
_CHANGE: Final = "change parts"


@routes.get(_PARTS, task="read items", tags=["Items"])
async def show_parts(request: ApiRequest, code: FromPath[str]) -> Parts:
    """Show what an item is made of, what it lacks, and what was taken from it."""
    return await parts.parts_of(request.caller, code)


@routes.post(_PARTS, task=_CHANGE, tags=["Items"])
async def fit_part(request: ApiRequest, code: FromPath[str], data: Json[NewPart]) -> Parts:
    """Fit a part with its number and batch, in place of what was there."""
    return await parts.fit(request.caller, code, data, request.now)


@routes.post(f"{_PARTS}/missing", task=_CHANGE, tags=["Items"])
async def miss_parts(request: ApiRequest, code: FromPath[str], data: Json[NoticedMissing]) -> Parts:
    """Say which parts an item lacks: it does not pass without them."""
    return await parts.miss(request.caller, code, data, request.now)


@routes.post(f"{_PARTS}/found", task=_CHANGE, tags=["Items"])
async def find_part(request: ApiRequest, code: FromPath[str], data: Json[FoundPart]) -> Parts:
    """Say that a missing part has turned up."""
    return await parts.find(request.caller, code, data, request.now)


ROUTES: Final = (show_parts, fit_part, miss_parts, find_part)
