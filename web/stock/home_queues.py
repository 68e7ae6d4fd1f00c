"""What of the stock waits for somebody, for the depot's first page."""

from collections.abc import Iterator
from urllib.parse import urlencode

from budget.years import london_day
from equipment.stock import counts, levels, purchases
from web.pages import PageRequest
from web.words import count

Station = tuple[str, str, str]
"""The words of a link, its address, and what waits behind it."""


async def stock_stations(request: PageRequest, depot: str) -> list[Station]:
    """The ways to stock, purchases, counts and moves, as far as the caller may go them."""
    told = await levels.advised(request.caller)
    base, at = request.site.base, urlencode({"depot": depot})
    found = [("Stock", f"{base}/depot/stock?{at}", _advised(told.order, told.prepare))]
    if request.caller.may("read purchases"):
        late = await purchases.overdue(request.caller, london_day(request.now))
        asked = await purchases.awaiting(request.caller)
        about = " ".join(_purchases(late, asked))
        found.append(("Purchases", f"{base}/depot/purchases", about))
    if request.caller.may("read counts"):
        waiting = await counts.waiting(request.caller)
        about = (
            f"{count(waiting, 'count')} to be settled." if waiting else "What is on the shelves."
        )
        found.append(("Counts", f"{base}/depot/counts?{at}", about))
    if request.caller.may("move"):
        found.append(("Move", f"{base}/depot/move?{at}", "What arrives from another depot."))
    return found


def _advised(order: int, prepare: int) -> str:
    if not order and not prepare:
        return "How much there is, and how long it lasts."
    return f"{count(order, 'product')} to order, {prepare:,} to wash and inspect first."


def _purchases(late: int, asked: int) -> Iterator[str]:
    if late:
        yield f"{count(late, 'purchase')} overdue."
    if asked:
        yield f"{count(asked, 'purchase')} to be approved."
    if not late and not asked:
        yield "What is bought, and the goods that come in."
