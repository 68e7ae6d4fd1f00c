"""The parts of an item on a page: what is fitted, what is missing, what was taken from it."""

from typing import Final
from uuid import uuid4

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Refusal, Refused, Wrong
from equipment.parts import parts
from equipment.parts.parts import FoundPart, NewPart, NoticedMissing
from web import pages
from web.forms import Filled, as_struct
from web.items import part_words
from web.pages import PageRequest, see_other
from web.rendering import page

_PATH: Final = "/items/{code:str}/parts"


@pages.get(_PATH, task="read items")
async def show_parts(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """What the item is made of, and the form that changes it."""
    return await _show(request, code)


@pages.post(_PATH, task="change parts")
async def change_parts(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """A part is fitted, missing, or found again; sent twice, it is once."""
    filled = await request.filled()
    try:
        await _change(request, code, filled)
    except (Wrong, Refused) as refusal:
        return await _show(request, code, filled, refusal)
    return see_other(request, f"/items/{code}/parts", say="The parts have been kept.")


async def _change(request: PageRequest, code: str, filled: Filled) -> None:
    caller, now = request.caller, request.now
    values: dict[str, object] = {"id": filled.text("id"), "part": filled.text("part")}
    match filled.text("what"):
        case "missing":
            told = {"id": values["id"], "parts": [values["part"]]}
            await parts.miss(caller, code, as_struct(told, NoticedMissing), now)
        case "found":
            await parts.find(caller, code, as_struct(values, FoundPart), now)
        case _:
            more = {name: filled.given(name) for name in ("serial", "batch", "note")}
            await parts.fit(caller, code, as_struct(values | more, NewPart), now)


async def _show(
    request: PageRequest,
    code: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    shown = await parts.parts_of(request.caller, code)
    content = part_words.parts_page(
        shown, uuid4(), request.caller, request.site.base, filled=filled, refusal=refusal
    )
    return page(request, "item_parts.jinja", content, status=422 if refusal else 200)


PAGES: Final = (show_parts, change_parts)
