"""Purchases: nothing is bought that waits to be washed, and no more comes in than was ordered."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from budget.database import execute, fetch
from budget.refusals import Missing, Refusal, Refused, Wrong
from equipment.catalogue.handling import Handling, set_handling
from equipment.catalogue.stock import fold_stock
from equipment.items import Viewer
from equipment.parts.parts import parts_of
from equipment.parts.received import ReceivedPart
from equipment.stock.drafting import change, draft
from equipment.stock.goods_in import GoodsIn, receive
from equipment.stock.purchase_form import (
    NewLine,
    NewPurchase,
    Ordering,
    Purchase,
    PurchaseChange,
    Saying,
    StockAnswer,
)
from equipment.stock.purchases import (
    approve,
    cancel,
    listed,
    look_up,
    order,
    overdue,
    send_back,
)
from scripts.verifying.stock import STOCK_INVARIANTS
from tests.equipment.standing_data import caller
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    STORE,
    done,
    received,
    scan,
    set_up,
    somebody,
    stock,
)
from tests.sight import all_of

SECOND = caller("coordinator", username="second")
VIEWER = Viewer(STORE, NOW, "https://kit.example.org")


def purchase(*lines: tuple[str, int], pence: int = 10_000, **fields: Any) -> NewPurchase:
    """What is to be bought."""
    usual: dict[str, Any] = {"supplier": "Beds Ltd", "depot": "D1"} | fields
    wanted = [NewLine(sku, many, pence) for sku, many in lines or (("BED01", 3),)]
    return NewPurchase(id=fields.pop("id", uuid4()), lines=wanted, **usual)


async def ordered(*lines: tuple[str, int], **fields: Any) -> Purchase:
    """A purchase that is ordered."""
    new = purchase(*lines, **fields)
    await draft(STORE, new, NOW)
    return await order(STORE, new.id, Ordering(), NOW)


def goods(bought: Purchase, place: int = 0, **fields: Any) -> GoodsIn:
    """What came in of one of its lines."""
    return GoodsIn(id=uuid4(), line=bought.lines[place].id, **fields)


async def came(bought: Purchase, told: GoodsIn) -> list[dict[str, Any]]:
    """Receive goods; the items."""
    answer = msgspec.json.decode(await receive(VIEWER, bought.id, told))
    items: list[dict[str, Any]] = answer["items"]
    return items


async def slug(work: Any) -> str:
    """Do what is refused; the slug."""
    with pytest.raises(Refusal) as refusal:
        await work
    return refusal.value.slug


@pytest.fixture
async def store(database: str) -> None:
    """Beds, and beds that serve as well."""
    del database
    await set_up()
    await stock("BED02", equivalents=["BED01"])


async def _dirty(count: int) -> None:
    """Beds that came back from somebody and wait to be washed."""
    person = await somebody()
    for code in await received(count=count):
        await done(scan(code, "deliver", person=person), scan(code, "return"))


async def test_nothing_is_bought_while_some_wait_to_be_washed_unless_somebody_says_why(
    store: None,
) -> None:
    """Of the product itself and of those that serve as well; the answer is on record."""
    del store
    await _dirty(3)
    await fold_stock()
    await _dirty(2)
    new = purchase(("BED02", 4))
    await draft(STORE, new, NOW)
    with pytest.raises(Refused) as refusal:
        await order(STORE, new.id, Ordering(), NOW)
    assert refusal.value.slug == "stock-waits"
    facts: dict[str, Any] = refusal.value.facts
    [waits] = facts["waiting"]
    assert (waits["sku"], waits["waiting"]) == ("BED02", 5)
    assert (await look_up(STORE, new.id)).status == "draft"
    told = Ordering([StockAnswer("BED02", "They are on their last legs")])
    bought = await order(STORE, new.id, told, NOW)
    assert bought.status == "ordered"
    assert [(each.waiting, each.reason, each.answered_by) for each in bought.answers] == [
        (5, "They are on their last legs", "storeman")
    ]
    assert await order(STORE, new.id, told, NOW) == bought
    assert await slug(order(COORDINATOR, new.id, told, NOW)) == "purchase-not-draft"


async def test_what_is_on_hold_or_spent_is_not_waited_for(store: None) -> None:
    """A recalled bed, and what is for one person only, cannot be made fit."""
    del store
    [code] = await received(dirty=True)
    await done(scan(code, "hold"))
    await stock("SLING", reuse="single_patient")
    await received("SLING", dirty=True)
    assert (await ordered(("BED01", 1), ("SLING", 1))).status == "ordered"


async def test_a_large_purchase_is_approved_by_somebody_else(store: None) -> None:
    """Never by who drafted it or asked for it; sent back, it is a draft again."""
    del store
    new = purchase(("BED01", 50))
    await draft(COORDINATOR, new, NOW)
    waits = await order(COORDINATOR, new.id, Ordering(), NOW)
    assert (waits.status, waits.total_pence) == ("awaiting_approval", 500_000)
    assert await slug(approve(COORDINATOR, new.id, NOW)) == "own-purchase"
    assert await slug(came(waits, goods(waits, quantity=1))) == "purchase-not-ordered"
    back = await send_back(SECOND, new.id, Saying("Ask two more"), NOW)
    assert (back.status, back.reason) == ("draft", "Ask two more")
    await order(COORDINATOR, new.id, Ordering(), NOW)
    bought = await approve(SECOND, new.id, NOW)
    assert (bought.status, bought.ordered_by) == ("ordered", "second")
    assert await approve(SECOND, new.id, NOW) == bought
    with pytest.raises(Refusal):
        await approve(STORE, new.id, NOW)


def changed(bought: Purchase, *lines: tuple[str, int], **fields: Any) -> PurchaseChange:
    """The draft with other lines, or as it was, and what else is to be written."""
    wanted = [NewLine(sku, many, 10_000) for sku, many in lines or (("BED01", 3),)]
    known: dict[str, Any] = {
        name: getattr(bought, name) for name in ("version", "supplier", "depot", "reference")
    }
    return PurchaseChange(lines=wanted, **known | fields)


async def test_a_draft_is_written_anew_until_it_is_asked_for(store: None) -> None:
    """Two who write in it do not go over each other; whoever has written does not approve it."""
    del store
    first = await draft(STORE, purchase(note="By Friday"), NOW)
    told = changed(first, ("BED02", 1), ("BED01", 60), supplier="Other  Ltd", note="By Monday")
    second = await change(COORDINATOR, first.id, told, NOW)
    assert (second.version, second.supplier, second.note, second.total_pence, second.authors) == (
        2, "Other Ltd", "By Monday", 610_000, ["storeman", "coordinator"],
    )  # fmt: skip
    assert [(each.sku, each.quantity) for each in second.lines] == [("BED02", 1), ("BED01", 60)]
    assert await change(COORDINATOR, first.id, told, NOW) == second
    assert await slug(change(STORE, first.id, told, NOW)) == "changed-meanwhile"
    assert await slug(change(STORE, first.id, changed(first), NOW)) == "changed-meanwhile"
    with pytest.raises(Wrong):
        await change(STORE, first.id, changed(second, ("NONE", 1)), NOW)
    assert await look_up(STORE, first.id) == second
    unseen = order(STORE, first.id, Ordering(version=1), NOW)
    assert await slug(unseen) == "changed-meanwhile"
    await order(STORE, first.id, Ordering(version=2), NOW)
    assert await slug(approve(SECOND, first.id, NOW, version=1)) == "changed-meanwhile"
    assert await slug(change(STORE, first.id, changed(second), NOW)) == "purchase-not-draft"
    assert await slug(approve(COORDINATOR, first.id, NOW)) == "own-purchase"
    assert (await approve(SECOND, first.id, NOW)).status == "ordered"
    [*_, invariant] = [each for each in STOCK_INVARIANTS if each.name == "purchases"]
    assert await all_of(invariant.query) == []


async def test_of_two_who_write_in_a_draft_at_once_one_is_told(store: None) -> None:
    """The lines are those of the one, and never of both."""
    del store
    first = await draft(STORE, purchase(), NOW)
    wanted = [changed(first, ("BED01", n), ("BED02", n)) for n in (7, 8)]
    each = (change(STORE, first.id, wanted[0], NOW), change(SECOND, first.id, wanted[1], NOW))
    told = await asyncio.gather(*each, return_exceptions=True)
    [refused] = [one.slug for one in told if isinstance(one, Refused)]
    assert refused == "changed-meanwhile"
    assert len({line.quantity for line in (await look_up(STORE, first.id)).lines}) == 1


async def test_parts_come_in_with_their_numbers(store: None) -> None:
    """Those of the product's list, each once, and not one that is fitted elsewhere."""
    del store
    admin = caller("administrator")
    await set_handling(admin, "BED01", Handling(parts=["Motor", "Handset"]))
    bought = await ordered()
    motor = [[ReceivedPart("Motor", "M1"), ReceivedPart("Handset", "H1")]]
    [item] = await came(bought, goods(bought, serials=["S1"], parts=motor))
    shown = (await parts_of(STORE, item["code"])).parts
    assert {(each.part, each.serial) for each in shown} == {("Motor", "M1"), ("Handset", "H1")}
    again = goods(bought, serials=["S2"], parts=motor)
    assert await slug(came(bought, again)) == "part-elsewhere"
    with pytest.raises(Wrong):
        await came(bought, goods(bought, quantity=2, parts=motor))
    assert (await look_up(STORE, bought.id)).lines[0].received == 1


async def test_what_comes_in_gets_labels_and_the_agreed_price(store: None) -> None:
    """Until all of it is here, never more of it, and sent twice it came once."""
    del store
    bought = await ordered(("BED01", 3), ("BED02", 1), due_on=NOW.date())
    late = NOW.date() + timedelta(days=1)
    assert await overdue(STORE, late) == 1
    told = goods(bought, serials=["S1", "S2"], batch="B7")
    first = await came(bought, told)
    assert await came(bought, told) == first
    assert {(each["serial"], each["batch"], each["purchase_price_pence"]) for each in first} == {
        ("S1", "B7", 10_000),
        ("S2", "B7", 10_000),
    }
    with pytest.raises(Refused) as refusal:
        await came(bought, goods(bought, quantity=2))
    assert (refusal.value.slug, refusal.value.facts) == ("more-than-ordered", {"left": 1})
    assert (await look_up(STORE, bought.id)).status == "part_received"
    [third] = await came(bought, goods(bought, quantity=1, price_pence=9_000))
    assert third["purchase_price_pence"] == 9_000
    await came(bought, goods(bought, 1, quantity=1))
    whole = await look_up(STORE, bought.id)
    assert (whole.status, len(whole.receipts)) == ("received", 3)
    assert await overdue(STORE, late) == 0
    assert await slug(cancel(STORE, bought.id, Saying("Too late"), NOW)) == "purchase-complete"
    assert await listed(STORE, "received", overdue_on=None, after=0, limit=9) == [whole]


async def test_two_who_receive_the_last_of_a_line_at_once_do_not_both(store: None) -> None:
    """Ten at once for three: three come in, and the other seven are told."""
    del store
    bought = await ordered()
    every = [came(bought, goods(bought, quantity=1)) for _ in range(10)]
    told = await asyncio.gather(*every, return_exceptions=True)
    refused = [each for each in told if isinstance(each, Refused)]
    assert ([each.slug for each in refused], len(told) - len(refused)) == (
        ["more-than-ordered"] * 7, 3,
    )  # fmt: skip
    [row] = await fetch("select count(*)::int as many from items")
    assert row["many"] == 3


async def test_what_cannot_be_is_told_and_leaves_nothing(store: None) -> None:
    """Unknown products and places, a product twice, another's id, a line of somewhere else."""
    del store
    with pytest.raises(Wrong) as wrong:
        await draft(STORE, purchase(("NONE", 1), ("BED01", 1), depot="D9"), NOW)
    assert {fault.field for fault in wrong.value.faults} == {"lines[0].sku", "depot"}
    with pytest.raises(Wrong):
        await draft(STORE, purchase(("BED01", 1), ("BED01", 2)), NOW)
    new = purchase()
    await draft(STORE, new, NOW)
    assert (await draft(STORE, new, NOW)).seq == 1
    assert await slug(draft(COORDINATOR, new, NOW)) == "id-reused"
    other = await ordered()
    with pytest.raises(Missing):
        await receive(VIEWER, new.id, goods(other, quantity=1))
    with pytest.raises(Missing):
        await order(STORE, uuid4(), Ordering(), NOW)
    assert await fetch("select from items") == []


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), st.integers(0, 1), st.integers(1, 3)),
        st.tuples(st.just("again"), st.integers(0, 1), st.integers(1, 3)),
        st.tuples(st.just("cancel"), st.just(0), st.just(0)),
    ),
    max_size=7,
)


@settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=_STEPS)
async def test_what_came_in_is_what_is_on_record_whatever_happens(
    database: str, steps: list[tuple[str, int, int]]
) -> None:
    """As scripts/verify sees it after every step; what was refused left no item."""
    del database
    if not await fetch("select from depots"):
        await set_up()
        await stock("BED02")
    bought = await ordered(("BED01", 4), ("BED02", 2))
    sent: dict[int, GoodsIn] = {}
    here: set[UUID] = set()
    for what, place, many in steps:
        try:
            if what == "cancel":
                await cancel(STORE, bought.id, Saying("No more"), NOW)
                continue
            told = sent.get(place) if what == "again" else None
            told = told or goods(bought, place, quantity=many)
            await came(bought, told)
            sent[place] = told
            here.add(told.id)
        except Refused as refusal:
            note(refusal.slug)
        for invariant in STOCK_INVARIANTS:
            assert await all_of(invariant.query) == [], invariant.name
    assert {each.id for each in (await look_up(STORE, bought.id)).receipts} == here


async def test_the_database_forbids_what_the_service_would_not_do(store: None) -> None:
    """The application's role cannot receive more than ordered, nor rewrite what came in."""
    del store
    bought = await ordered()
    await came(bought, goods(bought, quantity=1))
    for sql in (
        "update purchase_lines set received = 4",
        "update purchase_lines set quantity = 40",
        "update purchase_receipts set quantity = 3",
        "delete from purchased_items",
        "update purchases set total_pence = 900000",
        "delete from purchase_lines",
        (
            "insert into purchase_lines select gen_random_uuid(), purchase, 9, 'BED02', 1, 1, 0"
            " from purchase_lines"
        ),
    ):
        with pytest.raises(Exception, match=r"violates|denied|is asked for"):
            await execute(sql)
