"""What was spent in whole months, by partner: what a forecast is made from."""

from datetime import date, timedelta
from statistics import median
from typing import Final

import msgspec

from budget.database import fetch
from budget.partners import Succession, successor_on
from budget.years import span

MONTHS_MAX: Final = 60
"""Of older months, nothing is asked: a service changes more in five years than a season."""

_YEAR: Final = 12
_DAY: Final = timedelta(days=1)


class History(msgspec.Struct, frozen=True):
    """Net spend in pence of each whole month from `begins_on` on, by partner; all equally long."""

    begins_on: date
    partners: dict[str, list[int]]

    @property
    def months(self) -> int:
        """How many months it knows."""
        return max(map(len, self.partners.values()), default=0)

    @property
    def pool(self) -> list[int]:
        """The same of all partners together."""
        return [sum(month) for month in zip(*self.partners.values(), strict=True)]

    @property
    def is_quiet(self) -> bool:
        """Whether nothing was spent in its last twelve months: nothing follows from that."""
        return not any(self.pool[-_YEAR:])

    def until(self, last: date) -> "History":
        """What was known of it at the end of a month, by its last day: the newest of it.

        Without the months at its begin in which the books were only filling: until one first
        reached half of what the last twelve came to, by their median.
        """
        keep = max(0, months_between(self.begins_on, last + _DAY))
        newest = self.cut(max(0, keep - MONTHS_MAX), keep)
        spent = newest.pool
        settled = median(spent[-_YEAR:]) / 2 if spent else 0
        begins = next((number for number, pence in enumerate(spent) if pence >= settled), 0)
        return newest.cut(begins, newest.months)

    def by_payer(self, succession: Succession, day: date) -> "History":
        """The same by who pays on a day: what they spent whom one took over from is one's own."""
        paid: dict[str, list[int]] = {}
        for ods, spent in self.partners.items():
            payer = successor_on(succession, ods, day)
            own = paid.get(payer, [0] * len(spent))
            paid[payer] = [one + other for one, other in zip(own, spent, strict=True)]
        return History(self.begins_on, dict(sorted(paid.items())))

    def cut(self, first: int, end: int) -> "History":
        """The months from one number until before another, from 0."""
        kept = {ods: each[first:end] for ods, each in self.partners.items()}
        return History(months_after(self.begins_on, first), kept)


def months_between(first: date, later: date) -> int:
    """How many months one first of a month is after another."""
    return (later.year - first.year) * 12 + later.month - first.month


def months_after(first: date, count: int) -> date:
    """The first of the month that many months after (or before) another."""
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    return date(year, month + 1, 1)


def month_ends(year: str, today: date) -> list[date]:
    """The ends of months from which a year is forecast: from the eve of it to its last but one.

    Only of months that are over by today.
    """
    first, _ = span(year)
    ends = [months_after(first, number) - _DAY for number in range(12)]
    return [end for end in ends if end < today]


async def read_history(last: date) -> History | None:
    """The months from the first posting on until a day that ends one; None before there is any.

    At most two spans of MONTHS_MAX. A month in which nothing was posted is one of nothing.
    """
    rows = await fetch(_SPENT, months_after(last + _DAY, -2 * MONTHS_MAX), last)
    if not rows:
        return None
    begins_on = min(row["month"] for row in rows)
    count = months_between(begins_on, last + _DAY)
    partners: dict[str, list[int]] = {}
    for row in rows:
        spent = partners.setdefault(row["partner"], [0] * count)
        spent[months_between(begins_on, row["month"])] += row["pence"]
    return History(begins_on, dict(sorted(partners.items())))


# What is folded and what is not yet, as of one moment, as budget/pool.py reads them.
_SPENT: Final = """
select partner, month, sum(pence)::bigint as pence from (
    select partner, begins_on as month, pence from posting_sums
    where grain = 'month' and begins_on between $1 and $2
        and account in ('issues', 'credits', 'activity')
    union all
    select partner, date_trunc('month', posted_on::timestamp)::date, pence from unfolded_postings
    where posted_on between $1 and $2 and account in ('issues', 'credits', 'activity')
) posted group by 1, 2
"""
