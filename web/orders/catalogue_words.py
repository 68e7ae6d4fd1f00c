"""The catalogue in words: what a product carries, costs and when it comes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from budget.refusals import Fault
from equipment.catalogue.catalogue import CatalogueLine, Category
from equipment.catalogue.catalogue_search import Found
from web.fields import Field, Fields, errors
from web.forms import Filled
from web.paging import Slice
from web.words import count, pounds, weekday

SPEED_WORDS: Final = {
    "same_day": "the same day",
    "next_day": "the next working day",
    "3_day": "within 3 working days",
    "5_day": "within 5 working days",
    "7_day": "within 7 working days",
    "10_day": "within 10 working days",
}
_REUSE_WORDS: Final = {
    "reusable": "Lent, and comes back",
    "single_patient": "For one person only; comes back to be disposed of",
    "consumable": "Given for good",
    "fixed": "Fitted for good",
}
_ORDERABLE: Final = {"needs_approval": ("Needs approval", "yellow")}


@dataclass(frozen=True, slots=True)
class Card:
    """A product among those found."""

    name: str
    href: str
    picture: str
    sku: str
    facts: list[str]
    tags: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class ListPage:
    """The search, and what it found."""

    title: str
    address: str
    fields: list[Field]
    said: str
    cards: list[Card]
    empty: str
    links: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class ProductPage:
    """One product."""

    title: str
    back: str
    sku: str
    picture: str
    has_picture: bool
    tags: list[dict[str, str]]
    rows: list[dict[str, Any]]
    head: list[Any]
    stock: list[list[dict[str, Any]]]
    action: str
    fields: list[Field]
    errors: list[dict[str, str]]


def list_page(
    found: Slice[tuple[Found, CatalogueLine]],
    known: Sequence[Category],
    sought: Mapping[str, str],
    base: str,
) -> ListPage:
    """What was found for what was typed."""
    fields = Fields(Filled({name: [text] for name, text in sought.items()}))
    names = {"": "All"} | {each.category: f"{each.category} ({each.products})" for each in known}
    search = fields.text("q", "Name, code or kind of equipment", width=20, spellcheck=False)
    cards = [_card(line, base) for _, line in found.rows]
    said = f"{count(len(cards), 'product')} found"
    if "next" in found.links:
        said = f"{len(cards)} products on this page, and there are more"
    return ListPage(
        title="Catalogue",
        address=f"{base}/catalogue",
        fields=[
            search | {"type": "search", "attributes": {"autocomplete": "off"}},
            fields.select("category", "Category", names),
            fields.text("iso9999", "ISO 9999 class", width=10, spellcheck=False),
        ],
        said=said if cards else "No products found",
        cards=cards,
        empty="Nothing in the catalogue is like this. Try fewer words, or another category.",
        links=found.links,
    )


def product_page(
    line: CatalogueLine, base: str, *, may_change: bool, faults: Sequence[Fault]
) -> ProductPage:
    """All that is known of a product."""
    hint = "JPEG, PNG or WebP, up to 8 megabytes."
    field = Fields(None, faults).file("picture", "A new picture", hint=hint)
    fields = [field] if may_change else []
    return ProductPage(
        title=line.name,
        back=f"{base}/catalogue",
        sku=line.sku,
        picture=base + line.picture,
        has_picture=line.has_picture,
        tags=_tags(line),
        rows=[{"key": {"text": key}, "value": {"text": text}} for key, text in _rows(line)],
        head=[{"text": "Store"}, {"text": "Free", "format": "numeric"}],
        stock=[
            [{"text": shelf.name}, {"text": f"{shelf.available:,}", "format": "numeric"}]
            for shelf in line.stock
        ],
        action=f"{product_address(line.sku, base)}/picture",
        fields=fields,
        errors=errors(faults, fields),
    )


def product_address(sku: str, base: str) -> str:
    """Where a product's page is; a sku may have blanks and signs in it."""
    return f"{base}/catalogue/{quote(sku, safe='')}"


def _card(line: CatalogueLine, base: str) -> Card:
    facts = [pounds(line.price_pence)]
    if line.max_user_kg is not None:
        facts.append(f"safe up to {line.max_user_kg}kg")
    if line.free or line.waiting:
        facts.append(_arrives(line))
    return Card(
        name=line.name,
        href=product_address(line.sku, base),
        picture=base + line.picture,
        sku=line.sku,
        facts=facts,
        tags=_tags(line),
    )


def _arrives(line: CatalogueLine) -> str:
    """By when one comes that is ordered now."""
    if line.arrives_on is not None:
        return f"arrives by {weekday(line.arrives_on)}"
    if line.waiting:
        return f"none free, {line.waiting:,} waited for"
    return "none free at the moment"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _tags(line: CatalogueLine) -> list[dict[str, str]]:
    free = f"{line.free:,} in stock" if line.free else "Out of stock"
    tags = [{"text": free, "colour": "green" if line.free else "red"}]
    if line.orderable in _ORDERABLE:
        words, colour = _ORDERABLE[line.orderable]
        tags.append({"text": words, "colour": colour})
    return tags


def _rows(line: CatalogueLine) -> Iterator[tuple[str, str]]:
    yield "Price", pounds(line.price_pence)
    if line.max_user_kg is not None:
        yield "Safe up to", f"{line.max_user_kg}kg"
    yield "Usual speed", _sentence(SPEED_WORDS[line.speed])
    yield "Ordered now", _sentence(_arrives(line))
    yield from _measured(line)
    yield "Category", line.category
    if line.iso9999:
        yield "ISO 9999 class", line.iso9999
    yield "Comes back", _REUSE_WORDS[line.reuse]
    yield "Level", f"{line.level}"
    if line.crew > 1:
        yield "Delivered by", count(line.crew, "person", "people")
    if line.equivalents:
        yield "Could stand for it", ", ".join(line.equivalents)


def _measured(line: CatalogueLine) -> Iterator[tuple[str, str]]:
    sides = (("wide", line.width_mm), ("high", line.height_mm), ("long", line.length_mm))
    if said := [f"{side / 10:g}cm {word}" for word, side in sides if side is not None]:
        yield "Measures", ", ".join(said)
    if line.weight_g is not None:
        yield "Weighs", f"{line.weight_g / 1000:g}kg"
