"""Kits: products that are ordered in one go, such as what a discharge from hospital needs."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Final

import asyncpg
import msgspec
from msgspec import UNSET, Meta, UnsetType

from budget.changes import check_unchanged, record
from budget.database import execute, fetch, insert, transaction
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import code_faults, one_line, sought, text_faults
from budget.years import london_day
from equipment.catalogue.products import Sku
from equipment.catalogue.stock import shelves
from equipment.places import LONGEST_CODE, LONGEST_NAME, Code
from equipment.staff.roles import Caller, check_may

LINES_MAX: Final = 50
QUANTITY_MAX: Final = 500


class KitLine(msgspec.Struct, frozen=True):
    """So many of one product."""

    sku: Sku
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)] = 1


class NewKit(msgspec.Struct, frozen=True):
    """A kit as it is to be: all its lines, no product twice."""

    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    lines: Annotated[list[KitLine], Meta(min_length=1, max_length=LINES_MAX)]
    active: bool = True


class Kit(NewKit, frozen=True, kw_only=True):
    """A kit as it stands."""

    code: Code


class ExpandedLine(msgspec.Struct, frozen=True):
    """A line of a kit as it would be ordered now.

    `short` is how many of it no main depot has free; `instead` are the products that may stand for
    it and of which enough are free.
    """

    sku: str
    name: str
    quantity: int
    free: int
    short: int
    instead: list[str]


async def set_kit(
    caller: Caller, code: str, new: NewKit, *, instead_of: Kit | UnsetType = UNSET
) -> Kit:
    """Make a kit, or make it anew; the same again changes nothing. Wrong where a field is.

    Refused `changed-meanwhile` where it is not `instead_of` any more, which it was made from.
    """
    check_may(caller, "change standing data")
    kit = Kit(code=code, name=one_line(new.name), lines=new.lines, active=new.active)
    if faults := list(_faults(kit)):
        raise Wrong(faults)
    async with transaction():
        skus = [line.sku for line in kit.lines]
        known = {row["sku"] for row in await fetch(_KNOWN, skus)}
        if unknown := [sku for sku in skus if sku not in known]:
            raise Wrong([Fault("lines", f"The catalogue has no {sku}.") for sku in unknown])
        # Whoever sets the same kit waits here for the other.
        await execute(_ENTER, code, kit.name, kit.active)
        await fetch("select from kits where code = $1 for no key update", code)
        [before] = await _kits(await fetch(_NAMED, [code]))
        if _sorted(before) != _sorted(kit):
            check_unchanged(before, instead_of)
            await execute(_RENAME, code, kit.name, kit.active)
            await execute("delete from kit_lines where kit = $1", code)
            rows = [(code, line.sku, line.quantity) for line in kit.lines]
            await insert("kit_lines", _LINE_COLUMNS, rows)
            await record(caller.username, "kit set", code, kit)
    return kit


async def check_new(code: str) -> None:
    """Refused `exists` where there is a kit of this code."""
    if await fetch(_NAMED, [sought(code)]):
        raise Refused("exists", f"There is already a kit with the code {code}.")


_LINE_COLUMNS: Final = {"kit": "varchar", "sku": "varchar", "quantity": "integer"}
_KNOWN: Final = "select sku from products where sku = any($1::varchar[])"
_ENTER: Final = """
insert into kits (code, name, active) values ($1, $2, $3) on conflict (code) do nothing
"""
_RENAME: Final = "update kits set name = $2, active = $3 where code = $1"


def _sorted(kit: Kit) -> Kit:
    return msgspec.structs.replace(kit, lines=sorted(kit.lines, key=lambda line: line.sku))


async def kits(caller: Caller, *, after: str, limit: int) -> list[Kit]:
    """The kits after a code, those out of use included. Two statements."""
    check_may(caller, "read standing data")
    return await _kits(await fetch(_LISTED, sought(after), limit))


async def find_kit(caller: Caller, code: str) -> Kit:
    """One kit, or Missing."""
    check_may(caller, "read standing data")
    for kit in await _kits(await fetch(_NAMED, [sought(code)])):
        return kit
    raise Missing("kit-not-found", "There is no such kit.")


async def expand(code: str) -> list[KitLine]:
    """What a kit is ordered as; Missing where there is none, or it is out of use."""
    for kit in await _kits(await fetch(_NAMED, [sought(code)])):
        if kit.active:
            return kit.lines
    raise Missing("kit-not-found", "There is no such kit.")


async def expanded(caller: Caller, code: str, now: datetime) -> list[ExpandedLine]:
    """The same with what is short of it now, and what could stand for that."""
    check_may(caller, "read standing data")
    lines = await expand(code)
    rows = {row["sku"]: row for row in await fetch(_OFFERED, [line.sku for line in lines])}
    others = {other for row in rows.values() for other in row["equivalents"]}
    free = {
        sku: sum(shelf.available for shelf in stock if shelf.kind == "depot")
        for sku, stock in (await shelves({*rows, *others}, london_day(now))).items()
    }
    return [_expanded(line, rows[line.sku], free) for line in lines]


def _expanded(line: KitLine, row: asyncpg.Record, free: dict[str, int]) -> ExpandedLine:
    short = max(0, line.quantity - free[line.sku])
    instead = [sku for sku in row["equivalents"] if short and free[sku] >= line.quantity]
    return ExpandedLine(line.sku, row["name"], line.quantity, free[line.sku], short, instead)


_LISTED: Final = "select code, name, active from kits where code > $1 order by code limit $2"
_NAMED: Final = "select code, name, active from kits where code = any($1::varchar[])"
_LINES: Final = "select kit, sku, quantity from kit_lines where kit = any($1) order by id"
_OFFERED: Final = "select sku, name, equivalents from products where sku = any($1::varchar[])"


async def _kits(rows: Iterable[asyncpg.Record]) -> list[Kit]:
    rows = list(rows)
    lines: dict[str, list[KitLine]] = {row["code"]: [] for row in rows}
    for line in await fetch(_LINES, list(lines)):
        lines[line["kit"]].append(KitLine(line["sku"], line["quantity"]))
    return [
        Kit(code=row["code"], name=row["name"], lines=lines[row["code"]], active=row["active"])
        for row in rows
    ]


def _faults(kit: Kit) -> Iterator[Fault]:
    yield from code_faults("code", kit.code, LONGEST_CODE)
    yield from text_faults("name", kit.name, LONGEST_NAME)
    skus = [line.sku for line in kit.lines]
    if not 1 <= len(skus) <= LINES_MAX:
        yield Fault("lines", f"Name 1 to {LINES_MAX} products.")
    if len(set(skus)) < len(skus):
        yield Fault("lines", "Name each product once.")
    if any("\0" in sku for sku in skus):
        yield Fault("lines", "Has a character that is no text.")
    if any(not 1 <= line.quantity <= QUANTITY_MAX for line in kit.lines):
        yield Fault("lines", f"Of each, order 1 to {QUANTITY_MAX}.")
