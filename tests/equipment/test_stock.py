"""How many there are of what, and where."""

import asyncio

import msgspec
import pytest

from budget.database import execute, fetch
from budget.refusals import NotAllowed
from equipment.catalogue.stock import By, Count, Shelf, Stock, fold_stock, shelves, stock
from equipment.places import Depot, open_depot
from scripts.verify import verify
from tests.equipment.standing_data import ADMINISTRATOR, caller
from tests.equipment.store import COORDINATOR, done, received, scan, set_up, somebody
from tests.equipment.store import stock as stocked


@pytest.fixture(autouse=True)
async def _store(database: str) -> None:
    assert database
    await set_up()


async def _of(key: str, by: By = "sku", **narrow: str) -> Stock:
    rows = await stock(COORDINATOR, Count(by, narrow.get("sku"), narrow.get("depot")))
    return next(row for row in rows if row.key == key)


async def test_each_movement_counts_at_once_and_no_longer_where_it_was() -> None:
    """Whether what it moved has been folded or not, and at each depot."""
    beds = await received(count=5)
    await received(count=2, depot="D2")
    person = await somebody()
    await done(
        scan(beds[0], "deliver", person=person), scan(beds[1], "move", depot="D2"),
        scan(beds[2], "allocate"), scan(beds[3], "hold"),
    )  # fmt: skip
    whole = Stock("BED01", "Product BED01", free=4, on_hold=1, available=5, allocated=1, on_loan=1)
    for _ in range(3):
        assert await _of("BED01") == whole
        assert await _of("BED01", depot="D2") == Stock("BED01", whole.name, free=3, available=3)
        at_first = await _of("D1", "depot")
        assert at_first == msgspec.structs.replace(whole, key="D1", name="D1", free=1, available=2)
        assert await _of("D1", "depot", sku="BED01") == at_first
        assert await shelves(["BED01", "NONE"], None) == {
            "BED01": [Shelf("D1", "D1", "depot", 1), Shelf("D2", "D2", "depot", 3)],
            "NONE": [],
        }
        # And again once it is folded, in two parts, the first of which tells only half.
        await fold_stock(at_once=1)
    assert await fetch("select from unfolded_stock") == []


async def test_what_is_not_there_counts_none() -> None:
    """A product without items and a depot without stock are listed all the same."""
    await stocked("WAL01")
    await open_depot(ADMINISTRATOR, Depot("CUP", "Cupboard", "NG2 1AA", "satellite"))
    assert await _of("WAL01") == Stock("WAL01", "Product WAL01")
    assert await _of("CUP", "depot") == Stock("CUP", "Cupboard")
    rows = await stock(COORDINATOR, Count(depot="NOWHERE", after="BED01"))
    assert rows == [Stock("WAL01", "Product WAL01")]


async def test_what_is_taken_back_counts_as_before() -> None:
    """And what is lost or scrapped is no stock."""
    beds = await received(count=3)
    person = await somebody()
    lent = scan(beds[0], "deliver", person=person)
    await done(lent, scan(beds[1], "lose"), scan(beds[2], "scrap"))
    assert await _of("BED01") == Stock("BED01", "Product BED01", on_loan=1, lost=1)
    await done(scan(beds[0], "undo", movement=lent["id"]))
    assert await _of("BED01") == Stock("BED01", "Product BED01", free=1, available=1, lost=1)


async def test_two_folds_at_once_fold_once(database: str) -> None:
    """And verify, which counts the items, agrees; or says what is wrong."""
    await received(count=20)
    await asyncio.gather(fold_stock(), fold_stock())
    await fold_stock()
    assert (await _of("BED01")).free == 20
    assert await verify(database) == 0
    await execute("update stock_sums set units = 19 where sku = 'BED01' and place = 'D1'")
    assert await verify(database) == 1


async def test_stock_is_for_those_who_may_see_items() -> None:
    """Whoever has no role sees none."""
    with pytest.raises(NotAllowed):
        await stock(caller(), Count())
