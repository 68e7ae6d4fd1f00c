"""Items as staff see them: found by what stands on the label, and each with its history."""

from functools import partial
from typing import Final

from litestar import Response
from litestar.params import FromPath

from equipment import history, item_lists, items, printing
from equipment.depot_names import depot_names
from equipment.item_lists import Search
from equipment.items import Viewer
from equipment.measuring import measurements
from equipment.standing import State
from labels import label
from web import pages
from web.items import item_words
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import NOT_KEPT, page

_SOUGHT_MAX = 200


@pages.get("/items", task="read items")
async def list_items(request: PageRequest) -> Response[str]:
    """Items, narrowed by what is typed, state and depot; the one that a code names at once."""
    sought = {name: request.sought(name)[:_SOUGHT_MAX] for name in ("q", "state", "depot", "after")}
    state = sought["state"] if sought["state"] in set(State) else ""
    names = await depot_names(request.caller)
    if sought["depot"] not in names:
        sought["depot"] = ""
    search = Search(
        state=state or None,
        depot=sought["depot"] or None,
        q=sought["q"] or None,
        after=key_after(sought["after"], int) or 0,
        limit=PAGE + 1,
    )
    rows = await item_lists.listed(search, _viewer(request))
    if sought["q"] and len(rows) == 1 and not sought["after"]:
        return see_other(request, f"/items/{rows[0][1].code}")
    address = f"{request.site.base}/items"
    shown = sliced(rows, lambda row: row[0], address, **sought | {"state": state})
    content = item_words.list_page(shown, sought | {"state": state}, names, address)
    return page(request, "list.jinja", content)


@pages.get("/items/{code:str}", task="read items")
async def show_item(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """What it is, where, and all that has happened to it."""
    viewer = _viewer(request)
    key, item = await items.look_up(code, viewer)
    after = key_after(request.sought("after"), int) or 0
    rows = await history.movements(key, viewer, after=after, limit=PAGE + 1)
    address = f"{request.site.base}/items/{item.code}"
    shown = sliced(rows, lambda row: row[0], address, after=request.sought("after"))
    special = await measurements.is_special(request.caller, item.code)
    names = await depot_names(request.caller)
    content = item_words.item_page(
        item, shown, request.caller, request.site.base, depots=names, special=special
    )
    return page(request, "staff_item.jinja", content)


@pages.get("/items/{code:str}/label", task="read items")
async def show_label(request: PageRequest, code: FromPath[str]) -> Response[bytes]:
    """The item's label, to print."""
    site = request.site
    sender = printing.Sender(site.name, site.phone)
    [one] = await printing.labels_of([code], _viewer(request), sender)
    drawn = await printing.drawn(partial(label.svg, one))
    return Response(drawn, media_type="image/svg+xml", headers={"Cache-Control": NOT_KEPT})


def _viewer(request: PageRequest) -> Viewer:
    return Viewer(request.caller, request.now, request.site.public_url)


PAGES: Final = (
    list_items,
    show_item,
    show_label,
)
