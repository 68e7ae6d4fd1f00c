"""Orders are placed: for whom, by when, at whose cost, against which warnings."""

import asyncio
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import pytest

from budget.database import execute, fetch
from budget.pool import DeliveryTariff, Tariff, YearPlan, agree
from budget.refusals import Missing, Refused, Wrong
from equipment.catalogue.compatibility import FitRule
from equipment.catalogue.fit_rules import add_rule
from equipment.catalogue.kits import KitLine, NewKit, set_kit
from equipment.orders.orders import place
from equipment.places import Depot, open_depot
from equipment.staff.roles import Caller
from tests.equipment.ordering import open_for_orders, order_for, orderer, placed
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import NOW, done, one_item, scan, somebody, stock
from tests.sight import all_of

BEGINNING: Final = open_for_orders
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def nurse() -> Caller:
    """A prescriber of 04K who may order everything."""
    return await orderer(level=4, limit=1_000_000)


async def test_an_order_says_what_it_costs_and_when_it_comes(nurse: Caller) -> None:
    """At today's prices, by the tariff, on the working day that its speed promises."""
    plan = YearPlan({"04K": 1}, Tariff(delivery=DeliveryTariff(three_day=4_100)))
    await agree("admin", "2018-19", plan)
    order = await placed(nurse, await somebody(), {"sku": "BED01", "quantity": 2}, speed="3_day")
    assert order.total_pence == 124_000
    assert order.delivery_pence == 4_100
    assert order.due_on == date(2018, 10, 4)
    assert (order.status, order.funder, order.depot) == ("authorised", "04K", "D1")
    assert order.visit is None


async def test_without_a_speed_it_is_that_of_the_fastest_product(nurse: Caller) -> None:
    """A bed by tomorrow brings the slow commode along."""
    await stock("SLOW", speed="10_day")
    await stock("FAST", speed="next_day")
    order = await placed(nurse, await somebody(), "SLOW", "FAST")
    assert (order.speed, order.due_on) == ("next_day", date(2018, 10, 2))


async def test_the_nearest_main_depot_serves_by_its_own_cut_off(nurse: Caller) -> None:
    """A satellite serves nobody, however near."""
    await open_depot(ADMINISTRATOR, Depot("FAR", "Far", "NG22 8HX", "depot", "08:00"))
    await open_depot(ADMINISTRATOR, Depot("NEAR", "Near", "NG22 8HX", "satellite"))
    person = await somebody()
    await all_of("update people set postcode = 'NG22 8HX' where id = $1", UUID(person))
    order = await placed(nurse, person, "BED01", speed="next_day")
    assert (order.depot, order.due_on) == ("FAR", date(2018, 10, 3))


async def test_a_repeat_gets_the_first_answer_and_orders_once(nurse: Caller) -> None:
    """Whatever has become of the price since; other content under its id is refused."""
    sent = order_for(await somebody(), "BED01", notes="Up the stairs")
    first = await place(nurse, sent, NOW)
    await execute("update product_terms set price_pence = 1")
    assert await place(nurse, sent, NOW + timedelta(days=1)) == first
    assert len(await all_of("select from orders")) == 1
    other = order_for(str(sent.person), "BED01", id=str(sent.id))
    with pytest.raises(Refused, match="used before"):
        await place(nurse, other, NOW)


async def test_nothing_personal_is_kept_with_the_receipt(nurse: Caller) -> None:
    """Receipts are for ever."""
    await placed(nurse, await somebody(), "BED01", notes="key under the mat", reason="she fell")
    [row] = await fetch("select body from receipts where kind = 'order'")
    assert "mat" not in row["body"]
    assert "fell" not in row["body"]


async def test_a_person_who_is_not_theirs_is_not_there(nurse: Caller) -> None:
    """Nor is one who does not exist: one answer for both."""
    theirs = await somebody("52R")
    for person in (theirs, "7b0f0a52-2f9d-4d43-9a39-6c1f6d3b7e11"):
        with pytest.raises(Missing, match="no such person"):
            await placed(nurse, person, "BED01")


async def test_what_is_on_loan_or_on_order_has_to_be_answered(nurse: Caller) -> None:
    """Each kind of warning with a reason, which is kept."""
    person = await somebody()
    await done(scan(await one_item(), "deliver", person=person))
    await placed(nurse, person, "BED01", answers=[_answer("already-has")])
    with pytest.raises(Refused) as refusal:
        await placed(nurse, person, "BED01", answers=[_answer("already-has")])
    assert refusal.value.slug == "warnings-unanswered"
    [raised] = _raised(refusal.value)
    assert raised["warning"] == "already-ordered"
    both = [_answer("already-has"), _answer("already-ordered")]
    await placed(nurse, person, "BED01", answers=both)
    rows = await all_of("select warning, reason from order_answers order by id")
    assert [row["warning"] for row in rows] == ["already-has", "already-has", "already-ordered"]
    assert {row["reason"] for row in rows} == {"she needs two"}


async def test_the_same_product_twice_on_one_order_is_asked_about(nurse: Caller) -> None:
    """It is most often a slip."""
    with pytest.raises(Refused, match="stands on this order 2 times"):
        await placed(nurse, await somebody(), "BED01", "BED01")


async def test_what_would_not_carry_them_has_to_be_answered(nurse: Caller) -> None:
    """By the weight on record; of whom none is known, nobody is warned."""
    await stock("COT", max_user_kg=80)
    person = await somebody()
    await placed(nurse, person, "COT")
    heavy = await somebody()
    await all_of("update people set weight_kg = 82 where id = $1", UUID(heavy))
    with pytest.raises(Refused, match="safe up to 80kg; this person weighs 82kg") as refusal:
        await placed(nurse, heavy, "COT")
    assert [each["warning"] for each in _raised(refusal.value)] == ["over-weight"]


async def test_what_does_not_fit_has_to_be_answered(nurse: Caller) -> None:
    """With what is on the order, and with what is at home."""
    await stock("RAIL")
    rule = FitRule(
        subject="sku:RAIL", relation="not_with", others=["sku:BED01"], words="No rail fits."
    )
    await add_rule(ADMINISTRATOR, rule)
    with pytest.raises(Refused, match="No rail fits"):
        await placed(nurse, await somebody(), "BED01", "RAIL")
    person = await somebody()
    await done(scan(await one_item(), "deliver", person=person))
    with pytest.raises(Refused) as refusal:
        await placed(nurse, person, "RAIL")
    assert [each["warning"] for each in _raised(refusal.value)] == ["does-not-fit"]
    await placed(nurse, person, "RAIL", answers=[_answer("does-not-fit")])


async def test_a_kit_is_ordered_in_one_go(nurse: Caller) -> None:
    """As the products that it has, so many times; one that is none is named."""
    await stock("SHEET", price_pence=500)
    kit = NewKit(name="Discharge", lines=[KitLine("BED01"), KitLine("SHEET", 2)])
    await set_kit(ADMINISTRATOR, "HOME", kit)
    order = await placed(nurse, await somebody(), {"kit": "HOME", "quantity": 2})
    assert [(line.sku, line.quantity) for line in order.lines] == [("BED01", 2), ("SHEET", 4)]
    assert order.total_pence == 126_000
    for kit_line in ({"kit": "NONE"}, {"kit": "HOME", "quantity": 300}, {"kit": "A", "sku": "B"}):
        with pytest.raises(Wrong):
            await placed(nurse, await somebody(), kit_line)


async def test_two_orders_at_once_for_one_person_warn_of_each_other(nurse: Caller) -> None:
    """Whoever comes second is asked."""
    person = await somebody()
    orders = [placed(nurse, person, "BED01") for _ in range(2)]
    outcomes = await asyncio.gather(*orders, return_exceptions=True)
    assert [type(each).__name__ for each in sorted(outcomes, key=repr)] == ["Order", "Refused"]


async def test_nothing_is_ordered_for_the_dead(nurse: Caller) -> None:
    """In plain words."""
    person = await somebody()
    await all_of("update people set died_on = '2018-09-30' where id = $1", UUID(person))
    with pytest.raises(Refused, match="has died"):
        await placed(nurse, person, "BED01")
    assert await all_of("select from orders") == []


async def test_a_prescriber_spends_no_other_partners_money(nurse: Caller) -> None:
    """The funder is said as if there were none."""
    for funder in ("52R", "NOBODY", "x\0"):
        with pytest.raises(Wrong, match="no such partner"):
            await placed(nurse, await somebody(), "BED01", funder=funder)


async def test_somebody_has_to_pay() -> None:
    """Whoever has no funder gets nothing until one is named."""
    person = await somebody()
    await all_of("update people set funder = null where id = $1", UUID(person))
    boss = await orderer("coordinator")
    with pytest.raises(Refused, match="Nobody pays"):
        await placed(boss, person, "BED01")
    assert (await placed(boss, person, "BED01", funder="52R")).funder == "52R"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"sku": "NONE"}, "lines[0].sku"),
        ({}, "lines[0].sku"),
        ({"sku": "BED01", "special": {"description": "x", "reason": "y", "price_pence": 1}},
            "lines[0].sku"),
        ({"sku": "BED01", "review_on": "2019-01-02", "end_on": "2019-01-01"},
            "lines[0].review_on"),
        ({"special": {"description": " ", "reason": "y", "price_pence": 1}},
            "lines[0].special.description"),
    ],
)  # fmt: skip
async def test_a_wrong_line_is_named(nurse: Caller, line: dict[str, object], field: str) -> None:
    """And nothing is written."""
    with pytest.raises(Wrong) as refusal:
        await placed(nurse, await somebody(), line)
    assert [fault.field for fault in refusal.value.faults] == [field]
    assert await all_of("select from orders") == []


def _answer(warning: str) -> dict[str, str]:
    return {"warning": warning, "reason": "she needs two"}


def _raised(refusal: Refused) -> list[dict[str, str]]:
    raised = refusal.facts["warnings"]
    assert isinstance(raised, list)
    return raised
