"""What waits for a decision, what was scrapped and why, and what never came back."""

from datetime import timedelta
from typing import Final

import pytest

from equipment.returns.ageing import ageing
from tests.equipment.standing_data import caller
from tests.equipment.store import NOW, done, one_item, received, scan, set_up, somebody

pytestmark = pytest.mark.usefixtures("database")

BUYER: Final = caller("budget_holder")
LATER: Final = NOW + timedelta(days=30)


async def test_what_waits_is_told_by_depot_state_and_days_since_it_came() -> None:
    """The eighth day is the next band; what is fit to lend or scrapped waits no more."""
    await set_up()
    person = await somebody()
    items = await received(count=6)
    for item, days in zip(items, (7, 8, 29, 30, 0, 0), strict=True):
        at = LATER - timedelta(days=days)
        lent = scan(item, "deliver", person=person)
        await done(lent, scan(item, "return", at=at, depot="D2"), now=LATER)
    await done(scan(items[2], "clean", at=LATER), now=LATER)
    for item in items[4:]:
        await done(scan(item, "clean", at=LATER), now=LATER)
    await done(scan(items[4], "pass", at=LATER), scan(items[5], "scrap", at=LATER), now=LATER)
    shelf = await one_item()
    await done(scan(shelf, "withdraw", at=LATER), now=LATER)
    found = await ageing(BUYER, LATER)
    rows = {(row.depot, row.state): [each.units for each in row.bands] for row in found.rows}
    assert rows == {
        ("D1", "returned"): [1, 0, 0, 0, 0],
        ("D2", "returned"): [1, 1, 0, 1, 0],
        ("D2", "cleaned"): [0, 0, 0, 1, 0],
    }
    assert list(rows) == [("D1", "returned"), ("D2", "returned"), ("D2", "cleaned")]
    assert (found.total.total.units, found.total.total.pence) == (5, 5 * 62_000)
    # What was taken off the shelf was no loan's.
    assert found.total.undecided_units == 4
    assert [row.depot for row in (await ageing(BUYER, LATER, "D1")).rows] == ["D1"]
