"""A year on pool-owned stock: purchases are charged, issues and credits only counted."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.closing import close
from budget.database import fetch
from budget.partners import NewPartner, Takeover, enter, take_over
from budget.pool import Model, PartnerFigures, Tariff, YearPlan, agree, standing
from budget.purchases import shares
from budget.recycling import Question, report
from budget.statements import Wanted, statement
from equipment.items import Delivery, Viewer, receive
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import (
    NOW,
    done,
    one_item,
    received,
    scan,
    set_up,
    somebody,
)

YEAR: Final = "2018-19"
NEXT: Final = datetime(2019, 4, 10, 9, tzinfo=UTC)
CONTRIBUTIONS: Final = {"04K": 200, "52R": 100}


@pytest.fixture
async def store(database: str) -> None:
    """A store, and what two partners agreed."""
    del database
    await set_up()


async def agreed(model: Model, year: str = YEAR, **contributions: int) -> None:
    """Agree on a year."""
    plan = YearPlan(contributions or CONTRIBUTIONS, Tariff(clean=845, repair_hour=0), model=model)
    await agree("ada", year, plan)


async def rows(year: str = YEAR) -> dict[str, PartnerFigures]:
    """Where the partners stand."""
    found = await standing(year, None)
    assert found.pool.net_pence == sum(each.net_pence for each in found.partners)
    return {each.ods: each for each in found.partners}


async def round_trip(bed: str, at: datetime = NOW) -> None:
    """Lend it, take it back and make it fit again."""
    person = await somebody("04K")
    await done(scan(bed, "deliver", person=person, at=at), now=at)
    await done(*(scan(bed, action, at=at) for action in ("return", "clean", "pass")), now=at)


@pytest.mark.usefixtures("store")
async def test_purchases_are_charged_and_issues_only_counted() -> None:
    """By contribution, to the penny; what is cleaned costs as ever, and recycling counts alike."""
    await agreed("pool_stock")
    [bed, *_] = await received(count=2, purchase_price_pence=50_000)
    await round_trip(bed)
    found = await rows()
    assert (found["04K"].issues_pence, found["04K"].credits_pence) == (0, 0)
    # Two of 333.33 and of 166.67, and one cleaning.
    assert found["04K"].activity_pence == 2 * 33_333 + 845
    assert found["52R"].activity_pence == 2 * 16_667
    total = (await report(Question(date(2018, 4, 1), date(2019, 3, 31)))).total
    assert (total.issued.units, total.reused.units) == (1, 1)
    assert total.issued.pence == total.reused.pence > 0
    drawn = await statement(Wanted("52R", date(2018, 10, 1), date(2018, 11, 1)))
    assert {each.kind for each in drawn.postings} == {"stock_purchase"}
    assert {each.item for each in drawn.postings} >= {bed}
    assert drawn.postings[0].description.startswith("Share of the purchase of BED01")


@pytest.mark.usefixtures("store")
async def test_what_was_never_charged_is_never_credited() -> None:
    """Issued in a year on pool-owned stock, passed in one on credit; nor is it transferred."""
    await agreed("pool_stock")
    await agreed("credit", "2019-20")
    bed, person = await one_item(), await somebody("04K")
    await done(scan(bed, "deliver", person=person))
    await done(scan(bed, "transfer", funder="52R", at=NEXT), now=NEXT)
    await done(*(scan(bed, action, at=NEXT) for action in ("return", "clean", "pass")), now=NEXT)
    found = await rows("2019-20")
    assert [each.issues_pence for each in found.values()] == [0] * len(found)
    assert [each.credits_pence for each in found.values()] == [0] * len(found)
    assert found["52R"].activity_pence == 845


@pytest.mark.usefixtures("store")
async def test_what_was_charged_is_not_credited_in_a_year_on_pool_owned_stock() -> None:
    """Its credits are only counted, whenever the loan began; undone, nothing is reversed."""
    await agreed("credit")
    await agreed("pool_stock", "2019-20")
    bed, person = await one_item(), await somebody("04K")
    await done(scan(bed, "deliver", person=person))
    passed = scan(bed, "pass", at=NEXT)
    await done(scan(bed, "return", at=NEXT), scan(bed, "clean", at=NEXT), passed, now=NEXT)
    await done(scan(bed, "undo", movement=passed["id"], at=NEXT), now=NEXT)
    assert (await rows())["04K"].issues_pence > 0
    assert (await rows("2019-20"))["04K"].credits_pence == 0
    assert await fetch("select from postings where kind in ('credit', 'reversal')") == []


@pytest.mark.usefixtures("store")
async def test_a_change_of_model_counts_for_later_recordings_only() -> None:
    """What was posted before stays, and its undo takes back what it had cost."""
    await agreed("credit")
    first, second = await received(count=2, purchase_price_pence=50_000)
    person = await somebody("04K")
    delivery = scan(first, "deliver", person=person)
    await done(delivery)
    before = (await rows())["04K"]
    await agreed("pool_stock")
    await done(scan(second, "deliver", person=person))
    assert (await rows())["04K"] == before
    await done(scan(first, "undo", movement=delivery["id"]))
    assert (await rows())["04K"].issues_pence == 0


@pytest.mark.usefixtures("store")
async def test_a_successor_pays_what_its_predecessor_contributes_to() -> None:
    """A late receipt of a closed month stands in the first open one, as everything does."""
    await agreed("pool_stock", "2018-19", **{"52R": 100})
    await enter("ada", NewPartner("QT1", "ICB", "icb"))
    await take_over("ada", "52R", Takeover("QT1", date(2018, 11, 1)))
    at = datetime(2018, 9, 30, 12, tzinfo=UTC)
    await bought(at)
    for month in ("2018-09", "2018-10"):
        await close("ada", YEAR, month, datetime(2018, 11, 20, tzinfo=UTC))
    await bought(at)
    found = await rows()
    assert (found["52R"].activity_pence, found["QT1"].activity_pence) == (50_001, 50_001)
    [late] = (await statement(Wanted("QT1", date(2018, 11, 1), date(2018, 12, 1)))).postings
    assert (late.posted_on, late.late) == (date(2018, 11, 1), True)


async def bought(at: datetime, owner: str = "pool", pence: int | None = 50_001) -> None:
    """Receive a bed that was bought."""
    viewer = Viewer(ADMINISTRATOR, at + timedelta(days=60), "https://kit.example.org")
    await receive(Delivery("BED01", "D1", [None], None, pence, at, False, owner), viewer)  # noqa: FBT003 - not dirty


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("owner", "pence", "year"),
    [("A hospice", 50_001, 2018), ("pool", None, 2018), ("pool", 0, 2018), ("pool", 50_001, 2017)],
)
async def test_only_what_the_pool_has_paid_for_is_charged(
    owner: str, pence: int | None, year: int
) -> None:
    """Not another owner's, what has no price, or what came in a year on credit."""
    await agreed("pool_stock")
    await bought(datetime(year, 10, 1, 9, tzinfo=UTC), owner, pence)
    assert await fetch("select from postings") == []


@given(
    pence=st.integers(1, 10**9),
    contributions=st.dictionaries(
        st.text("ABC", min_size=1, max_size=3), st.integers(1, 10**12), min_size=1
    ),
)
def test_shares_sum_to_what_was_paid(pence: int, contributions: dict[str, int]) -> None:
    """Each within a penny of its exact part."""
    found = shares(pence, contributions)
    whole = sum(contributions.values())
    assert sum(found.values()) == pence
    assert all(abs(part - pence * contributions[ods] / whole) <= 1 for ods, part in found.items())
