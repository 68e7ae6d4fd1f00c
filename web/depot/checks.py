"""What falls due on a page: examinations, services and tests, here and at home."""

from datetime import timedelta
from typing import Final, get_args

from litestar import Response

from budget.years import london_day
from equipment import places
from equipment.inspection.dues import FIRST, CheckKind, Place, Search, Where, due
from web import pages
from web.depot import check_words
from web.pages import PageRequest
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_DEPOTS_MAX: Final = 200
_CODE_MAX: Final = 20


@pages.get("/depot/checks", task="read what falls due")
async def list_due_checks(request: PageRequest) -> Response[str]:
    """What falls due, the most overdue first: within a month unless asked for otherwise."""
    ahead = request.sought("ahead")
    ahead = ahead if ahead in check_words.AHEAD else check_words.USUAL
    where = next((each for each in get_args(Where) if each == request.sought("where")), None)
    kind = next((each for each in get_args(CheckKind) if each == request.sought("kind")), None)
    depot = request.sought("depot")[:_CODE_MAX]
    sought = {"ahead": ahead, "where": where or "", "kind": kind or "", "depot": depot}
    today = london_day(request.now)
    search = Search(
        before=today + timedelta(days=int(ahead)),
        depot=depot or None,
        where=where,
        kind=kind,
        after=key_after(request.sought("after"), Place) or FIRST,
        limit=PAGE + 1,
    )
    rows = await due(request.caller, search, request.now)
    address = f"{request.site.base}/depot/checks"
    found = sliced(rows, lambda row: row[0], address, after=request.sought("after"), **sought)
    depots = await places.depots(request.caller, "", _DEPOTS_MAX)
    names = {each.code: each.name for each in depots}
    content = check_words.list_page(
        found, sought, names, today, request.site.base, caller=request.caller
    )
    return page(request, "list.jinja", content)


PAGES: Final = (list_due_checks,)
