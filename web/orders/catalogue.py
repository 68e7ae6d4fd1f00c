"""The catalogue as it is searched: found as it is typed, and each product with what it promises."""

from typing import Final

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Missing, Refusal, Wrong
from equipment.catalogue import catalogue, pictures
from equipment.catalogue.catalogue import CatalogueLine
from equipment.catalogue.catalogue_search import QUERY_MAX, Found, Sought
from web import pages
from web.fields import faults_of
from web.orders import catalogue_words
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_SHORT_MAX = 80


@pages.get("/catalogue", task="read standing data")
async def search(request: PageRequest) -> Response[str]:
    """Products as they are typed for; asked for by htmx, what was found alone."""
    sought = {name: request.sought(name)[:_SHORT_MAX] for name in ("category", "iso9999")}
    sought["q"] = request.sought("q")[:QUERY_MAX]
    wanted = Sought(
        sought["q"],
        sought["category"] or None,
        sought["iso9999"] or None,
        key_after(request.sought("after"), Found),
        PAGE + 1,
    )
    rows = await catalogue.catalogue(request.caller, wanted, request.now)
    address = f"{request.site.base}/catalogue"
    shown = sliced(rows, lambda row: row[0], address, **sought | {"after": request.sought("after")})
    known = await catalogue.categories(request.caller)
    content = catalogue_words.list_page(shown, known, sought, request.site.base)
    template = "catalogue_found.jinja" if request.is_partial else "catalogue.jinja"
    return page(request, template, content)


@pages.get("/catalogue/{sku:str}", task="read standing data")
async def show_product(request: PageRequest, sku: FromPath[str]) -> Response[str]:
    """One product: what it carries, what it costs, where it is, by when it comes."""
    line = await _line(request, sku)
    return page(request, "product.jinja", _content(request, line))


@pages.post("/catalogue/{sku:str}/picture", task="change standing data")
async def take_picture(request: PageRequest, sku: FromPath[str]) -> Response[str]:
    """Keep a picture of the product."""
    line = await _line(request, sku)
    sent = (await request.filled()).files.get("picture", b"")
    try:
        await pictures.take(request.caller, sku, sent, request.now)
    except Wrong as refusal:
        return page(request, "product.jinja", _content(request, line, refusal), status=422)
    return see_other(
        request, catalogue_words.product_address(sku, ""), say="The picture has been kept."
    )


async def _line(request: PageRequest, sku: str) -> CatalogueLine:
    line = await catalogue.catalogue_line(request.caller, sku, request.now)
    if line is None:
        raise Missing("product-not-found", "There is no such product in your catalogue.")
    return line


def _content(
    request: PageRequest, line: CatalogueLine, refusal: Refusal | None = None
) -> catalogue_words.ProductPage:
    may_change = request.caller.may("change standing data")
    faults = faults_of(refusal)[0] if refusal is not None else ()
    return catalogue_words.product_page(
        line, request.site.base, may_change=may_change, faults=faults
    )


PAGES: Final = (
    search,
    show_product,
    take_picture,
)
