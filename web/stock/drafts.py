"""Drafts of purchases on pages: made, and written anew until they are asked for."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Missing, Refused, Wrong
from equipment.catalogue import products
from equipment.catalogue.meant import Meant, meant
from equipment.stock import drafting, purchases
from equipment.stock.purchase_form import NewPurchase, PurchaseChange
from web import pages
from web.depot.here import own_first
from web.forms import Filled
from web.pages import PageRequest, see_other
from web.rendering import page
from web.stock import draft_words
from web.stock.draft_words import Sent

_PURCHASES: Final = "/depot/purchases"
_NEW: Final = f"{_PURCHASES}/new"
_CHANGE: Final = f"{_PURCHASES}/{{purchase:uuid}}/change"
_TASK: Final = "buy stock"
_TEXT_MAX: Final = 40


@pages.get(_NEW, task=_TASK)
async def show_new_purchase(request: PageRequest) -> Response[str]:
    """The form for one; its first line from the address."""
    sku = request.sought("sku")[:_TEXT_MAX]
    first = {"quantity": request.sought("quantity")[:_TEXT_MAX]}
    try:
        if sku:
            product = await products.find_product(request.caller, sku, request.now)
            first |= draft_words.product_typed(product.name, product.sku, product.price_pence)
    except Missing:
        first = {}
    content = draft_words.new_form(await own_first(request), request.site.base, first)
    return page(request, "staff_form.jinja", content)


@pages.post(_NEW, task=_TASK)
async def draft_purchase(request: PageRequest) -> Response[str]:
    """Draft it; sent twice, it is one."""
    filled = await request.filled()
    named = await _meant(request, filled)
    try:
        new = draft_words.told_of(filled, NewPurchase, named)
        await drafting.draft(request.caller, new, request.now)
    except (Wrong, Refused) as refusal:
        sent = Sent(filled, draft_words.in_form(refusal, filled), named)
        content = draft_words.new_form(await own_first(request), request.site.base, {}, sent)
        return page(request, "staff_form.jinja", content, status=422)
    return see_other(request, f"{_PURCHASES}/{new.id}", say="It is drafted, and not ordered yet.")


@pages.get(_CHANGE, task=_TASK)
async def show_purchase_change(request: PageRequest, purchase: FromPath[UUID]) -> Response[str]:
    """The form that writes a draft anew; Refused for what has been asked for."""
    return await _form(request, purchase)


@pages.post(_CHANGE, task=_TASK)
async def change_purchase(request: PageRequest, purchase: FromPath[UUID]) -> Response[str]:
    """Write it anew, unless somebody else has meanwhile: then it is shown what it says now."""
    filled = await request.filled()
    named = await _meant(request, filled)
    try:
        told = draft_words.told_of(filled, PurchaseChange, named)
        await drafting.change(request.caller, purchase, told, request.now)
    except (Wrong, Refused) as refusal:
        sent = Sent(filled, draft_words.in_form(refusal, filled), named)
        return await _form(request, purchase, sent)
    return see_other(request, f"{_PURCHASES}/{purchase}", say="The draft is changed.")


async def _form(request: PageRequest, purchase: UUID, sent: Sent | None = None) -> Response[str]:
    shown = await purchases.look_up(request.caller, purchase)
    if sent is None and shown.status != "draft":
        raise Refused("purchase-not-draft", "This purchase was asked for: it is a draft no more.")
    depots = await own_first(request)
    content = draft_words.change_form(shown, depots, request.site.base, sent)
    return page(request, "staff_form.jinja", content, status=422 if sent else 200)


async def _meant(request: PageRequest, filled: Filled) -> Mapping[str, Meant]:
    return await meant(request.caller, draft_words.products_of(filled), request.now)


PAGES: Final = (show_new_purchase, draft_purchase, show_purchase_change, change_purchase)
