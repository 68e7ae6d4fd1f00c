"""What became of what was issued in a month, and recycling by team and by age."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest

from budget import recycling
from budget.cohorts import Asked, Cohorts, cohorts, known_on
from budget.database import execute
from budget.partners import Takeover, take_over
from budget.recycling import Question
from budget.refusals import Wrong
from budget.sums import fold
from equipment.opening import import_items
from equipment.people.people import register
from equipment.people.person_form import NewPerson
from scripts.verifying.sums import COHORT_SUMS, LOANS, TALLY_SUMS
from tests.budget.recount import check_cohorts
from tests.equipment.ordering import open_for_orders, orderer, placed
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import COORDINATOR, NOW, done, one_item, scan, set_up, somebody, stock
from tests.sight import all_of

pytestmark = pytest.mark.usefixtures("database")

LATE: Final = datetime(2020, 6, 1, 9, tzinfo=UTC)


def on(month: int, day: int, year: int = 2018) -> datetime:
    """Nine o'clock of a day."""
    return datetime(year, month, day, 9, tzinfo=UTC)


async def lent(item: str, at: datetime, person: str, **fields: Any) -> str:
    """Lend an item on a day; the loan."""
    sent = scan(item, "deliver", at=at, person=person, **fields)
    await done(sent, now=max(at, NOW))
    return str(sent["id"])


async def back(item: str, at: datetime) -> None:
    """Bring an item back on a day, and make it fit to lend."""
    steps = [scan(item, action, at=at) for action in ("return", "clean", "pass")]
    await done(*steps, now=max(at, NOW))


async def asked(today: date, **fields: Any) -> Cohorts:
    """Ask for the cohorts of 2018 and 2019."""
    return await cohorts(Asked(date(2018, 1, 1), date(2019, 12, 31), **fields), today)


async def test_what_came_back_within_months_goes_by_the_same_day_so_many_months_on() -> None:
    """The last day of the three months counts, the day after does not; whatever was folded."""
    await set_up()
    person = await somebody()
    ends = {"in time": on(2, 28, 2019), "a day late": on(3, 1, 2019), "at once": on(11, 30)}
    for number, end in enumerate(ends.values()):
        item = await one_item()
        await lent(item, on(11, 30), person)
        if number:
            await fold()
        await back(item, end)
    await lent(await one_item(), on(11, 30), person)
    [row] = (await asked(date(2020, 1, 1))).rows
    assert (row.month, row.issued.units) == ("2018-11", 4)
    assert [each.count and each.count.units for each in row.back] == [2, 3, 3]
    assert row.back[0].share.units == row.back[0].share.pence == 0.5
    assert row.back_so_far.units == 3
    for table in (TALLY_SUMS, COHORT_SUMS, LOANS):
        assert await all_of(table) == []


async def test_a_month_that_has_not_had_so_long_is_not_yet_known_and_in_no_total() -> None:
    """Neither low nor nothing: null, until its last loan has had its months."""
    await set_up()
    person, items = await somebody(), [await one_item() for _ in range(2)]
    await lent(items[0], on(10, 1), person)
    await lent(items[1], on(11, 30), person)
    await back(items[0], on(12, 24))
    before = await asked(date(2019, 2, 28))
    assert [row.back[0].count is None for row in before.rows] == [False, True]
    assert before.total.back[0].count == before.total.back[0].issued == before.rows[0].issued
    assert before.total.back[1].count is None
    assert before.total.issued.units == 2
    after = await asked(date(2019, 3, 1))
    assert [row.back[0].count is None for row in after.rows] == [False, False]
    assert after.total.back[0].share.units == 0.5


def test_what_a_month_of_thirty_one_days_came_to_is_known_the_day_after_its_last_loans_months() -> (
    None
):
    """Three months after 30 November is 28 February: on 1 March it is known."""
    assert known_on(date(2018, 11, 1), 3) == date(2019, 3, 1)
    assert known_on(date(2018, 10, 1), 12) == date(2019, 11, 1)
    assert known_on(date(2019, 2, 1), 6) == date(2019, 8, 29)


async def test_lent_again_counts_for_the_month_of_the_loan_before_and_an_undo_takes_it_back() -> (
    None
):
    """By the earlier loan's day of issue and charge, not the later one's."""
    await set_up()
    person, item = await somebody(), await one_item()
    await lent(item, on(10, 1), person)
    await back(item, on(12, 1))
    again = await lent(item, on(9, 30, 2019), person)
    today = LATE.date()
    first, second = (await asked(today)).rows
    assert first.lent_again.count == first.issued
    assert second.lent_again.count is None
    undone = scan(item, "undo", at=on(9, 30, 2019), movement=again)
    await done(undone, now=on(9, 30, 2019))
    [only] = (await asked(today)).rows
    assert (only.month, only.lent_again.count and only.lent_again.count.units) == ("2018-10", 0)
    await check_cohorts(Asked(date(2018, 1, 1), date(2019, 12, 31)), today)
    await fold()
    assert await all_of(COHORT_SUMS) == await all_of(LOANS) == []


async def test_what_an_earlier_service_lent_is_in_no_cohort() -> None:
    """It was not issued here: its coming back would make a rate of more than there was."""
    await set_up()
    new = NewPerson(name="Ada Lovelace", funder="04K", nhs_number="9990000018")
    await register(COORDINATOR, new, NOW)
    file = "sku,state,nhs_number,received_on,delivered_on\nBED01,on_loan,9990000018,{},{}\n"
    await import_items(ADMINISTRATOR, file.format("2010-01-02", "2018-01-01"), NOW)
    [row] = await all_of("select code from items")
    [kept] = await all_of("select age_years, taken_over, previous, team from loans")
    assert dict(kept) == {"age_years": 7, "taken_over": True, "previous": None, "team": None}
    await back(row["code"], on(10, 2))
    assert (await asked(LATE.date())).rows == []
    assert await all_of(LOANS) == await all_of(COHORT_SUMS) == []


async def test_by_partner_a_cohort_is_of_who_had_taken_over_in_its_month() -> None:
    """The month before it stays the earlier partner's."""
    await set_up()
    await take_over("admin", "04K", Takeover("52R", date(2018, 11, 1)))
    person = await somebody("04K")
    for month in (10, 11):
        await lent(await one_item(), on(month, 5), person)
    today = LATE.date()
    assert [row.month for row in (await asked(today, of="partner", key="04K")).rows] == ["2018-10"]
    assert [row.month for row in (await asked(today, of="partner", key="52R")).rows] == ["2018-11"]


async def test_recycling_is_told_by_the_team_that_ordered_and_by_the_age_at_the_issue() -> None:
    """What is undone counts nowhere; what nobody ordered is in the total alone."""
    await open_for_orders()
    ward = await orderer()
    await execute("update users set team = 'Ward 9' where id = $1", ward.user)
    person = await somebody()
    item = await one_item(received_at=NOW - timedelta(days=3 * 366))
    order = await placed(ward, person, "BED01")
    await done(scan(item, "deliver", order_line=str(order.lines[0].id)))
    await lent(await one_item(), NOW, person)
    for folded in (False, True):
        if folded:
            await fold()
        span = (date(2018, 10, 1), date(2018, 10, 31))
        by_team = await recycling.report(Question(*span, "team"))
        assert [(row.key, row.issued.units) for row in by_team.rows] == [("Ward 9", 1)]
        assert by_team.total.issued.units == 2
        by_age = await recycling.report(Question(*span, "age"))
        assert [(row.key, row.issued.units) for row in by_age.rows] == [("0", 1), ("3", 1)]
    of_ward = await asked(LATE.date(), of="team", key="Ward 9")
    assert [row.issued.units for row in of_ward.rows] == [1]
    # A prescriber who moves on leaves behind what they ordered.
    await execute("update users set team = 'Ward 1' where id = $1", ward.user)
    assert await all_of(TALLY_SUMS) == await all_of(COHORT_SUMS) == []


async def test_nine_years_of_age_come_before_ten() -> None:
    """As a person would put them."""
    await set_up()
    await stock("OLD")
    person = await somebody()
    for years in (12, 9, 1):
        item = await one_item("OLD", received_at=NOW - timedelta(days=366 * years))
        await lent(item, NOW, person)
    report = await recycling.report(Question(date(2018, 10, 1), date(2018, 10, 31), "age"))
    assert [row.key for row in report.rows] == ["1", "9", "10+"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"first": date(2019, 2, 1), "last": date(2019, 1, 31)}, "to"),
        ({"first": date(1999, 1, 1), "last": date(2019, 1, 31)}, "to"),
        ({"first": date.min, "last": date(1, 5, 1)}, "from"),
        ({"first": date(9999, 1, 1), "last": date.max}, "from"),
        ({"first": NOW.date(), "last": NOW.date(), "of": "sku"}, "key"),
        ({"first": NOW.date(), "last": NOW.date(), "key": "BED01"}, "key"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_its_field(
    fields: dict[str, Any], field: str
) -> None:
    """Months the wrong way round, too many or of no calendar; a key of nothing."""
    with pytest.raises(Wrong) as refusal:
        await cohorts(Asked(**fields), LATE.date())
    assert field in {fault.field for fault in refusal.value.faults}
