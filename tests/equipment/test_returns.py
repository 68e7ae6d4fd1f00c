"""What waits for a decision, what was scrapped and why, and what never came back."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from budget import behind, recycling
from budget.behind import Counted, Kind, Wanted
from budget.cohorts import Asked, Of, cohorts
from budget.partners import Takeover, take_over
from budget.recycling import Count, Question, Scope
from budget.refusals import NotAllowed, Wrong
from budget.within import DIMENSIONS, Within, report_within
from budget.wording import one_line
from equipment.people import people
from equipment.people.person_form import PersonChange
from equipment.returns.ageing import ageing
from equipment.returns.left_out import Narrowed, left_out
from equipment.returns.not_back import not_back
from equipment.returns.scrapped import scrapped
from tests.budget.recount import BYS, shown
from tests.equipment.ordering import open_for_orders
from tests.equipment.standing_data import caller
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    done,
    one_item,
    received,
    scan,
    set_up,
    somebody,
    stock,
    tariff,
)

pytestmark = pytest.mark.usefixtures("database")

BUYER: Final = caller("budget_holder")
SCOPES: Final[tuple[Scope, ...]] = ("reusable", "all")
KINDS: Final[tuple[Kind, ...]] = (
    "issued", "issued_recycled", "returned", "reused", "scrapped", "written_off", "lost",
)  # fmt: skip
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


async def test_the_movements_behind_a_figure_add_up_to_it_and_say_nothing_of_what_was_undone() -> (
    None
):
    """Of every kind, key and scope; by partner cut where another takes over; however paged."""
    await open_for_orders()
    await stock("PAD", reuse="single_patient", category="Pads")
    await take_over("admin", "04K", Takeover("52R", (NOW + timedelta(days=2)).date()))
    person = await somebody()
    for number, sku in enumerate(("BED01", "BED01", "BED01", "PAD", "BED01")):
        item = await one_item(sku, received_at=NOW - timedelta(days=400 * number))
        at = NOW + timedelta(days=number)
        out = scan(item, "deliver", person=person, at=at)
        back = scan(item, "return", at=at)
        await done(out, now=at)
        if number == 1:
            await done(scan(item, "undo", movement=out["id"], at=at), now=at)
            continue
        await done(back, now=at)
        if sku == "BED01":
            await done(scan(item, "clean", at=at), scan(item, "pass", at=at), now=at)
        if number == 2:
            await done(scan(item, "scrap", at=at + timedelta(days=3)), now=LATER)
    await done(scan(item, "deliver", person=person, at=LATER), now=LATER)
    await done(scan(item, "lose", at=LATER), now=LATER)
    span = (NOW.date(), LATER.date())
    seen = 0
    for by in BYS:
        for scope in SCOPES:
            report = await recycling.report(Question(*span, by, scope))
            for row in (*report.rows, report.total):
                for kind in KINDS:
                    wanted = Wanted(kind, *span, by if row.key else "none", row.key, scope)
                    rows = await _all_behind(wanted)
                    count = getattr(row, kind)
                    assert sum(each.units for each in rows) == count.units, wanted
                    assert sum(each.pence for each in rows) == count.pence
                    seen += len(rows)
    assert seen > 100
    [scrapped_one, *_] = await _all_behind(Wanted("scrapped", *span))
    assert (scrapped_one.reason, scrapped_one.partner) == ("said so", "04K")

    await _check_narrowed(span)


async def _check_narrowed(span: tuple[date, date]) -> None:
    for by in DIMENSIONS:
        for row in (await recycling.report(Question(*span, by))).rows:
            await _check_within(span, Within(by, str(row.key)), row)
    with pytest.raises(Wrong):
        await report_within(Question(*span, "sku"), Within("sku", "BED01"))


async def _check_within(span: tuple[date, date], within: Within, row: recycling.Row) -> None:
    """Of one key alone it is what the row of the key says, and its parts add up to that."""
    whole = await report_within(Question(*span), within)
    expected = {name: number for name, number in shown(row).items() if name[0] != "waiting"}
    assert shown(whole.total) == expected, within
    for by in DIMENSIONS:
        if by == within.by:
            continue
        parts = (await report_within(Question(*span, by), within)).rows
        for (kind, unit), number in expected.items():
            # What has no team is in the total alone.
            if by != "team":
                assert sum(getattr(getattr(part, kind), unit) for part in parts) == number
        for part in parts:
            if part.issued.units:
                wanted = Wanted("issued", *span, by, part.key, within=within)
                behind_it = await _all_behind(wanted)
                assert sum(each.units for each in behind_it) == part.issued.units


async def _all_behind(wanted: Wanted) -> list[Counted]:
    """Two at a time."""
    rows: list[Counted] = []
    after = behind.FIRST
    while page := await behind.behind(wanted, after=after, limit=2):
        rows += page
        after = (page[-1].occurred_on, page[-1].loan)
    return rows


async def test_a_key_that_nothing_has_leads_to_nothing() -> None:
    """Not even one that PostgreSQL could not keep."""
    await set_up()
    span = (NOW.date(), NOW.date())
    keys: tuple[recycling.By, ...] = ("partner", "sku", "category", "depot", "team", "age")
    assert await _all_behind(Wanted("scrapped", *span, reason="\0")) == []
    for by in keys:
        for key in ("\0", "NONE", "\N{PILE OF POO}" * 25):
            assert await _all_behind(Wanted("issued", *span, by, key)) == []
    whose: tuple[Of, ...] = ("partner", "sku", "team")
    for of in whose:
        assert (await cohorts(Asked(*span, of, "\0"), NOW.date())).rows == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"first": NOW.date(), "last": NOW.date() - timedelta(days=1)}, "to"),
        ({"first": date(2001, 1, 1), "last": NOW.date()}, "to"),
        ({"first": date.min, "last": date.min}, "from"),
        ({"first": NOW.date(), "last": date.max}, "to"),
        ({"first": NOW.date(), "last": NOW.date(), "key": "BED01"}, "key"),
        ({"first": NOW.date(), "last": NOW.date(), "by": "month", "key": "2018-4"}, "key"),
        ({"first": NOW.date(), "last": NOW.date(), "by": "month", "key": "9999-99"}, "key"),
    ],
)
async def test_movements_that_cannot_be_asked_for_are_refused_by_the_field(
    fields: dict[str, Any], field: str
) -> None:
    """Days the wrong way round, too many, of no calendar; a key of nothing."""
    with pytest.raises(Wrong) as refusal:
        await behind.behind(Wanted("issued", **fields), after=behind.FIRST, limit=2)
    assert field in {fault.field for fault in refusal.value.faults}


async def test_why_items_went_is_told_by_reason_however_it_was_typed_and_by_product() -> None:
    """An undone scrap counts nowhere, even where the same item is scrapped again for another."""
    await set_up()
    person = await somebody()
    reasons = ("Worn out", " worn  OUT", "Water damage", "Typed wrong")
    for item, reason in zip(await received(count=4), reasons, strict=True):
        scrap = scan(item, "scrap", reason=reason)
        await done(scan(item, "deliver", person=person), scan(item, "return"), scrap)
        if reason == "Typed wrong":
            await done(scan(item, "undo", movement=scrap["id"]))
            await done(scan(item, "scrap", reason="Frame bent"))
    left = await one_item()
    await done(scan(left, "deliver", person=person), scan(left, "scrap", reason="Not fetched"))
    span = (NOW.date(), NOW.date())
    found = await scrapped(BUYER, *span)
    assert [(row.key, row.scrapped.units, row.written_off.units) for row in found.rows] == [
        ("worn out", 2, 0), ("frame bent", 1, 0), ("not fetched", 0, 1), ("water damage", 1, 0),
    ]  # fmt: skip
    assert found.total.scrapped == Count(4, 4 * 62_000)
    assert found.others.scrapped == Count()
    [of_beds] = (await scrapped(BUYER, *span, "sku")).rows
    assert (of_beds.key, of_beds.scrapped.units) == ("BED01", 4)
    assert of_beds.reason_id is None
    went: tuple[Kind, ...] = ("scrapped", "written_off")
    for row in found.rows:
        for kind in went:
            count = getattr(row, kind)
            rows = await _all_behind(Wanted(kind, *span, reason=row.reason_id))
            assert (len(rows), sum(each.pence for each in rows)) == (count.units, count.pence)
            assert {one_line(str(each.reason)).lower() for each in rows} <= {row.key}
    with pytest.raises(Wrong, match="reason"):
        await _all_behind(Wanted("lost", *span, reason=found.rows[0].reason_id))


async def test_what_never_came_back_is_worth_its_price_less_the_life_that_is_over() -> None:
    """Months of life by whole months; what was lost cannot be fetched; a week is not long over."""
    await open_for_orders()
    await stock("CHAIR", price_pence=12_000, life_years=10)
    await stock("OLD", price_pence=12_000, life_years=1)
    await tariff(collection=5_000)
    dead, alive = await somebody(), await somebody()
    now = NOW + timedelta(days=60)
    for sku, person in (("CHAIR", dead), ("OLD", dead), ("CHAIR", alive)):
        item = await one_item(sku, received_at=NOW - timedelta(days=366 * 5))
        await done(scan(item, "deliver", person=person))
    await done(scan(item, "lose"))
    await people.change(COORDINATOR, UUID(dead), PersonChange(died_on=NOW.date()), NOW)
    assert (await not_back(BUYER, NOW + timedelta(days=28))).total.units == 1
    found = await not_back(BUYER, now)
    told = {(row.sku, row.why): (row.value_pence, row.worth_units) for row in found.rows}
    assert told == {
        ("CHAIR", "died"): (12_000 * 58 // 120, 1),
        ("CHAIR", "lost"): (12_000 * 58 // 120, 0),
        ("OLD", "died"): (0, 0),
    }
    assert (found.collection_pence, found.total.units) == (5_000, 3)
    assert found.total.worth_pence == 5_800 - 5_000
    each = await left_out(BUYER, Narrowed(), now, after=0, limit=10)
    assert [(row.sku, row.why, row.value_pence, row.gain_pence) for row in each] == [
        ("CHAIR", "died", 5_800, 800), ("OLD", "died", 0, -5_000), ("CHAIR", "lost", 5_800, None),
    ]  # fmt: skip
    assert [row.since for row in each] == [NOW.date(), NOW.date(), None]
    pages = [await left_out(BUYER, Narrowed(), now, after=0, limit=1)]
    while pages[-1]:
        pages.append(await left_out(BUYER, Narrowed(), now, after=pages[-1][-1].seq, limit=1))
    assert [row for page in pages for row in page] == each
    for wanted, many in (
        (Narrowed(worth=True), 1),
        (Narrowed(why="lost"), 1),
        (Narrowed(sku="CHAIR"), 2),
        (Narrowed(sku="OLD", worth=True), 0),
    ):
        assert len(await left_out(BUYER, wanted, now, after=0, limit=10)) == many, wanted
    with pytest.raises(NotAllowed):
        await not_back(caller("technician"), now)
