"""Purchases on pages: drafted, ordered, approved, and the goods that come in."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from budget.refusals import Fault, Missing, Refusal, Refused, Wrong
from budget.years import london_day
from equipment import places
from equipment.catalogue import products
from equipment.items import Viewer
from equipment.places import Depot
from equipment.stock import goods_in, purchases
from equipment.stock.goods_in import GoodsIn
from equipment.stock.purchase_form import (
    NewPurchase,
    Ordering,
    Purchase,
    PurchaseLine,
    Saying,
    Status,
)
from equipment.stock.waiting import StockWaiting, waiting_stock
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page
from web.stock import purchase_words

_PURCHASES: Final = "/depot/purchases"
_NEW: Final = f"{_PURCHASES}/new"
_ONE: Final = f"{_PURCHASES}/{{purchase:uuid}}"
_GOODS: Final = f"{_ONE}/lines/{{line:uuid}}/receive"
_DEPOTS_MAX: Final = 200
_TEXT_MAX: Final = 40
_IN_LINE: Final = re.compile(r"lines\[([0-9]+)\]\.(\w+)")


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


@pages.get(_NEW, task="buy stock")
async def show_new_purchase(request: PageRequest) -> Response[str]:
    """The form for one; its first line from the address."""
    sku = request.sought("sku")[:_TEXT_MAX]
    first = {"sku": sku, "quantity": request.sought("quantity")[:_TEXT_MAX]}
    try:
        if sku:
            product = await products.find_product(request.caller, sku, request.now)
            first["price"] = f"{product.price_pence // 100}.{product.price_pence % 100:02d}"
    except Missing:
        first = {}
    content = purchase_words.new_form(await _depots(request), request.site.base, first)
    return page(request, "staff_form.jinja", content)


@pages.post(_NEW, task="buy stock")
async def draft_purchase(request: PageRequest) -> Response[str]:
    """Draft it; sent twice, it is one."""
    filled = await request.filled()
    rows = [n for n in range(purchase_words.ROWS) if _is_filled(filled, n)]
    try:
        new = as_struct(_values(filled, rows), NewPurchase)
        await purchases.draft(request.caller, new, request.now)
    except (Wrong, Refused) as refusal:
        depots = await _depots(request)
        content = purchase_words.new_form(
            depots, request.site.base, {}, filled, _in_form(refusal, rows)
        )
        return page(request, "staff_form.jinja", content, status=422)
    return see_other(request, f"{_PURCHASES}/{new.id}", say="It is drafted, and not ordered yet.")


def _is_filled(filled: Filled, n: int) -> bool:
    return any(filled.text(f"{name}-{n}") for name in ("sku", "quantity", "price_pence"))


def _values(filled: Filled, rows: list[int]) -> Mapping[str, object]:
    texts = {n: filled.given(n) for n in ("id", "supplier", "reference", "depot")}
    lines = [
        {
            "sku": filled.text(f"sku-{n}"),
            "quantity": filled.text(f"quantity-{n}"),
            "price_pence": filled.pence(f"price_pence-{n}") or 0,
        }
        for n in rows or (0,)
    ]
    return texts | {"due_on": filled.day("due_on"), "lines": lines}


def _in_form(refusal: Refusal, rows: list[int]) -> Refusal:
    """The refusal with the fields of the form, where each line's have numbers."""
    if not isinstance(refusal, Wrong):
        return refusal
    return Wrong([_named(fault, rows) for fault in refusal.faults])


def _named(fault: Fault, rows: list[int]) -> Fault:
    found = _IN_LINE.fullmatch(fault.field)
    if found is None:
        return Fault("sku-0", fault.message) if fault.field == "lines" else fault
    return Fault(f"{found[2]}-{(rows or [0])[int(found[1])]}", fault.message)


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
        "answers": [{"sku": sku, "reason": reason} for sku, reason in said if reason]
    }

    async def work() -> object:
        ordering = as_struct(told, Ordering)
        return await purchases.order(request.caller, purchase, ordering, request.now)

    return await _act(request, purchase, work, "It is on its way to the supplier.", filled)


@pages.post(f"{_ONE}/approve", task="approve purchases")
async def approve_purchase(request: PageRequest, purchase: FromPath[UUID]) -> Response[str]:
    """Order what somebody else asked for."""

    async def work() -> object:
        return await purchases.approve(request.caller, purchase, request.now)

    return await _act(request, purchase, work, "The purchase is approved and ordered.")


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


@pages.get(_GOODS, task="receive items")
async def show_goods_in(
    request: PageRequest, purchase: FromPath[UUID], line: FromPath[UUID]
) -> Response[str]:
    """The form for what came of a line."""
    shown, bought = await _line(request, purchase, line)
    content = purchase_words.goods_form(shown, bought, request.site.base)
    return page(request, "staff_form.jinja", content)


@pages.post(_GOODS, task="receive items")
async def receive_goods(
    request: PageRequest, purchase: FromPath[UUID], line: FromPath[UUID]
) -> Response[str]:
    """Receive what came; sent twice, it came once."""
    filled = await request.filled()
    shown, bought = await _line(request, purchase, line)
    viewer = Viewer(request.caller, request.now, request.site.public_url)
    try:
        goods = as_struct(_goods(filled, line), GoodsIn)
        answer = msgspec.json.decode(await goods_in.receive(viewer, purchase, goods))
    except (Wrong, Refused) as refusal:
        content = purchase_words.goods_form(shown, bought, request.site.base, filled, refusal)
        return page(request, "staff_form.jinja", content, status=422)
    say = f"{len(answer['items']):,} received. Their labels are to be printed with the items."
    return see_other(request, f"{_PURCHASES}/{purchase}", say=say)


async def _line(request: PageRequest, purchase: UUID, line: UUID) -> tuple[Purchase, PurchaseLine]:
    shown = await purchases.look_up(request.caller, purchase)
    bought = purchase_words.line_of(shown, line)
    if bought is None:
        raise Missing("purchase-not-found", "There is no such line of a purchase.")
    return shown, bought


def _goods(filled: Filled, line: UUID) -> Mapping[str, Any]:
    values: dict[str, Any] = {name: filled.given(name) for name in ("id", "quantity", "batch")}
    for name in ("serials", "labels"):
        values[name] = [text.strip() for text in filled.raw(name).splitlines() if text.strip()]
    given = {name: value for name, value in values.items() if value}
    return given | {"line": str(line), "price_pence": filled.pence("price_pence")}


async def _depots(request: PageRequest) -> list[Depot]:
    return await places.depots(request.caller, "", _DEPOTS_MAX)


PAGES: Final = (
    list_purchases,
    show_new_purchase,
    draft_purchase,
    show_purchase,
    order_purchase,
    approve_purchase,
    send_purchase_back,
    cancel_purchase,
    show_goods_in,
    receive_goods,
)
