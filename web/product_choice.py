"""A product in a form: a name, a part of one or a code, and a choice where that is unclear. Pure.

What may mean several is asked for once more, with the likeliest to choose from: without script, and
without knowing the catalogue's codes.
"""

from collections.abc import Iterator
from typing import Any, Final

from budget.refusals import Fault
from equipment.catalogue.meant import Meant
from equipment.catalogue.products import Product
from web.fields import Field, Fields, hidden
from web.forms import Filled
from web.words import pounds

HINT: Final = "Its name or a part of it, or its code in the catalogue."
_QUOTED_MAX: Final = 60


def written(name: str, sku: str) -> str:
    """A product as somebody might have typed it, which means no other."""
    return f"{name} ({sku})"


def product_fields(
    made: Fields, name: str, label: str, told: tuple[Filled, Meant | None] | None, **more: Any
) -> Iterator[Field]:
    """The field, and the choice where what was typed may mean several.

    `told` is the form as it was sent, and what its text means. The choice is of that very text: a
    hidden field keeps it.
    """
    yield made.text(name, label, spellcheck=False, **{"hint": HINT, **more})
    if told is None:
        return
    filled, meant = told
    if meant is None or meant.named is not None or not meant.likely:
        return
    text = filled.text(name)
    choices = {"": "Choose one"} | {
        each.sku: f"{written(each.name, each.sku)}, {pounds(each.price_pence)}"
        for each in meant.likely
    }
    yield hidden(f"about-{name}", text)
    yield made.select(f"meant-{name}", f"Which product “{text[:_QUOTED_MAX]}” is", choices)


def chosen(filled: Filled, name: str, meant: Meant | None) -> Product | None:
    """The product that a form names, or that was chosen from what its very text may mean."""
    if meant is None or meant.named is not None:
        return None if meant is None else meant.named
    if filled.text(f"about-{name}") != filled.text(name):
        return None
    sku = filled.text(f"meant-{name}")
    return next((each for each in meant.likely if each.sku == sku), None)


def unclear(filled: Filled, name: str, meant: Meant | None) -> Fault:
    """That a text names no product, at the field where that is mended."""
    quoted = f"“{filled.text(name)[:_QUOTED_MAX]}”"
    if meant is None or not meant.likely:
        return Fault(name, f"There is no product like {quoted} in the catalogue.")
    return Fault(f"meant-{name}", f"Choose which product {quoted} is.")
