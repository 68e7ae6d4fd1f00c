"""Where a year ends: partners' forecasts sum to the pool's, and each says how it was made."""

import math
import random
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget import positions
from budget.database import execute, fetch
from budget.forecasting import plain
from budget.forecasting.apart import make_apart
from budget.forecasting.asking import Asked
from budget.forecasting.errors import errors
from budget.forecasting.kept import make_due
from budget.forecasting.outlook import Expected, Guess, year_end
from budget.forecasting.series import History, months_after
from budget.forecasting.together import brought_together
from budget.partners import NewPartner, enter
from budget.pool import Budget
from tests.budget.posting import post_all

BEGIN: Final = date(2018, 4, 1)
MONTHS = st.lists(st.integers(-(10**9), 10**9), min_size=6, max_size=6)
GUESSES = st.builds(
    lambda months, width: Guess(
        [float(each) for each in months], [width * n for n in range(1, 7)], [width] * 6, width**2
    ),
    MONTHS,
    st.floats(0, 1e9),
)


@given(GUESSES, st.dictionaries(st.text("AB01", min_size=1), GUESSES, min_size=1, max_size=6))
def test_partners_expected_months_sum_to_the_pools(pool: Guess, partners: dict[str, Guess]) -> None:
    """In whole pence, whatever each series by itself leads one to expect."""
    made = brought_together(BEGIN, pool, partners)
    for month in range(6):
        assert made.pool.months[month] == sum(each.months[month] for each in made.partners.values())
    if any(each.variance for each in (pool, *partners.values())):
        return
    # As sure of one as of the other, that is, of all: what is lacking is shared alike.
    moved = {made.partners[ods].months[0] - partners[ods].months[0] for ods in partners}
    assert max(moved) - min(moved) <= 1


@given(MONTHS, st.integers(0, 182), st.integers(-(10**9), 10**9), st.integers(0, 10**9))
def test_the_year_ends_at_what_was_spent_once_it_is_over(
    months: list[int], after: int, spent: int, committed: int
) -> None:
    """Before, what is ordered is at least to come; the range narrows day by day."""
    expected = Expected(months, [600] * 6, [900] * 6)
    day = BEGIN + timedelta(days=after)
    end = year_end(expected, BEGIN, day, spent, committed)
    assert end.forecast_pence >= spent + committed
    assert end.low_pence <= end.forecast_pence <= end.high_pence
    last = year_end(expected, BEGIN, date(2018, 9, 30), spent, 0)
    assert (last.low_pence, last.forecast_pence, last.high_pence) == (spent, spent, spent)
    whole = year_end(expected, BEGIN, BEGIN - timedelta(days=1), 0, -(10**12))
    assert whole.forecast_pence == sum(months)


def test_plain_methods_can_be_redone_by_hand() -> None:
    """The average of six months; the year before times the growth since."""
    assert plain.recent([9, 9, 1, 2, 3, 4, 5, 6], 2).months == [3.5, 3.5]
    grown = plain.last_year([100] * 11 + [200] + [110, 110, 110], 4)
    assert grown.months == pytest.approx([110, 110, 110, 110])
    assert plain.last_year([100] * 11 + [200] + [110, 110, 110], 9).months[-1] == pytest.approx(220)
    assert plain.guesses([100] * 12, {"A": [100] * 12}, 1)[1]["A"].below == [0]


@pytest.mark.parametrize(
    ("first", "second", "widths"),
    [
        # Both are sure, and so is their sum: the pool by itself would not be.
        ([300, 200, 100, 300, 200, 100], [100, 200, 300, 120, 240, 360], (0, 0, 0)),
        # What one has more the other has less: only the pool is sure.
        ([100, 100, 100, 110, 100, 90], [100, 100, 100, 90, 100, 110], (1, 1, 0)),
        # Who is unsure by itself is told by the two that are sure.
        ([10, 10, 10, 60, 60, 60], [100, 100, 100, 50, 50, 50], (0, 0, 0)),
        # Both are wrong at once, so their sum is as wrong as both together.
        ([100, 100, 100, 110, 100, 90], [100, 100, 100, 110, 100, 90], (1, 1, 2)),
    ],
)
def test_ranges_are_brought_together_as_the_guesses_are(
    first: list[int], second: list[int], widths: tuple[int, ...]
) -> None:
    """By hand: in parts of what months that stray by 10, 0 and -10 make of a month."""
    partners = {
        ods: [*each[:3], *[100] * 9, *each[3:]] for ods, each in (("A", first), ("B", second))
    }
    pool = [sum(month) for month in zip(*partners.values(), strict=True)]
    whole, parts = plain.guesses(pool, partners, 4)
    one = 1.96 * math.sqrt(200 / 3)
    for each, width in zip((parts["A"], parts["B"], whole), widths, strict=True):
        assert each.below == pytest.approx([width * one * math.sqrt(n) for n in range(1, 5)])
        assert each.above == each.below


async def test_in_each_simulated_year_the_partners_sum_to_the_pool() -> None:
    """So the pool is as unsure as the one of two that is, to the last fraction of a penny."""
    chance = random.Random(2)
    noisy = [round(90_000 + chance.gauss(0, 8_000)) for _ in range(30)]
    asked = Asked([each + 50_000 for each in noisy], {"A": noisy, "B": [50_000] * 30}, 5, 7)
    answers = await make_apart([asked, asked])
    assert answers is not None
    made, again = answers
    assert made == again
    assert made.partners["B"].above == [0] * 5
    assert min(made.partners["A"].above) > 1_000
    assert made.pool.above == pytest.approx(made.partners["A"].above, rel=1e-9)
    assert made.pool.below == pytest.approx(made.partners["A"].below, rel=1e-9)


@pytest.fixture
async def pool(database: str) -> dict[tuple[date, str, str], int]:
    """Three years and a half with a season and growth; two who pay, and one who never does."""
    del database
    for ods in ("04K", "52R", "QT1"):
        await enter("ada", NewPartner(ods, f"CCG {ods}", "ccg"))
    chance = random.Random(1)
    spent = {}
    for month in range(42):
        for ods, size in (("04K", 200_000), ("52R", 100_000)):
            season = 1 + month / 100 + 0.2 * math.sin(month / 12 * math.tau)
            pence = round(size * season * (1 + chance.gauss(0, 0.02)))
            spent[months_after(date(2016, 4, 1), month), ods, "issues"] = pence
    await post_all(spent)
    return spent


async def seen(day: date, now: datetime) -> Budget:
    """The budget of the year as it stood on a day; its partners' forecasts sum to the pool's."""
    budget = await positions.position("2019-20", day, now)
    whole = budget.pool
    assert whole.forecast_pence == sum(row.forecast_pence or 0 for row in budget.partners)
    assert (
        (whole.forecast_low_pence or 0) <= whole.forecast_pence <= (whole.forecast_high_pence or 0)
    )
    return budget


async def test_a_year_is_forecast_from_season_and_trend_by_the_library(
    pool: dict[tuple[date, str, str], int],
) -> None:
    """Made by the clock in a process of its own; a past day has its own forecast, and says so."""
    now = datetime(2019, 10, 1, 9, tzinfo=UTC)
    day = date(2019, 10, 1)
    assert await make_due(now) > 0
    budget = await seen(day, now)
    assert budget.forecast is not None
    assert (budget.forecast.method, budget.forecast.data_to) == ("smoothing", date(2019, 9, 30))
    assert not budget.forecast.hindsight
    # By the same season and growth, with nothing left to chance.
    truth = sum(
        size * (1 + month / 100 + 0.2 * math.sin(month / 12 * math.tau))
        for month in range(36, 48)
        for size in (200_000, 100_000)
    )
    assert budget.pool.forecast_pence == pytest.approx(truth, rel=0.02)
    assert (budget.pool.forecast_low_pence or 0) < truth < (budget.pool.forecast_high_pence or 0)
    then = await seen(date(2019, 6, 30), now)
    assert then.forecast is not None
    assert (then.forecast.data_to, then.forecast.hindsight) == (date(2019, 6, 30), True)
    widths = {
        row.ods: (row.forecast_high_pence or 0) - (row.forecast_low_pence or 0)
        for row in budget.partners
    }
    [never] = [row for row in budget.partners if row.ods == "QT1"]
    assert (never.forecast_pence, widths["QT1"]) == (0, 0)
    # Each strays by chance of its own: together by more than either, and less than both added up.
    whole = (budget.pool.forecast_high_pence or 0) - (budget.pool.forecast_low_pence or 0)
    assert max(widths.values()) < whole < sum(widths.values())
    # Once made it stays; more was posted into its months, and it is made anew beside it.
    before = await fetch("select id from forecasts")
    while await make_due(now):
        pass
    count = len(await fetch("select id from forecasts"))
    assert await make_due(now) == 0
    assert count >= len(before)
    # How far off the months were that came, of each and of the pool.
    told = (await errors("2019-20", day)).series
    assert [(each.ods, each.months) for each in told] == [
        ("04K", 12), ("52R", 12), (None, 12),
    ]  # fmt: skip
    assert all(0 < (each.off or 0) < 0.1 and each.within > 6 for each in told)
    first = next(iter(pool))[0]
    await post_all({(first + timedelta(days=1200), "04K", "issues"): 10**6})
    assert await make_due(now) > 0
    for change in ("update forecasts set method = 'x'", "delete from forecasts"):
        with pytest.raises(Exception, match="permission denied"):
            await execute(change)


@pytest.mark.parametrize(
    ("months", "method"), [(1, "average"), (3, "recent"), (13, "last_year"), (24, "last_year")]
)
async def test_with_little_history_the_method_is_plain_and_says_so(
    database: str, months: int, method: str
) -> None:
    """Before the clock has made one, it is made of the postings themselves."""
    del database
    await enter("ada", NewPartner("04K", "CCG 04K", "ccg"))
    begins = months_after(date(2019, 5, 1), -months + 1)
    await post_all({(months_after(begins, n), "04K", "activity"): 1_000 for n in range(months)})
    budget = await seen(date(2019, 6, 1), datetime(2019, 6, 1, 9, tzinfo=UTC))
    assert budget.forecast is not None
    assert budget.forecast.method == method
    assert budget.forecast.how
    year = len([n for n in range(months) if months_after(begins, n) >= date(2019, 4, 1)])
    if method == "average":
        assert budget.pool.forecast_pence == 1_000 + 1_000 * 304 // 62
    else:
        assert budget.pool.forecast_pence == pytest.approx(year * 1_000 + 10_000, rel=0.01)


async def test_where_nothing_was_spent_no_forecast_is_pretended(database: str) -> None:
    """A year still to come, and one in which nothing was posted yet."""
    del database
    await enter("ada", NewPartner("04K", "CCG 04K", "ccg"))
    now = datetime(2019, 6, 1, 9, tzinfo=UTC)
    for year in ("2019-20", "2020-21"):
        budget = await positions.position(year, None, now)
        assert budget.pool.forecast_pence == 0
        assert budget.forecast is not None
        assert budget.forecast.method == "ordered"
    assert await make_due(now) == 0


def test_what_was_known_then_is_what_the_months_before_say() -> None:
    """Five years of it at most, and not how books began to fill."""
    history = History(date(2010, 1, 1), {"A": list(range(50, 150)), "B": [0] * 100})
    assert history.until(date(2010, 3, 31)).partners == {"A": [50, 51, 52], "B": [0] * 3}
    known = history.until(date(2018, 4, 30))
    assert (known.begins_on, known.partners["A"][0], known.months) == (date(2013, 5, 1), 90, 60)
    assert history.until(date(2009, 1, 31)).months == 0
    slow = History(date(2010, 1, 1), {"A": [1, 0, 40, 60, 20, *[100] * 20]})
    assert (slow.until(date(2012, 1, 31)).begins_on, slow.pool[3]) == (date(2010, 4, 1), 60)
    assert slow.until(date(2010, 2, 28)).months == 2
    assert History(date(2010, 1, 1), {"A": [-5, -9]}).until(date(2010, 2, 28)).months == 2
