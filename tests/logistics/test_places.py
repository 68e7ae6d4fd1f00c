"""Depots and vans are changed, and closed once nothing stands or is planned there."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import asyncpg
import httpx
import pytest

from budget.database import execute, fetch
from budget.refusals import Refused, Wrong
from budget.years import london_day
from equipment.places import Depot, add_van, open_depot
from equipment.serving_depots import serving_depot
from equipment.working_days import working_day_after
from logistics.places.changing import DepotChange, VanChange, change_depot, change_van, find_van
from tests.api.members import slug
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import NOW, answer, done, one_item, received, refused, scan, set_up
from tests.logistics.calling import ask, open_rounds, order, somebody, stock
from tests.races import ready

TODAY: Final = NOW.date()
BEFORE: Final = NOW - timedelta(days=1)


async def _close_depot(code: str, day: date | None = TODAY) -> Depot:
    return await change_depot(ADMINISTRATOR, code, DepotChange(closed_from=day), NOW)


async def _close_van(code: str, day: date | None = TODAY) -> None:
    await change_van(ADMINISTRATOR, code, VanChange(closed_from=day), NOW)


@pytest.mark.usefixtures("database")
async def test_a_depot_closes_once_nothing_stands_there() -> None:
    """What is in the way is said; from then on nothing comes there, and others serve its people."""
    await set_up()
    bed = await one_item()
    with pytest.raises(Refused, match="a van of it is still in use; an item stands there") as told:
        await _close_depot("D1")
    assert told.value.slug == "place-in-use"
    await _close_van("V1")
    await done(scan(bed, "move", van=None, depot="D2"))
    assert (await _close_depot("D1")).closed_from == TODAY
    assert await refused(scan(bed, "move", van=None, depot="D1")) == "place-closed"
    assert await refused(scan(await one_item(depot="D2"), "move", van="V1")) == "place-closed"
    with pytest.raises(Wrong, match="closed from 1 October 2018"):
        await received()
    assert (await serving_depot("NG1 1AA")).code == "D2"
    with pytest.raises(Refused) as last:
        await _close_depot("D2", TODAY + timedelta(days=30))
    assert last.value.slug == "last-depot"
    with pytest.raises(Wrong, match="depot: This depot is closed"):
        await _close_van("V1", None)
    assert (await _close_depot("D1", None)).closed_from is None
    await _close_van("V1", None)
    await done(scan(bed, "move", van=None, depot="D1"))


@pytest.mark.usefixtures("database")
async def test_what_happened_before_the_closing_is_a_fact() -> None:
    """A phone without a network sends it later; it is taken away again as from anywhere."""
    await set_up()
    bed = await one_item(depot="D2")
    await _close_van("V1")
    await _close_depot("D1")
    came = await answer(scan(bed, "move", van=None, depot="D1", at=BEFORE))
    assert came.status == "accepted"
    await done(scan(bed, "move", van=None, depot="D2"))


@pytest.mark.usefixtures("database")
async def test_a_depot_that_is_known_to_close_serves_nobody_new() -> None:
    """Until the day it works on: goods may still come, and it may still be what it was."""
    await set_up()
    later = TODAY + timedelta(days=30)
    await one_item()
    await _close_van("V1", later)
    assert (await _close_depot("D1", later)).closed_from == later
    assert (await serving_depot("NG1 1AA")).code == "D2"
    await one_item()


@pytest.mark.usefixtures("database")
async def test_a_van_is_put_out_of_use_once_it_is_empty() -> None:
    """Nor does it go to another depot with anything aboard."""
    await set_up()
    bed = await one_item()
    await done(scan(bed, "allocate"), scan(bed, "load"))
    for change in (VanChange(closed_from=TODAY), VanChange(depot="D2")):
        with pytest.raises(Refused, match="an item is aboard"):
            await change_van(ADMINISTRATOR, "V1", change, NOW)
    await done(scan(bed, "unload"))
    moved = await change_van(ADMINISTRATOR, "V1", VanChange(depot="D2", crew=2), NOW)
    assert (moved.depot, moved.crew) == ("D2", 2)
    assert await find_van(ADMINISTRATOR, "V1") == moved
    with pytest.raises(Wrong, match="closed_from: Write today or a later day"):
        await _close_van("V1", TODAY - timedelta(days=1))


@pytest.mark.usefixtures("database")
async def test_of_two_depots_that_close_at_once_one_stays() -> None:
    """Orders would have nowhere to go."""
    await set_up()
    for van in ("V1", "V2"):
        await _close_van(van)
    await ready()
    both = await asyncio.gather(_close_depot("D1"), _close_depot("D2"), return_exceptions=True)
    assert [each.slug for each in both if isinstance(each, Refused)] == ["last-depot"]


@pytest.mark.usefixtures("database")
async def test_a_van_that_comes_while_its_depot_closes_is_seen() -> None:
    """The one or the other is refused, and PostgreSQL would have it no other way."""
    await set_up()
    await _close_van("V1")
    await ready()
    van = await find_van(ADMINISTRATOR, "V2")
    await asyncio.gather(
        add_van(ADMINISTRATOR, type(van)("V3", "D1", 1, 1, van.shift)),
        _close_depot("D1"),
        return_exceptions=True,
    )
    odd = "select from vans v join depots d on d.code = v.depot where d.closed_from is not null"
    assert not await fetch(odd + " and v.closed_from is null")
    for sql in (
        "update depots set closed_from = '2018-01-01'",
        "update vans set depot = 'D1', closed_from = null; ",
    ):
        await execute("update vans set closed_from = null where code = 'V2'")
        if sql.startswith("update vans"):
            await execute("update vans set closed_from = '2018-01-01'")
            await execute("update depots set closed_from = '2018-01-01' where code = 'D1'")
        with pytest.raises(asyncpg.CheckViolationError):
            await execute(sql)


async def test_what_is_promised_with_a_van_goes_out(admin: httpx.AsyncClient) -> None:
    """It and its depot close after the day; a draft does not go out with a van that is gone."""
    await open_rounds(admin)
    await open_depot(ADMINISTRATOR, Depot("D2", "South", "NG11 8AB", "depot"))
    day = working_day_after(london_day(datetime.now(UTC)), 1)
    await stock(admin)
    await order(admin, await somebody(admin))
    asked = {"depot": "D1", "date": day.isoformat(), "seconds": 0.2, "seed": 1}
    plan = await ask(admin, "rounds/plan", asked)
    [drive] = plan["rounds"]
    van, publish = f"/api/vans/{drive['van']}", f"/api/rounds/{drive['id']}/publish"
    closing = {"closed_from": day.isoformat()}
    assert (await admin.patch(van, json=closing)).is_success
    gone = await admin.post(publish)
    assert (gone.status_code, slug(gone)) == (409, "van-closed")
    assert (await admin.patch(van, json={"closed_from": None})).is_success
    assert (await admin.post(publish)).is_success
    for path in (van, "/api/depots/D1"):
        answer = await admin.patch(path, json=closing)
        assert (answer.status_code, slug(answer)) == (409, "place-in-use")
        assert answer.json()["in_the_way"][0]["many"] == 1
    after = {"closed_from": (day + timedelta(days=1)).isoformat()}
    for each in ("V1", "V2"):
        assert (await admin.patch(f"/api/vans/{each}", json=after)).is_success
    closed = await admin.patch("/api/depots/D1", json=after)
    assert closed.json()["closed_from"] == after["closed_from"]
    late = asked | {"date": after["closed_from"]}
    refused_day: Any = await admin.post("/api/rounds/plan", json=late)
    assert (refused_day.status_code, refused_day.json()["errors"][0]["field"]) == (422, "depot")
