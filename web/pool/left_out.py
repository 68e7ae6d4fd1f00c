"""What never came back, item by item, on a page; what it would be worth to fetch it."""

from typing import Final, get_args

import msgspec
from litestar import Response

from equipment.returns.left_out import Narrowed, left_out
from equipment.returns.not_back import Why, not_back
from web import pages
from web.forms import Filled
from web.pages import PageRequest
from web.paging import PAGE, key_after, sliced
from web.pool import left_out_words
from web.pool.recycling import TASK
from web.rendering import page

_REASONS: Final = get_args(Why)


@pages.get("/budget/recycling/not-back", task=TASK)
async def list_left_out(request: PageRequest) -> Response[str]:
    """The items, a page at a time; a reason that is none narrows nothing."""
    sought = {name: request.sought(name) for name in ("why", "sku", "worth", "after")}
    wanted = Narrowed(
        why=msgspec.convert(sought["why"], Why) if sought["why"] in _REASONS else None,
        sku=sought["sku"] or None,
        worth=sought["worth"] == "yes",
    )
    after = key_after(sought["after"], int) or 0
    rows = await left_out(request.caller, wanted, request.now, after=after, limit=PAGE + 1)
    sums = await not_back(request.caller, request.now)
    address = f"{request.site.base}/budget/recycling/not-back"
    found = sliced(rows, lambda row: row.seq, address, **sought)
    filled = Filled({name: [text] for name, text in sought.items() if name != "after"})
    content = left_out_words.list_page(found, wanted, sums, filled, request.site.base)
    return page(request, "list.jinja", content)


PAGES: Final = (list_left_out,)
