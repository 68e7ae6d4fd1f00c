"""Specials are bought, and lent again; loans are looked at again on the day that was said."""

from datetime import date, timedelta
from typing import Final
from uuid import uuid4

import msgspec
import pytest

from budget.database import fetch
from budget.refusals import Missing, NotAllowed, Refused, Wrong
from budget.years import london_day
from equipment.orders.order_changes import change
from equipment.orders.order_decisions import authorise
from equipment.orders.order_form import Authorisation, ChangedLine, Order, OrderChange
from equipment.orders.order_views import look_up
from equipment.orders.reviews import Reviewed, due, settle
from equipment.orders.specials import Bought, buy, returned
from equipment.staff.roles import Caller
from tests.equipment.ordering import as_it_stands, line_statuses, open_for_orders, orderer, placed
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    STORE,
    done,
    one_item,
    received,
    scan,
    somebody,
    stock,
)

SEAT = {"description": "Bath seat, left hand", "reason": "no other fits", "price_pence": 90_000}


BEGINNING: Final = open_for_orders
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def nurse() -> Caller:
    """A prescriber of 04K who may order everything."""
    return await orderer(level=4)


async def _special(nurse: Caller) -> Order:
    order = await placed(nurse, await somebody(), {"special": SEAT})
    return await authorise(await orderer("authoriser"), order.id, Authorisation(), NOW)


async def test_a_bought_special_is_received_and_delivered_as_others_are(nurse: Caller) -> None:
    """At the price that was decided on; once it is back, it is found before another is bought."""
    order = await _special(nurse)
    [line] = order.lines
    bought = await buy(STORE, order.id, line.id, Bought(sku="SP-1", pat=True), NOW)
    assert (bought.lines[0].sku, bought.total_pence) == ("SP-1", 90_000)
    code = await one_item("SP-1")
    assert (await as_it_stands(order.id)).lines[0].items == [code]
    await done(scan(code, "deliver"))
    [loan] = await fetch("select charged_pence from loans")
    assert loan["charged_pence"] == 90_000
    assert [each.free for each in await returned(nurse, "left hand", 9)] == [0]
    await done(scan(code, "return"))
    assert [(each.sku, each.free) for each in await returned(nurse, "bath", 9)] == [("SP-1", 1)]
    assert await returned(nurse, "hoist", 9) == []


async def test_a_special_that_came_back_is_looked_at_before_another_is_bought(
    nurse: Caller,
) -> None:
    """Where it shares words with what is asked for; the reason why it will not do is on record."""
    order = await _special(nurse)
    await buy(STORE, order.id, order.lines[0].id, Bought(sku="SP-1"), NOW)
    code = await one_item("SP-1")
    await done(scan(code, "deliver"))
    alike = SEAT | {"description": "Seat for a bath, right hand"}
    # On loan it is nobody else's to have.
    await placed(nurse, await somebody(), {"special": alike})
    await done(scan(code, "return"))
    await placed(nurse, await somebody(), {"special": SEAT | {"description": "Left-handed spoon"}})
    with pytest.raises(Refused) as refused:
        await placed(nurse, await somebody(), {"special": alike})
    assert refused.value.slug == "warnings-unanswered"
    [warning] = msgspec.convert(refused.value.facts["warnings"], list[dict[str, str]])
    assert warning["warning"] == "returned-special"
    assert "SP-1" in warning["detail"]
    answer = {"warning": "returned-special", "reason": "It is for the other hand."}
    ordered = await placed(nurse, await somebody(), {"special": alike}, answers=[answer])
    [kept] = (await look_up(nurse, ordered.id, NOW)).answers
    assert kept.reason == "It is for the other hand."


async def test_a_special_is_bought_once_and_by_the_store_alone(nurse: Caller) -> None:
    """And not before it is authorised."""
    order = await placed(nurse, await somebody(), {"special": SEAT}, "BED01")
    seat, bed = order.lines
    bought = Bought(sku="SP-1")
    with pytest.raises(Refused, match="Nothing is to be bought"):
        await buy(STORE, order.id, seat.id, bought, NOW)
    await authorise(await orderer("authoriser"), order.id, Authorisation(), NOW)
    with pytest.raises(NotAllowed):
        await buy(nurse, order.id, seat.id, bought, NOW)
    for line in (bed.id, uuid4()):
        with pytest.raises(Missing):
            await buy(STORE, order.id, line, bought, NOW)
    await buy(STORE, order.id, seat.id, Bought(sku="BED01"), NOW)
    with pytest.raises(Refused, match="bought already"):
        await buy(STORE, order.id, seat.id, bought, NOW)


async def test_what_serves_as_well_is_offered_while_a_line_waits(nurse: Caller) -> None:
    """If it stands at a main depot."""
    await stock("COT", equivalents=["BED01", "SOFA"])
    await stock("SOFA")
    order = await placed(nurse, await somebody(), "COT")
    assert (line_statuses(order), order.lines[0].equivalents) == (["awaiting_stock"], [])
    await received()
    assert (await as_it_stands(order.id)).lines[0].equivalents == ["BED01"]


async def test_a_loan_is_looked_at_again_on_its_day(nurse: Caller) -> None:
    """As long as it lasts; what the review came to is on record, and the next one is due then."""
    code = await one_item()
    line = {"sku": "BED01", "review_on": "2018-11-01", "end_on": "2019-03-01"}
    order = await placed(nurse, await somebody(), line)
    assert await due(nurse, date(2018, 12, 1), 9) == []
    await done(scan(code, "deliver"))
    [review] = await due(nurse, date(2018, 12, 1), 9)
    assert (review.item, review.review_on) == (code, date(2018, 11, 1))
    assert await due(nurse, date(2018, 11, 1), 9) == []
    assert await due(await orderer(partners=("52R",)), date(2018, 12, 1), 9) == []
    later = Reviewed(note="Still needed", review_on=date(2019, 1, 1), end_on=date(2019, 3, 1))
    await settle(nurse, order.id, review.line, later, NOW)
    assert await due(nurse, date(2018, 12, 1), 9) == []
    record = await look_up(COORDINATOR, order.id, NOW)
    assert record.history[-1].reason == "Still needed"
    await done(scan(code, "return"))
    assert await due(nurse, date(2019, 6, 1), 9) == []


async def test_a_review_of_nothing_is_refused(nurse: Caller) -> None:
    """Of another's order, another line, or a day gone by."""
    order = await placed(nurse, await somebody(), "BED01")
    line = order.lines[0].id
    with pytest.raises(Wrong):
        await settle(nurse, order.id, uuid4(), Reviewed(note="x"), NOW)
    with pytest.raises(Wrong):
        await settle(nurse, order.id, line, Reviewed(note="x", end_on=date(2018, 9, 1)), NOW)
    other = await orderer(partners=("52R",))
    with pytest.raises(Missing):
        await settle(other, order.id, line, Reviewed(note="x"), NOW)


async def test_no_loan_is_to_end_on_a_day_that_has_passed(nurse: Caller) -> None:
    """Nor to be looked at again; a day that was to come when it was said may pass."""
    person, today = await somebody(), london_day(NOW)
    for name in ("review_on", "end_on"):
        with pytest.raises(Wrong, match=f"{name}: Lies in the past"):
            await placed(nurse, person, {"sku": "BED01", name: today - timedelta(days=1)})
    order = await placed(nurse, person, {"sku": "BED01", "review_on": today})
    later = NOW + timedelta(days=3)
    line = ChangedLine(id=order.lines[0].id, quantity=2)
    changed = await change(nurse, order.id, OrderChange(lines=[line]), later)
    assert changed.lines[0].review_on == today
    line = ChangedLine(id=order.lines[0].id, end_on=today)
    with pytest.raises(Wrong, match="end_on: Lies in the past"):
        await change(nurse, order.id, OrderChange(lines=[line]), later)
