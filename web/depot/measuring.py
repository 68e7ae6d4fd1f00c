"""What a special measures that has come back, with a photograph: kept at the bench."""

from typing import Final
from uuid import uuid5

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Fault, Refusal, Refused, Wrong
from equipment.files import item_files
from equipment.measuring import measurements, shelf
from equipment.measuring.measurements import NewMeasurement
from web import pages
from web.depot import measuring_words
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_PATH: Final = "/items/{code:str}/measurements"
_PHOTO: Final = "photo of a special"


@pages.get(_PATH, task="read items")
async def show_measurements(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """What was measured of an item, and the form that keeps it anew."""
    return await _show(request, code)


@pages.post(_PATH, task="measure specials")
async def measure(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """Keep what was measured, with its photograph; sent twice, it is once."""
    filled = await request.filled()
    try:
        new = as_struct(measuring_words.values(filled), NewMeasurement)
        if sent := filled.files.get("photo", b""):
            new = await _with_photo(request, code, new, sent)
        await measurements.measure(request.caller, code, new, request.now)
    except (Wrong, Refused) as refusal:
        return await _show(request, code, filled, refusal)
    return see_other(request, f"/items/{code}/measurements", say="It has been kept.")


async def _with_photo(
    request: PageRequest, code: str, new: NewMeasurement, sent: bytes
) -> NewMeasurement:
    """With the photograph kept as a file of the item; a repeat keeps the same one."""
    file = uuid5(new.id, "photo")
    try:
        kept = await item_files.keep(
            request.caller, code, file, _PHOTO.capitalize(), sent, request.now
        )
    except Wrong as wrong:
        raise Wrong([Fault("photo", each.message) for each in wrong.faults]) from wrong
    if kept.media_type != "image/webp":
        raise Wrong([Fault("photo", "Is no photograph.")])
    return measuring_words.with_photo(new, file)


async def _show(
    request: PageRequest,
    code: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    after = request.sought("after")
    rows = await measurements.of_item(
        request.caller, code, after=key_after(after, int) or 0, limit=PAGE + 1
    )
    address = f"{request.site.base}/items/{code}/measurements"
    found = sliced(rows, lambda row: row.seq, address, after=after)
    special = await measurements.is_special(request.caller, code)
    content = measuring_words.measurements_page(
        code, found, request.caller, request.site.base,
        special=special, filled=filled, refusal=refusal,
    )  # fmt: skip
    return page(request, "measurements.jinja", content, status=422 if refusal else 200)


@pages.get("/specials/{code:str}/photo", task="read orders")
async def show_special_photo(request: PageRequest, code: FromPath[str]) -> Response[bytes]:
    """The newest photograph of a special, written anew by us: a picture and nothing else."""
    _, content = await shelf.photo_of(request.caller, code)
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type="image/webp", headers=headers)


PAGES: Final = (show_measurements, measure, show_special_photo)
