"""What is added to an order that is changed: looked for in the catalogue, counted, carried along.

Like all of the form it is sent with the form: nothing is kept elsewhere until it is changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from budget.refusals import Fault, Wrong
from equipment.catalogue.catalogue import CatalogueLine
from equipment.orders.order_form import LINES_MAX, QUANTITY_MAX, Order
from web.fields import Field, Fields
from web.forms import Filled
from web.orders.order_edits import changed_lines, is_quantity, open_lines
from web.orders.pick_words import Card
from web.words import count, pounds

_SKU: Final = "more-sku"
_WRONG: Final = f"Write a number from 1 to {QUANTITY_MAX}, or 0 to leave it out."
_MORE_MAX: Final = 10
"""So many products can be added at once: each is looked up to be shown."""


@dataclass(frozen=True, slots=True)
class Goods:
    """What was looked for and found, and what was added before, by sku."""

    q: str
    found: Sequence[CatalogueLine]
    added: Mapping[str, CatalogueLine]


@dataclass(frozen=True, slots=True)
class More:
    """The numbers of what is added, the search, and what it found."""

    fields: list[Field]
    search: Field
    cards: list[Card]
    found: str


def skus(filled: Filled) -> list[str]:
    """What was added so far, each once, with what is added now."""
    added = [sku.strip() for sku in [*filled.fields.get(_SKU, []), filled.text("add")]]
    return list(dict.fromkeys(sku for sku in added if sku))[:_MORE_MAX]


def more_of(fields: Fields, order: Order, filled: Filled, goods: Goods, base: str) -> More:
    """The fields for what is added, and the cards for what was found."""
    on_it = {line.sku for line in open_lines(order)}
    added = [sku for sku in skus(filled) if sku in goods.added and sku not in on_it]
    cards = [
        _card(line, base) for line in goods.found if line.sku not in on_it and line.sku not in added
    ]
    return More(
        fields=[
            each
            for place, sku in enumerate(added)
            for each in _line(fields, place, goods.added[sku])
        ],
        search=fields.text(
            "q", "Search by name, such as bed or commode", spellcheck=False, autocomplete="off"
        ),
        cards=cards,
        found=_found(goods, cards),
    )


def _line(fields: Fields, place: int, line: CatalogueLine) -> Iterator[Field]:
    yield {"kind": "hidden", "name": _SKU, "value": line.sku}
    yield fields.text(
        f"more-{place}",
        line.name,
        value=1,
        hint={"text": f"{pounds(line.price_pence)} each, added now. 0 leaves it out."},
        width=3,
        inputmode="numeric",
        autocomplete="off",
    )


def _card(line: CatalogueLine, base: str) -> Card:
    facts = [pounds(line.price_pence)]
    if line.max_user_kg is not None:
        facts.append(f"Safe up to {line.max_user_kg}kg")
    facts.append(f"{line.free:,} in stock" if line.free else "None in stock now")
    tags = []
    if line.orderable == "needs_approval":
        tags.append({"text": "Needs approval", "colour": "yellow"})
    label = f"Add {line.name}"
    return Card(line.sku, line.name, base + line.picture, facts, tags, label)


def _found(goods: Goods, cards: Sequence[Card]) -> str:
    if not goods.q:
        return ""
    if not cards:
        return f"Nothing else matches “{goods.q}”. Try another word, or fewer letters."
    return f"{count(len(cards), 'product')} that match “{goods.q}”"


def all_lines(order: Order, filled: Filled) -> list[dict[str, Any]] | None:
    """All the lines as they are to be, the added ones last; None where nothing changes."""
    added = list(_added(filled))
    changed = changed_lines(order, filled)
    if not added:
        return changed
    kept = changed if changed is not None else [_as_it_is(line.id) for line in open_lines(order)]
    return [*kept, *added][:LINES_MAX]


def _as_it_is(line: object) -> dict[str, Any]:
    return {"id": str(line)}


def _added(filled: Filled) -> Iterator[dict[str, Any]]:
    typed = [(sku, filled.text(f"more-{place}") or "1") for place, sku in enumerate(skus(filled))]
    faults = [
        Fault(f"more-{place}", _WRONG)
        for place, (_, text) in enumerate(typed)
        if not is_quantity(text)
    ]
    if faults:
        raise Wrong(faults)
    for sku, text in typed:
        if int(text):
            yield {"sku": sku, "quantity": int(text)}


def field_names(order: Order, filled: Filled) -> dict[str, str]:
    """The field of each line of the change, by the path that the domain calls the line."""
    kept = len(open_lines(order))
    names = {f"lines[{place}]": f"quantity-{place}" for place in range(kept)}
    added = [place for place, _ in enumerate(skus(filled)) if filled.text(f"more-{place}") != "0"]
    return names | {f"lines[{kept + nth}]": f"more-{place}" for nth, place in enumerate(added)}
