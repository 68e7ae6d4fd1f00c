"""Which products texts mean that somebody typed for them: a sku, a name, or a part of a name."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from budget.database import fetch
from budget.wording import sought
from budget.years import london_day
from equipment.catalogue.catalogue_search import QUERY_MAX, Sought, found
from equipment.catalogue.products import NAMES, Product, priced
from equipment.staff.roles import Caller, check_may

_LIKELY_MAX: Final = 10
# A name, a sku and the brackets about it.
_TEXT_MAX: Final = 250


@dataclass(frozen=True, slots=True)
class Meant:
    """The product that a text names, or else those that it may mean, the likeliest first."""

    named: Product | None
    likely: Sequence[Product] = ()


async def meant(caller: Caller, texts: Iterable[str], now: datetime) -> dict[str, Meant]:
    """What each text means, at today's prices.

    A product is named by its sku, by all of its name where no other has it, or by both as pages
    show them: `Name (SKU)`. One search for each text that names none: they are a few lines that
    somebody typed.
    """
    check_may(caller, "read standing data")
    spelt = {text: list(_skus(text)) for text in texts}
    known = await _products({sku for every in spelt.values() for sku in every}, now)
    told = dict[str, Meant]()
    for text, skus in spelt.items():
        named = next((known[sku] for sku in skus if sku in known), None)
        told[text] = Meant(named) if named else await _likely(text, now)
    return told


def _skus(text: str) -> Iterator[str]:
    """Each sku that a text may be, as it is typed or in capitals; a sku may have brackets too."""
    yield from (text, text.upper())
    text = text[:_TEXT_MAX]
    if text.endswith(")"):
        yield from (text[at + 1 : -1] for at, letter in enumerate(text) if letter == "(")


async def _likely(text: str, now: datetime) -> Meant:
    places = await found(Sought(text[:QUERY_MAX], limit=_LIKELY_MAX), None) if text else []
    products = await _products({place.sku for place in places}, now)
    likely = [products[place.sku] for place in places]
    named = [each for each in likely if each.name.casefold() == text.casefold()]
    return Meant(named[0] if len(named) == 1 else None, likely)


async def _products(skus: Iterable[str], now: datetime) -> dict[str, Product]:
    rows = await fetch(_PRODUCTS, [sought(sku) for sku in skus])
    return {each.sku: each for each in await priced(rows, london_day(now))}


_PRODUCTS: Final = f"""
select {NAMES} from products where sku = any($1::varchar[])
"""  # noqa: S608 - column names from code
