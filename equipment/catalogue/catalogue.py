"""The catalogue as a prescriber searches it: what there is, whether they may order it, by when.

Found as it is typed: by parts of words first, and where nothing has them, by likeness.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import quote

import asyncpg
import msgspec

from budget.database import fetch, fetch_one
from budget.years import london_day
from equipment.catalogue.catalogue_search import Found, Sought, found
from equipment.catalogue.choices import catalogue_choice
from equipment.catalogue.products import NAMES, Product, priced
from equipment.catalogue.stock import Shelf, shelves
from equipment.orders.order_authority import Authority, authority_of
from equipment.staff.roles import Caller, check_may
from equipment.working_days import due_on

Orderable: TypeAlias = Literal["yes", "needs_approval", "no"]


class CatalogueLine(Product, frozen=True, kw_only=True):
    """A product as it may be ordered now.

    `free` is how many the main depots could deliver; `waiting` how many have been ordered that
    nothing is there for. `arrives_on` is the day by which one that is there comes, ordered now at
    the product's usual speed; null where none is free. `has_picture` says whether `picture` shows
    the product itself, or what its category stands for.
    """

    picture: str
    has_picture: bool
    orderable: Orderable
    free: int
    waiting: int
    arrives_on: date | None
    stock: list[Shelf]


class Category(msgspec.Struct, frozen=True):
    """A category, and how many products it has."""

    category: str
    products: int


@dataclass(frozen=True, slots=True)
class Asker:
    """For whom the catalogue is opened: how far they may order, and until when today."""

    authority: Authority
    may_order: bool
    level_shown: int | None
    cut_off: time | None
    now: datetime


async def catalogue(
    caller: Caller, wanted: Sought, now: datetime
) -> list[tuple[Found, CatalogueLine]]:
    """The products sought, the likeliest first, each with its place in the list.

    What is above the caller's level needs approval, or is not among them, as was chosen. A fixed
    number of statements, which read no more than a page is worth.
    """
    check_may(caller, "read standing data")
    asker = await _asker(caller, now)
    places = await found(wanted, asker.level_shown)
    lines = await _lines([place.sku for place in places], asker)
    return [(place, lines[place.sku]) for place in places]


async def catalogue_line(caller: Caller, sku: str, now: datetime) -> CatalogueLine | None:
    """One product as it may be ordered, or None where there is none for the caller."""
    check_may(caller, "read standing data")
    asker = await _asker(caller, now)
    line = (await _lines([sku], asker)).get(sku)
    hidden = line is not None and line.level > (asker.level_shown or line.level)
    return None if hidden else line


async def categories(caller: Caller) -> list[Category]:
    """The categories, and how many products each has: as many rows read as there are products."""
    check_may(caller, "read standing data")
    return [Category(**row) for row in await fetch(_CATEGORIES)]


_CATEGORIES: Final = """
select category, count(*) as products from products group by category order by category
"""


async def _asker(caller: Caller, now: datetime) -> Asker:
    authority = await authority_of(caller)
    hides = (await catalogue_choice()).above_level == "hide"
    depot = await fetch_one(_DEPOT, caller.user)
    may_order = caller.may("order")
    return Asker(
        authority,
        may_order,
        authority.level if hides and may_order else None,
        depot["cut_off"] if depot else None,
        now,
    )


# The caller's own depot where it delivers, else the first that does.
_DEPOT: Final = """
(select 1 as place, cut_off from users u join depots d on d.code = u.depot
    where u.id = $1 and d.kind = 'depot' and d.closed_from is null)
union all
(select 2, cut_off from depots where kind = 'depot' and closed_from is null
    order by code limit 1)
order by place limit 1
"""


async def _lines(skus: Sequence[str], asker: Asker) -> dict[str, CatalogueLine]:
    rows = await fetch(_LINES, list(skus))
    products = await priced(rows, london_day(asker.now))
    stock = await shelves(skus, london_day(asker.now))
    return {
        product.sku: _line(product, row, stock[product.sku], asker)
        for product, row in zip(products, rows, strict=True)
    }


_LINES: Final = f"""
select {NAMES}, (select substr(encode(digest, 'hex'), 1, 12) from product_pictures
        where product_pictures.sku = p.sku) as picture,
    coalesce((select sum(quantity - promised - delivered) from order_lines
        where order_lines.sku = p.sku and wanted and promised + delivered < quantity),
        0)::int as waiting
from products p where sku = any($1::varchar[])
"""  # noqa: S608 - column names from code


def _line(product: Product, row: asyncpg.Record, stock: list[Shelf], asker: Asker) -> CatalogueLine:
    free = sum(shelf.available for shelf in stock if shelf.kind == "depot")
    fields: Mapping[str, Any] = msgspec.structs.asdict(product)
    return CatalogueLine(
        **fields,
        picture=picture_address(product.sku, row["picture"]),
        has_picture=row["picture"] is not None,
        orderable=_orderable(product, asker),
        free=free,
        waiting=row["waiting"],
        arrives_on=due_on(asker.now, product.speed, asker.cut_off) if free else None,
        stock=stock,
    )


def picture_address(sku: str, version: str | None) -> str:
    """Where a browser gets a product's picture; a new picture has a new address."""
    path = f"/products/{quote(sku, safe='')}/picture"
    return path if version is None else f"{path}?v={version}"


def _orderable(product: Product, asker: Asker) -> Orderable:
    if not asker.may_order:
        return "no"
    level, limit = asker.authority.level, asker.authority.limit_pence
    above = (level is not None and product.level > level) or (
        limit is not None and product.price_pence > limit
    )
    return "needs_approval" if above else "yes"
