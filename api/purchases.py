"""Purchases of stock, and the goods that come in for them."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar.params import QueryParameter

from api.bodies import Json, OptionalBody
from api.items import Received
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.routes import get, post, put
from budget.years import london_day
from equipment.items import Viewer
from equipment.stock import drafting, goods_in, purchases
from equipment.stock.goods_in import GoodsIn
from equipment.stock.purchase_form import (
    NewPurchase,
    Ordering,
    Purchase,
    PurchaseChange,
    Saying,
    Status,
)
from settings import Settings

_Overdue = Annotated[bool, QueryParameter(description="Only what was to have come before today.")]
_ONE: Final = "/api/purchases/{purchase:uuid}"


class OrderingBody(Ordering, OptionalBody, frozen=True):
    """An answer for each product of which some wait to be made fit; none need be sent."""


@post("/api/purchases", task="buy stock", tags=["Depots"])
async def draft_purchase(request: ApiRequest, data: Json[NewPurchase]) -> Purchase:
    """Draft a purchase; nothing is ordered yet."""
    return await drafting.draft(request.caller, data, request.now)


@get("/api/purchases", task="read purchases", tags=["Depots"])
async def list_purchases(
    request: ApiRequest,
    status: Status | None = None,
    overdue: _Overdue = False,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Purchase]:
    """List purchases, oldest first."""
    key = key_after(after, int) or 0
    day = london_day(request.now) if overdue else None
    rows = await purchases.listed(
        request.caller, status, overdue_on=day, after=key, limit=limit + 1
    )
    return page(rows, limit, lambda row: row.seq)


@get(_ONE, task="read purchases", tags=["Depots"])
async def show_purchase(request: ApiRequest, purchase: UUID) -> Purchase:
    """Show a purchase, with its lines, answers and receipts."""
    return await purchases.look_up(request.caller, purchase)


@put(_ONE, task="buy stock", tags=["Depots"])
async def change_purchase(
    request: ApiRequest, purchase: UUID, data: Json[PurchaseChange]
) -> Purchase:
    """Write a draft anew, all of it, until it is asked for.

    409 `changed-meanwhile` where somebody else has written in it since the `version` that is sent;
    the answer has the newest one.
    """
    return await drafting.change(request.caller, purchase, data, request.now)


@post(f"{_ONE}/order", task="buy stock", status_code=200, tags=["Depots"])
async def order_purchase(request: ApiRequest, purchase: UUID, data: Json[OrderingBody]) -> Purchase:
    """Order what was drafted.

    409 `stock-waits` has as `waiting` what could be made fit instead, and needs a reason each.
    From 5,000 pounds on somebody else approves it first.
    """
    return await purchases.order(request.caller, purchase, data, request.now)


@post(f"{_ONE}/approve", task="approve purchases", status_code=200, tags=["Depots"])
async def approve_purchase(request: ApiRequest, purchase: UUID) -> Purchase:
    """Approve and order what somebody else asked for."""
    return await purchases.approve(request.caller, purchase, request.now)


@post(f"{_ONE}/send-back", task="approve purchases", status_code=200, tags=["Depots"])
async def send_purchase_back(request: ApiRequest, purchase: UUID, data: Json[Saying]) -> Purchase:
    """Do not approve it, and say why: it is a draft again."""
    return await purchases.send_back(request.caller, purchase, data, request.now)


@post(f"{_ONE}/cancel", task="buy stock", status_code=200, tags=["Depots"])
async def cancel_purchase(request: ApiRequest, purchase: UUID, data: Json[Saying]) -> Purchase:
    """Cancel what has not come yet."""
    return await purchases.cancel(request.caller, purchase, data, request.now)


@post(f"{_ONE}/receipts", task="receive items", tags=["Depots"])
async def receive_goods(request: ApiRequest, purchase: UUID, data: Json[GoodsIn]) -> Received:
    """Receive goods of a line: an item with a label for each; never more than are to come."""
    settings: Settings = request.app.state.settings
    viewer = Viewer(request.caller, request.now, settings.public_url)
    return msgspec.json.decode(await goods_in.receive(viewer, purchase, data), type=Received)


ROUTES: Final = (
    draft_purchase,
    list_purchases,
    show_purchase,
    change_purchase,
    order_purchase,
    approve_purchase,
    send_purchase_back,
    cancel_purchase,
    receive_goods,
)
