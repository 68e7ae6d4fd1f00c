"""Postings on days of one's choice, for what is reckoned from many of them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import uuid4

from budget.database import insert
from budget.ledger import COLUMNS, CONTRA


async def post_all(spent: Mapping[tuple[date, str, str], int]) -> None:
    """Post one balanced entry for each day, partner and account: pence that it costs them."""
    rows = []
    for (day, partner, account), pence in spent.items():
        at, entry, movement = datetime(day.year, day.month, day.day, 12, tzinfo=UTC), *_two()
        for name, who, amount in ((account, partner, pence), (CONTRA[account], None, -pence)):
            rows.append(
                (entry, movement, "issue", name, who, amount, day, False, at, at, uuid4(), 1,
                    "BED01", "Beds", "D1", "Issue of BED01", False)
            )  # fmt: skip
    await insert("postings", COLUMNS, rows)


def _two() -> tuple[object, object]:
    return uuid4(), uuid4()
