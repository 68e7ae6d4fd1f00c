"""Recalls on pages: what is held, what is outstanding, and the end of it with its evidence."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Fault, Refusal, Refused, Wrong
from equipment.catalogue.meant import Meant, meant
from equipment.catalogue.product_names import product_names
from equipment.catalogue.products import Product
from equipment.depot_names import depot_names
from equipment.recalls import recall_views, recalls
from equipment.recalls.recall_files import items_csv
from equipment.recalls.recall_form import Clearing, Closing, Match, NewRecall
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.product_choice import chosen, unclear, written
from web.recalls import recall_words
from web.recalls.recall_words import Names
from web.rendering import page

_RECALLS: Final = "/depot/recalls"
_NEW: Final = f"{_RECALLS}/new"
_RECALL: Final = f"{_RECALLS}/{{recall:uuid}}"
_STATUSES: Final = ("open", "closed")
_MATCH: Final = ("sku", "part", "batch", "serial_from", "serial_to")
_TEXTS: Final = ("id", "reference", "title", "severity", "action")


@pages.get(_RECALLS, task="read recalls")
async def list_recalls(request: PageRequest) -> Response[str]:
    """Recalls, newest first: those that are open, unless asked for otherwise."""
    asked = request.sought("status") if "status" in request.query_params else "open"
    status = next((each for each in _STATUSES if each == asked), None)
    sought = {"status": status or "", "after": request.sought("after")}
    before = key_after(sought["after"], int)
    rows = await recall_views.listed(
        request.caller,
        status,
        before=before,
        limit=PAGE + 1,
    )
    base = request.site.base
    found = sliced(rows, lambda row: row.seq, f"{base}{_RECALLS}", **sought)
    names = await _names(request, {row.match.sku or "" for row in found.rows})
    content = recall_words.list_page(found, sought["status"], names, request.caller, base)
    return page(request, "recalls.jinja", content)


@pages.get(_NEW, task="recall items")
async def show_new_recall(request: PageRequest) -> Response[str]:
    """The form for a recall."""
    return page(request, "recall_new.jinja", recall_words.new_page(request.site.base))


@pages.post(_NEW, task="recall items")
async def open_recall(request: PageRequest) -> Response[str]:
    """Show what would be held; once that is agreed to, hold it."""
    filled, base = await request.filled(), request.site.base
    text = filled.text("sku")
    told = (await meant(request.caller, [text] if text else [], request.now)).get(text)
    product = chosen(filled, "sku", told)
    if product is not None:
        # What is agreed to names it in full.
        filled = Filled({**filled.fields, "sku": [written(product.name, product.sku)]})
    try:
        new = _new(filled, product, told)
        found = await recalls.preview(request.caller, new.match)
        if filled.text("agreed") != recall_words.agreement(filled):
            known = (found, await depot_names(request.caller))
            content = recall_words.new_page(base, filled, found=known)
            return page(request, "recall_new.jinja", content)
        await recalls.open_recall(request.caller, new, request.now)
    except (Wrong, Refused) as refusal:
        content = recall_words.new_page(base, filled, meant=told, refusal=_in_form(refusal))
        return page(request, "recall_new.jinja", content, status=422)
    return see_other(request, f"{_RECALLS}/{new.id}", say="Everything that it names is on hold.")


def _new(filled: Filled, product: Product | None, told: Meant | None) -> NewRecall:
    """The recall that was typed; Wrong with every fault, that of a product that is unclear too."""
    named = {name: filled.given(name) for name in _MATCH}
    named["sku"] = None if product is None else product.sku
    values: dict[str, Any] = {name: filled.given(name) for name in _TEXTS}
    lacking = filled.text("sku") and product is None
    faults = [unclear(filled, "sku", told)] if lacking else []
    try:
        new = as_struct(values | {"match": Match(**named)}, NewRecall)
    except Wrong as wrong:
        raise Wrong([*wrong.faults, *faults]) from wrong
    if faults:
        raise Wrong(faults)
    return new


def _in_form(refusal: Refusal) -> Refusal:
    """The refusal with the fields of the form, where those of the match stand by themselves."""
    if not isinstance(refusal, Wrong):
        return refusal
    return Wrong([Fault(f.field.removeprefix("match."), f.message) for f in refusal.faults])


@pages.get(_RECALL, task="read recalls")
async def show_recall(request: PageRequest, recall: FromPath[UUID]) -> Response[str]:
    """A recall and how far it is: printed, it is the report that the regulator asks for."""
    return await _show(request, recall)


async def _show(
    request: PageRequest,
    recall: UUID,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    shown = await recall_views.look_up(request.caller, recall, request.now)
    skus = {each.sku for each in shown.outstanding} | {shown.match.sku or ""}
    content = recall_words.recall_page(
        shown,
        request.caller,
        request.site.base,
        names=await _names(request, skus),
        filled=filled,
        refusal=refusal,
    )
    return page(request, "recall.jinja", content, status=422 if refusal else 200)


async def _names(request: PageRequest, skus: Iterable[str]) -> Names:
    products = await product_names(request.caller, (sku for sku in skus if sku))
    return Names(await depot_names(request.caller), products)


@pages.post(f"{_RECALL}/close", task="recall items")
async def close_recall(request: PageRequest, recall: FromPath[UUID]) -> Response[str]:
    """End a recall and its holds."""
    filled = await request.filled()
    try:
        closing = as_struct({"reason": filled.given("reason")}, Closing)
        await recalls.close(request.caller, recall, closing, request.now)
    except (Wrong, Refused) as refusal:
        return await _show(request, recall, filled, refusal)
    return see_other(request, f"{_RECALLS}/{recall}", say="The recall is closed.")


@pages.get(f"{_RECALL}/items.csv", task="read recalls")
async def list_items_file(request: PageRequest, recall: FromPath[UUID]) -> Response[bytes]:
    """Every item of a recall as a file: nobody is named in it."""
    body = await items_csv(request.caller, recall, request.now)
    headers = {
        "Content-Disposition": f'attachment; filename="recall-{recall}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(body, media_type="text/csv", headers=headers)


@pages.get(f"{_RECALL}/items/{{code:str}}", task="recall items")
async def show_clearing(
    request: PageRequest, recall: FromPath[UUID], code: FromPath[str]
) -> Response[str]:
    """The form that lets one item go."""
    shown = await recall_views.look_up(request.caller, recall, request.now)
    form = recall_words.clearing_form(shown, code, request.site.base)
    return page(request, "staff_form.jinja", form)


@pages.post(f"{_RECALL}/items/{{code:str}}", task="recall items")
async def clear_item(
    request: PageRequest, recall: FromPath[UUID], code: FromPath[str]
) -> Response[str]:
    """Let one item go, with what was checked or put right."""
    filled = await request.filled()
    try:
        clearing = as_struct({"reason": filled.given("reason")}, Clearing)
        await recalls.clear(request.caller, recall, code, clearing, request.now)
    except (Wrong, Refused) as refusal:
        shown = await recall_views.look_up(request.caller, recall, request.now)
        form = recall_words.clearing_form(shown, code, request.site.base, filled, refusal)
        return page(request, "staff_form.jinja", form, status=422)
    return see_other(request, f"{_RECALLS}/{recall}", say="The item has been cleared.")


PAGES: Final = (
    list_recalls,
    show_new_recall,
    open_recall,
    show_recall,
    close_recall,
    list_items_file,
    show_clearing,
    clear_item,
)
