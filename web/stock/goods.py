"""Goods that come in for a purchase: many at once, or one after another by a scanner."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from budget.refusals import Missing, Refused, Wrong
from equipment import items
from equipment.catalogue.handling import handling_of
from equipment.items import Viewer
from equipment.parts.received import PARTS_OF_ONE_MAX
from equipment.stock import goods_in, purchases
from equipment.stock.goods_in import GoodsIn
from equipment.stock.purchase_form import COMING, Purchase, PurchaseLine
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.rendering import page
from web.stock import goods_words
from web.stock.goods_words import Scanned

_LINE: Final = "/depot/purchases/{purchase:uuid}/lines/{line:uuid}"
_MANY: Final = f"{_LINE}/receive"
_EACH: Final = f"{_LINE}/each"
_TASK: Final = "receive items"
_TEXT_MAX: Final = 80
_ALL: Final = "All of this line has come."


@pages.get(_MANY, task=_TASK)
async def show_goods_in(
    request: PageRequest, purchase: FromPath[UUID], line: FromPath[UUID]
) -> Response[str]:
    """The form for what came of a line."""
    shown, bought = await _line(request, purchase, line)
    content = goods_words.goods_form(shown, bought, request.site.base)
    return page(request, "staff_form.jinja", content)


@pages.post(_MANY, task=_TASK)
async def receive_goods(
    request: PageRequest, purchase: FromPath[UUID], line: FromPath[UUID]
) -> Response[str]:
    """Receive what came; sent twice, it came once."""
    filled = await request.filled()
    shown, bought = await _line(request, purchase, line)
    try:
        received = await _receive(request, purchase, _goods(filled, line))
    except (Wrong, Refused) as refusal:
        content = goods_words.goods_form(shown, bought, request.site.base, filled, refusal)
        return page(request, "staff_form.jinja", content, status=422)
    say = f"{len(received):,} received. Their labels are to be printed with the items."
    return see_other(request, f"/depot/purchases/{purchase}", say=say)


async def _line(request: PageRequest, purchase: UUID, line: UUID) -> tuple[Purchase, PurchaseLine]:
    shown = await purchases.look_up(request.caller, purchase)
    bought = goods_words.line_of(shown, line)
    if bought is None:
        raise Missing("purchase-not-found", "There is no such line of a purchase.")
    return shown, bought


async def _receive(
    request: PageRequest, purchase: UUID, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    viewer = Viewer(request.caller, request.now, request.site.public_url)
    goods = as_struct(values, GoodsIn)
    answer = msgspec.json.decode(await goods_in.receive(viewer, purchase, goods))
    received: list[dict[str, Any]] = answer["items"]
    return received


def _goods(filled: Filled, line: UUID) -> Mapping[str, Any]:
    values: dict[str, Any] = {name: filled.given(name) for name in ("id", "quantity", "batch")}
    for name in ("serials", "labels"):
        values[name] = [text.strip() for text in filled.raw(name).splitlines() if text.strip()]
    given = {name: value for name, value in values.items() if value}
    return given | {"line": str(line), "price_pence": filled.pence("price_pence")}


@pages.get(_EACH, task=_TASK)
async def show_each(
    request: PageRequest, purchase: FromPath[UUID], line: FromPath[UUID]
) -> Response[str]:
    """The fields for the next item and its parts, and what the one before was."""
    shown, bought = await _line(request, purchase, line)
    if shown.status not in COMING or bought.received == bought.quantity:
        say = _ALL if bought.received == bought.quantity else "Nothing of this is awaited."
        return see_other(request, f"/depot/purchases/{purchase}", say=say)
    batch = request.sought("batch")[:_TEXT_MAX]
    labels = request.sought("labels") == "yes"
    names = goods_words.names_of(await _parts(bought), labels=labels)
    first = Scanned(Filled({"batch": [batch]} if batch else {}), names, next(iter(names)))
    came = None
    if code := request.sought("item")[:_TEXT_MAX]:
        viewer = Viewer(request.caller, request.now, request.site.public_url)
        _, came = await items.look_up(code, viewer)
    content = goods_words.each_page(shown, bought, first, request.site.base, came=came)
    return page(request, "goods_each.jinja", content)


@pages.post(_EACH, task=_TASK)
async def receive_each(
    request: PageRequest, purchase: FromPath[UUID], line: FromPath[UUID]
) -> Response[str]:
    """Go on to the next field, or receive the item where there is none; sent twice, it is one."""
    filled = await request.filled()
    shown, bought = await _line(request, purchase, line)
    parts = await _parts(bought)
    names = goods_words.names_of(parts, labels=filled.text("labels") == "yes")
    scanned, base = Scanned(filled, names), request.site.base
    goes_on = goods_words.next_of(filled, list(names))
    if goes_on is not None and filled.text("how") != "receive":
        onward = replace(scanned, next=goes_on)
        content = goods_words.each_page(shown, bought, onward, base)
        return page(request, "goods_each.jinja", content)
    try:
        values = goods_words.goods_of(filled, line, parts)
        [received] = await _receive(request, purchase, values)
    except (Wrong, Refused) as refusal:
        told = goods_words.of_one(refusal)
        content = goods_words.each_page(shown, bought, scanned, base, refusal=told)
        return page(request, "goods_each.jinja", content, status=422)
    return see_other(request, goods_words.after(purchase, line, received["code"], filled))


async def _parts(bought: PurchaseLine) -> list[str]:
    """The parts of which the product is made, that may have numbers of their own."""
    known = (await handling_of([bought.sku])).get(bought.sku)
    return [] if known is None else list(known.parts)[:PARTS_OF_ONE_MAX]


PAGES: Final = (show_goods_in, receive_goods, show_each, receive_each)
