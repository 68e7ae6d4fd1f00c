"""What scripts/verify finds of the books, once somebody has changed rows by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import uuid4

import asyncpg
import pytest

from budget import charges
from budget.charges import Proposal
from budget.closing import close
from scripts.verifying.books import UNDRAWN
from scripts.verifying.every import EVERY
from tests.equipment.store import done, received, scan, set_up, somebody

NOW: Final = datetime(2018, 12, 3, 9, tzinfo=UTC)
BREAKS = [
    ("posting-day", "update postings set posted_on = posted_on + 1 where late"),
    ("posting-day", "update postings set late = false"),
    ("posting-day", "update postings set late = true"),
    ("closed-month", "update postings set recorded_at = recorded_at + interval '1 year'"),
    ("statements", "update statements set issues_pence = issues_pence + 1"),
    ("statements", "update postings set partner = '52R' where partner = '04K' and not late"),
    ("statements", "delete from statements"),
    ("pool-charges", "delete from postings where kind = 'management_fee'"),
    ("pool-charges", "update pool_charges set status = 'declined'"),
    ("pool-charges", "update pool_charges set pence = pence + 1"),
    ("pool-charges", "delete from pool_charges"),
]


@pytest.fixture
async def books(database: str) -> None:
    """A closed month with a delivery, another that came late, and a fee."""
    del database
    await set_up()
    person = await somebody("04K")
    for code, now in zip(await received(count=2), (NOW, NOW + timedelta(days=1)), strict=True):
        at = datetime(2018, 10, 20, 9, tzinfo=UTC)
        await done(scan(code, "deliver", person=person, at=at), now=now)
        await close("ada", "2018-19", "2018-10", NOW + timedelta(hours=1))
    fee = Proposal(
        id=uuid4(), kind="management_fee", partner="04K", pence=5, happened_on=date(2018, 11, 1),
        reason="Agreed",
    )  # fmt: skip
    await charges.propose("ada", fee, NOW)
    await charges.approve("bob", fee.id, NOW)


async def test_untouched_books_keep_them_all(database: str, books: None) -> None:
    """No fault is named where there is none."""
    del books
    store = await asyncpg.connect(database)
    for invariant in EVERY:
        assert await store.fetch(invariant.query) == [], invariant.name
    await store.close()


@pytest.mark.parametrize(("name", "sql"), BREAKS)
async def test_what_is_broken_is_found(database: str, books: None, name: str, sql: str) -> None:
    """By the invariant that it breaks."""
    del books
    store = await asyncpg.connect(database)
    await store.execute(f"set session_replication_role = replica; {sql}")
    [invariant] = [each for each in EVERY if each.name == name]
    assert await store.fetch(invariant.query) != []
    await store.close()


async def test_a_month_whose_closing_was_cut_off_is_no_fault_so_soon(
    database: str, books: None
) -> None:
    """The clock draws its statements up: till then it is told, and later it is a fault."""
    del books
    store = await asyncpg.connect(database)
    [statements] = [each for each in EVERY if each.name == "statements"]
    for closed, faults, notes in (("now()", 0, 1), ("now() - interval '1 day'", 1, 0)):
        await store.execute(
            "set session_replication_role = replica; delete from statements;"
            f" update closed_months set closed_at = {closed}"
        )
        assert len(await store.fetch(statements.query)) == faults, closed
        assert len(await store.fetch(UNDRAWN)) == notes, closed
    await store.close()
