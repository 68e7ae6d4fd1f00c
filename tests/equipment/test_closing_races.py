"""Closing while others post: nothing is lost, and nothing is counted twice."""

import asyncio
import hashlib
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Final
from uuid import UUID, uuid4

import pytest

from budget import charges
from budget.charges import Proposal
from budget.closing import ClosedMonth, close, closed_months
from budget.partners import Takeover, take_over
from budget.refusals import Refused
from budget.statement_files import csv_of
from budget.statements import Statement, Wanted, statement
from equipment.scans import record
from tests.equipment.store import COORDINATOR, done, received, scan, set_up, somebody
from tests.races import ready

NOW: Final = datetime(2018, 12, 3, 9, tzinfo=UTC)
OCTOBER: Final = datetime(2018, 10, 20, 9, tzinfo=UTC)
FIRSTS: Final = (date(2018, 10, 1), date(2018, 11, 1), date(2018, 12, 1), date(2019, 1, 1))


@pytest.fixture
async def beds(database: str) -> list[str]:
    """Twelve beds on the shelf, one of them lent in October."""
    del database
    await set_up()
    beds = await received(count=13)
    await done(scan(beds[0], "deliver", person=await somebody(), at=OCTOBER), now=NOW)
    await ready(8)
    return beds[1:]


async def months() -> list[Statement]:
    """October's statement, and November's."""
    pairs = pairwise(FIRSTS)
    return [await statement(Wanted("04K", begin, end)) for begin, end in pairs]


async def as_kept() -> None:
    """See that each closed statement is what was kept of it."""
    for month in await closed_months("2018-19"):
        first = date.fromisoformat(f"{month.month}-01")
        end = FIRSTS[FIRSTS.index(first) + 1]
        for each in month.statements:
            now = csv_of(await statement(Wanted(each.partner, first, end)))
            assert hashlib.sha256(now).hexdigest() == each.digest


async def test_a_scan_that_comes_while_its_month_is_closed_is_in_one_of_two(
    beds: list[str],
) -> None:
    """In that month's statement or, late, in the next one's: each once, and none is refused."""
    person = await somebody()
    scans = [[scan(bed, "deliver", person=person, at=OCTOBER)] for bed in beds]
    lists = (record(each, COORDINATOR, NOW) for each in scans)
    closing = [close("ada", "2018-19", "2018-10", NOW) for _ in range(2)]
    half = [*lists]
    results = await asyncio.gather(*half[:6], *closing, *half[6:])
    answers = [each[0] for each in results if isinstance(each, list)]
    assert {answer.status for answer in answers} == {"accepted"}
    october, november, _ = await months()
    assert (october.closed, november.closed) == (True, False)
    posted = [each.item for each in (*october.postings, *november.postings)]
    assert len(posted) == len(set(posted)) == len(beds) + 1
    assert all(each.late for each in november.postings)
    await as_kept()


async def test_of_two_months_that_are_closed_at_once_neither_jumps_the_queue(
    beds: list[str],
) -> None:
    """The second is closed after the first, or refused; each has one statement for each partner."""
    del beds
    asked = [close("ada", "2018-19", month, NOW) for month in ("2018-11", "2018-10") * 3]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    refused = [each for each in outcomes if isinstance(each, Refused)]
    assert {each.slug for each in refused} <= {"earlier-month-open"}
    done_ = [each for each in outcomes if isinstance(each, ClosedMonth)]
    assert len(done_) + len(refused) == len(asked)
    assert len([each for each in done_ if each.month == "2018-10"]) == 3
    await close("ada", "2018-19", "2018-11", NOW)
    closed = await closed_months("2018-19")
    assert [each.month for each in closed] == ["2018-10", "2018-11"]
    assert [len(each.statements) for each in closed] == [2, 2]
    await as_kept()


def correction(pence: int, of: str) -> Proposal:
    """A correction of October's issues."""
    return Proposal(
        id=uuid4(), kind="correction", partner="04K", pence=pence, account="issues",
        happened_on=OCTOBER.date(), reason=of,
    )  # fmt: skip


async def test_a_correction_of_a_correction_stands_beside_it(beds: list[str]) -> None:
    """Both are posted, once each, though many approve them while the month is closed."""
    del beds
    [before, *_] = await months()
    first, second = correction(-700, "Delivered twice"), correction(700, "It was not, after all")
    for each in (first, second):
        await charges.propose("ada", each, NOW)
    approving = [charges.approve("bob", each.id, NOW) for each in (first, second) for _ in range(3)]
    await asyncio.gather(*approving[:3], close("ada", "2018-19", "2018-10", NOW), *approving[3:])
    posted = [each for month in await months() for each in month.postings]
    movements: list[UUID] = [each.movement for each in posted if each.kind == "correction"]
    assert sorted(movements) == sorted([first.id, second.id])
    assert sum(each.amount_pence for each in posted) == before.net_pence
    await as_kept()


async def test_a_succession_while_scans_post_leaves_each_with_one_who_pays(
    beds: list[str],
) -> None:
    """Whoever it is: what is posted for the two together is what was lent."""
    person = await somebody()
    takeover = take_over("ada", "04K", Takeover("52R", date(2018, 10, 15)))
    lists = [
        record([scan(b, "deliver", person=person, at=OCTOBER)], COORDINATOR, NOW) for b in beds
    ]
    await asyncio.gather(*lists[:6], takeover, *lists[6:])
    drawn = [await statement(Wanted(ods, FIRSTS[0], FIRSTS[1])) for ods in ("04K", "52R")]
    items = [each.item for one in drawn for each in one.postings]
    assert len(items) == len(set(items)) == len(beds) + 1
