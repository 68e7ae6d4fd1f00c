"""An order is changed by whoever placed it, as long as nothing of it has left the depot."""

from typing import Any, Final
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Fault, Refusal, Wrong
from equipment.catalogue.catalogue import CatalogueLine, catalogue, catalogue_line
from equipment.catalogue.catalogue_search import QUERY_MAX, Sought
from equipment.orders import order_changes, order_desks
from equipment.orders.order_desks import Opened
from equipment.orders.order_form import OrderChange
from web import pages
from web.forms import Filled, as_struct
from web.orders import change_words, more_lines, order_words
from web.orders.answers import answers_of
from web.orders.decisions import check_unchanged
from web.orders.more_lines import Goods, all_lines
from web.orders.pick_words import FOUND_MAX
from web.pages import PageRequest, see_other
from web.rendering import page


@pages.get("/orders/{order:uuid}/change", task="change orders")
async def show_change(request: PageRequest, order: FromPath[UUID]) -> Response[str]:
    """The form; of an order that cannot be changed any more, the order."""
    opened = await order_desks.opened(request.caller, order, request.now)
    if not order_words.may(opened.order, request.caller, "change"):
        return see_other(request, f"/orders/{order}")
    return await _page(request, opened)


@pages.post("/orders/{order:uuid}/change", task="change orders")
async def change(request: PageRequest, order: FromPath[UUID]) -> Response[str]:
    """Change how many, how soon, or the note; it is judged anew."""
    filled = await request.filled()
    opened = await order_desks.opened(request.caller, order, request.now)
    if filled.text("find") or filled.text("add"):
        return await _page(request, opened, filled)
    try:
        wanted = as_struct(_wanted(opened, filled), OrderChange)
        changed = await order_changes.change(request.caller, order, wanted, request.now)
    except Refusal as refusal:
        if not order_words.may(opened.order, request.caller, "change"):
            raise
        return await _page(request, opened, filled, _about_fields(opened, filled, refusal))
    waits = changed.status == "awaiting_authorisation"
    words = "The order has been changed."
    say = f"{words} It waits for approval." if waits else words
    return see_other(request, f"/orders/{order}", say=say)


async def _page(
    request: PageRequest,
    opened: Opened,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    goods = await _goods(request, filled or Filled())
    base = request.site.base
    content = change_words.change_page(opened, base, filled, refusal, goods=goods)
    return page(request, "decide.jinja", content, status=422 if refusal is not None else 200)


async def _goods(request: PageRequest, filled: Filled) -> Goods:
    """What was found to be added, and what of the catalogue was added already."""
    found: list[CatalogueLine] = []
    # What was looked for is found once something is added.
    if (q := filled.text("q")[:QUERY_MAX]) and not filled.text("add"):
        sought = Sought(q, limit=FOUND_MAX)
        found = [line for _, line in await catalogue(request.caller, sought, request.now)]
    added = {}
    for sku in more_lines.skus(filled):
        line = await catalogue_line(request.caller, sku, request.now)
        if line is not None:
            added[sku] = line
    return Goods(q if found or not filled.text("add") else "", found, added)


def _about_fields(opened: Opened, filled: Filled, refusal: Refusal) -> Refusal:
    """With the names that the fields have on the page."""
    if not isinstance(refusal, Wrong):
        return refusal
    names = more_lines.field_names(opened.order, filled)
    return Wrong([Fault(names.get(_stem(f.field), f.field), f.message) for f in refusal.faults])


def _stem(path: str) -> str:
    return path.partition(".")[0]


def _wanted(opened: Opened, filled: Filled) -> dict[str, Any]:
    check_unchanged(opened, filled)
    order = opened.order
    speed, notes = filled.text("speed"), filled.text("notes")
    return {
        # What is absent stays as it is.
        "lines": all_lines(order, filled),
        "speed": None if speed == order.speed else speed,
        "notes": None if notes == (order.notes or "") else notes,
        "reason": filled.given("reason"),
        "answers": answers_of(filled),
    }


PAGES: Final = (
    show_change,
    change,
)
