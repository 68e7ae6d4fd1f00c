"""Spare parts in words: their list, and the form that keeps one. Pure."""

from typing import Any, Final

from budget.refusals import Refusal
from equipment.repairs.spare_parts import Spare
from web.fields import Fields, Form, errors, faults_of
from web.forms import Filled
from web.list_page import ListPage
from web.paging import Slice
from web.words import pounds

_NUMERIC: Final = {"format": "numeric"}


def list_page(found: Slice[Spare], q: str, base: str) -> ListPage:
    """The spare parts, each with a link to its form."""
    fields = Fields(Filled({"q": [q]}))
    return ListPage(
        title="Spare parts",
        back=f"{base}/admin",
        new=("New spare part", f"{base}/admin/spare-parts/new"),
        address=f"{base}/admin/spare-parts",
        show="Search",
        fields=[fields.text("q", "Code or name", width=20, spellcheck=False)],
        head=["Name", "Code", {"text": "Price"} | _NUMERIC, "In use"],
        rows=[_row(spare, base) for spare in found.rows],
        empty="There are no such spare parts.",
        links=found.links,
    )


def _row(spare: Spare, base: str) -> list[dict[str, Any]]:
    return [
        {"text": spare.name, "href": f"{base}/admin/spare-parts/{spare.code}"},
        {"text": spare.code},
        {"text": pounds(spare.price_pence)} | _NUMERIC,
        {"text": "Yes" if spare.in_use else "No"},
    ]


def form(
    spare: Spare | None, base: str, filled: Filled | None = None, refusal: Refusal | None = None
) -> Form:
    """The form of a spare part, or of a new one."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = Fields(filled, faults)
    price = None if spare is None else f"{spare.price_pence / 100:.2f}"
    shown = [
        fields.text("name", "Name", value=spare and spare.name, width=20),
        fields.text(
            "price_pence", "Price of one", value=price, prefix="£", width=10, inputmode="decimal"
        ),
        fields.checkboxes(
            "in_use", "Use", {"true": "Offer it at the bench"},
            values=["true"] if spare is None or spare.in_use else [],
        ),
    ]  # fmt: skip
    if spare is None:
        hint = "Letters, digits and hyphens. A code that is on the list already is changed."
        shown = [fields.text("code", "Code", width=20, spellcheck=False, hint=hint), *shown]
    heading = "New spare part" if spare is None else spare.name
    said = errors(faults, shown, trouble=trouble)
    return Form(
        title=f"Error: {heading}" if said else heading,
        heading=heading,
        caption=None if spare is None else spare.code,
        action=f"{base}/admin/spare-parts/{'new' if spare is None else spare.code}",
        fields=shown,
        errors=said,
        submit="Keep this part",
        back=f"{base}/admin/spare-parts",
    )


def values(filled: Filled) -> dict[str, object]:
    """What was typed of one."""
    return {
        "name": filled.given("name"),
        "price_pence": filled.pence("price_pence"),
        "in_use": bool(filled.ticked("in_use")),
    }
