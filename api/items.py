"""Items: received, taken over, shown, with their history."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from litestar.params import QueryParameter

from api.bodies import Csv, Json, Moment, Pence
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.routes import get, post
from budget.refusals import Fault, Wrong
from equipment import history, item_lists, items, opening
from equipment.content import content_hash
from equipment.csv_imports import Imported
from equipment.item_lists import Search
from equipment.items import ITEMS_MAX, Delivery, Item, Viewer
from equipment.parts.received import PartsOfOne
from equipment.standing import State
from labels.identifiers import TEXT_CHARACTERS_MAX
from settings import Settings

Short = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Text = Annotated[str, msgspec.Meta(max_length=200)]

_Label = Annotated[str, msgspec.Meta(max_length=TEXT_CHARACTERS_MAX)]


class Goods(msgspec.Struct, frozen=True):
    """Goods as they come in: a quantity, the serial numbers of each, the blank labels of each.

    `parts` are those that each came with, in the same order.
    """

    sku: Short
    depot: Short
    id: UUID | None = None
    quantity: Annotated[int, msgspec.Meta(ge=1, le=ITEMS_MAX)] | None = None
    serials: Annotated[list[Short], msgspec.Meta(min_length=1, max_length=ITEMS_MAX)] | None = None
    labels: Annotated[list[_Label], msgspec.Meta(min_length=1, max_length=ITEMS_MAX)] | None = None
    parts: Annotated[list[PartsOfOne], msgspec.Meta(min_length=1, max_length=ITEMS_MAX)] | None = (
        None
    )
    batch: Short | None = None
    purchase_price_pence: Pence | None = None
    received_at: Moment | None = None
    condition: Literal["new", "dirty"] = "new"
    owner: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] = "pool"


class Received(msgspec.Struct, frozen=True):
    """The items that were made, in the order of their serials."""

    items: list[Item]


@post("/api/items", task="receive items", tags=["Items"])
async def receive_items(request: ApiRequest, data: Json[Goods]) -> Received:
    """Receive goods: an item with a code of its own for each."""
    viewer = _viewer(request)
    body = await items.receive(
        _delivery(data, viewer.now), viewer, client_id=data.id, content=content_hash(data)
    )
    return msgspec.json.decode(body, type=Received)


@get("/api/items", task="read items", tags=["Items"])
async def list_items(  # noqa: PLR0917 - the filters of the contract
    request: ApiRequest,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    sku: Text | None = None,
    depot: Text | None = None,
    person: UUID | None = None,
    batch: Text | None = None,
    q: Text | None = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Item]:
    """Items, oldest receipt first."""
    key = key_after(after, int) or 0
    search = Search(in_state, sku, depot, person, batch, q, after=key, limit=limit + 1)
    rows = await item_lists.listed(search, _viewer(request))
    shown = page(rows, limit, lambda row: row[0])
    return Page([item for _, item in shown.results], shown.next)


@get("/api/items/{code:str}", task="read items", tags=["Items"])
async def show_item(request: ApiRequest, code: str) -> Item:
    """The item with this code, GIAI, or label of an earlier system."""
    return (await items.look_up(code, _viewer(request)))[1]


@get("/api/items/{code:str}/movements", task="read items", tags=["Items"])
async def list_movements(
    request: ApiRequest, code: str, limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[history.Movement]:
    """All that ever happened to an item, oldest first, with what it cost whom."""
    viewer = _viewer(request)
    item, _ = await items.look_up(code, viewer)
    rows = await history.movements(item, viewer, after=key_after(after, int) or 0, limit=limit + 1)
    shown = page(rows, limit, lambda row: row[0])
    return Page([movement for _, movement in shown.results], shown.next)


@post("/api/items/import", task="take over items", status_code=200, tags=["Items"])
async def import_items(request: ApiRequest, data: Csv, dry_run: bool = False) -> Imported:
    """Take over the items of a service that runs, from a CSV file."""
    return await opening.import_items(request.caller, data, request.now, dry_run=dry_run)


def _viewer(request: ApiRequest) -> Viewer:
    settings: Settings = request.app.state.settings
    return Viewer(request.caller, request.now, settings.public_url)


def _delivery(goods: Goods, now: datetime) -> Delivery:
    if goods.quantity is not None and goods.serials is not None:
        raise Wrong([Fault("quantity", "Give either a quantity or the serial numbers.")])
    if (goods.quantity, goods.serials, goods.labels) == (None, None, None):
        raise Wrong([Fault("quantity", "Say how many, or give serial numbers or blank labels.")])
    return Delivery(
        sku=goods.sku,
        depot=goods.depot,
        serials=goods.serials or [None] * (goods.quantity or len(goods.labels or [])),
        batch=goods.batch,
        purchase_price_pence=goods.purchase_price_pence,
        received_at=goods.received_at or now,
        dirty=goods.condition == "dirty",
        owner=goods.owner,
        labels=goods.labels or [],
        parts=goods.parts or [],
    )


ROUTES: Final = (
    receive_items,
    import_items,
    list_items,
    show_item,
    list_movements,
)
