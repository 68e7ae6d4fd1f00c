"""Bringing a catalogue in from a CSV file, line by line."""

import asyncio
import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from budget.changes import record
from budget.database import LONG_S, fetch, transaction
from budget.refusals import Fault
from budget.wording import one_line
from budget.years import london_day
from equipment.catalogue.products import BOUNDS, CHOICES, LENGTHS, product_faults
from equipment.catalogue.terms import set_terms
from equipment.csv_imports import Imported, Line, Reading, Rejected, read_table, told
from equipment.staff.roles import Caller, check_may

_REQUIRED: Final = ("sku", "name", "category", "price_pence", "reuse", "credit_percent")
# What an optional column's empty cell means, and a new product's absent column.
_DEFAULTS: Final[Mapping[str, Any]] = {
    "iso9999": "",
    "weight_g": None,
    "volume_l": None,
    "crew": 1,
    "pat": False,
    "loler_months": None,
    "service_months": None,
    "life_years": None,
    "clean_minutes": None,
    "level": 1,
    "speed": "7_day",
    "max_user_kg": None,
    "width_mm": None,
    "height_mm": None,
    "length_mm": None,
    "equivalents": (),
}
_TEXTS: Final = ("sku", *LENGTHS, *CHOICES, "equivalents")
_TYPES: Final = {
    "sku": "varchar",
    "name": "varchar",
    "category": "varchar",
    "iso9999": "varchar",
    "weight_g": "integer",
    "volume_l": "integer",
    "crew": "smallint",
    "pat": "boolean",
    "loler_months": "smallint",
    "service_months": "smallint",
    "life_years": "smallint",
    "clean_minutes": "integer",
    "reuse": "varchar",
    "level": "smallint",
    "speed": "varchar",
    "max_user_kg": "integer",
    "width_mm": "integer",
    "height_mm": "integer",
    "length_mm": "integer",
    "equivalents": "varchar",
}
_WHOLE: Final = re.compile(r"-?[0-9]{1,999}")
_SEPARATOR: Final = re.compile(r"[;|]")


async def import_products(
    caller: Caller, content: str, now: datetime, *, dry_run: bool = False
) -> Imported:
    """Add and change products from a CSV file; a bad line never stops the good ones.

    A column that is absent leaves what is there; an empty cell of an optional one means its
    default. Prices count from today. `updated` also counts lines that change nothing. A dry run
    does it all and takes it back. Raises Wrong where the header will not do.
    """
    check_may(caller, "change standing data")
    # Ten thousand lines take a tenth of a second, which nobody else should wait for.
    reading, products = await asyncio.to_thread(_read, content)
    rejected = sorted(reading.rejected, key=lambda each: each.line)
    imported = Imported(0, 0, rejected)
    with contextlib.suppress(_DryRunError):
        async with transaction(statement_s=LONG_S):
            created = await _write(reading.columns, products, now)
            imported = Imported(created, len(products) - created, rejected)
            if dry_run:
                raise _DryRunError
            if products:
                did = told(reading, imported)
                await record(caller.username, "catalogue imported", None, did)
    return imported


class _DryRunError(Exception):
    """Takes everything back: it leaves the transaction, and nothing else."""


def _read(content: str) -> tuple[Reading, list[dict[str, Any]]]:
    """The file's lines as products, no sku twice; every other line is rejected."""
    reading = read_table(content, required=_REQUIRED, optional=_DEFAULTS, texts=_TEXTS)
    products: dict[str, tuple[int, dict[str, Any]]] = {}
    for line in reading.lines:
        fields, faults = _fields(line)
        error = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
        earlier = products.get(line.cells["sku"])
        if earlier is not None and not error:
            error = f"sku: Is repeated from line {earlier[0]}."
        if error:
            reading.rejected.append(Rejected(line.number, error))
        else:
            products[fields["sku"]] = (line.number, fields)
    return reading, [fields for _, fields in products.values()]


def _fields(line: Line) -> tuple[dict[str, Any], list[Fault]]:
    """A line's cells as a product's fields, and all that is wrong with them."""
    fields: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, cell in line.cells.items():
        if not cell and name in _REQUIRED:
            faults.append(Fault(name, "Is missing."))
        elif not cell:
            fields[name] = _DEFAULTS[name]
        else:
            fields[name], fault = _value(name, cell)
            faults.extend(fault)
    sound = {name: value for name, value in fields.items() if value is not None}
    return fields, [*faults, *(product_faults(sound) if "sku" in sound else ())]


def _value(name: str, cell: str) -> tuple[Any, Sequence[Fault]]:
    if name in BOUNDS:
        if not _WHOLE.fullmatch(cell):
            return None, [Fault(name, "Write a whole number in digits.")]
        return int(cell), ()
    if name == "pat":
        known = {"true": True, "false": False}
        if cell.lower() not in known:
            return None, [Fault(name, "Write true or false.")]
        return known[cell.lower()], ()
    if name == "equivalents":
        parts = (part.strip() for part in _SEPARATOR.split(cell))
        return tuple(dict.fromkeys(part for part in parts if part)), ()
    return (cell if name == "sku" else one_line(cell)), ()


async def _write(columns: Sequence[str], products: Sequence[dict[str, Any]], now: datetime) -> int:
    """Two statements, however many products; returns how many of them are new."""
    # In the order of their skus, so that two imports at once wait for each other and end.
    rows = sorted(({**_DEFAULTS, **fields} for fields in products), key=lambda row: row["sku"])
    arrays = [list(_stored(row[name] for row in rows)) for name in _TYPES]
    written = await fetch(_upsert(columns), *arrays)
    terms = [(row["sku"], row["price_pence"], row["credit_percent"]) for row in rows]
    await set_terms(london_day(now), terms)
    return sum(row["created"] for row in written)


def _stored(values: Iterator[Any]) -> Iterator[Any]:
    """Lists as texts: unnest() would take an array of arrays apart."""
    for value in values:
        yield ";".join(value) if isinstance(value, tuple) else value


def _upsert(columns: Sequence[str]) -> str:
    """The statement that writes all rows and, of those that were there, these columns only."""
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_TYPES.values(), 1))
    names = ", ".join(_TYPES)
    values = names.replace("equivalents", "string_to_array(equivalents, ';')")
    # Not the sku: to set it, even to what it is, would wait for all who are about to name it.
    changed = (name for name in columns if name in _TYPES and name != "sku")
    changes = ", ".join(f"{name} = excluded.{name}" for name in changed)
    # A row that this statement inserted has no xmax: it replaced none. All names are ours.
    return f"""
        insert into products ({names})
        select {values} from unnest({arrays}) as line ({names})
        on conflict (sku) do update set {changes}
        returning xmax = 0 as created
    """  # noqa: S608
