"""The administrator's products: found, changed, added by the file."""

from typing import Final

import msgspec
from litestar import Response
from litestar.params import FromPath

from budget.refusals import Fault, Refusal, Refused, Wrong
from equipment.catalogue import product_import, products
from equipment.catalogue.products import Product
from web import meanwhile, pages
from web.admin.product_words import (
    FIELDS,
    imported_page,
    in_words,
    list_page,
    product_form,
    upload_form,
)
from web.fields import faults_of, hidden
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_TASK: Final = "change standing data"


@pages.get("/admin/products", task=_TASK)
async def list_products(request: PageRequest) -> Response[str]:
    """Products by sku, narrowed by what is typed."""
    q, after = request.sought("q")[:100], request.sought("after")
    key = key_after(after, str) or ""
    rows = await products.products(request.caller, q, request.now, after=key, limit=PAGE + 1)
    address = f"{request.site.base}/admin/products"
    shown = sliced(rows, lambda product: product.sku, address, q=q, after=after)
    return page(request, "admin_products.jinja", list_page(shown, q, request.site.base))


@pages.get("/admin/products/new", task=_TASK)
async def show_new_product(request: PageRequest) -> Response[str]:
    """The form for a new product."""
    form = product_form(None, Filled(), request.site.base)
    return page(request, "staff_form.jinja", form)


@pages.post("/admin/products/new", task=_TASK)
async def add_product(request: PageRequest) -> Response[str]:
    """Add a product."""
    filled = await request.filled()
    try:
        given = as_struct(_values(filled) | {"sku": filled.given("sku")}, Product)
        await products.add_product(request.caller, given, request.now)
    except (Wrong, Refused) as refusal:
        form = product_form(None, filled, request.site.base, *faults_of(refusal))
        return page(request, "staff_form.jinja", form, status=422)
    return see_other(request, "/admin/products", say="The product was added.")


@pages.get("/admin/products/import", task=_TASK)
async def show_import(request: PageRequest) -> Response[str]:
    """The form for a file."""
    return page(request, "staff_form.jinja", upload_form(request.site.base))


@pages.post("/admin/products/import", task=_TASK)
async def import_products(request: PageRequest) -> Response[str]:
    """Read the file, and say what came of each line; a look at it changes nothing."""
    filled = await request.filled()
    content = filled.files.get("file", b"").decode("utf-8-sig", errors="surrogateescape")
    look = filled.text("look") != "no"
    try:
        _check_chosen(content)
        done = await product_import.import_products(
            request.caller, content, request.now, dry_run=look
        )
    except Wrong as wrong:
        form = upload_form(request.site.base, filled, wrong.faults)
        return page(request, "staff_form.jinja", form, status=422)
    content_page = imported_page(done, request.site.base, look=look)
    return page(request, "admin_imported.jinja", content_page)


@pages.get("/admin/products/{sku:str}", task=_TASK)
async def show_product(request: PageRequest, sku: FromPath[str]) -> Response[str]:
    """The form that changes a product."""
    product = await products.find_product(request.caller, sku, request.now)
    return _product_page(request, product, Filled())


@pages.post("/admin/products/{sku:str}", task=_TASK)
async def change_product(request: PageRequest, sku: FromPath[str]) -> Response[str]:
    """Change a product, save what somebody else has meanwhile; another price counts from today."""
    product = await products.find_product(request.caller, sku, request.now)
    filled = await request.filled()
    now = msgspec.structs.asdict(product)
    changed = meanwhile.changes(filled, _values(filled), now, in_words(product))
    try:
        # What has no field on the page stays as it is.
        wanted = as_struct(now | changed.checked(), Product)
        caller = request.caller
        await products.change_product(caller, wanted, request.now, instead_of=product)
    except (Wrong, Refused) as refusal:
        return _product_page(request, product, filled, refusal, changed.carried)
    return see_other(request, "/admin/products", say="The product was changed.")


def _product_page(
    request: PageRequest,
    product: Product,
    filled: Filled,
    refusal: Refusal | None = None,
    carried: str | None = None,
) -> Response[str]:
    said = ((), None) if refusal is None else faults_of(refusal)
    form = product_form(product, filled, request.site.base, *said)
    first = {name: getattr(product, name) for name in FIELDS}
    form.fields.append(hidden(meanwhile.FIELD, carried or meanwhile.carried(first)))
    return page(request, "admin_product.jinja", form, status=422 if refusal else 200)


def _check_chosen(content: str) -> None:
    if not content:
        raise Wrong([Fault("file", "Choose a file.")])


def _values(filled: Filled) -> dict[str, object]:
    parts = filled.text("equivalents").replace(",", ";").split(";")
    texts = {name: filled.given(name) for name in FIELDS}
    return texts | {
        "price_pence": filled.pence("price_pence"),
        "pat": filled.text("pat") == "true",
        "equivalents": [part.strip() for part in parts if part.strip()],
    }


PAGES: Final = (
    list_products,
    show_new_product,
    add_product,
    show_import,
    import_products,
    show_product,
    change_product,
)
