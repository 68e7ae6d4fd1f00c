"""How long stock lasts, and whether more is to be bought: by the formula, from the pool's sums."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from budget.refusals import Missing, NotAllowed, Wrong
from budget.sums import fold
from equipment.stock.drafting import draft
from equipment.stock.levels import Level, Sought, advise, advised, levels
from equipment.stock.purchase_form import Ordering
from equipment.stock.purchases import order
from equipment.stock.reorder_rules import DEFAULTS, OwnRules, rules_of, set_rules
from equipment.stock.reordering import (
    WEEKS,
    AtHand,
    Rules,
    Turnover,
    fit_share,
    mean_loan_days,
    reckon,
)
from tests.equipment.ordering import ordered, orderer
from tests.equipment.store import (
    NOW,
    STORE,
    TECHNICIAN,
    done,
    received,
    scan,
    set_up,
    somebody,
    stock,
)
from tests.equipment.test_purchases import purchase

LATER = NOW + timedelta(days=3)


@pytest.mark.parametrize(
    ("at_hand", "advice", "quantity"),
    [
        (AtHand(free=23), "enough", 0),
        (AtHand(free=22), "order", 29),
        (AtHand(free=23, awaited=1), "order", 29),
        (AtHand(free=3, on_order=20), "enough", 0),
        # Four in five are made fit.
        (AtHand(free=3, waiting=25), "prepare", 0),
        (AtHand(free=3, waiting=24), "order", 29),
        # Half of what is on loan comes back within 14 days, or what is to be collected.
        (AtHand(free=19, on_loan=12), "enough", 0),
        (AtHand(free=18, on_loan=12), "order", 29),
        (AtHand(free=3, on_loan=12, collecting=25), "enough", 0),
    ],
)
def test_more_is_ordered_once_stock_and_what_comes_fall_below_the_reorder_point(
    at_hand: AtHand, advice: str, quantity: int
) -> None:
    """By hand: one a day makes 14, and safety 1.6449 * 3.8431 * the root of 2 makes 9 more."""
    issued = [11, 3] * 6 + [7]
    told = reckon(at_hand, issued, Rules(14, 28, 95), mean=20.2, share=0.8)
    assert (told.reorder_point, told.advice, told.quantity) == (23, advice, quantity)


def test_a_loan_lasts_as_long_as_all_days_on_loan_by_the_loans_that_ended() -> None:
    """Ten were out at first, twelve are now: 91 times eleven days, and seven loans ended."""
    turned = Turnover(issued=10, returned=7, gone=1, reused=3, scrapped=1)
    assert mean_loan_days(12, turned) == 91 * 11 / 7
    assert fit_share(turned) == 3 / 4
    assert mean_loan_days(12, Turnover(issued=12)) is None
    assert fit_share(Turnover()) == 1


@pytest.fixture
async def store(database: str) -> None:
    """Beds at two depots."""
    del database
    await set_up()
    await stock("BED02")


async def level(sku: str = "BED01", *, fetched: int = 0, **sought: Any) -> Level:
    """The level of a product, of which open visits collect so many."""

    async def collecting(skus: Sequence[str], depot: str | None) -> Mapping[str, int]:
        del depot
        return dict.fromkeys(skus, fetched)

    [found] = await levels(STORE, Sought(sku=sku, **sought), collecting, LATER)
    return found


async def test_a_level_counts_everything_once(store: None) -> None:
    """Folded and not; at one depot only what is there and was issued from there."""
    del store
    person = await somebody()
    lent, back, clean, broken, held, free, far = await received(count=7)
    await done(scan(far, "move", depot="D2", van=None))
    await done(*(scan(code, "deliver", person=person) for code in (lent, back)))
    await fold()
    await done(scan(back, "return"), scan(held, "hold"))
    await done(scan(clean, "withdraw"), scan(clean, "clean"))
    await done(scan(broken, "withdraw"), scan(broken, "clean"), scan(broken, "fail"))
    new = purchase(("BED01", 5))
    await draft(STORE, new, NOW)
    # Three wait.
    with pytest.raises(Exception, match="wait to be washed"):
        await order(STORE, new.id, Ordering(), NOW)
    whole = await level(fetched=1)
    assert (whole.free, whole.on_loan, whole.on_hold, whole.issued) == (2, 1, 1, 2)
    assert (whole.waiting.returned, whole.waiting.cleaned, whole.waiting.in_repair) == (1, 1, 1)
    assert (whole.on_order, whole.collecting, whole.rules) == (0, 1, DEFAULTS)
    assert whole.reckoned.cover_days == pytest.approx(91)
    here, there = await level(depot="D1"), await level(depot="D2")
    assert (here.free, here.issued, there.free, there.issued) == (1, 2, 1, 0)
    assert there.reckoned.cover_days is None
    assert free != far


async def test_what_is_advised_is_kept_for_the_pages(store: None) -> None:
    """By the clock, for all products; what is enough again is forgotten."""
    del store
    person = await somebody()
    codes = await received(count=20) + await received("BED02", count=20)
    await done(*(scan(code, "deliver", person=person) for code in codes))
    await done(*(scan(code, "return") for code in codes[20:]))

    async def none(skus: Sequence[str], depot: str | None) -> Mapping[str, int]:
        del skus, depot
        return {}

    assert await advise(none, LATER) == 2
    told = await advised(STORE)
    assert (told.order, told.prepare, told.reckoned_at) == (1, 1, LATER)
    await ordered(await orderer("coordinator"), {"sku": "BED01", "quantity": 2})
    assert (await level()).awaited == (await level(depot="D1")).awaited == 2
    told_to = await levels(STORE, Sought(advice="order"), none, LATER)
    assert [(each.sku, each.reckoned.advice) for each in told_to] == [("BED01", "order")]
    new = purchase(("BED01", told_to[0].reckoned.quantity))
    await draft(STORE, new, NOW)
    await order(STORE, new.id, Ordering(), NOW)
    assert await advise(none, LATER) == 1
    assert (await advised(STORE)).order == 0


async def test_rules_are_set_for_a_product_and_else_the_usual_ones_hold(store: None) -> None:
    """Whoever may not set them, a product that is none, and odd numbers are told."""
    del store
    await set_rules(STORE, "BED01", OwnRules(lead_days=30, service_percent=99))
    assert await rules_of(STORE, "BED01") == OwnRules(30, None, 99)
    assert (await level()).rules == Rules(30, DEFAULTS.cover_days, 99)
    assert (await level("BED02")).rules == DEFAULTS
    with pytest.raises(Wrong):
        await set_rules(STORE, "BED01", OwnRules(service_percent=97))
    with pytest.raises(Missing):
        await set_rules(STORE, "NONE", OwnRules())
    with pytest.raises(NotAllowed):
        await set_rules(TECHNICIAN, "BED01", OwnRules())


async def test_a_week_counts_in_its_week(store: None) -> None:
    """The window ends yesterday and is thirteen weeks long; what was undone was not issued."""
    del store
    person = await somebody()
    days = (1, 7, 8, 91, 92)
    for code, ago in zip(await received(count=5), days, strict=True):
        at = LATER - timedelta(days=ago)
        await done(scan(code, "deliver", person=person, at=at), now=LATER)
    found = await level()
    assert found.issued == 4
    assert found.reckoned.demand_a_day == pytest.approx(4 / (7 * WEEKS))
    # Two in the last week, one in the one before, one in the first: as pstdev of these.
    assert found.reckoned.safety == 2
