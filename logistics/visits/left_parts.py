"""What a crew says is missing of what it fetched: on the item's record, so that it is held back."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from budget.database import fetch
from equipment.parts.parts import note_missing


class _Line(msgspec.Struct, frozen=True):
    line: UUID
    missing: list[str]


async def note_left_parts(
    visit: UUID, details: Mapping[str, Any] | None, by: str, now: datetime
) -> None:
    """Note the missing parts that the details of an outcome tell of, in the open transaction.

    Details are whatever a phone sends: what cannot be read says nothing.
    """
    told = list(_told(details or {}))
    if not told:
        return
    rows = await fetch(_ITEMS, visit, [each.line for each in told])
    items = {row["id"]: row["item"] for row in rows}
    await note_missing(
        {items[each.line]: each.missing for each in told if each.line in items}, by, now
    )


_ITEMS: Final = """
select id, item from visit_lines
where visit = $1 and id = any($2::uuid[]) and item is not null
"""


def _told(details: Mapping[str, Any]) -> Iterator[_Line]:
    lines = details.get("lines")
    for line in lines if isinstance(lines, list) else ():
        try:
            told = msgspec.convert(line, _Line)
        except msgspec.ValidationError:
            continue
        if told.missing:
            yield told
