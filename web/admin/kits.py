"""Kits as an administrator keeps them."""

from typing import Final

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Refused, Wrong
from equipment.catalogue import kits
from equipment.catalogue.kits import Kit, NewKit
from web import pages
from web.admin import kit_words
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_CHANGE = "change standing data"


@pages.get("/admin/kits", task=_CHANGE)
async def list_kits(request: PageRequest) -> Response[str]:
    """All kits, and the way to a new one."""
    after = request.sought("after")
    rows = await kits.kits(request.caller, after=key_after(after, str) or "", limit=PAGE + 1)
    address = f"{request.site.base}/admin/kits"
    shown = sliced(rows, lambda kit: kit.code, address, after=after)
    return page(request, "list.jinja", kit_words.list_page(shown, request.site.base))


@pages.get("/admin/kits/new", task=_CHANGE)
async def show_new_kit(request: PageRequest) -> Response[str]:
    """The form for a new kit."""
    return page(request, "staff_form.jinja", kit_words.form(None, request.site.base))


@pages.post("/admin/kits/new", task=_CHANGE)
async def make_kit(request: PageRequest) -> Response[str]:
    """Make a kit; one of that code is refused, not changed."""
    filled = await request.filled()
    return await _set(request, filled, filled.text("code"), None)


@pages.get("/admin/kits/{code:str}", task=_CHANGE)
async def show_kit(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """A kit's form, as it stands."""
    kit = await kits.find_kit(request.caller, code)
    return page(request, "staff_form.jinja", kit_words.form(kit, request.site.base))


@pages.post("/admin/kits/{code:str}", task=_CHANGE)
async def change_kit(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """Make a kit anew with these lines."""
    kit = await kits.find_kit(request.caller, code)
    return await _set(request, await request.filled(), kit.code, kit)


async def _set(request: PageRequest, filled: Filled, code: str, kit: Kit | None) -> Response[str]:
    try:
        if kit is None:
            await kits.check_new(code)
        new = as_struct(kit_words.values(filled), NewKit)
        await kits.set_kit(request.caller, code, new)
    except (Wrong, Refused) as refusal:
        content = kit_words.form(kit, request.site.base, filled, refusal)
        return page(request, "staff_form.jinja", content, status=422)
    return see_other(request, "/admin/kits", say="The kit has been kept.")


PAGES: Final = (
    list_kits,
    show_new_kit,
    make_kit,
    show_kit,
    change_kit,
)
