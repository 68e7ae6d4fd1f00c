"""The ledger against the movements and the stock: every difference has its name."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import asyncpg
import pytest

from budget import charges
from budget.charges import Proposal
from budget.closing import close
from budget.pool import YearPlan, agree
from budget.reconciliation import MonthReconciled, month_reconciled, year_reconciled
from budget.sums import fold
from tests.equipment.store import done, received, scan, set_up, somebody

NOW: Final = datetime(2018, 12, 3, 9, tzinfo=UTC)
SEPTEMBER: Final = datetime(2018, 9, 20, 9, tzinfo=UTC)
OCTOBER: Final = datetime(2018, 10, 20, 9, tzinfo=UTC)
NOVEMBER: Final = datetime(2018, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
async def beds(database: str) -> list[str]:
    """Six beds: two lent in September, of which one came back and is fit again in October."""
    del database
    await set_up()
    beds = await received(count=6)
    await lend(*beds[:2], at=SEPTEMBER)
    back = (scan(beds[0], action, at=OCTOBER) for action in ("return", "clean", "pass"))
    await done(*back, now=NOW)
    return beds


async def lend(*beds: str, at: datetime) -> list[str]:
    """Deliver them to somebody; the ids of the scans."""
    person = await somebody()
    scans = [scan(bed, "deliver", person=person, at=at) for bed in beds]
    await done(*scans, now=NOW)
    return [each["id"] for each in scans]


async def of(month: str) -> tuple[MonthReconciled, dict[str, int]]:
    """A month reconciled, and its differences in pence by their reasons."""
    found = await month_reconciled("2018-19", month)
    difference = sum(
        each.posted_pence - each.counted_pence for each in (found.issues, found.credits)
    )
    assert difference == sum(found.by_reason.values())
    return found, {str(reason): pence for reason, pence in found.by_reason.items()}


async def test_what_is_posted_as_it_happened_differs_in_nothing(beds: list[str]) -> None:
    """Month by month, folded or not, also by the items that wait."""
    await done(scan(beds[1], "return", at=OCTOBER), now=NOW)
    for _ in range(2):
        year = await year_reconciled("2018-19")
        assert [(f"{m.month:%m}", m.posted_pence, m.counted_pence) for m in year.months] == [
            ("09", 124_000, 124_000)
        ]
        waits = year.waiting
        assert (waits.counted, waits.counted_pence) == (1, 62_000)
        assert (waits.items, waits.items_pence) == (1, 62_000)
        await fold()
    for month in ("2018-09", "2018-10"):
        found, reasons = await of(month)
        assert (found.differences, reasons) == ([], {})
    assert (await of("2018-10"))[0].credits.posted_pence == -52_700


async def test_what_differs_says_why(beds: list[str]) -> None:
    """Late, undone, moved to another, corrected: each month's differences sum to theirs."""
    await close("ada", "2018-19", "2018-09", NOW)
    await lend(beds[2], at=SEPTEMBER)
    [undone] = await lend(beds[3], at=OCTOBER)
    await close("ada", "2018-19", "2018-10", NOW)
    await done(scan(beds[3], "undo", movement=undone, at=NOVEMBER), now=NOW)
    await done(scan(beds[1], "transfer", funder="52R", at=NOVEMBER), now=NOW)
    fix = Proposal(
        id=uuid4(), kind="correction", partner="04K", pence=-700, account="issues",
        happened_on=NOVEMBER.date(), reason="Delivered twice",
    )  # fmt: skip
    await charges.propose("ada", fix, NOW)
    await charges.approve("bob", fix.id, NOW)
    assert (await of("2018-09"))[1] == {"posted later": -62_000}
    # What was undone in November counts nowhere, but was posted in October.
    assert (await of("2018-10"))[1] == {"late": 62_000, "undone": 62_000}
    assert (await of("2018-11"))[1] == {"undone": -62_000, "corrected": -700}


async def test_what_a_year_on_pool_owned_stock_only_counts_says_so(beds: list[str]) -> None:
    """Issues and credits."""
    await done(scan(beds[1], "return", at=OCTOBER), now=NOW)
    await agree("ada", "2018-19", YearPlan({"04K": 1}, model="pool_stock"))
    await lend(beds[2], at=NOVEMBER)
    await done(*(scan(beds[1], each, at=NOVEMBER) for each in ("clean", "pass")), now=NOW)
    assert (await of("2018-11"))[1] == {"only counted": -62_000 + 52_700}


async def test_scrapped_before_it_was_lent_again_it_keeps_its_credit(beds: list[str]) -> None:
    """So there is no difference, though its reuse is taken back."""
    await done(scan(beds[0], "scrap", at=OCTOBER), now=NOW)
    assert (await of("2018-10"))[1] == {}


@pytest.mark.parametrize(
    ("sql", "month", "reason"),
    [
        ("delete from postings where kind = 'issue' and item = 1", "2018-09", "lacks its posting"),
        ("delete from tallies where kind = 'issued' and item = 1", "2018-09", "has no movement"),
        ("delete from postings where kind = 'credit'", "2018-10", "lacks its posting"),
        ("delete from tallies where kind = 'reused'", "2018-10", "has no movement"),
    ],
)
async def test_what_lacks_the_other_is_named_with_its_item(
    database: str, beds: list[str], sql: str, month: str, reason: str
) -> None:
    """Which movement has no posting, which posting no movement: the first of all."""
    owner = await asyncpg.connect(database)
    await owner.execute(f"set session_replication_role = replica; {sql}")
    await owner.close()
    found, _ = await of(month)
    named: Sequence[str | None] = [each.item for each in found.differences]
    assert named == [beds[0]]
    assert found.differences[0].reason == reason
