"""Moving between depots and satellite stores: a scanner in the hand where things arrive.

A `move` scan is the whole of it (contract section 4): what is scanned at a place is there.
"""

from typing import Any, Final
from uuid import uuid4

from litestar import Response

from budget.refusals import Fault, Missing, NotAllowed, Refused, Wrong
from equipment import items
from equipment.items import Item, Viewer
from equipment.scans import record
from web import pages
from web.depot.here import depot_here
from web.envelope import policy
from web.pages import PageRequest, see_other
from web.rendering import page
from web.stock import moving_words

_PATH: Final = "/depot/move"
_LABEL_MAX: Final = 500


@pages.get(_PATH, task="move")
async def show_moving(request: PageRequest) -> Response[str]:
    """The field that a scanner types into, and what became of the label before."""
    code, depots = await depot_here(request, request.sought("depot"))
    told = None
    if label := request.sought("item")[:_LABEL_MAX]:
        item = await _item(request, label)
        told = moving_words.told(item, depots, code, moved=request.sought("did") == "move")
    return _shown(request, moving_words.page_of(code, depots, request.site.base, told))


@pages.post(_PATH, task="move")
async def move(request: PageRequest) -> Response[str]:
    """Say that what was scanned is here now."""
    filled = await request.filled()
    code, depots = await depot_here(request, filled.text("depot"))
    label = filled.text("label")[:_LABEL_MAX]
    try:
        item, moved = await _moved(request, label, code)
    except (Wrong, Refused, Missing, NotAllowed) as refusal:
        found = None if isinstance(refusal, (Wrong, Missing)) else await _item(request, label)
        told = moving_words.refused(refusal, request.site.base, found)
        content = moving_words.page_of(code, depots, request.site.base, told)
        return _shown(request, content, status=422)
    return see_other(request, moving_words.after(code, item.code, moved=moved))


async def _moved(request: PageRequest, label: str, depot: str) -> tuple[Item, bool]:
    """Record the move; the item, and whether there was anything to record."""
    if not label:
        raise Wrong([Fault("label", "Scan the label, or type its code.")])
    item = await _item(request, label)
    if item.depot == depot and item.van is None:
        return item, False
    scan: dict[str, Any] = {
        "id": str(uuid4()),
        "item": item.code,
        "action": "move",
        "occurred_at": request.now.isoformat(),
        "depot": depot,
    }
    [result] = await record([scan], request.caller, request.now)
    if result.refusal is not None:
        raise result.refusal
    return item, True


async def _item(request: PageRequest, label: str) -> Item:
    return (await items.look_up(label, _viewer(request)))[1]


def _viewer(request: PageRequest) -> Viewer:
    return Viewer(request.caller, request.now, request.site.public_url)


def _shown(request: PageRequest, content: Any, *, status: int = 200) -> Response[str]:
    # The camera's reader is compiled in the browser.
    allowed = policy(request.scope["state"]["nonce"], scripts="'wasm-unsafe-eval'")
    headers = {"Content-Security-Policy": allowed}
    return page(request, "stock_scan.jinja", content, status=status, headers=headers)


PAGES: Final = (show_moving, move)
