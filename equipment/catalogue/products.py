"""The catalogue: what may be lent, and what each line of it promises."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar, get_args

import asyncpg
import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.inspect import IntType, StrType, UnionType

from budget.changes import check_unchanged, record
from budget.database import fetch, fetch_one, transaction
from budget.narrowing import containing, fetch_containing, narrowed
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import one_line, sought, text_faults
from budget.years import london_day
from equipment.catalogue.terms import Terms, set_terms, terms_of, terms_on
from equipment.staff.roles import Caller, check_may

Kind = TypeVar("Kind")

Reuse: TypeAlias = Literal["reusable", "single_patient", "consumable", "fixed"]
Speed: TypeAlias = Literal["same_day", "next_day", "3_day", "5_day", "7_day", "10_day"]

MOST_PENCE: Final = 100_000_000
"""A million pounds: beyond it a price is a slip, and a year's sum would not fit PostgreSQL's."""

_SKU: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._+%()-]*[A-Za-z0-9._+%()-])?")
_LONGEST_SKU: Final = 40
_MOST_EQUIVALENTS: Final = 50

Sku: TypeAlias = Annotated[str, Meta(max_length=_LONGEST_SKU, pattern=f"^{_SKU.pattern}$")]
Amount: TypeAlias = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Millimetres: TypeAlias = Annotated[int, Meta(ge=1, le=100_000)]
# A century: the day on which a check falls due stays a date.
Months: TypeAlias = Annotated[int, Meta(ge=1, le=1200)]


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the catalogue; its price and credit are those of the day."""

    sku: Sku
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    category: Annotated[str, Meta(min_length=1, max_length=80)]
    iso9999: Annotated[str, Meta(max_length=20)] | None = None
    price_pence: Annotated[int, Meta(ge=0, le=MOST_PENCE)]
    weight_g: Amount | None = None
    volume_l: Amount | None = None
    crew: Annotated[int, Meta(ge=1, le=2)] = 1
    pat: bool = False
    loler_months: Months | None = None
    service_months: Months | None = None
    life_years: Annotated[int, Meta(ge=0, le=100)] | None = None
    clean_minutes: Amount | None = None
    reuse: Reuse
    credit_percent: Annotated[int, Meta(ge=0, le=100)]
    level: Annotated[int, Meta(ge=1, le=4)] = 1
    speed: Speed = "7_day"
    max_user_kg: Amount | None = None
    width_mm: Millimetres | None = None
    height_mm: Millimetres | None = None
    length_mm: Millimetres | None = None
    # Whether they are in the catalogue is not asked: two products may name each other.
    equivalents: Annotated[list[Sku], Meta(max_length=_MOST_EQUIVALENTS)] = []


def _kinds(kind: type[Kind]) -> Iterator[tuple[str, Kind]]:
    """The fields of a product that are of a kind, or null, and what is said of each."""
    told = msgspec.inspect.type_info(Product)
    assert isinstance(told, msgspec.inspect.StructType)
    for field in told.fields:
        options = field.type.types if isinstance(field.type, UnionType) else (field.type,)
        yield from ((field.name, option) for option in options if isinstance(option, kind))


# Files and forms are held to what the Struct says of JSON.
BOUNDS: Final = {name: (each.ge or 0, each.le or 0) for name, each in _kinds(IntType)}
LENGTHS: Final = {name: each.max_length or 0 for name, each in _kinds(StrType) if name != "sku"}
CHOICES: Final = {"reuse": get_args(Reuse), "speed": get_args(Speed)}


async def add_product(caller: Caller, product: Product, now: datetime) -> Product:
    """Add a line to the catalogue, at this price from today on.

    Refused `exists` where its sku is taken, Wrong where a field is.
    """
    check_may(caller, "change standing data")
    async with transaction():
        return await add_within(caller, product, now)


async def add_within(caller: Caller, product: Product, now: datetime) -> Product:
    """The same within the open transaction of a caller who may do so."""
    product, fields = _checked(product)
    if await fetch_one(_ADD, *(fields[column] for column in _COLUMNS)) is None:
        raise Refused("exists", f"There is already a product with the sku {product.sku}.")
    terms = (product.sku, product.price_pence, product.credit_percent)
    await set_terms(london_day(now), [terms])
    await record(caller.username, "product added", product.sku, product)
    return product


async def change_product(
    caller: Caller, product: Product, now: datetime, *, instead_of: Product | UnsetType = UNSET
) -> Product:
    """Have a product say this from now on; another price or credit counts from today.

    Missing where there is none with its sku, Wrong where a field is; Refused `changed-meanwhile`
    where it is not `instead_of` any more, which it was made from.
    """
    check_may(caller, "change standing data")
    product, fields = _checked(product)
    async with transaction():
        held = await fetch(f"{_FIND} for no key update", product.sku)
        if not held:
            raise _no_such_product()
        check_unchanged((await priced(held, london_day(now)))[0], instead_of)
        await fetch_one(_CHANGE, *(fields[column] for column in _COLUMNS))
        terms = (product.sku, product.price_pence, product.credit_percent)
        await set_terms(london_day(now), [terms])
        await record(caller.username, "product changed", product.sku, product)
    return product


def _checked(product: Product) -> tuple[Product, dict[str, Any]]:
    """The product with its texts tidied, and its fields; Wrong where one of them is."""
    product = msgspec.structs.replace(
        product,
        name=one_line(product.name),
        category=one_line(product.category),
        iso9999=one_line(product.iso9999 or "") or None,
        equivalents=list(dict.fromkeys(product.equivalents)),
    )
    fields = msgspec.structs.asdict(product)
    if faults := list(product_faults(fields)):
        raise Wrong(faults)
    return product, fields | {"iso9999": product.iso9999 or ""}


_COLUMNS: Final = (
    "sku",
    "name",
    "category",
    "iso9999",
    "weight_g",
    "volume_l",
    "crew",
    "pat",
    "loler_months",
    "service_months",
    "life_years",
    "clean_minutes",
    "reuse",
    "level",
    "speed",
    "max_user_kg",
    "width_mm",
    "height_mm",
    "length_mm",
    "equivalents",
)
NAMES: Final = ", ".join(_COLUMNS)
"""The columns of a product but for its terms, for statements."""
_CHANGE: Final = f"""
update products set {", ".join(f"{name} = ${n}" for n, name in enumerate(_COLUMNS[1:], 2))}
where sku = $1 returning sku
"""  # noqa: S608 - column names from code
_ADD: Final = f"""
insert into products ({NAMES})
values ({", ".join(f"${n}" for n in range(1, len(_COLUMNS) + 1))})
on conflict (sku) do nothing
returning sku
"""  # noqa: S608 - as above


async def find_product(caller: Caller, sku: str, now: datetime) -> Product:
    """The product at today's price, or Missing."""
    check_may(caller, "read standing data")
    rows = await fetch(_FIND, sought(sku))
    if not rows:
        raise _no_such_product()
    return (await priced(rows, london_day(now)))[0]


_FIND: Final = f"select {NAMES} from products where sku = $1"  # noqa: S608 - as above


async def products(
    caller: Caller, q: str, now: datetime, *, after: str, limit: int
) -> list[Product]:
    """The products after a sku whose name or sku contains `q`, whatever its case."""
    check_may(caller, "read standing data")
    pattern = containing(q)
    conditions = {"sku > {}": sought(after), "(name ilike {0} or sku ilike {0})": pattern}
    sql, values = narrowed(_PRODUCTS, conditions, limit)
    rows = await (fetch_containing(sql, values) if pattern else fetch(sql, *values))
    return await priced(rows, london_day(now))


_PRODUCTS: Final = f"""
select {NAMES} from products where {{where}} order by sku limit $1
"""  # noqa: S608 - as above


def _no_such_product() -> Missing:
    return Missing("product-not-found", "There is no such product.")


def product_faults(fields: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with those of a product's fields that are given."""
    yield from _sku_faults("sku", fields["sku"])
    for field, longest in LENGTHS.items():
        yield from text_faults(field, fields.get(field), longest)
    for field, (least, most) in BOUNDS.items():
        amount = fields.get(field)
        if amount is not None and not least <= amount <= most:
            yield Fault(field, f"Write a whole number from {least} to {most}.")
    for field, choices in CHOICES.items():
        if field in fields and fields[field] not in choices:
            yield Fault(field, f"Write one of {', '.join(choices)}.")
    yield from _equivalents_faults(fields["sku"], fields.get("equivalents", []))


def _equivalents_faults(sku: str, equivalents: Iterable[str]) -> Iterator[Fault]:
    listed = list(equivalents)
    if len(listed) > _MOST_EQUIVALENTS:
        yield Fault("equivalents", f"Name at most {_MOST_EQUIVALENTS}.")
    if sku in listed:
        yield Fault("equivalents", "Name other products than this one.")
    for other in listed[:_MOST_EQUIVALENTS]:
        yield from _sku_faults("equivalents", other)


def _sku_faults(field: str, sku: str) -> Iterator[Fault]:
    """A sku stands in addresses and in lists, so it has neither `/` nor the lists' separators."""
    if not _SKU.fullmatch(sku) or len(sku) > _LONGEST_SKU:
        yield Fault(
            field,
            f"Write at most {_LONGEST_SKU} letters, digits, spaces and . _ - + % ( ),"
            " a letter or digit first.",
        )


async def priced(rows: Iterable[asyncpg.Record], day: date) -> list[Product]:
    """The products at the prices of a day."""
    rows = list(rows)
    history = await terms_of(row["sku"] for row in rows)
    return [_product(row, terms_on(history[row["sku"]], day)) for row in rows]


def _product(row: asyncpg.Record, terms: Terms) -> Product:
    fields = {name: row[name] for name in _COLUMNS} | {"iso9999": row["iso9999"] or None}
    return Product(**fields, price_pence=terms.price_pence, credit_percent=terms.credit_percent)
