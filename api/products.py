"""The catalogue."""

from typing import Annotated, Final

from litestar.params import FromPath, QueryParameter

from api import routes
from api.bodies import Csv, Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from equipment.catalogue import products
from equipment.catalogue.product_import import import_products
from equipment.csv_imports import Imported

_READ = "read standing data"
_CHANGE = "change standing data"

_Sought = Annotated[
    str, QueryParameter(max_length=200, description="Part of a name or sku, in any case.")
]
_DryRun = Annotated[bool, QueryParameter(description="Say what would happen; change nothing.")]


@routes.post("/api/products", task=_CHANGE, tags=["Standing data"])
async def add_product(request: ApiRequest, data: Json[products.Product]) -> products.Product:
    """Add a product to the catalogue; its price counts from today."""
    return await products.add_product(request.caller, data, request.now)


@routes.get("/api/products", task=_READ, tags=["Standing data"])
async def list_products(
    request: ApiRequest, q: _Sought = "", limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[products.Product]:
    """Products by sku, at today's prices."""
    key = key_after(after, str) or ""
    rows = await products.products(request.caller, q, request.now, after=key, limit=limit + 1)
    return page(rows, limit, lambda product: product.sku)


@routes.get("/api/products/{sku:str}", task=_READ, tags=["Standing data"])
async def get_product(request: ApiRequest, sku: FromPath[str]) -> products.Product:
    """Show a product at today's price."""
    return await products.find_product(request.caller, sku, request.now)


@routes.post("/api/products/import", task=_CHANGE, status_code=200, tags=["Standing data"])
async def import_catalogue(request: ApiRequest, data: Csv, dry_run: _DryRun = False) -> Imported:
    """Add and change products from a CSV file; each line stands or falls by itself."""
    return await import_products(request.caller, data, request.now, dry_run=dry_run)


ROUTES: Final = (
    add_product,
    list_products,
    get_product,
    import_catalogue,
)
