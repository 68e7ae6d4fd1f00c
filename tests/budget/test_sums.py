"""The sums that reports read: whatever was folded and when, they come to what was counted."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final, Literal
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from budget import pool, recycling
from budget.database import execute, fetch, fetch_one, insert
from budget.ledger import COLUMNS as LEG_COLUMNS
from budget.partners import NewPartner, Takeover, enter, take_over
from budget.recycling import KINDS, Question
from budget.sums import Period, fold, periods
from budget.tallies import COLUMNS as TALLY_COLUMNS
from tests.budget.recount import BYS, check_budget, check_recycling

PARTNERS: Final = ("04K", "52R", "QT1")
# Where days, months, calendar years and financial years meet, and some in between.
DAYS = st.one_of(
    st.sampled_from(
        [
            date(2017, 12, 31), date(2018, 1, 1), date(2018, 2, 28), date(2018, 3, 1),
            date(2018, 3, 31), date(2018, 4, 1), date(2018, 12, 31), date(2019, 1, 1),
            date(2020, 2, 29),
        ]
    ),
    st.dates(date(2017, 6, 1), date(2020, 6, 30)),
)  # fmt: skip
# The ends of the calendar too: callers name them for "since ever" and "until now".
ENDS = st.one_of(DAYS, st.sampled_from([date.min, date.max]))
RECORDED: Final = datetime(2018, 10, 1, 9, tzinfo=UTC)

Count = tuple[str, int, int, date, str, str, str, str | None]
COUNTS = st.tuples(
    st.sampled_from(KINDS),
    st.sampled_from([1, -1]),
    st.sampled_from([0, 1, 62_000]),
    DAYS,
    st.sampled_from(PARTNERS),
    st.sampled_from(["BED01", "PAD"]),
    st.sampled_from(["reusable", "fixed"]),
    st.sampled_from(["D1", "D2", None]),
)
Entry = tuple[str, str, int, date]
ENTRIES = st.tuples(
    st.sampled_from(["issues", "credits", "activity"]),
    st.sampled_from(PARTNERS),
    st.integers(-5, 90_000),
    DAYS,
)
# What happens between two folds: one statement a list.
HISTORIES = st.lists(
    st.one_of(
        st.just("fold"),
        st.tuples(st.lists(COUNTS, max_size=6), st.lists(ENTRIES, max_size=6)),
    ),
    max_size=6,
)
SUCCESSIONS = st.fixed_dictionaries(
    {}, optional={"04K": st.tuples(st.just("52R"), DAYS), "52R": st.tuples(st.just("QT1"), DAYS)}
)
SCOPES: Sequence[recycling.Scope] = ("reusable", "all")


@given(
    st.dates(), st.dates(), st.sampled_from([("year", "month", "day"), ("month", "day"), ("day",)])
)
@example(date.min, date.max, ("year", "month", "day"))
@example(date(2018, 4, 1), date(2019, 3, 31), ("year", "month", "day"))
def test_periods_follow_each_other_from_the_first_day_to_the_last(
    first: date, last: date, grains: tuple[Any, ...]
) -> None:
    """Each of whole days, months or years, and never more than five."""
    cut = list(periods(first, last, grains))
    last = min(last, date(9998, 12, 31))
    assert len(cut) <= 5
    assert bool(cut) == (first <= last)
    if cut:
        assert (cut[0].first, cut[-1].last) == (first, last)
    for one, other in pairwise(cut):
        assert one.last + timedelta(days=1) == other.first
    for one in cut:
        assert one.first <= one.last
        assert _is_whole(one)


def _is_whole(cut: Period) -> bool:
    after = cut.last + timedelta(days=1)
    if cut.grain == "month":
        return (cut.first.day, after.day) == (1, 1)
    return cut.grain == "day" or {(d.month, d.day) for d in (cut.first, after)} == {(4, 1)}


def test_a_financial_year_is_one_period_and_all_time_a_few() -> None:
    """However long ago it began, what waits is read in years, months and days."""
    [year] = periods(date(2018, 4, 1), date(2019, 3, 31))
    assert year == Period("year", date(2018, 4, 1), date(2019, 3, 31))
    grains = [each.grain for each in periods(date.min, date(2019, 3, 30))]
    assert grains == ["month", "year", "month", "day"]


@pytest.mark.timeout(600)
@settings(
    max_examples=60,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(HISTORIES, SUCCESSIONS, st.lists(st.tuples(ENDS, ENDS), min_size=1, max_size=3))
async def test_whatever_was_folded_and_when_each_report_is_a_plain_recount(
    database: str,
    history: list[Literal["fold"] | tuple[list[Count], list[Entry]]],
    succession: dict[str, tuple[str, date]],
    spans: list[tuple[date, date]],
) -> None:
    """Of any days, by every key, of either scope, with whoever took over from whom."""
    await _begin(database, succession)
    for step in history:
        if isinstance(step, str):
            await fold(at_once=4)
        else:
            await count(step[0])
            await post(step[1])
    for one, other in spans:
        first, last = min(one, other), max(one, other)
        await check_recycling(Question(first, last, by, scope) for by in BYS for scope in SCOPES)
        for year in ("2017-18", "2018-19"):
            await check_budget(year, last)


@pytest.mark.parametrize("first", [date.min, date(2, 1, 1)])
async def test_a_span_since_ever_is_told_by_month_all_the_same(database: str, first: date) -> None:
    """The year's first day is a day like any other, though what waits is counted from it."""
    await _begin(database, {})
    for month in (5, 6):
        await count([("issued", 1, 7, date(2018, month, 2), "04K", "BED01", "reusable", "D1")])
    await fold()
    report = await recycling.report(Question(first, date(2019, 3, 31), "month"))
    assert [row.key for row in report.rows] == ["2018-05", "2018-06"]
    await check_recycling(Question(first, date.max, by) for by in BYS)


async def test_what_is_folded_is_in_the_sums_and_no_longer_unfolded(database: str) -> None:
    """However many at a time; and folding what is folded does nothing."""
    await _begin(database, {})
    for day in range(1, 8):
        await count([("issued", 1, 7, date(2018, 4, day), "04K", "BED01", "reusable", "D1")])
        await post([("issues", "04K", 7, date(2018, 4, day))])
    assert await _rows("unfolded_tallies") == await _rows("unfolded_postings") == 7
    assert await fold(at_once=3) == 14
    assert await _rows("unfolded_tallies") == await _rows("unfolded_postings") == 0
    assert await fold() == 0
    sums = await fetch("select grain, sum(pence)::int as pence from posting_sums group by grain")
    assert {row["grain"]: row["pence"] for row in sums} == dict.fromkeys(
        ("day", "month", "year"), 49
    )
    report = await recycling.report(Question(date(2018, 4, 1), date(2018, 4, 30)))
    assert report.total.issued.units == 7


async def test_an_entry_that_does_not_balance_is_refused_and_changes_nothing(database: str) -> None:
    """Nor is it left to be folded."""
    await _begin(database, {})
    with pytest.raises(asyncpg.CheckViolationError, match="does not sum to zero"):
        await post([("issues", "04K", 7, date(2018, 4, 1))], contra=-6)
    assert await _rows("unfolded_postings") == await _rows("postings") == 0


@pytest.mark.parametrize("table", ["posting_sums", "tally_sums"])
async def test_a_sum_begins_where_its_month_or_year_does(database: str, table: str) -> None:
    """A month's sum on another day would be left out of every report."""
    await _begin(database, {})
    await post([("issues", "04K", 7, date(2018, 4, 2))])
    await count([("issued", 1, 7, date(2018, 4, 2), "04K", "BED01", "reusable", "D1")])
    await fold()
    with pytest.raises(asyncpg.CheckViolationError):
        await execute(f"update {table} set begins_on = begins_on + 1 where grain = 'month'")


async def test_a_report_adds_up_no_posting_and_no_count(database: str) -> None:
    """It is the same when they are gone."""
    await _begin(database, {})
    await post([("issues", "04K", 7, date(2018, 4, 2))])
    await count([("issued", 1, 7, date(2018, 4, 2), "04K", "BED01", "reusable", "D1")])
    await fold()
    owner = await asyncpg.connect(database)
    await owner.execute("truncate postings, tallies")
    await owner.close()
    assert (await pool.standing("2018-19", None)).pool.issues_pence == 7
    for by in BYS:
        report = await recycling.report(Question(date(2018, 4, 1), date(2019, 3, 31), by))
        assert report.total.issued.units == 1


async def _begin(database: str, succession: dict[str, tuple[str, date]]) -> None:
    """Three partners, and nothing posted or counted."""
    owner = await asyncpg.connect(database)
    await owner.execute(
        "truncate postings, tallies, unfolded_postings, unfolded_tallies, posting_sums, tally_sums,"
        " unfolded_cohorts, cohort_sums"
    )
    await owner.close()
    if not await fetch("select from partners"):
        for ods in PARTNERS:
            await enter("admin", NewPartner(ods, f"Partner {ods}", "ccg"))
    for ods in PARTNERS:
        await take_over("admin", ods, Takeover(None, None))
    for ods, (successor, day) in sorted(succession.items(), reverse=True):
        await take_over("admin", ods, Takeover(successor, day))


async def count(counts: Sequence[Count]) -> None:
    """Insert counts in one statement, as equipment/journal.py does."""
    rows = [
        [uuid4(), kind, units, units * pence, day, RECORDED, uuid4(), 1, funder, sku, sku[:3],
            reuse, depot]
        for kind, units, pence, day, funder, sku, reuse, depot in counts
    ]  # fmt: skip
    await insert("tallies", TALLY_COLUMNS, rows)


async def post(entries: Sequence[Entry], contra: int | None = None) -> None:
    """Insert entries of two legs each in one statement."""
    rows: list[list[object]] = []
    for account, partner, pence, day in entries:
        entry, movement = uuid4(), uuid4()
        other = "services" if account == "activity" else "equipment"
        for where, who, amount in (
            (account, partner, pence),
            (other, None, -pence if contra is None else contra),
        ):
            rows.append(
                [entry, movement, "issue", where, who, amount, day, False, RECORDED, RECORDED,
                    None, 1, "BED01", "Beds", None, "", False]
            )  # fmt: skip
    await insert("postings", LEG_COLUMNS, rows)


async def _rows(table: str) -> int:
    row = await fetch_one(f"select count(*) as many from {table}")
    assert row is not None
    return int(row["many"])
