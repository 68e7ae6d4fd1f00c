"""How crews handle a product, as a form. Pure."""

from collections.abc import Sequence

from budget.refusals import Fault
from equipment.catalogue.handling import CHECKS_MAX, INSTRUCTIONS_MAX, PARTS_MAX, Handling
from equipment.catalogue.products import Product
from web.fields import Fields, Form, errors
from web.forms import Filled


def form(  # noqa: PLR0917 - as forms are filled
    product: Product,
    known: Handling,
    base: str,
    filled: Filled | None = None,
    faults: Sequence[Fault] = (),
    trouble: str | None = None,
) -> Form:
    """What is checked, what comes back with it, and what the person is told."""
    fields = Fields(filled, faults)
    each = [
        fields.lines(
            "checklist",
            "To be checked once it is set up",
            value="\n".join(known.checklist),
            hint=f"One on each line, at most {CHECKS_MAX}, such as: Brakes hold on both sides.",
            rows=6,
        ),
        fields.lines(
            "parts",
            "Parts that must come back with it",
            value="\n".join(known.parts),
            hint=f"One on each line, at most {PARTS_MAX}, such as: Handset.",
            rows=6,
        ),
        fields.lines(
            "instructions",
            "What the person is told and given",
            value=known.instructions,
            rows=4,
            maxlength=INSTRUCTIONS_MAX,
        ),
    ]
    said = errors(faults, each, trouble=trouble)
    heading = "At somebody's home"
    return Form(
        title=f"Error: {heading}" if said else heading,
        heading=heading,
        caption=f"{product.sku}, {product.name}",
        action=f"{base}/admin/products/{product.sku}/handling",
        fields=each,
        errors=said,
        submit="Save",
        back=f"{base}/admin/products/{product.sku}",
    )


def values(filled: Filled) -> dict[str, object]:
    """What was typed: a line each, empty ones left out."""
    return {
        "checklist": _lines(filled, "checklist"),
        "parts": _lines(filled, "parts"),
        "instructions": filled.given("instructions"),
    }


def _lines(filled: Filled, name: str) -> list[str]:
    return [line.strip() for line in filled.text(name).split("\n") if line.strip()]
