"""Who changed what, for those who answer for it."""

from typing import Annotated, Final

from litestar.params import QueryParameter

from api import routes
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from budget import changes
from budget.changes import Change, What

_Key = Annotated[
    str | None,
    QueryParameter(max_length=100, description="A code, sku, year, user name or person's id."),
]


@routes.get("/api/changes", task="read changes", tags=["Changes"])
async def list_changes(
    what: What | None = None,
    key: _Key = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Change]:
    """Who changed standing data, budgets, users and people's records, newest last."""
    rows = await changes.listed(what, key, key_after(after, int) or 0, limit + 1)
    return page(rows, limit, lambda change: change.id)


ROUTES: Final = (list_changes,)
