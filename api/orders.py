"""Orders: placed, decided on, changed and asked after."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar.params import FromPath, QueryParameter

from api.bodies import Json, OptionalBody
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.routes import get, patch, post
from equipment.orders import order_changes, order_decisions, order_views, orders, reviews, specials
from equipment.orders.order_decisions import Chase
from equipment.orders.order_form import (
    REASON_MAX,
    Authorisation,
    NewOrder,
    Order,
    OrderChange,
    OrderRecord,
)
from equipment.orders.order_lifecycle import Status
from equipment.orders.order_views import Search
from equipment.orders.reviews import Review, Reviewed
from equipment.orders.specials import Bought, KnownSpecial
from logistics.visits.order_visits import as_placed, with_visit, with_visits


class Consent(Authorisation, OptionalBody, frozen=True, kw_only=True):
    """Consent to an order: as it is, or with all the lines that it is to have."""


class Why(msgspec.Struct, frozen=True):
    """Why an order is declined or cancelled."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX)]


@post("/api/orders", task="order", tags=["Orders"])
async def place_order(request: ApiRequest, data: Json[NewOrder]) -> Order:
    """Place an order; sent again with the same `id`, it gets the first answer again.

    409 `warnings-unanswered` has the `warnings` that need a reason each.
    """
    shown = await orders.place(request.caller, data, request.now)
    return await as_placed(shown, request.now)


@get("/api/orders", task="read orders", tags=["Orders"])
async def list_orders(
    request: ApiRequest,
    status: Status | None = None,
    person: UUID | None = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Order]:
    """Orders that the caller may see, in the order in which they were placed."""
    key = key_after(after, int) or 0
    search = Search(status, person)
    rows = await order_views.listed(request.caller, search, request.now, after=key, limit=limit + 1)
    found = page(rows, limit, lambda row: row[0])
    return Page(await with_visits([order for _, order in found.results]), found.next)


@get("/api/orders/{order:uuid}", task="read orders", tags=["Orders"])
async def get_order(request: ApiRequest, order: FromPath[UUID]) -> OrderRecord:
    """Show an order, what happens next, and all that was said and done about it."""
    shown = await order_views.look_up(request.caller, order, request.now)
    return await with_visit(shown, request.now)


@patch("/api/orders/{order:uuid}", task="change orders", tags=["Orders"])
async def change_order(
    request: ApiRequest, order: FromPath[UUID], data: Json[OrderChange]
) -> Order:
    """Change an order of which nothing has left the depot; it is judged anew."""
    shown = await order_changes.change(request.caller, order, data, request.now)
    return await with_visit(shown, request.now)


@post(
    "/api/orders/{order:uuid}/authorise", task="decide on orders", status_code=200, tags=["Orders"]
)
async def authorise_order(request: ApiRequest, order: FromPath[UUID], data: Json[Consent]) -> Order:
    """Consent to an order, as it is or with all the lines that it is to have."""
    shown = await order_decisions.authorise(request.caller, order, data, request.now)
    return await with_visit(shown, request.now)


@post("/api/orders/{order:uuid}/decline", task="decide on orders", status_code=200, tags=["Orders"])
async def decline_order(request: ApiRequest, order: FromPath[UUID], data: Json[Why]) -> Order:
    """Say no to an order, and why."""
    shown = await order_decisions.decline(request.caller, order, data.reason, request.now)
    return await with_visit(shown, request.now)


@post("/api/orders/{order:uuid}/cancel", task="change orders", status_code=200, tags=["Orders"])
async def cancel_order(request: ApiRequest, order: FromPath[UUID], data: Json[Why]) -> Order:
    """Call off what is not delivered yet; what was promised goes to the next in line."""
    shown = await order_decisions.cancel(request.caller, order, data.reason, request.now)
    return await with_visit(shown, request.now)


@post("/api/orders/{order:uuid}/chase", task="change orders", status_code=200, tags=["Orders"])
async def chase_order(request: ApiRequest, order: FromPath[UUID], data: Json[Chase]) -> Order:
    """Ask after an order; sent again with the same `id`, it asks once."""
    shown = await order_decisions.chase(request.caller, order, data, request.now)
    return await with_visit(shown, request.now)


@post(
    "/api/orders/{order:uuid}/lines/{line:uuid}/bought",
    task="buy specials",
    status_code=200,
    tags=["Orders"],
)
async def buy_special(
    request: ApiRequest, order: FromPath[UUID], line: FromPath[UUID], data: Json[Bought]
) -> Order:
    """Say as which product a special was bought."""
    shown = await specials.buy(request.caller, order, line, data, request.now)
    return await with_visit(shown, request.now)


@get("/api/specials", task="read orders", tags=["Orders"])
async def list_specials(
    request: ApiRequest, q: Annotated[str, QueryParameter(max_length=200)] = "", limit: Limit = 50
) -> Page[KnownSpecial]:
    """Specials that were bought before, those first of which some are free."""
    return Page(await specials.returned(request.caller, q, limit), None)


@get("/api/reviews", task="read orders", tags=["Orders"])
async def list_reviews(
    request: ApiRequest, before: date, limit: Limit = LIMIT_DEFAULT
) -> Page[Review]:
    """Loans to be looked at again, or to end, before a day; the earliest first."""
    return Page(await reviews.due(request.caller, before, limit), None)


@post(
    "/api/orders/{order:uuid}/lines/{line:uuid}/review",
    task="change orders",
    status_code=200,
    tags=["Orders"],
)
async def settle_review(
    request: ApiRequest, order: FromPath[UUID], line: FromPath[UUID], data: Json[Reviewed]
) -> OrderRecord:
    """Say what a review of a loan came to, and when the next one is."""
    await reviews.settle(request.caller, order, line, data, request.now)
    shown = await order_views.look_up(request.caller, order, request.now)
    return await with_visit(shown, request.now)


ROUTES: Final = (
    place_order,
    list_orders,
    get_order,
    change_order,
    authorise_order,
    decline_order,
    cancel_order,
    chase_order,
    buy_special,
    list_specials,
    list_reviews,
    settle_review,
)
