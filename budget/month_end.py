"""The month whose turn it is to be closed: what it comes to, and what is still open in it.

To look at before budget/closing.py closes it for good. It reads the sums that are kept and the
month's first day alone, so it costs the same however much has been posted.
"""

from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from budget.closing import TURN, next_month
from budget.database import fetch, fetch_one
from budget.years import london_day, year_of

MOST: Final = 24
"""How many months are closed in one go, by whoever has many to close."""


class PartnerMonth(msgspec.Struct, frozen=True):
    """What a partner's statement would come to, in pence; credits as what came back."""

    ods: str
    name: str
    issues_pence: int
    credits_pence: int
    activity_pence: int

    @property
    def net_pence(self) -> int:
        """What it comes to."""
        return self.issues_pence + self.activity_pence - self.credits_pence


class MonthEnd(msgspec.Struct, frozen=True):
    """A month that is next to be closed.

    `ended` is whether it may be; `undecided` are proposed charges of its days or earlier ones;
    `late` is what came from months that were closed before, `late_pence` what that comes to.
    `following` are the months after it that have ended and are open, at most MOST of them.
    """

    year: str
    month: str
    first: date
    last: date
    ended: bool
    undecided: int
    late: int
    late_pence: int
    partners: list[PartnerMonth]
    following: list[date]


async def month_end(now: datetime) -> MonthEnd | None:
    """The month whose turn it is; None where nothing has been posted yet."""
    row = await fetch_one(TURN)
    first = row["turn"] if row else None
    if first is None:
        return None
    end = next_month(first)
    left = await fetch_one(_LEFT, first, end)
    assert left is not None
    rows = await fetch(_PARTNERS, first, end - timedelta(days=1))
    return MonthEnd(
        year=year_of(first),
        month=f"{first:%Y-%m}",
        first=first,
        last=end - timedelta(days=1),
        ended=end <= london_day(now),
        undecided=left["undecided"],
        late=left["late"],
        late_pence=left["late_pence"],
        partners=[PartnerMonth(**row) for row in rows],
        following=_following(end, london_day(now)),
    )


def _following(month: date, today: date) -> list[date]:
    ended: list[date] = []
    while next_month(month) <= today and len(ended) < MOST - 1:
        ended.append(month)
        month = next_month(month)
    return ended


# What is late stands on the first open day, and was recorded after the month before had ended.
_LEFT: Final = """
select (select count(*) from pool_charges where status = 'proposed' and happened_on < $2)
        as undecided,
    count(*) as late, coalesce(sum(amount_pence), 0)::bigint as late_pence
from postings
where late and partner is not null and posted_on = $1
    and recorded_at >= $1::date - interval '1 day'
"""
_PARTNERS: Final = """
with posted as (
    select account, partner, pence from posting_sums where grain = 'month' and begins_on = $1
    union all
    select account, partner, pence from unfolded_postings where posted_on between $1 and $2
)
select p.ods, p.name,
    coalesce(sum(s.pence) filter (where s.account = 'issues'), 0)::bigint as issues_pence,
    coalesce(-sum(s.pence) filter (where s.account = 'credits'), 0)::bigint as credits_pence,
    coalesce(sum(s.pence) filter (where s.account = 'activity'), 0)::bigint as activity_pence
from partners p left join posted s on s.partner = p.ods group by p.ods, p.name order by p.ods
"""
