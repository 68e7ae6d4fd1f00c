"""What an undo leaves for the scans after it: where the item is, and since when its loan waits."""

from datetime import date, timedelta

import pytest

from budget.database import fetch
from tests.equipment.store import NOW, done, one_item, row_of, scan, set_up, somebody

pytestmark = pytest.mark.usefixtures("database")


async def test_an_undo_does_not_put_an_item_back_into_the_depot_it_was_handed_over_at() -> None:
    """The delivery's movement names that depot; the item itself is with its person."""
    await set_up()
    bed, person = await one_item(), await somebody()
    held = scan(bed, "hold")
    await done(scan(bed, "deliver", person=person, depot="D2"))
    await done(held)
    await done(scan(bed, "undo", movement=held["id"]))
    row = await row_of(bed)
    assert (row["state"], row["depot"], str(row["person"])) == ("on_loan", None, person)


async def test_a_decision_made_anew_counts_from_its_own_day_not_from_the_undone_ones() -> None:
    """The loan waited from its end until the pass that stands, whenever that was recorded."""
    await set_up()
    bed, now = await one_item(), NOW + timedelta(days=30)
    person = await somebody()
    wrong = scan(bed, "pass", at=NOW + timedelta(days=20))
    back = scan(bed, "return", at=NOW + timedelta(days=5))
    cleaned = scan(bed, "clean", at=NOW + timedelta(days=6))
    await done(scan(bed, "deliver", person=person), back, cleaned, wrong, now=now)
    await done(scan(bed, "undo", movement=wrong["id"], at=now), now=now)
    await done(scan(bed, "pass", at=NOW + timedelta(days=8)), now=now)
    rows = await fetch("""
        select occurred_on, sum(units) as units from tallies where kind = 'waiting'
        group by 1 having sum(units) <> 0 order by 1
    """)
    assert [tuple(row) for row in rows] == [(date(2018, 10, 6), 1), (date(2018, 10, 9), -1)]
