"""Recalls: what they name is on hold at once, whatever comes between, until they end."""

import asyncio
from typing import Any, Final
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from budget.database import execute, fetch, transaction
from budget.refusals import Missing, NotAllowed, Refused, Wrong
from equipment.catalogue.handling import Handling, set_handling
from equipment.opening import import_items
from equipment.orders.queues import serve_all
from equipment.parts.parts import NewPart, fit, parts_of
from equipment.parts.received import ReceivedPart
from equipment.recalls.recall_form import Clearing, Closing, Match, NewRecall
from equipment.recalls.recalls import Opened, clear, close, open_recall, preview
from scripts.verifying.recalls import RECALL_INVARIANTS
from tests.equipment.ordering import as_it_stands, line_statuses, open_for_orders, ordered, orderer
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    STORE,
    TECHNICIAN,
    answer,
    check_invariants,
    done,
    one_item,
    received,
    refused,
    row_of,
    scan,
    somebody,
    stock,
)
from tests.races import ready
from tests.sight import all_of

BEGINNING: Final = open_for_orders
pytestmark = pytest.mark.usefixtures("database")


def new_recall(action: str = "hold", **match: Any) -> NewRecall:
    """Fill in a recall of beds, or of what is said."""
    named = match or {"sku": "BED01"}
    body = {"id": str(uuid4()), "reference": "FSN-1", "title": "Motors catch fire"}
    told = {"severity": "high", "match": named, "action": action}
    return msgspec.convert(body | told, NewRecall)


async def recalled(**match: Any) -> Opened:
    """Open a recall, of beds where nothing else is said."""
    return await open_recall(STORE, new_recall(**match), NOW)


async def held(code: str) -> bool:
    """Whether an item is on hold, as its list of what may be done says too."""
    row = await row_of(code)
    assert (row["recalled"] is None) or row["held_at"] is not None
    return row["held_at"] is not None


async def check() -> None:
    """See that recalls hold what they name, nothing else, and items are as movements say."""
    await check_invariants()
    for invariant in RECALL_INVARIANTS:
        assert await fetch(invariant.query) == []


async def test_every_matching_item_is_on_hold_whatever_its_state() -> None:
    """On the shelf, set aside, on a van, lent, dirty, lost or scrapped; and each says why."""
    codes = await received(count=7)
    shelf, aside, loaded, lent, dirty, lost, scrapped = codes
    await done(scan(aside, "allocate"), scan(loaded, "allocate"), scan(loaded, "load"))
    await done(scan(lent, "deliver", person=await somebody()), scan(dirty, "withdraw"))
    await done(scan(lost, "lose"), scan(scrapped, "scrap"))
    other = await one_item(await stock("CHAIR"))
    opened = await recalled()
    assert opened.items == 7
    assert opened.with_people == 1
    assert opened.by_state == dict.fromkeys(
        ("available", "allocated", "loaded", "on_loan", "returned", "lost", "scrapped"), 1
    )
    assert [await held(code) for code in codes] == [True] * 7
    assert not await held(other)
    rows = await fetch("select reason, details from movements where action = 'hold'")
    assert {row["reason"] for row in rows} == {"Recall FSN-1: Motors catch fire"}
    assert await refused(scan(shelf, "allocate")) == "item-on-hold"
    await done(scan(lost, "find"))
    assert await held(lost)
    await check()


async def test_a_hold_writes_no_index_but_where_it_takes_something_off_a_shelf() -> None:
    """No index has, or asks for, what it changes: that was half the work of a large recall."""
    shelf, lent, dirty = await received(count=3)
    await done(scan(lent, "deliver", person=await somebody()), scan(dirty, "withdraw"))
    assert await _written_in_page([shelf]) == 0
    assert await _written_in_page([lent, dirty]) == 2


async def _written_in_page(codes: list[str]) -> int:
    """How many of these a recall's hold writes in their page alone (HOT)."""
    async with transaction() as connection:
        before = await connection.fetchval(_IN_PAGE)
        await connection.execute(
            "update items set held_at = $1, recalled = 'alone' where code = any($2)", NOW, codes
        )
        return int(await connection.fetchval(_IN_PAGE)) - int(before)


_IN_PAGE = "select pg_stat_get_xact_tuples_hot_updated('items'::regclass)"


async def test_a_recall_names_batches_and_ranges_as_people_read_them() -> None:
    """Case, spaces and hyphens say nothing, and numbers are numbers."""
    serials = ["HB-9", "HB 10", "hb0100", "HB-101", "HC-50", None]
    codes = await received(count=6, serials=serials, batch="Lot 7")
    found = await preview(STORE, Match(sku="BED01", serial_from="hb9", serial_to="HB-100"))
    assert (found.items, found.unsure) == (3, 1)
    await recalled(sku="BED01", batch="LOT-07", serial_from="hb9", serial_to="HB-100")
    assert [await held(code) for code in codes] == [True] * 3 + [False] * 3
    await check()


async def test_what_is_received_or_taken_over_later_is_on_hold_as_it_comes() -> None:
    """Nothing of it is ever on the shelf, though somebody waits."""
    await recalled(sku="BED01", batch="LOT7")
    order = await ordered(await orderer(level=4))
    code = await one_item(batch="lot 7")
    free = await one_item(batch="lot 8", dirty=True)
    lines = "sku,state,depot,batch\nBED01,available,D1,Lot-7\n"
    await import_items(ADMINISTRATOR, lines, NOW)
    rows = await fetch("select held_at is not null as held from items where batch = 'Lot-7'")
    assert [row["held"] for row in rows] == [True]
    assert await held(code)
    assert not await held(free)
    assert line_statuses(await as_it_stands(order.id)) == ["awaiting_stock"]
    await check()


async def test_the_parts_of_new_goods_are_on_record_and_recalled() -> None:
    """Each item has its own; a number that is fitted elsewhere, or no part at all, is refused."""
    await set_handling(ADMINISTRATOR, "BED01", Handling(parts=["Motor", "Handset"]))
    await recalled(sku="BED01", part="Motor", serial_from="M-10", serial_to="M-19")
    own = [[ReceivedPart("Motor", f"M-{n}"), ReceivedPart("Handset")] for n in (9, 10)]
    codes = await received(serials=["A", "B"], parts=own)
    assert [await held(code) for code in codes] == [False, True]
    [motor, handset] = (await parts_of(STORE, codes[1])).parts
    assert (motor.serial, handset.serial, handset.missing) == ("M-10", None, False)
    for parts, said in (
        ([[ReceivedPart("Motor", "m-9")]], "fitted to another item"),
        ([[ReceivedPart("Wing")]], "is no part of this product. Its parts: Motor, Handset"),
        ([[ReceivedPart("Motor")] * 2], "Has a part twice"),
        ([[], []], "Give the parts of each of the 1"),
    ):
        with pytest.raises((Refused, Wrong), match=said):
            await received(parts=parts)
    await check()


async def test_a_recall_of_a_part_holds_what_it_is_fitted_to() -> None:
    """By the part's own batch and number, also where it is fitted later, or once more."""
    await set_handling(ADMINISTRATOR, "BED01", Handling(parts=["Motor"]))
    bad, good, later = await received(count=3, batch="M7")
    await fit(STORE, bad, NewPart(uuid4(), "Motor", "1", "m-7"), NOW)
    await fit(STORE, good, NewPart(uuid4(), "Motor", "2", "M8"), NOW)
    opened = await recalled(sku="BED01", part="motor", batch="M7")
    assert opened.items == 1
    await fit(STORE, later, NewPart(uuid4(), "Motor", "3", "M7"), NOW)
    assert [await held(code) for code in (bad, good, later)] == [True, False, True]
    await fit(STORE, bad, NewPart(uuid4(), "Motor", "4", "M9"), NOW)
    await clear(STORE, opened.id, bad, Clearing(reason="Another motor"), NOW)
    assert not await held(bad)
    await check()
    await fit(STORE, bad, NewPart(uuid4(), "Motor", "5", "M7"), NOW)
    assert await held(bad)
    await check()


async def test_whoever_was_promised_a_recalled_item_gets_another_one() -> None:
    """The promise ends with the hold, and the line goes back to the queue."""
    recalled_one = await one_item(batch="A")
    order = await ordered(await orderer(level=4))
    assert (await as_it_stands(order.id)).lines[0].items == [recalled_one]
    other = await one_item(batch="B")
    await recalled(sku="BED01", batch="A")
    assert (await as_it_stands(order.id)).lines[0].items == [other]
    await check()


async def test_a_hold_by_hand_and_one_by_a_recall_are_two_things() -> None:
    """An item is on hold while any stands; only the recall ends its own."""
    by_hand, failed, free = await received(count=3)
    await done(scan(by_hand, "hold"))
    first, second = await recalled(), await recalled()
    checks = [{"kind": "pat", "result": "fail", "on": "2018-10-01"}]
    await done(scan(failed, "check", checks=checks))
    for code in (by_hand, failed, free):
        assert await refused(scan(code, "release")) == "held-by-recall"
        assert "release" not in (await answer(scan(code, "hold"))).allowed
    assert await refused(scan(free, "hold")) == "item-on-hold"
    await close(STORE, first.id, Closing(reason="not ours"), NOW)
    assert await held(free)
    await check()
    await close(STORE, second.id, Closing(reason="not ours"), NOW)
    assert [await held(code) for code in (by_hand, failed, free)] == [True, True, False]
    await done(scan(by_hand, "release"), scan(free, "allocate"))
    await check()


async def test_what_a_recall_did_is_not_undone_by_a_scan() -> None:
    """Neither its hold nor its end; what came after it is."""
    code = await one_item()
    opened = await recalled()
    hold = str((await row_of(code))["newest_movement"])
    assert await refused(scan(code, "undo", movement=hold)) == "held-by-recall"
    moved = scan(code, "move", depot="D2")
    await done(moved)
    await done(scan(code, "undo", movement=moved["id"]))
    assert await held(code)
    await close(STORE, opened.id, Closing(reason="repaired"), NOW)
    release = str((await row_of(code))["newest_movement"])
    assert await refused(scan(code, "undo", movement=release)) == "held-by-recall"
    assert not await held(code)
    await check()


async def test_what_was_done_before_the_recall_is_a_fact_with_a_case() -> None:
    """It is accepted, the hold stays, and a person settles it."""
    code = await one_item()
    await recalled()
    earlier = NOW.replace(hour=8)
    result = await answer(scan(code, "deliver", person=await somebody(), at=earlier))
    assert (result.status, result.state) == ("accepted", "on_loan")
    assert await held(code)
    rows = await fetch("select kind from cases")
    assert [row["kind"] for row in rows] == ["fact-against-hold"]
    await check()


async def test_one_item_is_cleared_with_evidence_while_the_recall_goes_on() -> None:
    """It is free, the others are not; and it is cleared once."""
    good, bad = await received(count=2)
    opened = await recalled()
    await clear(STORE, opened.id, good, Clearing(reason="Motor changed, tested"), NOW)
    assert [await held(good), await held(bad)] == [False, True]
    with pytest.raises(Refused, match="has cleared this item already"):
        await clear(STORE, opened.id, good, Clearing(reason="Again"), NOW)
    with pytest.raises(Missing):
        await clear(STORE, opened.id, "nothing", Clearing(reason="x"), NOW)
    with pytest.raises(Refused, match="1 of its items"):
        await close(STORE, opened.id, Closing(), NOW)
    await done(scan(bad, "scrap"))
    await close(STORE, opened.id, Closing(), NOW)
    with pytest.raises(Refused, match="closed this recall already"):
        await close(STORE, opened.id, Closing(), NOW)
    said = await all_of(
        "select what, actor from changes where key = $1 order by id", str(opened.id)
    )
    assert [row["what"] for row in said] == ["recall opened", "item cleared", "recall closed"]
    await check()


async def test_a_recall_is_opened_once_however_often_it_is_sent() -> None:
    """The same content has the same answer; another is refused."""
    await one_item()
    new = new_recall()
    answers = await asyncio.gather(*(open_recall(STORE, new, NOW) for _ in range(3)))
    await one_item()
    assert [await open_recall(STORE, new, NOW), *answers] == [answers[0]] * 4
    assert len(await fetch("select from recalls")) == 1
    other = msgspec.structs.replace(new, title="Another")
    with pytest.raises(Refused, match="used before"):
        await open_recall(STORE, other, NOW)
    with pytest.raises(Refused, match="used before"):
        await open_recall(COORDINATOR, new, NOW)
    with pytest.raises(NotAllowed):
        await open_recall(TECHNICIAN, new_recall(), NOW)


@pytest.mark.parametrize(
    ("match", "field"),
    [
        ({}, "match.sku"),
        ({"serial_from": "1", "serial_to": "9"}, "match.sku"),
        ({"sku": "NONE"}, "match.sku"),
        ({"sku": "BED01", "batch": " - "}, "match.batch"),
        ({"sku": "BED01", "serial_from": "B2", "serial_to": "B1"}, "match.serial_to"),
        ({"batch": "a\0b"}, "match.batch"),
    ],
)
async def test_a_match_that_would_hold_what_nobody_meant_is_refused(
    match: dict[str, str], field: str
) -> None:
    """With the field that is wrong; nothing is held."""
    await one_item()
    new = msgspec.structs.replace(new_recall(), match=Match(**match))
    with pytest.raises(Wrong) as wrong:
        await open_recall(STORE, new, NOW)
    assert [fault.field for fault in wrong.value.faults] == [field]
    assert await fetch("select from recalls") == []


async def test_the_database_lets_nothing_go_that_a_recall_holds(database: str) -> None:
    """Whoever writes past the service is refused, also once the recall is over; so is its list."""
    code = await one_item()
    recall = (await recalled()).id
    walls = (asyncpg.CheckViolationError, asyncpg.SerializationError)
    with pytest.raises(walls):
        await execute("update items set held_at = null, recalled = null where code = $1", code)
    with pytest.raises(asyncpg.CheckViolationError):
        await execute("update items set held_at = null where code = $1", code)
    await execute("update recalls set closed_at = now(), closed_by = 'x' where id = $1", recall)
    with pytest.raises(asyncpg.SerializationError, match="no movement says that it is free"):
        await execute("update items set held_at = null, recalled = null where code = $1", code)
    listed = "insert into recall_items (recall, item, found_at, state, hold)"
    for values in ("select id, 0, now(), 'lost', id from recalls",
            "select gen_random_uuid(), id, now(), 'lost', newest_movement from items"):  # fmt: skip
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await execute(f"{listed} {values}")
    owner = await asyncpg.connect(database)
    for sql in ("delete from recalls", "update recalls set id = gen_random_uuid()",
            "update recall_items set item = item + 1", "update items set id = id + 1"):  # fmt: skip
        with pytest.raises(asyncpg.ForeignKeyViolationError, match="on the list of a recall"):
            await owner.execute(sql)
    await owner.close()


async def test_nothing_slips_out_while_scans_receipts_and_imports_race_a_recall() -> None:
    """Whoever comes first, in the end every bed is on hold."""
    await ready(6)
    person = await somebody()
    for _ in range(4):
        codes = await received(count=30)
        lines = "sku,state,depot\n" + "BED01,available,D1\n" * 20
        sent = [
            *(answer(scan(code, "allocate")) for code in codes[:10]),
            *(answer(scan(code, "deliver", person=person)) for code in codes[10:20]),
            done_anyhow(*(scan(code, "lose") for code in codes[20:])),
            done_anyhow(*(scan(code, "find") for code in reversed(codes[20:]))),
        ]
        recalling = asyncio.create_task(recalled())
        await asyncio.gather(
            *sent,
            *(received(count=5) for _ in range(3)),
            import_items(ADMINISTRATOR, lines, NOW),
            serve_all(NOW),
        )
        opened = await recalling
        slipped = "select code from items where held_at is null or recalled is null"
        assert await fetch(slipped) == []
        await check()
        await close(STORE, opened.id, Closing(reason="next round"), NOW)
        assert await fetch("select code from items where held_at is not null") == []


async def done_anyhow(*scans: dict[str, Any]) -> None:
    """Record scans, refused or not."""
    for each in scans:
        await answer(each)
