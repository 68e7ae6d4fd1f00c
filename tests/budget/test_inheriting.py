"""Whoever takes over from a partner is expected to pay what is still to come of it."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget import positions
from budget.forecasting.errors import errors
from budget.forecasting.inheriting import rests
from budget.forecasting.kept import make_due
from budget.forecasting.outlook import Expected, Outlook, year_end
from budget.forecasting.series import months_after
from budget.partners import NewPartner, Takeover, enter, take_over
from tests.budget.posting import post_all

BEGIN: Final = date(2018, 4, 1)
PARTNERS: Final = ("04K", "52R", "QT1")
MONTHS = st.lists(st.integers(-(10**9), 10**9), min_size=6, max_size=6)
DAYS = st.dates(BEGIN - timedelta(days=40), date(2018, 10, 9))


@given(
    st.dictionaries(st.sampled_from(PARTNERS), MONTHS, min_size=1),
    st.dictionaries(st.sampled_from(PARTNERS[:2]), DAYS),
    st.dates(BEGIN - timedelta(days=1), date(2018, 9, 30)),
)
def test_what_is_left_is_somebodys_to_the_penny(
    months: dict[str, list[int]], since: dict[str, date], day: date
) -> None:
    """Whoever takes over from whom, at a month's begin or within one; nobody who has gone."""
    expected = {ods: Expected(each, [600] * 6, [900] * 6) for ods, each in months.items()}
    outlook = Outlook(BEGIN, Expected([0] * 6, [0] * 6, [0] * 6), expected)
    heirs = dict(pairwise(PARTNERS))
    found = rests(outlook, day, {ods: (heirs[ods], begins) for ods, begins in since.items()})
    alone = {ods: year_end(each, BEGIN, day, 0, -(10**12)) for ods, each in expected.items()}
    assert sum(each.pence for each in found.values()) == sum(
        each.forecast_pence for each in alone.values()
    )
    assert not [ods for ods in found if ods in since and since[ods] <= day + timedelta(days=1)]
    for ods, rest in found.items():
        assert since or rest.pence == alone[ods].forecast_pence


@pytest.mark.parametrize("known_before", [True, False])
async def test_a_successor_is_expected_to_pay_from_its_day_on(
    database: str, *, known_before: bool
) -> None:
    """Whether the clock had made its forecast before that was known or since; sums hold."""
    del database
    for ods in PARTNERS:
        await enter("ada", NewPartner(ods, f"CCG {ods}", "ccg"))
    spent = {
        (months_after(date(2018, 10, 1), number), ods, "issues"): pence
        for number in range(11)
        for ods, pence in (("04K", 30_000), ("52R", 6_000))
    }
    await post_all(spent)
    now = datetime(2019, 9, 10, 9, tzinfo=UTC)
    if known_before:
        await take_over("ada", "04K", Takeover("QT1", date(2019, 9, 16)))
    assert await make_due(now) > 0
    if not known_before:
        await take_over("ada", "04K", Takeover("QT1", date(2019, 9, 16)))
    for day, gone in ((date(2019, 9, 10), 5), (date(2019, 9, 15), 0), (date(2019, 9, 20), 0)):
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        budget = await positions.position("2019-20", day, moment)
        row = {each.ods: each for each in budget.partners}
        assert sum(each.forecast_pence or 0 for each in row.values()) == budget.pool.forecast_pence
        assert row["04K"].forecast_pence == row["04K"].net_pence + gone * 1_000
        left = (date(2019, 9, 30) - max(day, date(2019, 9, 15))).days
        assert row["QT1"].forecast_pence == pytest.approx(left * 1_000 + 6 * 30_000, abs=2)
    await post_all(
        {(date(2019, month, 20), ods, "issues"): pence
            for month in (9, 10) for ods, pence in (("QT1", 30_000), ("52R", 6_000))}
    )  # fmt: skip
    later = datetime(2019, 11, 4, 9, tzinfo=UTC)
    assert await make_due(later) > 0
    budget = await positions.position("2019-20", None, later)
    row = {each.ods: each for each in budget.partners}
    assert row["04K"].forecast_pence == row["04K"].net_pence == 5 * 30_000
    assert row["QT1"].forecast_pence == pytest.approx(7 * 30_000, rel=0.02)
    told = {each.ods: each for each in (await errors("2019-20", date(2019, 11, 4))).series}
    # October's forecast was the successor's; what 04K paid no more was not expected of it.
    assert told["QT1"].months == 1
    assert (told["QT1"].off or 0) < 0.02
