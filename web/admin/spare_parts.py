"""Spare parts as an administrator keeps them: their names and prices today."""

from typing import Final

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Refusal, Wrong
from equipment.repairs import spare_parts
from equipment.repairs.spare_parts import NewSparePart, Spare
from web import pages
from web.admin import spare_part_words
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_CHANGE: Final = "change standing data"
_LIST: Final = "/admin/spare-parts"
_SOUGHT_MAX: Final = 100


@pages.get(_LIST, task=_CHANGE)
async def list_spare_parts(request: PageRequest) -> Response[str]:
    """The spare parts, and the way to a new one."""
    q, after = request.sought("q")[:_SOUGHT_MAX], request.sought("after")
    rows = await spare_parts.listed(
        request.caller, q, after=key_after(after, str) or "", limit=PAGE + 1
    )
    address = f"{request.site.base}{_LIST}"
    shown = sliced(rows, lambda spare: spare.code, address, q=q, after=after)
    return page(request, "list.jinja", spare_part_words.list_page(shown, q, request.site.base))


@pages.get(f"{_LIST}/new", task=_CHANGE)
async def show_new_spare_part(request: PageRequest) -> Response[str]:
    """The form for a new one."""
    return page(request, "staff_form.jinja", spare_part_words.form(None, request.site.base))


@pages.post(f"{_LIST}/new", task=_CHANGE)
async def add_spare_part(request: PageRequest) -> Response[str]:
    """Put one on the list."""
    filled = await request.filled()
    return await _set(request, filled, filled.text("code"), None)


@pages.get(f"{_LIST}/{{code:str}}", task=_CHANGE)
async def show_spare_part(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """A spare part's form, as it stands."""
    spare = await spare_parts.find(request.caller, code)
    return page(request, "staff_form.jinja", spare_part_words.form(spare, request.site.base))


@pages.post(f"{_LIST}/{{code:str}}", task=_CHANGE)
async def change_spare_part(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """Change its name, its price, or whether it is used."""
    spare = await spare_parts.find(request.caller, code)
    return await _set(request, await request.filled(), spare.code, spare)


async def _set(
    request: PageRequest, filled: Filled, code: str, spare: Spare | None
) -> Response[str]:
    try:
        new = as_struct(spare_part_words.values(filled), NewSparePart)
        await spare_parts.set_part(request.caller, code, new)
    except Wrong as refusal:
        return _refused(request, filled, spare, refusal)
    return see_other(request, _LIST, say="The spare part has been kept.")


def _refused(
    request: PageRequest, filled: Filled, spare: Spare | None, refusal: Refusal
) -> Response[str]:
    content = spare_part_words.form(spare, request.site.base, filled, refusal)
    return page(request, "staff_form.jinja", content, status=422)


PAGES: Final = (
    list_spare_parts,
    show_new_spare_part,
    add_spare_part,
    show_spare_part,
    change_spare_part,
)
