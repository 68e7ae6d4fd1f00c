"""Orders after they were placed: one's own, one in full, asked after and cancelled."""

from typing import Final, get_args
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Fault, Refusal, Wrong
from equipment.orders import order_decisions, order_desks
from equipment.orders.order_decisions import Chase
from equipment.orders.order_lifecycle import Status
from web import pages
from web.fields import faults_of
from web.forms import Filled, as_struct
from web.orders import order_words
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page


@pages.get("/orders", task="order")
async def list_orders(request: PageRequest) -> Response[str]:
    """One's own orders, the newest first."""
    status = _status(request.sought("status"))
    sought = {"status": status or "", "after": request.sought("after")}
    before = key_after(sought["after"], int)
    rows = await order_desks.mine(
        request.caller, status, request.now, before=before, limit=PAGE + 1
    )
    shown = sliced(rows, lambda slip: slip.seq, f"{request.site.base}/orders", **sought)
    return page(request, "list.jinja", order_words.list_page(shown, sought, request.site.base))


def _status(text: str) -> Status | None:
    return next((each for each in get_args(Status) if each == text), None)


@pages.get("/orders/{order:uuid}", task="read orders")
async def show_order(request: PageRequest, order: FromPath[UUID]) -> Response[str]:
    """One order, what happens next, and what was done about it."""
    return await _show(request, order)


async def _show(
    request: PageRequest,
    order: UUID,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    opened = await order_desks.opened(request.caller, order, request.now)
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    content = order_words.order_page(
        opened, request.caller, request.site.base, filled=filled, faults=faults, trouble=trouble
    )
    return page(request, "order.jinja", content, status=422 if refusal else 200)


@pages.post("/orders/{order:uuid}/chase", task="change orders")
async def chase(request: PageRequest, order: FromPath[UUID]) -> Response[str]:
    """Ask after an order; sent twice, it asks once."""
    filled = await request.filled()
    try:
        if not filled.text("note"):
            raise Wrong([Fault("note", "Say what you want to know.")])
        asked = as_struct({"id": filled.text("id"), "note": filled.text("note")}, Chase)
        await order_decisions.chase(request.caller, order, asked, request.now)
    except Refusal as refusal:
        return await _show(request, order, filled, refusal)
    say = "The coordinators have been asked. The answer will come to you from them."
    return see_other(request, f"/orders/{order}", say=say)


@pages.post("/orders/{order:uuid}/cancel", task="change orders")
async def cancel(request: PageRequest, order: FromPath[UUID]) -> Response[str]:
    """Call off what is not delivered yet."""
    filled = await request.filled()
    try:
        reason = filled.text("reason")
        await order_decisions.cancel(request.caller, order, reason, request.now)
    except Refusal as refusal:
        return await _show(request, order, filled, refusal)
    return see_other(request, f"/orders/{order}", say="The order has been cancelled.")


PAGES: Final = (
    list_orders,
    show_order,
    chase,
    cancel,
)
