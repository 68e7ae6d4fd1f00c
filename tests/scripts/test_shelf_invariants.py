"""What scripts/verify finds of satellites' shelves and what they are asked for."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from equipment.orders.satellites import Levels, set_levels, top_up
from equipment.places import Depot, open_depot
from scripts.verify import verify
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import NOW, STORE, one_item, set_up

_AGAIN = """
insert into top_ups (depot, sku, short, opened_at, done_at)
select {depot}, {sku}, short, opened_at, {done} from top_ups
"""
BREAKS = [
    "drop index top_ups_depot_sku_idx; " + _AGAIN.format(depot="depot", sku="sku", done="null"),
    _AGAIN.format(depot="'D1'", sku="sku", done="opened_at"),
    "delete from shelf_levels",
    _AGAIN.format(depot="depot", sku="sku", done="opened_at - interval '1 s'"),
    "update depots set kind = 'depot' where code = 'WARD'",
]


@pytest.fixture
async def store(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Yield the owner of a store whose ward has one bed of three, and asks for two."""
    await set_up()
    await open_depot(ADMINISTRATOR, Depot("WARD", "Ward", "NG1 1AA", "satellite"))
    await one_item(depot="WARD")
    await set_levels(STORE, "WARD", Levels({"BED01": 3}))
    await top_up(NOW)
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


@pytest.mark.parametrize("sql", BREAKS)
async def test_what_a_satellite_lacks_is_asked_for_once(
    store: "asyncpg.Connection[asyncpg.Record]",
    database: str,
    capsys: pytest.CaptureFixture[str],
    sql: str,
) -> None:
    """By satellites alone, of what they are to have."""
    await store.execute(sql)
    assert await verify(database) == 1
    assert "top-up: " in capsys.readouterr().out


async def test_what_the_clock_is_yet_to_ask_for_is_noted_but_no_fault(
    store: "asyncpg.Connection[asyncpg.Record]", database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """More, less, or for the first time; once it was looked at, no more."""
    del store
    assert await verify(database) == 0
    assert "is short of" not in capsys.readouterr().out
    await one_item(depot="WARD")
    assert await verify(database) == 0
    assert "note: BED01 at WARD: is short of 1, but 2 asked for" in capsys.readouterr().out
    await top_up(NOW)
    assert await verify(database) == 0
    assert "is short of" not in capsys.readouterr().out
