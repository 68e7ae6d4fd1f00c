"""Recalls: what a maker or a regulator calls back is on hold at once, wherever it is."""

from typing import Annotated, Final
from uuid import UUID

from litestar.params import FromPath, QueryParameter

from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.routes import get, post
from equipment.recalls import contacts, recall_views, recalls
from equipment.recalls.contacts import Contact, NewContact, ToTell
from equipment.recalls.recall_form import (
    Clearing,
    Closing,
    Found,
    Match,
    NewRecall,
    Outstanding,
    Recall,
    RecallHead,
    Status,
)
from equipment.recalls.recalls import Opened

_Outstanding = Annotated[bool, QueryParameter(description="Only what is not settled yet.")]


@post("/api/recalls", task="recall items", tags=["Recalls"])
async def open_recall(request: ApiRequest, data: Json[NewRecall]) -> Opened:
    """Hold all that a recall names, now and as it comes; sent again with its `id`, once."""
    return await recalls.open_recall(request.caller, data, request.now)


@post("/api/recalls/preview", task="recall items", status_code=200, tags=["Recalls"])
async def preview(request: ApiRequest, data: Json[Match]) -> Found:
    """Say what a recall would find; nothing is held."""
    return await recalls.preview(request.caller, data)


@get("/api/recalls", task="read recalls", tags=["Recalls"])
async def list_recalls(
    request: ApiRequest,
    status: Status | None = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[RecallHead]:
    """List recalls, newest first."""
    before = key_after(after, int)
    rows = await recall_views.listed(request.caller, status, before=before, limit=limit + 1)
    return page(rows, limit, lambda row: row.seq)


@get("/api/recalls/{recall:uuid}", task="read recalls", tags=["Recalls"])
async def show_recall(request: ApiRequest, recall: FromPath[UUID]) -> Recall:
    """Show a recall, how far it is, and the first of what is outstanding."""
    return await recall_views.look_up(request.caller, recall, request.now)


@get("/api/recalls/{recall:uuid}/items", task="read recalls", tags=["Recalls"])
async def list_items(
    request: ApiRequest,
    recall: FromPath[UUID],
    outstanding: _Outstanding = False,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Outstanding]:
    """List the items of a recall, in the order in which the service got them."""
    rows = await recall_views.items(
        request.caller,
        recall,
        request.now,
        outstanding=outstanding,
        after=key_after(after, int) or 0,
        limit=limit + 1,
    )
    return page(rows, limit, lambda row: row.seq)


@post(
    "/api/recalls/{recall:uuid}/items/{code:str}/clear",
    task="recall items",
    status_code=200,
    tags=["Recalls"],
)
async def clear_item(
    request: ApiRequest, recall: FromPath[UUID], code: FromPath[str], data: Json[Clearing]
) -> Recall:
    """Let one item go that was checked or put right, while its recall goes on."""
    await recalls.clear(request.caller, recall, code, data, request.now)
    return await recall_views.look_up(request.caller, recall, request.now)


@get("/api/recalls/{recall:uuid}/people", task="tell people of recalls", tags=["Recalls"])
async def list_people(
    request: ApiRequest,
    recall: FromPath[UUID],
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[ToTell]:
    """List whom to tell of a recall, the most urgent first."""
    key = key_after(after, tuple[bool, int, UUID])
    rows = await contacts.to_tell(request.caller, recall, request.now, after=key, limit=limit + 1)
    return page(rows, limit, lambda row: (row.told, -row.risk, row.person))


@post("/api/recalls/{recall:uuid}/contacts", task="tell people of recalls", tags=["Recalls"])
async def tell(request: ApiRequest, recall: FromPath[UUID], data: Json[NewContact]) -> Contact:
    """Put on record that somebody was told of a recall, or that it was tried."""
    return await contacts.contact(request.caller, recall, data, request.now)


@post("/api/recalls/{recall:uuid}/close", task="recall items", status_code=200, tags=["Recalls"])
async def close_recall(request: ApiRequest, recall: FromPath[UUID], data: Json[Closing]) -> Recall:
    """End a recall and its holds; with something outstanding it takes a reason."""
    await recalls.close(request.caller, recall, data, request.now)
    return await recall_views.look_up(request.caller, recall, request.now)


ROUTES: Final = (
    open_recall,
    preview,
    list_recalls,
    show_recall,
    list_items,
    clear_item,
    list_people,
    tell,
    close_recall,
)
