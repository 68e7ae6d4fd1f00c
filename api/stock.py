"""How many there are of what, and where."""

from typing import Annotated, Final

from litestar.params import QueryParameter

from api import routes
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from equipment.catalogue.stock import By, Count, Stock, stock

_Sku = Annotated[str | None, QueryParameter(max_length=40, description="Of this product only.")]
_Depot = Annotated[str | None, QueryParameter(max_length=20, description="At this depot only.")]


@routes.get("/api/stock", task="read items", tags=["Depots"])
async def show_stock(  # noqa: PLR0917 - as in api/items.py
    request: ApiRequest,
    by: By = "sku",
    sku: _Sku = None,
    depot: _Depot = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Stock]:
    """Count the items of each product, or at each depot, by how they stand."""
    count = Count(by, sku, depot, key_after(after, str) or "", limit + 1)
    rows = await stock(request.caller, count)
    return page(rows, limit, lambda row: row.key)


ROUTES: Final = (show_stock,)
