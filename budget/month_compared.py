"""Why a month was dear, or was not: each of its figures beside an average month before it.

Amounts come from the sums that are kept, and cost the same however much has been posted; what was
activity is read from that month's own postings.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, TypeAlias

import asyncpg
import msgspec

from budget import recycling
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
        "What went out is counted by the days on which it did, at what it was charged, of all"
        " products. More went out: (units - average units) x average charge of one. Dearer on"
        " average: the rest of the difference, by price and by what was chosen."
    ),
)
_DAY: Final = timedelta(days=1)
_Counts: TypeAlias = Mapping[str, Count]


class Beside(msgspec.Struct, frozen=True):
    """An amount of the month's, and that of an average month before it; in pence.

    `usual` is null where no month was before.
    """

    key: str
    pence: int
    usual_pence: int | None

    @property
    def more_pence(self) -> int:
        """By how much it was more than usual; 0 where nothing is usual yet."""
        return 0 if self.usual_pence is None else self.pence - self.usual_pence


class PartnerBeside(Beside, frozen=True):
    """A partner's net spend; `key` is its ODS code."""

    name: str


class Issued(msgspec.Struct, frozen=True):
    """What went out: units and what they were charged, and by how much more that was, and why."""

    units: int
    pence: int
    usual_units: float | None
    usual_pence: int | None
    more_went_out_pence: int | None
    dearer_pence: int | None


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
    rows = await fetch(_POSTED, months_after(first, -BEFORE), first, last)
    began = min((row["began"] for row in rows if row["began"] is not None), default=first)
    before = months_between(began, first)
    counted = {by: await _issued(began, first, last, by) for by in _BY}
    kinds = await fetch(_KINDS, first, end)
    figures = list(_figures(rows, before))
    return MonthCompared(
        year=year,
        month=month,
        first=first,
        last=last,
        before=before,
        figures=figures,
        partners=_partners(rows, before, figures[-1]),
        issued=_why(*(part.get("", Count()) for part in counted["none"]), before),
        categories=_each(*counted["category"], before),
        products=_each(*counted["sku"], before)[:MOST],
        activity=[Activity(row["kind"], row["many"], row["pence"]) for row in kinds if row["many"]],
        late=sum(row["late"] for row in kinds),
        late_pence=sum(row["late_pence"] for row in kinds),
    )


def _figures(rows: Sequence[asyncpg.Record], before: int) -> Iterator[Beside]:
    """Issues, activity, credits and net, which is what these come to in an average month, too."""
    now = {name: sum(row[name] for row in rows) for name in _FIGURES}
    past = {name: sum(row[f"{name}_before"] for row in rows) for name in _FIGURES}
    usual = {name: _average(past[name], before) for name in ("issues", "activity", "net")}
    if before:
        issues, activity, net = (pence or 0 for pence in usual.values())
        usual["credits"] = issues + activity - net
    return (Beside(name, now[name], usual.get(name)) for name in _FIGURES)


def _partners(rows: Sequence[asyncpg.Record], before: int, net: Beside) -> list[PartnerBeside]:
    """Each one's net spend; their averages come to the pool's to the penny."""
    usual = {row["ods"]: _average(row["net_before"], before) for row in rows}
    if before and net.usual_pence is not None:
        over = net.usual_pence - sum(pence or 0 for pence in usual.values())
        nearest = sorted(rows, key=lambda row: (-(row["net_before"] % before), row["ods"]))
        for row in nearest[:over]:
            usual[row["ods"]] = (usual[row["ods"]] or 0) + 1
    return [
        PartnerBeside(row["ods"], row["net"], usual[row["ods"]], name=row["name"]) for row in rows
    ]


def _average(pence: int, before: int) -> int | None:
    """Of so many months, in whole pence and never above; None of none."""
    return pence // before if before else None


def _each(now: _Counts, past: _Counts, before: int) -> list[Beside]:
    """What differs most first; what goes out usually and did not is there, too."""
    nothing = Count()
    found = [
        Beside(
            key,
            now.get(key, nothing).pence,
            _average(past.get(key, nothing).pence, before),
        )
        for key in now.keys() | past.keys()
    ]
    found.sort(key=lambda each: (-abs(each.more_pence), -each.pence, each.key))
    return [each for each in found if each.pence or each.usual_pence]


def _why(now: Count, past: Count, before: int) -> Issued:
    """How much of the difference is that more went out, and how much that it was dearer."""
    usual = _average(past.pence, before)
    if usual is None or not past.units:
        return Issued(now.units, now.pence, None, None, None, None)
    units = past.units / before
    went_out = round((now.units - units) * past.pence / past.units)
    return Issued(now.units, now.pence, units, usual, went_out, now.pence - usual - went_out)


_FIGURES: Final = ("issues", "activity", "credits", "net")
_BY: Final[tuple[By, ...]] = ("none", "category", "sku")


async def _issued(began: date, first: date, last: date, by: By) -> tuple[_Counts, _Counts]:
    """What went out in the month, and in all the months before it, by key."""
    spans = [(first, last), *([(began, first - _DAY)] if began < first else [])]
    found: list[_Counts] = []
    for span in spans:
        report = await recycling.report(Question(*span, by=by, scope="all"))
        rows = report.rows if by != "none" else [report.total]
        found.append({row.key or "": row.issued for row in rows})
    return found[0], found[1] if len(found) > 1 else {}


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
