"""The lines of an order: their products and prices, and how they are written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
from msgspec.structs import replace

from budget.database import fetch, insert
from budget.refusals import Fault, Missing, Wrong
from budget.years import london_day
from equipment.catalogue.kits import expand
from equipment.catalogue.products import Speed
from equipment.catalogue.terms import terms_of, terms_on
from equipment.orders.order_authority import Wanted
from equipment.orders.order_form import QUANTITY_MAX, NewLine, described
from equipment.orders.order_warnings import Ordered
from equipment.working_days import WORKING_DAYS

_SPEED_OF_SPECIALS: Final[Speed] = "10_day"


class Product(msgspec.Struct, frozen=True):
    """What orders ask of a product; its price is that of the day of ordering."""

    sku: str
    name: str
    level: int
    speed: Speed
    max_user_kg: int | None
    price_pence: int


class Goods(msgspec.Struct, frozen=True):
    """A line that is ordered, with its product (a special has none), and its price.

    `listed_pence` is what one costs by the catalogue, or by the quote for a special.
    """

    line: NewLine
    product: Product | None
    listed_pence: int

    @property
    def price_pence(self) -> int:
        """What one is charged."""
        charge = self.line.charge_pence
        return self.listed_pence if charge is None else charge


async def unpacked(lines: Sequence[NewLine]) -> list[NewLine]:
    """The lines with every kit as the products that it has; Wrong where there is no such kit."""
    return [each for number, line in enumerate(lines) for each in await _unpacked(number, line)]


async def _unpacked(number: int, line: NewLine) -> list[NewLine]:
    if line.kit is None:
        return [line]
    try:
        kit = await expand(line.kit)
    except Missing:
        raise Wrong([Fault(f"lines[{number}].kit", "There is no such kit.")]) from None
    lines = [(each.sku, each.quantity * line.quantity) for each in kit]
    if any(quantity > QUANTITY_MAX for _, quantity in lines):
        raise Wrong([Fault(f"lines[{number}].quantity", "That is more than can be ordered.")])
    return [replace(line, kit=None, sku=sku, quantity=many) for sku, many in lines]


async def goods_of(lines: Sequence[NewLine], now: datetime) -> list[Goods]:
    """The lines with their products at today's prices; Wrong for a sku that is none."""
    skus = sorted({line.sku for line in lines if line.sku is not None})
    products = await _products(skus, london_day(now))
    faults = [
        Fault(f"lines[{number}].sku", "There is no such product.")
        for number, line in enumerate(lines)
        if line.sku is not None and line.sku not in products
    ]
    if faults:
        raise Wrong(faults)
    return [_goods(line, products) for line in lines]


async def _products(skus: Sequence[str], day: date) -> dict[str, Product]:
    rows = await fetch(_PRODUCTS, skus)
    history = await terms_of(row["sku"] for row in rows)
    return {
        row["sku"]: Product(**row, price_pence=terms_on(history[row["sku"]], day).price_pence)
        for row in rows
    }


_PRODUCTS: Final = """
select sku, name, level, speed, max_user_kg from products where sku = any($1::varchar[])
"""


def _goods(line: NewLine, products: Mapping[str, Product]) -> Goods:
    if line.sku is not None:
        product = products[line.sku]
        return Goods(line, product, product.price_pence)
    assert line.special is not None
    kept = described(line.special)
    return Goods(replace(line, special=kept), None, kept.price_pence)


def fastest(goods: Iterable[Goods]) -> Speed:
    """The fastest speed among the products."""
    speeds = [each.product.speed if each.product else _SPEED_OF_SPECIALS for each in goods]
    return min(speeds, key=lambda speed: WORKING_DAYS[speed])


def ordered(goods: Iterable[Goods]) -> list[Ordered]:
    """What warnings are judged by: the products, a line each."""
    return [
        Ordered(each.product.sku, each.product.name, each.line.quantity, each.product.max_user_kg)
        for each in goods
        if each.product is not None
    ]


def specials_in(goods: Iterable[Goods]) -> list[str]:
    """The descriptions of what is not in the catalogue and still to be bought."""
    every = ((each.product, each.line.special) for each in goods)
    return [it.description for product, it in every if product is None and it is not None]


def wanted(goods: Iterable[Goods]) -> list[Wanted]:
    """What an authority is held against: nobody gets round a limit by charging less."""
    return [
        Wanted(
            level=each.product.level if each.product else None,
            quantity=each.line.quantity,
            pence=max(each.price_pence, each.listed_pence),
        )
        for each in goods
    ]


async def write_lines(
    order: UUID, goods: Sequence[Goods], *, first: int, due_on: date, authorised: bool
) -> None:
    """Add lines to an order, from a place on."""
    rows = list(_rows(order, goods, first=first, due_on=due_on, authorised=authorised))
    await insert("order_lines", _COLUMNS, rows)


def _rows(
    order: UUID, goods: Sequence[Goods], *, first: int, due_on: date, authorised: bool
) -> Iterator[list[Any]]:
    for place, each in enumerate(goods, first):
        line = each.line
        special = None if line.special is None else msgspec.json.encode(line.special).decode()
        fields = [line.sku, special, line.quantity, line.charge_pence, each.price_pence]
        rest = [authorised, due_on, line.review_on, line.end_on]
        yield [uuid4(), order, place, *fields, *rest]


_COLUMNS: Final = {
    "id": "uuid",
    "order": "uuid",
    "place": "smallint",
    "sku": "varchar",
    "special": "jsonb",
    "quantity": "integer",
    "charge_pence": "bigint",
    "price_pence": "bigint",
    "wanted": "boolean",
    "due_on": "date",
    "review_on": "date",
    "end_on": "date",
}
