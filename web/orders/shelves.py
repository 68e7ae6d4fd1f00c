"""Satellite stores: their shelves, what these are short of, and what is handed out in haste."""

from typing import Final
from uuid import UUID, uuid4

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Missing, Refusal, Refused, Wrong
from equipment.orders import emergency_issues, satellites
from equipment.orders.emergency_issues import NewEmergency
from equipment.orders.satellites import Levels
from web import meanwhile, pages
from web.fields import hidden
from web.forms import Filled, as_struct
from web.orders import shelf_words
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_READ = "read items"
_ISSUE = "issue in an emergency"


@pages.get("/shelves", task=_READ)
async def list_shelves(request: PageRequest) -> Response[str]:
    """Every satellite store, and what the shelves are short of."""
    after = request.sought("after")
    stores = await satellites.stores(request.caller)
    short = await satellites.top_ups(
        request.caller, "open", None, request.now, after=key_after(after, int) or 0, limit=PAGE + 1
    )
    shown = sliced(short, lambda row: row.id, f"{request.site.base}/shelves", after=after)
    content = shelf_words.list_page(stores, shown, request.caller, request.site.base)
    return page(request, "shelves.jinja", content)


@pages.get("/shelves/{code:str}", task=_READ)
async def show_shelf(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """What a shelf is to have, and has."""
    return await _shelf(request, code)


@pages.post("/shelves/{code:str}", task="set levels")
async def set_levels(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """Say what a shelf is to have."""
    filled = await request.filled()
    lines = await satellites.shelf(request.caller, code)
    now = {"levels": shelf_words.written(lines)}
    changed = meanwhile.changes(filled, {"levels": shelf_words.typed(filled)}, now, {})
    try:
        text = (now | changed.checked())["levels"]
        levels = as_struct({"levels": shelf_words.levels(text)}, Levels)
        seen = Levels({line.sku: line.target for line in lines})
        await satellites.set_levels(request.caller, code, levels, instead_of=seen)
    except (Wrong, Refused) as refusal:
        return await _shelf(request, code, filled, refusal, changed.carried)
    return see_other(request, f"/shelves/{code}", say="The levels have been kept.")


async def _shelf(
    request: PageRequest,
    code: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
    carried: str | None = None,
) -> Response[str]:
    lines = await satellites.shelf(request.caller, code)
    may_set = request.caller.may("set levels")
    content = shelf_words.shelf_page(
        code, lines, request.site.base, may_set=may_set, filled=filled, refusal=refusal
    )
    if may_set:
        carried = carried or meanwhile.carried({"levels": shelf_words.written(lines)})
        content.fields.append(hidden(meanwhile.FIELD, carried))
    return page(request, "shelf.jinja", content, status=200 if refusal is None else 422)


@pages.get("/emergencies", task="read emergency issues")
async def list_emergencies(request: PageRequest) -> Response[str]:
    """What was handed out and is not known yet to whom, oldest first."""
    after = request.sought("after")
    key = key_after(after, int) or 0
    rows = await emergency_issues.emergencies(
        request.caller, "open", request.now, after=key, limit=PAGE + 1
    )
    shown = sliced(rows, lambda row: row.seq, f"{request.site.base}/emergencies", after=after)
    content = shelf_words.emergencies_page(shown, request.caller, request.site.base)
    return page(request, "emergencies.jinja", content)


@pages.get("/emergencies/new", task=_ISSUE)
async def show_emergency_form(request: PageRequest) -> Response[str]:
    """The form that hands an item out now."""
    fresh = Filled({"id": [str(uuid4())], "item": [request.sought("item")]})
    content = shelf_words.emergency_form(request.site.base, fresh, None)
    return page(request, "staff_form.jinja", content)


@pages.post("/emergencies/new", task=_ISSUE)
async def issue(request: PageRequest) -> Response[str]:
    """Hand it out; the same form sent twice hands out once."""
    filled = await request.filled()
    try:
        new = as_struct(shelf_words.emergency(filled), NewEmergency)
        await emergency_issues.issue(request.caller, new, request.now)
    except (Wrong, Refused, Missing) as refusal:
        content = shelf_words.emergency_form(request.site.base, filled, refusal)
        return page(request, "staff_form.jinja", content, status=422)
    return see_other(request, "/emergencies", say=shelf_words.HANDED_OUT)


@pages.post("/emergencies/{issue_id:uuid}/complete", task=_ISSUE)
async def complete(request: PageRequest, issue_id: FromPath[UUID]) -> Response[str]:
    """Say that the record tells who has it."""
    await emergency_issues.complete(request.caller, issue_id, request.now)
    return see_other(request, "/emergencies", say="The emergency issue is complete.")


PAGES: Final = (
    list_shelves,
    show_shelf,
    set_levels,
    list_emergencies,
    show_emergency_form,
    issue,
    complete,
)
