"""What a partner was charged and credited, month by month: the sums behind a year's row."""

from datetime import date
from typing import Final

import msgspec

from budget.database import fetch
from budget.refusals import Fault, Wrong
from budget.years import span


class Month(msgspec.Struct, frozen=True):
    """One month of a partner's, in pence; credits as what came back."""

    begins_on: date
    issues_pence: int
    credits_pence: int
    activity_pence: int
    closed: bool

    @property
    def net_pence(self) -> int:
        """What it came to."""
        return self.issues_pence + self.activity_pence - self.credits_pence


class PartnerYear(msgspec.Struct, frozen=True):
    """A partner's year: the months in which something was posted or that are closed, in order."""

    ods: str
    name: str
    months: list[Month]


async def partner_year(year: str, partner: str) -> PartnerYear:
    """Wrong for a malformed year, or where there is no such partner."""
    first, last = span(year)
    rows = await fetch(_MONTHS, partner, first, last)
    if not rows:
        raise Wrong([Fault("partner", f"There is no partner “{partner}”.")])
    months = [
        Month(**{name: row[name] for name in Month.__struct_fields__})
        for row in rows
        if row["begins_on"] is not None
    ]
    return PartnerYear(partner, rows[0]["name"], months)


# What is folded and what is not yet, as of one moment, as budget/pool.py reads them.
_MONTHS: Final = """
with posted as (
    select account, begins_on, pence from posting_sums
    where grain = 'month' and begins_on between $2 and $3 and partner = $1
    union all
    select account, date_trunc('month', posted_on::timestamp)::date, pence from unfolded_postings
    where posted_on between $2 and $3 and partner = $1
), months as (
    select begins_on from posted where account <> 'committed'
    union select month from closed_months where month between $2 and $3
)
select p.name, m.begins_on,
    coalesce(sum(s.pence) filter (where s.account = 'issues'), 0)::bigint as issues_pence,
    coalesce(-sum(s.pence) filter (where s.account = 'credits'), 0)::bigint as credits_pence,
    coalesce(sum(s.pence) filter (where s.account = 'activity'), 0)::bigint as activity_pence,
    exists (select from closed_months c where c.month = m.begins_on) as closed
from partners p left join months m on true left join posted s on s.begins_on = m.begins_on
where p.ods = $1 group by p.name, m.begins_on order by m.begins_on
"""
