"""The authoriser's queue, and the decision about each order in it."""

from typing import Any, Final
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Fault, Refusal, Refused, Wrong
from equipment.orders import order_decisions, order_desks
from equipment.orders.order_desks import Opened
from equipment.orders.order_form import Authorisation
from web import pages
from web.forms import Filled, as_struct
from web.orders import decision_words
from web.orders.answers import answers_of
from web.orders.order_edits import SEEN, changed_lines, state_of
from web.orders.order_words import may_decide
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_TASK = "decide on orders"


@pages.get("/authorise", task=_TASK)
async def show_queue(request: PageRequest) -> Response[str]:
    """What waits for whoever asks, the oldest first; never what they ordered themselves."""
    sought = request.sought("after")
    after = key_after(sought, int) or 0
    rows = await order_desks.queue(request.caller, request.now, after=after, limit=PAGE + 1)
    address = f"{request.site.base}/authorise"
    shown = sliced(rows, lambda slip: slip.seq, address, after=sought)
    return page(request, "list.jinja", decision_words.queue_page(shown, request.site.base))


@pages.get("/authorise/{order:uuid}", task=_TASK)
async def show_decision(request: PageRequest, order: FromPath[UUID]) -> Response[str]:
    """An order to decide about; one that waits for nobody, or for somebody else, is only shown."""
    opened = await order_desks.opened(request.caller, order, request.now)
    if not may_decide(opened, request.caller):
        return see_other(request, f"/orders/{order}")
    return page(request, "decide.jinja", decision_words.decision_page(opened, request.site.base))


@pages.post("/authorise/{order:uuid}", task=_TASK)
async def decide(request: PageRequest, order: FromPath[UUID]) -> Response[str]:
    """Approve, with other numbers where they were typed, or decline with a reason."""
    filled = await request.filled()
    opened = await order_desks.opened(request.caller, order, request.now)
    try:
        words = await _decide(request, opened, filled)
    except Refusal as refusal:
        if not may_decide(opened, request.caller):
            raise
        base = request.site.base
        content = decision_words.decision_page(opened, base, filled, refusal)
        return page(request, "decide.jinja", content, status=422)
    return see_other(request, "/authorise", say=words)


async def _decide(request: PageRequest, opened: Opened, filled: Filled) -> str:
    order, caller = opened.order, request.caller
    match filled.text("decision"):
        case "decline":
            reason = filled.text("reason")
            await order_decisions.decline(caller, order.id, reason, request.now)
            return "The order has been declined. Whoever ordered it sees why."
        case "approve":
            consent = as_struct(_consent(opened, filled), Authorisation)
            await order_decisions.authorise(caller, order.id, consent, request.now)
            return "The order has been approved."
        case _:
            raise Wrong([Fault("decision", "Choose whether to approve or decline.")])


def _consent(opened: Opened, filled: Filled) -> dict[str, Any]:
    check_unchanged(opened, filled)
    lines = changed_lines(opened.order, filled)
    reason = filled.given("reason")
    if lines is not None and reason is None:
        raise Wrong([Fault("reason", "Say why you change the order.")])
    # The page shows this sum: should the order change before it is locked, nobody consents to more.
    seen = {"total_pence": opened.order.total_pence}
    return seen | {"lines": lines, "reason": reason, "answers": answers_of(filled)}


def check_unchanged(opened: Opened, filled: Filled) -> None:
    """Raise Refused where the order is not what the page showed when it was opened."""
    if filled.text(SEEN) != state_of(opened.order):
        words = "This order has changed since you opened this page. Open it again to see it."
        raise Refused("order-changed", words)


PAGES: Final = (
    show_queue,
    show_decision,
    decide,
)
