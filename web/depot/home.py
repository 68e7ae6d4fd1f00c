"""The depot's day on a page: what waits for how long, and the ways to where it is seen to."""

from typing import Final

from litestar import Response

from equipment import cases
from equipment.catalogue.stock import Count, stock
from equipment.repairs import jobs
from equipment.returns.ageing import ageing
from web import pages
from web.depot import home_words
from web.depot.here import depot_here
from web.pages import PageRequest
from web.rendering import page
from web.stock.home_queues import stock_stations

_CASES_MAX: Final = 100


@pages.get("/depot", task="work at a depot")
async def show_depot(request: PageRequest) -> Response[str]:
    """What waits at one depot: the first one, where none is named."""
    code, depots = await depot_here(request, request.sought("depot"))
    [standing] = await stock(request.caller, Count(by="depot", depot=code))
    aged = await ageing(request.caller, request.now, code)
    opened = 0
    if request.caller.may("read cases"):
        found = await cases.listed(request.caller, "open", request.now, after=0, limit=_CASES_MAX)
        opened = len(found)
    mending = None
    if request.caller.may("read repairs"):
        mending = await jobs.count_open(request.caller, code, request.now)
    way = home_words.Way(
        request.caller,
        request.site.base,
        opened,
        _CASES_MAX,
        mending,
        await stock_stations(request, code),
    )
    content = home_words.depot_page(depots, standing, aged, way)
    return page(request, "depot.jinja", content)


PAGES: Final = (show_depot,)
