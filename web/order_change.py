"""An order is changed by whoever placed it, as long as nothing of it has left the depot."""

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Refusal
from equipment.orders import order_changes, order_desks
from equipment.orders.order_desks import Opened
from equipment.orders.order_form import OrderChange
from web import change_words, order_words, pages
from web.answers import answers_of
from web.decisions import check_unchanged
from web.forms import Filled, as_struct
from web.order_edits import changed_lines
from web.pages import PageRequest, see_other
from web.rendering import page


@pages.get("/orders/{order:uuid}/change", task="change orders")
async def show_change(request: PageRequest, order: FromPath[UUID]) -> Response[str]:
    """The form; of an order that cannot be changed any more, the order."""
    opened = await order_desks.opened(request.caller, order, request.now)
    if not order_words.may(opened.order, request.caller, "change"):
        return see_other(request, f"/orders/{order}")
    return page(request, "decide.jinja", change_words.change_page(opened, request.site.base))


@pages.post("/orders/{order:uuid}/change", task="change orders")
async def change(request: PageRequest, order: FromPath[UUID]) -> Response[str]:
    """Change how many, how soon, or the note; it is judged anew."""
    filled = await request.filled()
    opened = await order_desks.opened(request.caller, order, request.now)
    try:
        wanted = as_struct(_wanted(opened, filled), OrderChange)
        changed = await order_changes.change(request.caller, order, wanted, request.now)
    except Refusal as refusal:
        if not order_words.may(opened.order, request.caller, "change"):
            raise
        content = change_words.change_page(opened, request.site.base, filled, refusal)
        return page(request, "decide.jinja", content, status=422)
    waits = changed.status == "awaiting_authorisation"
    words = "The order has been changed."
    say = f"{words} It waits for approval." if waits else words
    return see_other(request, f"/orders/{order}", say=say)


def _wanted(opened: Opened, filled: Filled) -> dict[str, Any]:
    check_unchanged(opened, filled)
    order = opened.order
    speed, notes = filled.text("speed"), filled.text("notes")
    return {
        # What is absent stays as it is.
        "lines": changed_lines(order, filled),
        "speed": None if speed == order.speed else speed,
        "notes": None if notes == (order.notes or "") else notes,
        "reason": filled.given("reason"),
        "answers": answers_of(filled),
    }
