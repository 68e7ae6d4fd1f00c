"""Every item of a recall as a file: the evidence of what was found and what became of it."""

import csv
import io
from datetime import datetime
from typing import Final
from uuid import UUID

from budget.sheets import neutral
from budget.years import london_day
from equipment.recalls.recall_form import Outstanding
from equipment.recalls.recall_views import items
from equipment.staff.roles import Caller

_AT_ONCE: Final = 5_000
COLUMNS: Final = (
    "item", "sku", "serial", "batch", "found_on", "state", "stage", "depot", "cleared_by",
    "clear_reason",
)  # fmt: skip


async def items_csv(caller: Caller, recall: UUID, now: datetime) -> bytes:
    """All items of a recall as CSV, in the order in which the service got them; Missing.

    Nobody is named in it.
    """
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    after = 0
    while rows := await items(caller, recall, now, outstanding=False, after=after, limit=_AT_ONCE):
        writer.writerows(_row(row) for row in rows)
        after = rows[-1].seq
    return written.getvalue().encode()


def _row(item: Outstanding) -> list[str]:
    found = {"found_on": london_day(item.found_at).isoformat()}
    return [_cell(found.get(name) or getattr(item, name, None)) for name in COLUMNS]


def _cell(text: str | None) -> str:
    return "" if text is None else neutral(text)
