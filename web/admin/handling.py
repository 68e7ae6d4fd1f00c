"""How crews handle a product, set by an administrator."""

from typing import Final

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Refused, Wrong
from equipment.catalogue import handling, products
from equipment.catalogue.handling import Handling
from web import pages
from web.admin import handling_words
from web.fields import faults_of
from web.forms import as_struct
from web.pages import PageRequest, see_other
from web.rendering import page

_TASK: Final = "change standing data"
_PATH: Final = "/admin/products/{sku:str}/handling"


@pages.get(_PATH, task=_TASK)
async def show_handling(request: PageRequest, sku: FromPath[str]) -> Response[str]:
    """The form."""
    product = await products.find_product(request.caller, sku, request.now)
    known = (await handling.handling_of([product.sku])).get(product.sku, Handling())
    return page(request, "staff_form.jinja", handling_words.form(product, known, request.site.base))


@pages.post(_PATH, task=_TASK)
async def set_handling(request: PageRequest, sku: FromPath[str]) -> Response[str]:
    """Say it anew."""
    product = await products.find_product(request.caller, sku, request.now)
    filled = await request.filled()
    try:
        wanted = as_struct(handling_words.values(filled), Handling)
        await handling.set_handling(request.caller, product.sku, wanted)
    except (Wrong, Refused) as refusal:
        base = request.site.base
        form = handling_words.form(product, Handling(), base, filled, *faults_of(refusal))
        return page(request, "staff_form.jinja", form, status=422)
    say = "This has been kept. Crews see it from their next day on."
    return see_other(request, f"/admin/products/{product.sku}", say=say)


PAGES: Final = (show_handling, set_handling)
