"""The partitions of movements, postings and tallies, one a calendar month (UTC).

PostgreSQL makes them (the function `make_month`, in the migrations); here is decided which. What
comes before its month has been made stands in a default partition, and is moved when it is.
"""

from datetime import date
from typing import Final

from budget.database import fetch, fetch_one

AHEAD: Final = 13
"""How many months ahead of the present one there are partitions."""


async def make_months_ahead(today: date) -> int:
    """Make the partitions of the present month and of those ahead; how many were lacking.

    Also those of any month of which rows came first. Any number may do it at once.
    """
    months = today.year * 12 + today.month - 1 + AHEAD
    return await make_months(today, date(months // 12, months % 12 + 1, 1))


async def make_months(first: date, last: date) -> int:
    """Make the partitions of the months from one day to another; how many were lacking.

    Each table's in a transaction of its own. It waits for the scans under way, and those that come
    meanwhile wait for it: a moment, as long as nothing has come before its month was made.
    """
    made = 0
    for row in await fetch(_MISSING, first.replace(day=1), last):
        done = await fetch_one(_MAKE, row["parent"], row["month"])
        made += done is not None and bool(done["made"])
    return made


_MISSING: Final = "select parent, month from missing_months($1, $2)"
_MAKE: Final = "select make_month($1, $2) as made"
