"""How products are checked and cleaned: which have no list yet, and the forms that set it."""

from typing import Final

import msgspec
from litestar import Response
from litestar.params import FromPath

from budget.refusals import Refusal, Refused, Wrong
from equipment.catalogue import products
from equipment.inspection import inspections
from equipment.inspection.inspections import NewLines
from equipment.inspection.preparing import Lacking, prepared
from equipment.washing import programmes
from equipment.washing.programmes import CleaningMethod
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.preparing import preparing_words
from web.rendering import page

_TASK: Final = "set how products are prepared"
_PATH: Final = "/depot/preparing"
_LIST: Final = f"{_PATH}/{{sku:str}}/list"
_CLEANING: Final = f"{_PATH}/{{sku:str}}/cleaning"
_SOUGHT_MAX: Final = 100
_LACKING: Final[dict[str, Lacking]] = {"list": "list", "method": "method"}


@pages.get(_PATH, task=_TASK)
async def list_prepared(request: PageRequest) -> Response[str]:
    """Products that are lent again, narrowed by what is typed and by what they lack."""
    asked = {name: request.sought(name)[:_SOUGHT_MAX] for name in ("q", "lacking", "after")}
    lacking = _LACKING.get(asked["lacking"])
    after = key_after(asked["after"], str) or ""
    rows = await prepared(request.caller, asked["q"], lacking, after=after, limit=PAGE + 1)
    address = f"{request.site.base}{_PATH}"
    shown = sliced(rows, lambda row: row.sku, address, **asked | {"lacking": lacking or ""})
    content = preparing_words.list_page(shown, asked["q"], lacking or "", request.site.base)
    return page(request, "list.jinja", content)


@pages.get(_LIST, task=_TASK)
async def show_list(request: PageRequest, sku: FromPath[str]) -> Response[str]:
    """What is looked at before the product passes, its earlier versions, and the form."""
    return await _list(request, sku)


@pages.post(_LIST, task=_TASK)
async def set_list(request: PageRequest, sku: FromPath[str]) -> Response[str]:
    """Show it as the bench will, or set it as a new version."""
    filled = await request.filled()
    try:
        lines = [line.strip() for line in filled.text("lines").split("\n") if line.strip()]
        values: dict[str, object] = {"lines": lines, "version": filled.given("version")}
        new = as_struct(values, NewLines)
        if filled.text("do") == "look":
            return await _list(request, sku, filled, look=inspections.tidied(new))
        await inspections.set_list(request.caller, sku, new, request.now)
    except (Wrong, Refused) as refusal:
        return await _list(request, sku, filled, refusal)
    return see_other(request, f"{_PATH}/{sku}/list", say=preparing_words.LIST_SET)


async def _list(
    request: PageRequest,
    sku: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
    look: list[str] | None = None,
) -> Response[str]:
    product = await products.find_product(request.caller, sku, request.now)
    versions = await inspections.versions_of(request.caller, product.sku)
    content = preparing_words.list_form(
        product, versions, request.site.base, preparing_words.Typed(filled, refusal, look)
    )
    return page(request, "versioned.jinja", content, status=422 if refusal else 200)


@pages.get(_CLEANING, task=_TASK)
async def show_cleaning(request: PageRequest, sku: FromPath[str]) -> Response[str]:
    """How the product is cleaned, how it was before, and the form."""
    return await _cleaning(request, sku)


@pages.post(_CLEANING, task=_TASK)
async def set_cleaning(request: PageRequest, sku: FromPath[str]) -> Response[str]:
    """Set it as a new version."""
    filled = await request.filled()
    try:
        await programmes.set_method(request.caller, sku, _method(filled), request.now)
    except (Wrong, Refused) as refusal:
        return await _cleaning(request, sku, filled, refusal)
    return see_other(request, f"{_PATH}/{sku}/cleaning", say=preparing_words.CLEANING_SET)


def _method(filled: Filled) -> CleaningMethod:
    names = ("cycle", "temperature_c", "minutes", "version")
    values: dict[str, object] = {name: filled.given(name) for name in names}
    method = filled.given("method")
    if method != preparing_words.ANY:
        return as_struct(values | {"method": method}, CleaningMethod)
    typed = as_struct(values | {"method": "washer"}, CleaningMethod)
    return msgspec.structs.replace(typed, method=None)


async def _cleaning(
    request: PageRequest,
    sku: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    product = await products.find_product(request.caller, sku, request.now)
    versions = await programmes.versions_of(request.caller, product.sku)
    content = preparing_words.cleaning_form(
        product, versions, request.site.base, preparing_words.Typed(filled, refusal)
    )
    return page(request, "versioned.jinja", content, status=422 if refusal else 200)


PAGES: Final = (list_prepared, show_list, set_list, show_cleaning, set_cleaning)
