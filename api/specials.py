"""Specials that came back: what they measure, and which of them are free."""

from typing import Annotated, Final

from litestar import Response
from litestar.params import FromPath, QueryParameter

from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.routes import get, post
from equipment.measuring import measurements, shelf
from equipment.measuring.measurements import Measurement, NewMeasurement, Sizes
from equipment.measuring.shelf import Bounds, Shelved

_OF_ITEM: Final = "/api/items/{code:str}/measurements"
_Length = Annotated[int | None, QueryParameter(ge=1, le=10_000, description="In millimetres.")]
_Weight = Annotated[int | None, QueryParameter(ge=1, le=1_000, description="In kilograms.")]
_Sought = Annotated[str, QueryParameter(max_length=200, description="Part of what it is.")]


@post(_OF_ITEM, task="measure specials", tags=["Orders"])
async def measure_special(
    request: ApiRequest, code: FromPath[str], data: Json[NewMeasurement]
) -> Measurement:
    """Keep what a special measures that has come back."""
    return await measurements.measure(request.caller, code, data, request.now)


@get(_OF_ITEM, task="read items", tags=["Orders"])
async def list_measurements(
    request: ApiRequest, code: FromPath[str], limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[Measurement]:
    """List what was measured of an item, oldest first; the newest counts."""
    key = key_after(after, int) or 0
    rows = await measurements.of_item(request.caller, code, after=key, limit=limit + 1)
    return page(rows, limit, lambda row: row.seq)


@get("/api/specials/shelf", task="read orders", tags=["Orders"])
async def list_shelved_specials(  # noqa: PLR0917 - the bounds
    request: ApiRequest,
    q: _Sought = "",
    width_mm_min: _Length = None,
    width_mm_max: _Length = None,
    depth_mm_min: _Length = None,
    depth_mm_max: _Length = None,
    height_mm_min: _Length = None,
    height_mm_max: _Length = None,
    seat_width_mm_min: _Length = None,
    seat_width_mm_max: _Length = None,
    seat_depth_mm_min: _Length = None,
    seat_depth_mm_max: _Length = None,
    seat_height_mm_min: _Length = None,
    seat_height_mm_max: _Length = None,
    max_user_kg_min: _Weight = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[Shelved]:
    """List specials that are free, those on a shelf first; at most 50."""
    least = Sizes(
        width_mm=width_mm_min,
        depth_mm=depth_mm_min,
        height_mm=height_mm_min,
        seat_width_mm=seat_width_mm_min,
        seat_depth_mm=seat_depth_mm_min,
        seat_height_mm=seat_height_mm_min,
        max_user_kg=max_user_kg_min,
    )
    most = Sizes(
        width_mm=width_mm_max,
        depth_mm=depth_mm_max,
        height_mm=height_mm_max,
        seat_width_mm=seat_width_mm_max,
        seat_depth_mm=seat_depth_mm_max,
        seat_height_mm=seat_height_mm_max,
    )
    return Page(await shelf.on_shelf(request.caller, q, Bounds(least, most), limit), None)


@get(
    "/api/specials/shelf/{code:str}/photo",
    task="read orders",
    tags=["Orders"],
    media_type="image/webp",
)
async def read_special_photo(request: ApiRequest, code: FromPath[str]) -> Response[bytes]:
    """Read the newest photograph of a special."""
    _, content = await shelf.photo_of(request.caller, code)
    return Response(content, media_type="image/webp", headers={"Cache-Control": "no-store"})


ROUTES: Final = (
    measure_special,
    list_measurements,
    list_shelved_specials,
    read_special_photo,
)
