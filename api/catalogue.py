"""The catalogue as it is searched and ordered from."""

from typing import Annotated, Final

import msgspec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import FromPath, QueryParameter

from api import routes
from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.problems import Problem
from api.request import ApiRequest
from budget.refusals import Missing
from equipment.catalogue import catalogue, choices, pictures
from equipment.catalogue.catalogue import CatalogueLine, Category
from equipment.catalogue.catalogue_search import QUERY_MAX, Found, Sought

_READ = "read standing data"
_CHANGE = "change standing data"
_PICTURES = ("image/jpeg", "image/png", "image/webp")

_Words = Annotated[
    str, QueryParameter(max_length=QUERY_MAX, description="Parts of a name, sku, category, class.")
]
_Category = Annotated[str | None, QueryParameter(max_length=80)]
_Class = Annotated[
    str | None, QueryParameter(max_length=20, description="A class of ISO 9999, or its beginning.")
]


@routes.get("/api/catalogue", task=_READ, tags=["Catalogue"])
async def search_catalogue(  # noqa: PLR0917 - as in api/items.py
    request: ApiRequest,
    q: _Words = "",
    category: _Category = None,
    iso9999: _Class = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[CatalogueLine]:
    """Search the catalogue as it is typed; slips of the pen are forgiven."""
    wanted = Sought(q, category, iso9999, key_after(after, Found), limit + 1)
    rows = await catalogue.catalogue(request.caller, wanted, request.now)
    shown = page(rows, limit, lambda row: row[0])
    return Page([line for _, line in shown.results], shown.next)


class Categories(msgspec.Struct, frozen=True):
    """Every category; there are few."""

    results: list[Category]


@routes.get("/api/catalogue/categories", task=_READ, tags=["Catalogue"])
async def list_categories(request: ApiRequest) -> Categories:
    """List the categories of the catalogue."""
    return Categories(await catalogue.categories(request.caller))


@routes.get("/api/catalogue/{sku:str}", task=_READ, tags=["Catalogue"])
async def show_line(request: ApiRequest, sku: FromPath[str]) -> CatalogueLine:
    """Show a product as the caller may order it."""
    line = await catalogue.catalogue_line(request.caller, sku, request.now)
    if line is None:
        raise Missing("product-not-found", "There is no such product.")
    return line


@routes.get("/api/settings/catalogue", task=_READ, tags=["Catalogue"])
async def show_choice(request: ApiRequest) -> choices.CatalogueChoice:
    """Show what was chosen for the catalogue."""
    return await choices.read_choice(request.caller)


@routes.put("/api/settings/catalogue", task=_CHANGE, tags=["Catalogue"])
async def choose(
    request: ApiRequest, data: Json[choices.CatalogueChoice]
) -> choices.CatalogueChoice:
    """Choose whether prescribers see what is above their level."""
    return await choices.choose(request.caller, data)


class _Sent(Operation):
    """The operation of a body that is a picture."""

    def __post_init__(self) -> None:
        schema = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        content = {kind: OpenAPIMediaType(schema) for kind in _PICTURES}
        self.request_body = RequestBody(content=content, required=True)


@routes.put(
    "/api/products/{sku:str}/picture", task=_CHANGE, tags=["Catalogue"], operation_class=_Sent
)
async def take_picture(request: ApiRequest, sku: FromPath[str]) -> pictures.Picture:
    """Keep a picture of a product: JPEG, PNG or WebP."""
    if request.content_type[0].lower() not in _PICTURES:
        raise Problem(415, "unsupported-media-type", f"Send one of {', '.join(_PICTURES)}.")
    return await pictures.take(request.caller, sku, await request.body(), request.now)


ROUTES: Final = (
    search_catalogue,
    list_categories,
    show_line,
    show_choice,
    choose,
    take_picture,
)
