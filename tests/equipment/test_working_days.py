"""Working days in England, and the day by which an order arrives."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipment.working_days import (
    WORKING_DAYS,
    comes_later,
    due_on,
    is_working_day,
    working_day_after,
)

AFTERNOON = time(15)


@pytest.mark.parametrize(
    ("ordered", "speed", "due"),
    [
        # A Thursday before Easter: Good Friday and Easter Monday are no working days.
        ("2018-03-29T09:00+01:00", "next_day", "2018-04-03"),
        ("2018-03-29T09:00+01:00", "3_day", "2018-04-05"),
        # A Monday at five to and at five past three.
        ("2018-10-01T14:55+01:00", "next_day", "2018-10-02"),
        ("2018-10-01T15:00+01:00", "next_day", "2018-10-02"),
        ("2018-10-01T15:05+01:00", "next_day", "2018-10-03"),
        # Late on a Friday counts as Saturday; late on a Sunday as Monday.
        ("2018-10-05T17:00+01:00", "next_day", "2018-10-08"),
        ("2018-10-07T17:00+01:00", "next_day", "2018-10-09"),
        # The London day counts, not that of UTC.
        ("2018-06-30T23:30Z", "same_day", "2018-07-01"),
        ("2018-10-06T10:00+01:00", "same_day", "2018-10-06"),
        ("2018-10-01T16:00+01:00", "same_day", "2018-10-02"),
        ("2018-12-21T10:00Z", "5_day", "2019-01-02"),
        ("2018-10-01T10:00+01:00", "10_day", "2018-10-15"),
    ],
)
def test_an_order_is_due_on_the_nth_working_day(ordered: str, speed: str, due: str) -> None:
    """After the day on which it counts as ordered."""
    cut_off = None if ordered.endswith("Z") else AFTERNOON
    assert due_on(datetime.fromisoformat(ordered), speed, cut_off) == date.fromisoformat(due)


@given(
    st.datetimes(datetime(2013, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - made aware below
    st.sampled_from(list(WORKING_DAYS)),
)
def test_whatever_is_slower_arrives_no_earlier(moment: datetime, speed: str) -> None:
    """And what takes a day or more never on a day on which nobody works."""
    ordered = moment.replace(tzinfo=UTC)
    due = due_on(ordered, speed, AFTERNOON)
    slower = list(WORKING_DAYS)[list(WORKING_DAYS).index(speed) :]
    assert all(due <= due_on(ordered, each, AFTERNOON) for each in slower)
    assert speed == "same_day" or is_working_day(due)


def test_every_working_day_is_counted_once() -> None:
    """The second working day is the first one after the first."""
    day = date(2018, 12, 20)
    assert working_day_after(day, 2) == working_day_after(working_day_after(day, 1), 1)


def test_a_weekend_forgives_who_orders_late() -> None:
    """What is ordered from Friday on comes on Monday; what is to come at once does not wait."""
    days = [date(2018, 7, day) for day in (5, 6, 7, 8, 9)]
    assert [comes_later(day, "next_day") for day in days] == [True, False, False, True, True]
    assert all(comes_later(day, "same_day") for day in days)
