"""Parts that come with new goods: their numbers are on record from the first day.

A recall of a part finds what it is in, though nobody has ever taken it apart.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Final
from uuid import uuid4

import asyncpg
import msgspec
from msgspec import Meta

from budget.database import execute, fetch_one
from budget.refusals import Fault, Refused, Wrong
from budget.wording import one_line, text_faults
from equipment.catalogue.handling import LINE_MAX
from equipment.parts.parts import Label, Name

PARTS_OF_ONE_MAX: Final = 20
_LABEL_MAX: Final = 80


class ReceivedPart(msgspec.Struct, frozen=True):
    """A part as it came with an item: its name in the product's list, its number, its batch."""

    part: Name
    serial: Label | None = None
    batch: Label | None = None


PartsOfOne = Annotated[list[ReceivedPart], Meta(max_length=PARTS_OF_ONE_MAX)]


async def fit_received(
    items: Sequence[int],
    sku: str,
    parts: Sequence[Sequence[ReceivedPart]],
    by: str,
    now: datetime,
) -> None:
    """Fit what came with new items, within their transaction and before recalls look at them.

    `parts` are those of each item, in the order of `items`; empty where none are told. Raises Wrong
    where the product has no such part, and asyncpg's UniqueViolationError, for taken(), where one
    with this number is fitted already.
    """
    tidied = [[_tidied(each) for each in own] for own in parts]
    if not any(tidied):
        return
    await _check(sku, tidied)
    rows = [
        (uuid4(), item, each.part, each.serial, each.batch)
        for item, own in zip(items, tidied, strict=True)
        for each in own
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    await execute(_FITTED, *columns, sku, now, by)


def taken(error: asyncpg.UniqueViolationError) -> Refused | None:
    """Why goods are refused whose part is in another item; None where it is not that."""
    if error.constraint_name != "item_parts_serial":
        return None
    words = "A part with one of these numbers is fitted to another item already."
    return Refused("part-elsewhere", words)


_FITTED: Final = """
insert into item_parts (id, item, sku, part, serial, batch, fitted_at, fitted_by)
select n.id, n.item, $6, n.part, n.serial, n.batch, $7, $8
from unnest($1::uuid[], $2::bigint[], $3::varchar[], $4::varchar[], $5::varchar[])
    n (id, item, part, serial, batch)
"""


def _tidied(part: ReceivedPart) -> ReceivedPart:
    return ReceivedPart(
        one_line(part.part),
        None if part.serial is None else one_line(part.serial),
        None if part.batch is None else one_line(part.batch),
    )


async def _check(sku: str, parts: Sequence[Sequence[ReceivedPart]]) -> None:
    row = await fetch_one("select parts from product_handling where sku = $1", sku)
    listed = [] if row is None else row["parts"]
    if faults := list(_faults(parts, listed)):
        raise Wrong(faults)


def _faults(parts: Sequence[Sequence[ReceivedPart]], listed: Sequence[str]) -> Iterator[Fault]:
    known = ", ".join(listed) or "none are listed"
    numbers = set[tuple[str, str]]()
    for place, own in enumerate(parts):
        field = f"parts[{place}]"
        if len({each.part for each in own}) < len(own):
            yield Fault(field, "Has a part twice.")
        for each in own:
            if each.part not in listed:
                yield Fault(field, f"{each.part} is no part of this product. Its parts: {known}.")
            yield from text_faults(field, each.part, LINE_MAX)
            yield from text_faults(field, each.serial, _LABEL_MAX)
            yield from text_faults(field, each.batch, _LABEL_MAX)
            number = (each.part, (each.serial or "").upper())
            if each.serial and number in numbers:
                yield Fault(field, f"The number {each.serial} stands there twice.")
            numbers.add(number)
