"""The sums that reports read: of a day, a month and a financial year, beside postings and tallies.

What a statement posts and counts is grouped by PostgreSQL itself (the triggers on `postings` and
`tallies`), and folded into the sums now and then. A report adds up sums and what is unfolded in one
statement, so it is exact at every moment, and costs the same however much has happened
before. See docs/adr/0011-sums-and-partitions.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from budget.database import fetch_one, transaction

Grain = Literal["day", "month", "year"]
AT_ONCE: Final = 50_000
"""Rows folded in one transaction: a second's work at the most."""

# Nothing was counted on days from here on; the calendar's own end has no day after it.
_END: Final = date(9999, 1, 1)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, months or financial years, from a first day to a last one, both included."""

    grain: Grain
    first: date
    last: date


def periods(
    first: date, last: date, grains: tuple[Grain, ...] = ("year", "month", "day")
) -> Iterator[Period]:
    """Cut a span of days into whole financial years, months and days, as few as there can be.

    At most five; none where the span ends before it begins.
    """
    last = min(last, _END - _DAY)
    if first > last:
        return
    grain, smaller = grains[0], grains[1:]
    if not smaller:
        yield Period(grain, first, last)
        return
    begin, end = _ceiling(grain, first), _floor(grain, last + _DAY)
    if begin >= end:
        yield from periods(first, last, smaller)
        return
    if first < begin:
        yield from periods(first, begin - _DAY, smaller)
    yield Period(grain, begin, end - _DAY)
    yield from periods(end, last, smaller)


def _ceiling(grain: Grain, day: date) -> date:
    """The day itself where a month or year begins on it, else the next such day."""
    begin = day.replace(day=1) if grain == "month" else day.replace(month=4, day=1)
    if begin >= day:
        return begin
    if grain == "year" or begin.month == 12:  # noqa: PLR2004 - December
        return begin.replace(year=begin.year + 1, month=4 if grain == "year" else 1)
    return begin.replace(month=begin.month + 1)


def _floor(grain: Grain, day: date) -> date:
    """The first day of the month or year that a day is in; no year began before the year 1."""
    begin = day.replace(day=1) if grain == "month" else day.replace(month=4, day=1)
    return begin if begin <= day else begin.replace(year=max(1, begin.year - 1))


async def fold(at_once: int = AT_ONCE, ending: Callable[[], bool] = lambda: False) -> int:
    """Put what is unfolded into the sums; how many rows it was.

    In short transactions of at most `at_once` rows each, until none are left, or `ending` says
    so between two of them. Any number may fold at once, on any machine: one does, the others
    return. A fold that is cut off has done whole transactions or nothing.
    """
    folded = await fold_by(_FOLD_POSTINGS, at_once, ending)
    folded += await fold_by(_FOLD_TALLIES, at_once, ending)
    return folded + await fold_by(_FOLD_COHORTS, at_once, ending)


async def fold_by(sql: str, at_once: int, ending: Callable[[], bool]) -> int:
    """Fold by a statement that takes at most `$1` rows and says how many: otherwise as fold()."""
    folded = 0
    while not ending():
        async with transaction():
            # In a statement of its own: the fold has to see what the one before it has done.
            turn = await fetch_one(_TURN)
            assert turn is not None
            row = await fetch_one(sql, at_once) if turn["mine"] else None
        taken = int(row["taken"]) if row else 0
        folded += taken
        if taken < at_once:
            break
    return folded


# Memory for the grouping of so many, until the transaction's end.
_TURN: Final = """
select pg_try_advisory_xact_lock(hashtextextended('fold', 0)) as mine,
    set_config('work_mem', '64MB', true)
"""
# Each row is looked at once: days are grouped from the rows, months from days, years from months.
_FOLD_POSTINGS: Final = """
with taken as materialized (
    delete from unfolded_postings
    where ctid = any(array(select ctid from unfolded_postings limit $1)) returning *
), days as materialized (
    select account, partner, posted_on as begins_on, sum(pence) as pence
    from taken group by 1, 2, 3
), months as materialized (
    select account, partner, date_trunc('month', begins_on::timestamp)::date as begins_on,
        sum(pence) as pence
    from days group by 1, 2, 3
), years as (
    select account, partner, (date_trunc('year', begins_on - interval '3 months')
        + interval '3 months')::date as begins_on, sum(pence) as pence
    from months group by 1, 2, 3
), folded as (
    insert into posting_sums as s (grain, account, partner, begins_on, pence)
    select 'day', * from days union all select 'month', * from months
    union all select 'year', * from years order by 1, 4
    on conflict (grain, begins_on, account, partner) do update set pence = s.pence + excluded.pence
)
select count(*) as taken from taken
"""
_FOLD_TALLIES: Final = """
with taken as materialized (
    delete from unfolded_tallies
    where ctid = any(array(select ctid from unfolded_tallies limit $1)) returning *
), days as materialized (
    select dimension, kind, reusable, key, occurred_on as begins_on,
        sum(units) as units, sum(pence) as pence
    from taken cross join lateral (values ('none', ''), ('funder', funder), ('sku', sku),
        ('category', category), ('depot', coalesce(depot, '')), ('team', coalesce(team, '')),
        ('age', coalesce(age, ''))) each (dimension, key)
    group by 1, 2, 3, 4, 5
), months as materialized (
    select dimension, kind, reusable, key, date_trunc('month', begins_on::timestamp)::date
        as begins_on, sum(units) as units, sum(pence) as pence
    from days group by 1, 2, 3, 4, 5
), years as (
    select dimension, kind, reusable, key, (date_trunc('year', begins_on - interval '3 months')
        + interval '3 months')::date as begins_on, sum(units) as units, sum(pence) as pence
    from months group by 1, 2, 3, 4, 5
), folded as (
    insert into tally_sums as s (grain, dimension, kind, reusable, key, begins_on, units, pence)
    select 'day', * from days union all select 'month', * from months
    union all select 'year', * from years order by 1, 2, 3, 6, 5
    on conflict (dimension, grain, kind, begins_on, key, reusable)
    do update set units = s.units + excluded.units, pence = s.pence + excluded.pence
)
select count(*) as taken from taken
"""
# They are of months already, and of few.
_FOLD_COHORTS: Final = """
with taken as materialized (
    delete from unfolded_cohorts
    where ctid = any(array(select ctid from unfolded_cohorts limit $1)) returning *
), folded as (
    insert into cohort_sums as s (dimension, key, issued_in, kind, months, reusable, units, pence)
    select dimension, key, issued_in, kind, months, reusable, sum(units), sum(pence)
    from taken cross join lateral (values ('none', ''), ('funder', funder), ('sku', sku),
        ('team', coalesce(team, ''))) each (dimension, key)
    group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
    on conflict (dimension, key, issued_in, kind, months, reusable)
    do update set units = s.units + excluded.units, pence = s.pence + excluded.pence
)
select count(*) as taken from taken
"""
