"""Months are closed for good: nothing comes into one, and its statements never change."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import uuid4

import asyncpg
import pytest

from budget import charges
from budget.charges import Proposal
from budget.closing import ClosedMonth, close, closed_months
from budget.database import fetch, insert, transaction
from budget.ledger import COLUMNS as LEG_COLUMNS
from budget.partners import NewPartner, enter
from budget.refusals import Missing, Refused, Wrong
from budget.statement_files import csv_of
from budget.statements import Wanted, statement
from tests.equipment.store import done, received, scan, set_up, somebody

NOW: Final = datetime(2018, 12, 3, 9, tzinfo=UTC)


@pytest.fixture
async def partners(database: str) -> None:
    """Two who pay."""
    del database
    for ods in ("04K", "52R"):
        await enter("ada", NewPartner(ods, f"CCG {ods}", "ccg"))


async def post(day: date, pence: int, partner: str = "04K", account: str = "issues") -> None:
    """Post one balanced entry on a day, recorded as it happened."""
    at, entry, movement = datetime(day.year, day.month, day.day, 12, tzinfo=UTC), uuid4(), uuid4()
    contra = "services" if account == "activity" else "equipment"
    rows = [
        (entry, movement, "issue", name, who, amount, day, False, at, at, uuid4(), 1, "BED01",
            "Beds", "D1", "Issue of BED01", False)
        for name, who, amount in ((account, partner, pence), (contra, None, -pence))
    ]  # fmt: skip
    await insert("postings", LEG_COLUMNS, rows)


async def refused(month: str, now: datetime = NOW) -> str:
    """Why that month cannot be closed."""
    with pytest.raises(Refused) as caught:
        await close("ada", "2018-19", month, now)
    return caught.value.slug


@pytest.mark.usefixtures("partners")
async def test_months_are_closed_in_order_from_the_first_with_a_posting() -> None:
    """Ended ones only; one without a posting has its turn too."""
    assert await refused("2018-10") == "nothing-posted"
    await post(date(2018, 9, 30), 500)
    await post(date(2018, 11, 1), 700)
    assert await refused("2018-08") == "nothing-posted"
    assert await refused("2018-10") == "earlier-month-open"
    assert (await close("ada", "2018-19", "2018-09", NOW)).month == "2018-09"
    assert await refused("2018-11") == "earlier-month-open"
    empty = await close("ada", "2018-19", "2018-10", NOW)
    assert [each.postings for each in empty.statements] == [0, 0]
    await close("ada", "2018-19", "2018-11", NOW)
    assert await refused("2018-12") == "month-not-ended"
    months = await closed_months("2018-19")
    assert [each.month for each in months] == ["2018-09", "2018-10", "2018-11"]


@pytest.mark.usefixtures("partners")
async def test_a_month_has_ended_by_the_clocks_of_nottingham() -> None:
    """The last hour of June is still June's there, when it is July's in no zone but ours."""
    await post(date(2018, 6, 15), 500)
    assert await refused("2018-06", datetime(2018, 6, 30, 22, 59, tzinfo=UTC)) == "month-not-ended"
    await close("ada", "2018-19", "2018-06", datetime(2018, 6, 30, 23, 0, tzinfo=UTC))


@pytest.mark.usefixtures("partners")
@pytest.mark.parametrize(
    "month", ["2018-13", "18-04", "2018-4", "2018-03", "2019-04", "", "٢٠١٨-04"]
)
async def test_a_month_is_written_as_one_of_its_year(month: str) -> None:
    """Else the field is wrong, and nothing is closed."""
    with pytest.raises(Wrong):
        await close("ada", "2018-19", month, NOW)
    assert await closed_months("2018-19") == []


@pytest.mark.usefixtures("partners")
async def test_closing_again_changes_nothing() -> None:
    """Also when many do it at once: one has closed it."""
    await post(date(2018, 9, 30), 500)
    closed = await asyncio.gather(*(close(f"user{n}", "2018-19", "2018-09", NOW) for n in range(6)))
    assert len(set(map(_known, closed))) == 1
    later = await close("late", "2018-19", "2018-09", NOW + timedelta(days=30))
    assert _known(later) == _known(closed[0])
    assert len(await fetch("select from changes where what = 'month closed'")) == 1


def _known(closed: ClosedMonth) -> tuple[object, ...]:
    return closed.closed_by, closed.closed_at, *(each.digest for each in closed.statements)


@pytest.mark.usefixtures("partners")
async def test_nothing_comes_into_a_month_that_is_closed() -> None:
    """PostgreSQL itself refuses it, whoever writes."""
    await post(date(2018, 9, 30), 500)
    await close("ada", "2018-19", "2018-09", NOW)
    for day in (date(2018, 9, 30), date(2018, 9, 1), date(2018, 3, 1)):
        with pytest.raises(asyncpg.SerializationError):
            await post(day, 1)
    await post(date(2018, 10, 1), 1)


@pytest.mark.usefixtures("partners")
async def test_a_month_waits_for_what_is_being_posted_into_it() -> None:
    """Who has begun to post is in the statement; who comes while it is closed is not let in."""
    await post(date(2018, 9, 1), 1)
    begun, finish = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with transaction():
            await post(date(2018, 9, 30), 20)
            begun.set()
            await finish.wait()

    slowly = asyncio.create_task(slow())
    await begun.wait()
    closing = asyncio.create_task(close("ada", "2018-19", "2018-09", NOW))
    late = asyncio.create_task(post(date(2018, 9, 30), 300))
    done, _ = await asyncio.wait({closing}, timeout=0.3)
    assert not done
    finish.set()
    await slowly
    outcome = (await asyncio.gather(late, return_exceptions=True))[0]
    drawn = {each.partner: each for each in (await closing).statements}["04K"]
    # Either it was there before the month was closed, or it was turned away.
    assert drawn.issues_pence == (21 if isinstance(outcome, asyncpg.SerializationError) else 321)


@pytest.mark.usefixtures("partners")
async def test_a_statement_comes_to_the_penny_to_what_was_posted() -> None:
    """Each partner's own, of that month alone; credits count against what was charged."""
    for day, pence, partner, account in (
        (date(2018, 9, 30), 1, "04K", "issues"),
        (date(2018, 10, 1), 62_000, "04K", "issues"),
        (date(2018, 10, 31), -52_700, "04K", "credits"),
        (date(2018, 10, 5), 845, "04K", "activity"),
        (date(2018, 10, 5), 99, "52R", "activity"),
        (date(2018, 11, 1), 7, "04K", "issues"),
    ):
        await post(day, pence, partner, account)
    for month in ("2018-09", "2018-10"):
        closed = await close("ada", "2018-19", month, NOW)
    kept = {each.partner: each for each in closed.statements}
    assert (kept["04K"].issues_pence, kept["04K"].credits_pence) == (62_000, 52_700)
    assert (kept["04K"].activity_pence, kept["04K"].net_pence) == (845, 62_000 + 845 - 52_700)
    assert (kept["52R"].net_pence, kept["52R"].postings) == (99, 1)
    drawn = await statement(Wanted("04K", date(2018, 10, 1), date(2018, 11, 1)))
    assert [each.amount_pence for each in drawn.postings] == [62_000, 845, -52_700]
    assert drawn.closed
    assert drawn.net_pence == kept["04K"].net_pence
    year = await statement(Wanted("04K", date(2018, 4, 1), date(2019, 4, 1)))
    assert (year.net_pence, year.closed) == (1 + 62_000 + 845 - 52_700 + 7, False)


async def test_a_late_scan_goes_into_the_first_open_month(database: str) -> None:
    """Whatever the statement said stays, to the byte; what came late is marked as such."""
    del database
    await set_up()
    person = await somebody("04K")
    items = await received(count=2)
    at = datetime(2018, 10, 20, 9, tzinfo=UTC)
    await done(scan(items[0], "deliver", person=person, at=at), now=NOW - timedelta(days=1))
    october = Wanted("04K", date(2018, 10, 1), date(2018, 11, 1))
    await close("ada", "2018-19", "2018-10", NOW)
    before = csv_of(await statement(october))
    later = at + timedelta(days=1)
    await done(scan(items[1], "deliver", person=person, at=later), now=NOW + timedelta(days=1))
    assert csv_of(await statement(october)) == before
    [late] = (await statement(Wanted("04K", date(2018, 11, 1), date(2018, 12, 1)))).postings
    assert (late.posted_on, late.late, late.occurred_at) == (
        date(2018, 11, 1), True, later,
    )  # fmt: skip
    assert late.item == items[1]


def fee(**fields: object) -> Proposal:
    """A quarter's fee."""
    given = {
        "id": uuid4(), "kind": "management_fee", "partner": "04K", "pence": 250_000,
        "happened_on": date(2018, 10, 1), "reason": "Third quarter, agreed in March",
    } | fields  # fmt: skip
    return Proposal(**given)  # type: ignore[arg-type]  # their kinds are the Struct's


@pytest.mark.usefixtures("partners")
async def test_a_charge_is_posted_once_a_second_person_has_approved_it() -> None:
    """Never by who proposed it; and once, however often and by however many it is approved."""
    proposed = fee()
    assert (await charges.propose("ada", proposed, NOW)).status == "proposed"
    assert (await charges.propose("ada", proposed, NOW)).seq == 1
    with pytest.raises(Refused, match="somebody else"):
        await charges.approve("ada", proposed.id, NOW)
    kept = await asyncio.gather(*(charges.approve("bob", proposed.id, NOW) for _ in range(5)))
    assert {(each.status, each.decided_by) for each in kept} == {("approved", "bob")}
    rows = await fetch("select partner, amount_pence from postings order by partner nulls last")
    assert [tuple(row) for row in rows] == [("04K", 250_000), (None, -250_000)]
    [posted] = (await statement(Wanted("04K", date(2018, 10, 1), date(2018, 11, 1)))).postings
    assert (posted.kind, posted.movement, posted.item) == ("management_fee", proposed.id, None)
    assert posted.description == "Management fee: Third quarter, agreed in March"


@pytest.mark.usefixtures("partners")
async def test_of_two_who_decide_at_once_one_has_decided() -> None:
    """It is posted if, and only if, that was to approve it; the other is told."""
    proposed = fee()
    await charges.propose("ada", proposed, NOW)
    outcomes = await asyncio.gather(
        charges.approve("bob", proposed.id, NOW),
        charges.decline("cy", proposed.id, "Not agreed", NOW),
        return_exceptions=True,
    )
    [told] = [each for each in outcomes if isinstance(each, Refused)]
    assert told.slug == "charge-decided"
    [kept] = await charges.listed(None, 0, 5)
    posted = await fetch("select from postings")
    assert len(posted) == (2 if kept.status == "approved" else 0)


@pytest.mark.usefixtures("partners")
async def test_a_declined_charge_costs_nobody_anything() -> None:
    """It says why, and cannot be approved any more."""
    proposed = fee(kind="correction", account="credits", pence=-300)
    await charges.propose("ada", proposed, NOW)
    declined = await charges.decline("bob", proposed.id, "It was credited in May", NOW)
    assert (declined.status, declined.answer) == ("declined", "It was credited in May")
    with pytest.raises(Refused, match="declined"):
        await charges.approve("cy", proposed.id, NOW)
    assert await fetch("select from postings") == []
    with pytest.raises(Missing):
        await charges.approve("cy", uuid4(), NOW)


@pytest.mark.usefixtures("partners")
@pytest.mark.parametrize(
    "fields",
    [
        {"pence": 0},
        {"partner": "X"},
        {"reason": " \u200b"},
        {"reason": "a\0b"},
        {"happened_on": date(2018, 12, 4)},
        {"happened_on": date(1, 1, 1)},
        {"account": "issues"},
    ],
)
async def test_a_charge_names_what_it_is_for(fields: dict[str, object]) -> None:
    """A wrong field is named, and nothing is kept."""
    with pytest.raises(Wrong) as caught:
        await charges.propose("ada", fee(**fields), NOW)
    assert [fault.field for fault in caught.value.faults] == list(fields)
    assert await charges.listed(None, 0, 5) == []


@pytest.mark.usefixtures("partners")
async def test_a_charge_of_a_closed_month_is_posted_in_the_first_open_one() -> None:
    """As everything that comes late is."""
    await post(date(2018, 10, 1), 1)
    await close("ada", "2018-19", "2018-10", NOW)
    proposed = fee()
    await charges.propose("ada", proposed, NOW)
    await charges.approve("bob", proposed.id, NOW)
    [posted] = (await statement(Wanted("04K", date(2018, 11, 1), date(2018, 12, 1)))).postings
    assert (posted.posted_on, posted.late, posted.amount_pence) == (
        date(2018, 11, 1),
        True,
        250_000,
    )
