"""Financial years and London days."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.refusals import Wrong
from budget.years import london_day, span, year_of


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2018, 3, 31), "2017-18"),
        (date(2018, 4, 1), "2018-19"),
        (date(2019, 3, 31), "2018-19"),
        (date(2019, 4, 1), "2019-20"),
        (date(1999, 4, 1), "1999-00"),
        (date(2000, 1, 1), "1999-00"),
        (date(2020, 2, 29), "2019-20"),
    ],
)
def test_a_financial_year_runs_from_april_to_march(day: date, year: str) -> None:
    """1 April to 31 March, named after both calendar years."""
    assert year_of(day) == year


@given(st.dates(date(1900, 4, 1), date(2199, 3, 31)))
def test_every_day_lies_in_the_span_of_its_year(day: date) -> None:
    """Both ends included, and no other year's."""
    first, last = span(year_of(day))
    assert first <= day <= last
    assert year_of(first - timedelta(days=1)) != year_of(day) != year_of(last + timedelta(days=1))


@pytest.mark.parametrize(
    "year",
    [
        "",
        "2018",
        "2018-18",
        "2018-2019",
        "18-19",
        "2018/19",
        "2018-19\n",
        "1999-99",
        "0000-01",
        "٢٠١٨-١٩",
    ],
)
def test_what_is_no_financial_year_is_wrong(year: str) -> None:
    """It is written as 2018-19 in plain digits, or refused by its field."""
    with pytest.raises(Wrong) as refusal:
        span(year)
    assert [fault.field for fault in refusal.value.faults] == ["year"]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        # Summer time began on 25 March 2018 at one o'clock and ended on 28 October 2018.
        (datetime(2018, 3, 24, 23, 59, 59, tzinfo=UTC), date(2018, 3, 24)),
        (datetime(2018, 3, 25, 0, 59, 59, tzinfo=UTC), date(2018, 3, 25)),
        (datetime(2018, 3, 25, 22, 59, 59, tzinfo=UTC), date(2018, 3, 25)),
        (datetime(2018, 3, 25, 23, 0, 0, tzinfo=UTC), date(2018, 3, 26)),
        (datetime(2018, 10, 27, 22, 59, 59, tzinfo=UTC), date(2018, 10, 27)),
        (datetime(2018, 10, 27, 23, 0, 0, tzinfo=UTC), date(2018, 10, 28)),
        (datetime(2018, 10, 28, 23, 59, 59, tzinfo=UTC), date(2018, 10, 28)),
        (datetime(2018, 10, 29, 0, 0, 0, tzinfo=UTC), date(2018, 10, 29)),
        # The last hour of a financial year in London is the last but one of March in UTC.
        (datetime(2019, 3, 31, 22, 59, 59, tzinfo=UTC), date(2019, 3, 31)),
        (datetime(2019, 3, 31, 23, 0, 0, tzinfo=UTC), date(2019, 4, 1)),
        (datetime(2018, 12, 31, 19, 30, tzinfo=timezone(timedelta(hours=-5))), date(2019, 1, 1)),
    ],
)
def test_a_day_begins_and_ends_with_londons_clock(moment: datetime, day: date) -> None:
    """In summer an hour before UTC's, on the days of the change by the clock of that hour."""
    assert london_day(moment) == day
