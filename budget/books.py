"""The books: who stands in for whom, and up to which day they are closed.

Source: contract section 6. A closed month never changes again: what happened in it and is recorded
later is posted on the first day that is open, `late`. PostgreSQL itself refuses what would come
into a closed month (the trigger on `postings`); who is refused reads the books again.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from budget.database import fetch_one
from budget.partners import Succession, successions, successor_on

_NOBODY: Final[Mapping[str, tuple[str, date]]] = {}


class Books(msgspec.Struct, frozen=True):
    """What a posting has to know. `open_from` is the first day that is open; None: all are."""

    succession: Succession = _NOBODY
    open_from: date | None = None

    def posted(self, day: date) -> tuple[date, bool]:
        """On which day something of that day is posted, and whether that is late."""
        if self.open_from is None or day >= self.open_from:
            return day, False
        return self.open_from, True

    def payer(self, ods: str, day: date) -> str:
        """Who pays what is posted on a day for a partner: itself, or whoever stands in for it."""
        return successor_on(self.succession, ods, day)


async def read_books() -> Books:
    """The books as they stand, within the caller's open transaction."""
    row = await fetch_one(f"select ({OPEN_FROM}) as open_from")
    return Books(await successions(), row["open_from"] if row else None)


HOLD_OPEN: Final = "select pg_advisory_xact_lock_shared(hashtextextended('books', 0))"
"""What posting does by itself (the trigger on `postings`): no month is closed until it has ended.

Earlier than that only where no rows are waited for afterwards: they may be held by who posts.
"""
OPEN_FROM: Final = "select max(month + interval '1 month')::date from closed_months"
"""The first day that is open; null where nothing was closed yet. One of an index alone."""
