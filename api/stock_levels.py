"""How long stock lasts, and when to buy more of what."""

from typing import Annotated, Final

from litestar.params import FromPath, QueryParameter

from api import routes
from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from equipment.stock import levels, reorder_rules
from equipment.stock.levels import Level, Sought
from equipment.stock.reorder_rules import OwnRules
from equipment.stock.reordering import Task
from logistics.visits.to_fetch import to_fetch

_Sku = Annotated[str | None, QueryParameter(max_length=40, description="Of this product only.")]
_Depot = Annotated[str | None, QueryParameter(max_length=20, description="At this depot only.")]
_Text = Annotated[str | None, QueryParameter(max_length=200)]
_Advice = Annotated[
    Task | None,
    QueryParameter(description="What was advised of the whole pool within the last hour."),
]


@routes.get("/api/stock/levels", task="read items", tags=["Depots"])
async def list_levels(  # noqa: PLR0917 - as in api/items.py
    request: ApiRequest,
    sku: _Sku = None,
    q: _Text = None,
    category: _Text = None,
    depot: _Depot = None,
    advice: _Advice = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Level]:
    """List products with what there is of each, how long it lasts, and what to do about it.

    Demand is what was issued in the 91 days before today. A product is to be ordered where what is
    at hand and on its way is less than its reorder point, and to be prepared where washing,
    inspecting and mending what waits is enough.
    """
    key = key_after(after, str) or ""
    wanted = Sought(sku, q, category, depot, advice, key, limit + 1)
    rows = await levels.levels(request.caller, wanted, to_fetch, request.now)
    return page(rows, limit, lambda row: row.sku)


@routes.get("/api/products/{sku:str}/reorder-rules", task="read items", tags=["Depots"])
async def show_rules(request: ApiRequest, sku: FromPath[str]) -> OwnRules:
    """Show what is set for a product; null: 14 days' lead, 28 to be covered, 95 percent."""
    return await reorder_rules.rules_of(request.caller, sku)


@routes.put("/api/products/{sku:str}/reorder-rules", task="set levels", tags=["Depots"])
async def set_rules(request: ApiRequest, sku: FromPath[str], data: Json[OwnRules]) -> OwnRules:
    """Say how much of a product is to be at hand."""
    return await reorder_rules.set_rules(request.caller, sku, data)


ROUTES: Final = (list_levels, show_rules, set_rules)
