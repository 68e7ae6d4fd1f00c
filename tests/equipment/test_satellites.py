"""Satellite stores: target levels, and top-ups that make themselves."""

import asyncio
from datetime import timedelta

import pytest

from budget.refusals import Missing, NotAllowed, Refused, Wrong
from equipment.catalogue.stock import Shelf
from equipment.orders.satellites import Levels, ShelfLine, TopUp, set_levels, shelf, top_up, top_ups
from equipment.places import Depot, open_depot
from tests.equipment.standing_data import ADMINISTRATOR, caller
from tests.equipment.store import NOW, STORE, count, done, received, scan, set_up, somebody
from tests.races import ready

LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
async def _store(database: str) -> None:
    assert database
    await set_up()
    await open_depot(ADMINISTRATOR, Depot("WARD", "Ward 7", "NG2 1AA", "satellite"))


async def _open() -> list[TopUp]:
    return await top_ups(STORE, "open", None, LATER, after=0, limit=5)


async def test_a_shelf_that_falls_below_its_target_asks_for_more() -> None:
    """Once, for as many as it lacks, until they have come by `move` from a depot."""
    beds = await received(count=3)
    [shelved] = await received(depot="WARD")
    await set_levels(STORE, "WARD", Levels({"BED01": 1}))
    assert await _open() == []
    await done(scan(shelved, "deliver", person=await somebody()))
    [asked] = await _open()
    assert (asked.depot, asked.sku, asked.short, asked.done_at) == ("WARD", "BED01", 1, None)
    assert asked.sources == [Shelf("D1", "D1", "depot", 3)]
    await set_levels(STORE, "WARD", Levels({"BED01": 3}))
    assert [(each.id, each.short) for each in await _open()] == [(asked.id, 3)]
    await done(*(scan(bed, "move", depot="WARD") for bed in beds[:2]))
    assert [(each.id, each.short) for each in await _open()] == [(asked.id, 1)]
    await done(scan(beds[2], "move", depot="WARD"))
    assert await _open() == []
    [closed] = await top_ups(STORE, "done", "WARD", LATER, after=0, limit=5)
    assert (closed.id, closed.done_at) == (asked.id, LATER)
    assert await shelf(STORE, "WARD") == [ShelfLine("BED01", "Product BED01", 3, 3, 0)]


async def test_what_is_on_hold_cannot_be_handed_out() -> None:
    """So it does not count towards the target."""
    [shelved] = await received(depot="WARD")
    await set_levels(STORE, "WARD", Levels({"BED01": 1}))
    await done(scan(shelved, "hold"))
    assert [each.short for each in await _open()] == [1]


async def test_the_shelf_is_looked_at_by_many_at_once() -> None:
    """One top-up for one lack."""
    await set_levels(STORE, "WARD", Levels({"BED01": 5}))
    await ready()
    await asyncio.gather(*(top_up(NOW) for _ in range(4)))
    assert await count("top_ups") == 1


async def test_levels_that_are_not_named_are_none() -> None:
    """And a target of none asks for nothing."""
    await set_levels(STORE, "WARD", Levels({"BED01": 5}))
    assert len(await _open()) == 1
    assert await set_levels(STORE, "WARD", Levels({})) == []
    assert await _open() == []


async def test_levels_are_of_satellites_and_known_products() -> None:
    """Refused in words; nothing is half-written."""
    with pytest.raises(Refused, match="satellite"):
        await set_levels(STORE, "D1", Levels({"BED01": 1}))
    for code in ("NONE", "\0"):
        with pytest.raises(Missing):
            await set_levels(STORE, code, Levels({"BED01": 1}))
    for sku in ("NONE", "\0"):
        with pytest.raises(Wrong):
            await set_levels(STORE, "WARD", Levels({"BED01": 1, sku: 1}))
    assert await count("shelf_levels") == 0
    with pytest.raises(NotAllowed):
        await set_levels(caller("prescriber"), "WARD", Levels({"BED01": 1}))
