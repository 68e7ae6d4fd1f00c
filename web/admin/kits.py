"""Kits as an administrator keeps them."""

from typing import Final

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Refusal, Refused, Wrong
from equipment.catalogue import kits
from equipment.catalogue.kits import Kit, NewKit
from web import meanwhile, pages
from web.admin import kit_words
from web.fields import hidden
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_CHANGE: Final = "change standing data"
_KEPT: Final = "The kit has been kept."


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
    code = filled.text("code")
    try:
        await kits.check_new(code)
        new = as_struct(kit_words.values(kit_words.typed(filled)), NewKit)
        await kits.set_kit(request.caller, code, new)
    except (Wrong, Refused) as refusal:
        content = kit_words.form(None, request.site.base, filled, refusal)
        return page(request, "staff_form.jinja", content, status=422)
    return see_other(request, "/admin/kits", say=_KEPT)


@pages.get("/admin/kits/{code:str}", task=_CHANGE)
async def show_kit(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """A kit's form, as it stands."""
    kit = await kits.find_kit(request.caller, code)
    return _form(request, kit)


@pages.post("/admin/kits/{code:str}", task=_CHANGE)
async def change_kit(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """Make a kit anew with these lines, unless somebody else has meanwhile."""
    kit = await kits.find_kit(request.caller, code)
    filled = await request.filled()
    now = kit_words.written(kit)
    changed = meanwhile.changes(filled, kit_words.typed(filled), now, kit_words.CHOSEN)
    try:
        new = as_struct(kit_words.values(now | changed.checked()), NewKit)
        await kits.set_kit(request.caller, kit.code, new, instead_of=kit)
    except (Wrong, Refused) as refusal:
        return _form(request, kit, filled, refusal, changed.carried)
    return see_other(request, "/admin/kits", say=_KEPT)


def _form(
    request: PageRequest,
    kit: Kit,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
    carried: str | None = None,
) -> Response[str]:
    form = kit_words.form(kit, request.site.base, filled, refusal)
    carried = carried or meanwhile.carried(kit_words.written(kit))
    form.fields.append(hidden(meanwhile.FIELD, carried))
    return page(request, "staff_form.jinja", form, status=422 if refusal else 200)


PAGES: Final = (
    list_kits,
    show_new_kit,
    make_kit,
    show_kit,
    change_kit,
)
