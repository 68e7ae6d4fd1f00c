"""Why a month was dear, or was not: each of its figures beside an average month before it.

Amounts come from the sums that are kept, and cost the same however much has been posted; what was
activity is read from that month's own postings.
"""

from datetime import date, timedelta
from typing import Final

import msgspec

from budget import average_months, recycling
from budget.average_months import Beside, Counted, Issued, PartnerBeside
from budget.closing import days
from budget.database import fetch
from budget.forecasting.series import months_after, months_between
from budget.recycling import By, Count, Question

BEFORE: Final = 12
"""How many months before it a month is set beside, at the most."""
MOST: Final = 10
"""How many products are named: those that differ most."""

FORMULAE: Final = (
    (
        "The average month: what the months before it came to together, at most twelve of them and"
        " none before the books began, over their number."
    ),
    "Net spend is issues and activity, less credits, by the days on which they were posted.",
    (
        "What went out is counted by the days on which it did, at what it was charged (or only"
        " counted at, on pool-owned stock), of all products. More went out: (units - average units)"
        " x average worth of one. Dearer on average: the rest of the difference, by price and by"
        " what was chosen."
    ),
)
_DAY: Final = timedelta(days=1)


class Activity(msgspec.Struct, frozen=True):
    """What one kind of activity, or of charge, came to."""

    kind: str
    postings: int
    pence: int


class MonthCompared(msgspec.Struct, frozen=True):
    """A month beside the `before` months before it.

    `figures` are issues, activity, credits and net. `late_pence` came late, from closed months.
    """

    year: str
    month: str
    first: date
    last: date
    before: int
    figures: list[Beside]
    partners: list[PartnerBeside]
    issued: Issued
    categories: list[Beside]
    products: list[Beside]
    activity: list[Activity]
    late: int
    late_pence: int
    formulae: tuple[str, ...] = FORMULAE


async def month_compared(year: str, month: str) -> MonthCompared:
    """The month beside those before it; Wrong where it is not one of that year."""
    first, end = days(year, month)
    last = end - _DAY
    found = await fetch(_POSTED, months_after(first, -BEFORE), first, last)
    rows = [dict(row) for row in found]
    began = min((row["began"] for row in rows if row["began"] is not None), default=first)
    before = months_between(began, first)
    counted = {by: await _issued(began, first, last, by) for by in _BY}
    kinds = await fetch(_KINDS, first, end)
    figures = list(average_months.figures(rows, before))
    return MonthCompared(
        year=year,
        month=month,
        first=first,
        last=last,
        before=before,
        figures=figures,
        partners=average_months.partners(rows, before, figures[-1]),
        issued=average_months.why(*_whole(counted["none"]), before),
        categories=average_months.parts(*counted["category"], before),
        products=average_months.parts(*counted["sku"], before)[:MOST],
        activity=[Activity(row["kind"], row["many"], row["pence"]) for row in kinds if row["many"]],
        late=sum(row["late"] for row in kinds),
        late_pence=sum(row["late_pence"] for row in kinds),
    )


_BY: Final[tuple[By, ...]] = ("none", "category", "sku")


async def _issued(began: date, first: date, last: date, by: By) -> tuple[Counted, Counted]:
    """What went out in the month, and in all the months before it, by key."""
    spans = [(first, last), *([(began, first - _DAY)] if began < first else [])]
    found: list[Counted] = []
    for span in spans:
        report = await recycling.report(Question(*span, by=by, scope="all"))
        rows = report.rows if by != "none" else [report.total]
        found.append({row.key or "": row.issued for row in rows})
    return found[0], found[1] if len(found) > 1 else {}


def _whole(counted: tuple[Counted, Counted]) -> tuple[Count, Count]:
    """The same where it is of no key."""
    now, past = counted
    return now.get("", Count()), past.get("", Count())


# What is folded and what is not yet, as of one moment, as budget/pool.py reads them.
_POSTED: Final = """
with posted as (
    select account, partner, begins_on, pence from posting_sums
    where grain = 'month' and begins_on between $1 and $2
        and account in ('issues', 'credits', 'activity')
    union all
    select account, partner, date_trunc('month', posted_on::timestamp)::date, pence
    from unfolded_postings
    where posted_on between $1 and $3 and account in ('issues', 'credits', 'activity')
)
select p.ods, p.name, min(s.begins_on) as began,
    coalesce(sum(s.pence) filter (where s.begins_on = $2), 0)::bigint as net,
    coalesce(sum(s.pence) filter (where s.begins_on < $2), 0)::bigint as net_before,
    coalesce(sum(s.pence) filter (where s.begins_on = $2 and account = 'issues'), 0)::bigint
        as issues,
    coalesce(sum(s.pence) filter (where s.begins_on < $2 and account = 'issues'), 0)::bigint
        as issues_before,
    coalesce(sum(s.pence) filter (where s.begins_on = $2 and account = 'activity'), 0)::bigint
        as activity,
    coalesce(sum(s.pence) filter (where s.begins_on < $2 and account = 'activity'), 0)::bigint
        as activity_before,
    coalesce(-sum(s.pence) filter (where s.begins_on = $2 and account = 'credits'), 0)::bigint
        as credits,
    coalesce(-sum(s.pence) filter (where s.begins_on < $2 and account = 'credits'), 0)::bigint
        as credits_before
from partners p left join posted s on s.partner = p.ods
group by p.ods, p.name order by p.ods
"""
# Nothing is recorded before its day, but for a clock that is minutes ahead: that spares PostgreSQL
# the months before.
_KINDS: Final = """
select kind, count(*) filter (where account = 'activity') as many,
    coalesce(sum(amount_pence) filter (where account = 'activity'), 0)::bigint as pence,
    count(*) filter (where late) as late,
    coalesce(sum(amount_pence) filter (where late), 0)::bigint as late_pence
from postings
where partner is not null and (account = 'activity' or late)
    and posted_on >= $1 and posted_on < $2 and recorded_at >= $1::date - interval '1 day'
group by kind order by 3 desc, kind
"""
