"""The price in force on a day."""

from datetime import UTC, date, datetime

import pytest

from equipment.catalogue.products import add_product, find_product
from equipment.catalogue.terms import Terms, set_terms, terms_of, terms_on
from tests.equipment.standing_data import ADMINISTRATOR, product

FIRST = Terms(date(2018, 4, 1), 62_000, 85)
SECOND = Terms(date(2019, 4, 1), 64_000, 80)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2010, 1, 1), FIRST),
        (date(2018, 4, 1), FIRST),
        (date(2019, 3, 31), FIRST),
        (date(2019, 4, 1), SECOND),
        (date(2030, 1, 1), SECOND),
    ],
)
def test_terms_hold_from_their_day_until_the_next(day: date, expected: Terms) -> None:
    """Before the earliest known those hold; the order in which they come does not matter."""
    assert terms_on([FIRST, SECOND], day) == expected
    assert terms_on([SECOND, FIRST], day) == expected


@pytest.mark.usefixtures("database")
async def test_a_price_counts_from_its_london_day() -> None:
    """Half past eleven at night in UTC is the next day in a British summer."""
    await add_product(ADMINISTRATOR, product("BED01"), datetime(2018, 6, 30, 23, 30, tzinfo=UTC))
    assert [terms.from_on for terms in (await terms_of(["BED01"]))["BED01"]] == [date(2018, 7, 1)]


@pytest.mark.usefixtures("database")
async def test_the_same_day_again_the_newest_price_wins() -> None:
    """And an unchanged price adds nothing to the history."""
    await add_product(ADMINISTRATOR, product("BED01"), datetime(2018, 4, 1, 9, tzinfo=UTC))
    await set_terms(FIRST.from_on, [("BED01", 1_000, 50)])
    await set_terms(SECOND.from_on, [("BED01", 1_000, 50)])
    assert await terms_of(["BED01"]) == {"BED01": [Terms(FIRST.from_on, 1_000, 50)]}
    await set_terms(SECOND.from_on, [("BED01", 1_000, 60)])
    assert await terms_of(["BED01"]) == {
        "BED01": [Terms(FIRST.from_on, 1_000, 50), Terms(SECOND.from_on, 1_000, 60)]
    }
    shown = await find_product(ADMINISTRATOR, "BED01", datetime(2018, 12, 1, tzinfo=UTC))
    assert (shown.price_pence, shown.credit_percent) == (1_000, 50)
