"""Cases on pages: what the rules could not settle, with both sides, for a person to do so."""

from typing import Final
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Missing, Refusal, Refused, Wrong
from equipment import cases, items
from equipment.cases import Case
from equipment.depot_names import depot_names
from equipment.history import newest_movements
from equipment.items import Viewer
from logistics.phones import photos
from web import pages
from web.forms import Filled
from web.items import case_words
from web.items.case_words import Standing
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_CASE: Final = "/cases/{case:uuid}"
_STATUSES: Final = ("open", "settled")
_NEWEST: Final = 5


@pages.get("/cases", task="read cases")
async def list_cases(request: PageRequest) -> Response[str]:
    """Cases, oldest first: what is still to be settled, or what was."""
    asked = request.sought("status") if "status" in request.query_params else "open"
    sought = {"status": asked if asked in _STATUSES else "", "after": request.sought("after")}
    after = key_after(sought["after"], int) or 0
    rows = await cases.listed(
        request.caller, sought["status"] or None, request.now, after=after, limit=PAGE + 1
    )
    found = sliced(rows, lambda row: row.seq, f"{request.site.base}/cases", **sought)
    content = case_words.list_page(found, sought["status"], request.site.base)
    return page(request, "list.jinja", content)


@pages.get(_CASE, task="read cases")
async def show_case(request: PageRequest, case: FromPath[UUID]) -> Response[str]:
    """One case: what was said, and how the item stands."""
    return await _show(request, case)


async def _show(
    request: PageRequest,
    case: UUID,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    shown = await cases.look_up(request.caller, case, request.now)
    now, photos = await _item(request, shown), await _photos(request, shown)
    standing = Standing(now, photos, await depot_names(request.caller))
    content = case_words.case_page(
        shown, standing, request.caller, request.site.base, filled=filled, refusal=refusal
    )
    return page(request, "case.jinja", content, status=422 if refusal else 200)


async def _item(request: PageRequest, case: Case) -> case_words.ItemNow | None:
    """The item that it is about, as it is now; there may be none."""
    if case.item is None:
        return None
    viewer = Viewer(request.caller, request.now, request.site.public_url)
    try:
        key, item = await items.look_up(case.item, viewer)
    except Missing:
        return None
    return case_words.ItemNow(item, await newest_movements(key, viewer, _NEWEST))


async def _photos(request: PageRequest, case: Case) -> list[UUID]:
    entry = case_words.entry_of(case)
    if entry is None:
        return []
    return await photos.taken_for(request.caller, entry, case.raised_by, request.now)


@pages.post(f"{_CASE}/settle", task="settle cases")
async def settle(request: PageRequest, case: FromPath[UUID]) -> Response[str]:
    """Settle a case, with what was done about it."""
    filled = await request.filled()
    try:
        await cases.settle(request.caller, case, filled.text("note"), request.now)
    except (Wrong, Refused) as refusal:
        return await _show(request, case, filled, refusal)
    return see_other(request, "/cases", say="The case has been settled.")


PAGES: Final = (list_cases, show_case, settle)
