"""Checks: what falls due, in the depots and at home."""

from datetime import date
from typing import Annotated, Final

from litestar.params import QueryParameter

from api import routes
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from equipment.inspection.dues import FIRST, CheckKind, DueCheck, Place, Search, Where, due

_Before = Annotated[date, QueryParameter(description="What falls due before this day.")]
_Depot = Annotated[
    str | None, QueryParameter(max_length=20, description="Of this depot's items, out ones too.")
]


@routes.get("/api/checks/due", task="read what falls due", tags=["Depots"])
async def list_due_checks(  # noqa: PLR0917 - as in api/items.py
    request: ApiRequest,
    before: _Before,
    depot: _Depot = None,
    where: Where | None = None,
    kind: CheckKind | None = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[DueCheck]:
    """List the checks that fall due before a day, here and at home, the most overdue first."""
    place = key_after(after, Place) or FIRST
    search = Search(before, depot, where, kind, place, limit + 1)
    rows = await due(request.caller, search, request.now)
    shown = page(rows, limit, lambda row: row[0])
    return Page([row for _, row in shown.results], shown.next)


ROUTES: Final = (list_due_checks,)
