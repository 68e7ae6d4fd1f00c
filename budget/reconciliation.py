"""The ledger against the movements and the stock: to the penny, with every difference named.

A year is read from the sums that are kept of postings and counts, exact at every moment; a month is
opened into its rows, loan by loan. What a loan's postings of a month come to and what its movements
of that month cost differ for a reason (late, undone, transferred, corrected, only counted), or one
of the two lacks the other. All of history is checked by scripts/verify (docs/operations.md).
"""

from datetime import date
from typing import Final, Literal, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from budget.closing import days
from budget.database import fetch, fetch_one
from budget.years import span

MOST: Final = 200
"""How many differences of a month are named; their sums are of all."""

Figure: TypeAlias = Literal["issues", "credits"]
Reason: TypeAlias = Literal[
    "late", "posted later", "undone", "transferred", "corrected", "only counted",
    "lacks its posting", "has no movement",
]  # fmt: skip
WRONG: Final[frozenset[Reason]] = frozenset({"lacks its posting", "has no movement"})


class MonthSums(msgspec.Struct, frozen=True):
    """A month by the sums: what the ledger has for issues, and what movements issued, in pence."""

    month: date
    posted_pence: int
    counted_pence: int


class Waiting(msgspec.Struct, frozen=True):
    """What waits for a decision: by the counts, and by the items themselves."""

    counted: int
    counted_pence: int
    items: int
    items_pence: int


class YearReconciled(msgspec.Struct, frozen=True):
    """A year, month by month, and the stock as it stands now."""

    year: str
    months: list[MonthSums]
    waiting: Waiting


class Difference(msgspec.Struct, frozen=True):
    """A loan whose postings and movements of a month differ; `movement` is the loan's delivery.

    A correction is of no loan: its movement is the charge.
    """

    figure: Figure
    movement: UUID
    item: str | None
    posted_pence: int
    counted_pence: int
    reason: Reason


class MonthReconciled(msgspec.Struct, frozen=True):
    """A month loan by loan: the sums of all, and what differs, the faults first."""

    first: date
    issues: MonthSums
    credits: MonthSums
    by_reason: dict[Reason, int]
    """Of all differences, in pence: the ledger less the movements."""
    differences: list[Difference]
    more: int


async def year_reconciled(year: str) -> YearReconciled:
    """The months of a year by the sums; Wrong for a malformed year."""
    first, last = span(year)
    rows = await fetch(_MONTHS, first, last)
    waits = await fetch_one(_WAITING)
    assert waits is not None
    return YearReconciled(year, [MonthSums(**row) for row in rows], Waiting(**waits))


_MONTHS: Final = """
with every as (
    select begins_on as month, pence as posted, 0 as counted from posting_sums
    where grain = 'month' and account = 'issues' and begins_on between $1 and $2
    union all
    select date_trunc('month', posted_on::timestamp)::date, pence, 0 from unfolded_postings
    where account = 'issues' and posted_on between $1 and $2
    union all
    select begins_on, 0, pence from tally_sums
    where dimension = 'none' and grain = 'month' and kind = 'issued'
        and begins_on between $1 and $2
    union all
    select date_trunc('month', occurred_on::timestamp)::date, 0, pence from unfolded_tallies
    where kind = 'issued' and occurred_on between $1 and $2
)
select month, sum(posted)::bigint as posted_pence, sum(counted)::bigint as counted_pence
from every group by month order by month
"""
# Items in these states are the few that are at home or lost: by the index of states.
_WAITING: Final = """
with counted as (
    select units, pence from tally_sums
    where dimension = 'none' and grain = 'year' and kind = 'waiting'
    union all select units, pence from unfolded_tallies where kind = 'waiting'
), standing as (
    select count(*) as many, coalesce(sum(l.charged_pence), 0) as pence
    from items i join loans l on l.id = i.loan
    where i.state in ('returned', 'cleaned', 'in_repair', 'lost') and i.loan_phase = 'ended'
)
select coalesce(sum(units), 0)::bigint as counted,
    coalesce(sum(pence), 0)::bigint as counted_pence,
    (select many from standing) as items, (select pence from standing)::bigint as items_pence
from counted
"""


async def month_reconciled(year: str, month: str) -> MonthReconciled:
    """A month loan by loan; Wrong where it is not one of that year.

    It reads what was posted and counted in that month's days, however much there is besides.
    """
    first, end = days(year, month)
    sums: dict[str, MonthSums] = {}
    found: list[Difference] = []
    for figure, query in _DIFFER.items():
        rows = await fetch(query, first, end)
        posted = sum(row["posted"] for row in rows)
        counted = sum(row["counted"] for row in rows)
        sums[figure] = MonthSums(first, posted, counted)
        found += [_difference(figure, row) for row in rows if row["posted"] != row["counted"]]
    by_reason: dict[Reason, int] = {}
    for each in found:
        less = each.posted_pence - each.counted_pence
        by_reason[each.reason] = by_reason.get(each.reason, 0) + less
    found.sort(key=lambda each: (each.reason not in WRONG, each.figure, each.item or ""))
    more = max(0, len(found) - MOST)
    return MonthReconciled(first, sums["issues"], sums["credits"], by_reason, found[:MOST], more)


def _difference(figure: Figure, row: asyncpg.Record) -> Difference:
    return Difference(
        figure=figure,
        movement=row["loan"],
        item=row["code"],
        posted_pence=row["posted"],
        counted_pence=row["counted"],
        reason=_reason(row),
    )


def _reason(row: asyncpg.Record) -> Reason:
    """Why they differ: the first of these that is so."""
    kinds = set(row["kinds"] or ())
    lacking = bool(row["counted"] and not row["posted"])
    possible: tuple[tuple[bool, Reason], ...] = (
        ("correction" in kinds, "corrected"),
        (lacking and row["only_counted"], "only counted"),
        (lacking and row["elsewhere"], "posted later"),
        (lacking, "lacks its posting"),
        ("reversal" in kinds, "undone"),
        ("transfer" in kinds, "transferred"),
        (bool(row["late"]), "late"),
        (bool(row["counted"]), "lacks its posting"),
        # What is undone counts nowhere, on the day on which it was counted.
        (row["known"], "undone"),
        (True, "has no movement"),
    )
    return next(reason for holds, reason in possible if holds)


# Of each loan what was posted in these days, and what its movements of these days cost. Whether
# what is lacking was posted on another day is looked for by the very key of its movement.
_LOANS: Final = """
with posted as (
    select coalesce(loan, movement) as loan, sum(amount_pence) as pence, bool_or(late) as late,
        array_agg(distinct kind::text) as kinds, min(item) as item
    from postings
    where account = '{account}' and partner is not null and posted_on >= $1 and posted_on < $2
        and recorded_at >= $1::date - interval '1 day'
    group by 1
), counted as (
    select t.loan, sum({pence}) as pence, min(t.item) as item,
        bool_or(exists (select from postings p where p.recorded_at = t.recorded_at
            and p.movement = t.movement and p.kind = '{kind}'
            and (p.posted_on < $1 or p.posted_on >= $2))) as elsewhere
    from tallies t join loans l on l.id = t.loan
    where t.kind = '{counted}' and t.occurred_on >= $1 and t.occurred_on < $2
        and t.recorded_at >= $1::date - interval '1 day' {unless}
    group by 1
)
select coalesce(p.loan, c.loan) as loan, coalesce(p.pence, 0)::bigint as posted,
    coalesce(c.pence, 0)::bigint as counted, p.kinds, p.late,
    coalesce(c.elsewhere, false) as elsewhere, c.loan is not null as known, i.code,
    coalesce(l.only_counted, false) {counts} as only_counted
from posted p full join counted c on c.loan = p.loan
left join items i on i.id = coalesce(p.item, c.item)
left join loans l on l.id = coalesce(p.loan, c.loan)
"""
_CREDIT: Final = "-t.units * ((2 * l.charged_pence * l.credit_percent + 100) / 200)"
# What is scrapped before it was lent again takes its reuse back, but not its credit.
_KEPT: Final = """and not exists (select from tallies s where s.recorded_at = t.recorded_at
        and s.loan = t.loan and s.movement = t.movement and s.kind = 'scrapped')"""
# Nothing is credited in a year on pool-owned stock, or while it was one, whenever it was issued.
_STOCK: Final = """or exists (select from (
        select year, model from budget_years
        union all select content ->> 'year', content ->> 'model' from superseded
        where source = 'budget_years') y
    where model = 'pool_stock' and year = to_char($1::date - interval '3 months', 'YYYY-')
        || to_char($1::date + interval '9 months', 'YY'))"""
_DIFFER: Final[dict[Figure, str]] = {
    "issues": _LOANS.format(
        account="issues", kind="issue", counted="issued", pence="t.pence", unless="", counts=""
    ),
    "credits": _LOANS.format(
        account="credits", kind="credit", counted="reused", pence=_CREDIT, unless=_KEPT,
        counts=_STOCK,
    ),
}  # fmt: skip
