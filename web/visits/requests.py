"""Requests from the public page: seen to by a coordinator, who makes a visit or settles them."""

from typing import Final
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Missing, Refusal, Refused, Wrong
from equipment import items, requests
from equipment.items import Item, Viewer
from equipment.requests import Request
from logistics.visits import collecting, visit_links
from logistics.visits.catching_up import catch_up
from logistics.visits.visit_form import NewCollection, NewVisit, Visit
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page
from web.visits import request_words

_REQUEST: Final = "/requests/{sent:uuid}"
_STATUSES: Final = ("open", "settled")


@pages.get("/requests", task="read requests")
async def list_requests(request: PageRequest) -> Response[str]:
    """What was sent, oldest first: what is still to be seen to, or what was."""
    await catch_up(request.now)
    asked = request.sought("status") if "status" in request.query_params else "open"
    sought = {"status": asked if asked in _STATUSES else "", "after": request.sought("after")}
    status = next((each for each in _STATUSES if each == asked), None)
    after = key_after(sought["after"], int) or 0
    rows = await requests.listed(request.caller, status, None, after, PAGE + 1)
    found = sliced(rows, lambda row: row.seq, f"{request.site.base}/requests", **sought)
    made = await visit_links.of_requests([each.id for each in found.rows])
    content = request_words.list_page(found, made, sought["status"], request.site.base)
    return page(request, "list.jinja", content)


@pages.get(_REQUEST, task="read requests")
async def show_request(request: PageRequest, sent: FromPath[UUID]) -> Response[str]:
    """One request, with the item that it is about and the visit that was made of it."""
    await catch_up(request.now)
    return await _show(request, sent)


async def _show(
    request: PageRequest,
    sent: UUID,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    shown = await requests.look_up(request.caller, sent)
    made = await visit_links.of_requests([sent])
    content = request_words.request_page(
        shown,
        await _item(request, shown),
        made.get(sent),
        request.caller,
        request.site.base,
        filled=filled,
        refusal=refusal,
    )
    return page(request, "request.jinja", content, status=422 if refusal else 200)


async def _item(request: PageRequest, shown: Request) -> Item:
    viewer = Viewer(request.caller, request.now, request.site.public_url)
    return (await items.look_up(shown.item, viewer))[1]


@pages.post(f"{_REQUEST}/visit", task="settle requests")
async def make_visit(request: PageRequest, sent: FromPath[UUID]) -> Response[str]:
    """Make a visit of a request, which is settled by that; sent twice, it is made once."""
    shown = await requests.look_up(request.caller, sent)
    item = await _item(request, shown)
    filled = await request.filled()
    try:
        made = await _make(request, shown, item, filled)
        if shown.status == "open":
            await requests.settle(request.caller, sent, "A visit was made of it.", request.now)
    except (Wrong, Refused, Missing) as refusal:
        return await _show(request, sent, filled, refusal)
    return see_other(request, f"/visits/{made.id}", say="A visit has been made of the request.")


async def _make(request: PageRequest, shown: Request, item: Item, filled: Filled) -> Visit:
    if item.person is None:
        raise Refused("item-not-with-person", "Nobody has this on loan any more.")
    values = {
        "id": filled.given("id"),
        "person": str(item.person),
        "items": "all" if shown.everything else [shown.item],
        "reason": request_words.reason_of(shown),
    }
    if shown.kind == "fault":
        repair = as_struct(values | {"kind": "repair"}, NewVisit)
        return await collecting.ask(request.caller, repair, request.now)
    wanted = as_struct(values, NewCollection)
    return await collecting.collect(request.caller, wanted, request.now)


@pages.post(f"{_REQUEST}/settle", task="settle requests")
async def settle(request: PageRequest, sent: FromPath[UUID]) -> Response[str]:
    """Settle a request without a visit, with what was done about it."""
    filled = await request.filled()
    try:
        await requests.settle(request.caller, sent, filled.text("note"), request.now)
    except (Wrong, Refused) as refusal:
        return await _show(request, sent, filled, refusal)
    return see_other(request, "/requests", say="The request has been settled.")


PAGES: Final = (
    list_requests,
    show_request,
    make_visit,
    settle,
)
