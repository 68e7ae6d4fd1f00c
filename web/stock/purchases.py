"""Purchases on pages: listed, ordered, approved, sent back, cancelled."""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from budget.refusals import Fault, Refusal, Refused, Wrong
from budget.years import london_day
from equipment.stock import purchases
from equipment.stock.purchase_form import Ordering, Purchase, Saying, Status, Version
from equipment.stock.waiting import StockWaiting, waiting_stock
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page
from web.stock import purchase_words

_PURCHASES: Final = "/depot/purchases"
_ONE: Final = f"{_PURCHASES}/{{purchase:uuid}}"


@pages.get(_PURCHASES, task="read purchases")
async def list_purchases(request: PageRequest) -> Response[str]:
    """Purchases, oldest first; those that are overdue, where these are asked for."""
    asked = request.sought("status")
    known = asked in purchase_words.STATUSES or asked == "overdue"
    sought = {"status": asked if known else "", "after": request.sought("after")}
    overdue = sought["status"] == "overdue"
    rows = await purchases.listed(
        request.caller,
        msgspec.convert(None if overdue else sought["status"] or None, Status | None),
        overdue_on=london_day(request.now) if overdue else None,
        after=key_after(sought["after"], int) or 0,
        limit=PAGE + 1,
    )
    base = request.site.base
    found = sliced(rows, lambda row: row.seq, f"{base}{_PURCHASES}", **sought)
    content = purchase_words.list_page(found, sought["status"], request.caller, base)
    return page(request, "list.jinja", content)


@pages.get(_ONE, task="read purchases")
async def show_purchase(request: PageRequest, purchase: FromPath[UUID]) -> Response[str]:
    """One purchase, and what could be made fit instead while it is a draft."""
    return await _show(request, purchase)


async def _show(
    request: PageRequest,
    purchase: UUID,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    shown = await purchases.look_up(request.caller, purchase)
    waiting = await _waiting(shown)
    content = purchase_words.purchase_page(
        shown, waiting, request.caller, request.site.base, filled=filled, refusal=refusal
    )
    return page(request, "stock_act.jinja", content, status=422 if refusal else 200)


async def _waiting(shown: Purchase) -> list[StockWaiting]:
    if shown.status != "draft":
        return []
    return await waiting_stock([each.sku for each in shown.lines])


@pages.post(f"{_ONE}/order", task="buy stock")
async def order_purchase(request: PageRequest, purchase: FromPath[UUID]) -> Response[str]:
    """Order it, with an answer for each product of which some wait."""
    filled = await request.filled()
    shown = await purchases.look_up(request.caller, purchase)
    said = [(each.sku, filled.text(f"answer-{each.sku}")) for each in shown.lines]
    told: dict[str, object] = {
        "answers": [{"sku": sku, "reason": reason} for sku, reason in said if reason],
        "version": filled.given("version"),
    }

    async def work() -> object:
        ordering = as_struct(told, Ordering)
        return await purchases.order(request.caller, purchase, ordering, request.now)

    return await _act(request, purchase, work, "It is on its way to the supplier.", filled)


@pages.post(f"{_ONE}/approve", task="approve purchases")
async def approve_purchase(request: PageRequest, purchase: FromPath[UUID]) -> Response[str]:
    """Order what somebody else asked for."""
    filled = await request.filled()

    async def work() -> object:
        seen = as_struct({"version": filled.given("version")}, _Seen)
        return await purchases.approve(request.caller, purchase, request.now, seen.version)

    return await _act(request, purchase, work, "The purchase is approved and ordered.")


class _Seen(msgspec.Struct, frozen=True):
    """Which version of it was looked at."""

    version: Version | None = None


@pages.post(f"{_ONE}/send-back", task="approve purchases")
async def send_purchase_back(request: PageRequest, purchase: FromPath[UUID]) -> Response[str]:
    """Do not approve it, and say why."""
    filled = await request.filled()

    async def work() -> object:
        saying = as_struct({"reason": filled.given("back_reason")}, Saying)
        return await purchases.send_back(request.caller, purchase, saying, request.now)

    return await _act(request, purchase, work, "It is a draft again.", filled, "back_reason")


@pages.post(f"{_ONE}/cancel", task="buy stock")
async def cancel_purchase(request: PageRequest, purchase: FromPath[UUID]) -> Response[str]:
    """Cancel what has not come yet."""
    filled = await request.filled()

    async def work() -> object:
        saying = as_struct({"reason": filled.given("cancel_reason")}, Saying)
        return await purchases.cancel(request.caller, purchase, saying, request.now)

    return await _act(request, purchase, work, "It is cancelled.", filled, "cancel_reason")


async def _act(  # noqa: PLR0917 - what a form of this page is
    request: PageRequest,
    purchase: UUID,
    work: Callable[[], Awaitable[object]],
    say: str,
    filled: Filled | None = None,
    reason: str = "reason",
) -> Response[str]:
    """Do it and show the purchase; `reason` is what its form calls the domain's reason."""
    try:
        await work()
    except Wrong as wrong:
        faults = [
            Fault(reason if f.field == "reason" else f.field, f.message) for f in wrong.faults
        ]
        return await _show(request, purchase, filled, Wrong(faults))
    except Refused as refusal:
        return await _show(request, purchase, filled, refusal)
    return see_other(request, f"{_PURCHASES}/{purchase}", say=say)


PAGES: Final = (
    list_purchases,
    show_purchase,
    order_purchase,
    approve_purchase,
    send_purchase_back,
    cancel_purchase,
)
