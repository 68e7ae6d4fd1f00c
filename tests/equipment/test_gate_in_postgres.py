"""The gate in PostgreSQL: nothing that the application says makes an unsafe thing clean stock."""

from datetime import date
from uuid import uuid4

import asyncpg
import pytest

from budget.database import execute
from tests.equipment.store import (
    check_invariants,
    done,
    one_item,
    row_of,
    scan,
    set_up,
    somebody,
    stock,
)

_LOLER = {"kind": "loler", "result": "pass", "on": "2018-10-01"}
_PAT = {"kind": "pat", "result": "pass", "on": "2018-10-01"}
# What is said of a movement that somebody makes up: all else is the item's.
_MADE_UP = """
with said as (
    insert into movements (id, item, action, from_state, occurred_at, recorded_at, actor, details,
        state, depot, last_depot, loans, dirty_on, pat_on, loler_on, service_on, held_at{more})
    select gen_random_uuid(), id, '{action}', {before}, now(), now(), 'x', '{{}}', '{after}', 'D1',
        'D1', loans, {dirty_on}, {pat_on}, {loler_on}, service_on, {held_at}{values}
    from items where code = $1
    returning id, recorded_at, state, dirty_on, pat_on, loler_on, held_at
)
update items i set (newest_movement, updated_at, state, dirty_on, pat_on, loler_on, held_at)
    = (said.id, said.recorded_at, said.state, said.dirty_on, said.pat_on, said.loler_on,
        said.held_at)
from said where i.code = $1
"""
_AS_IT_IS = {
    "before": "state", "dirty_on": "dirty_on", "pat_on": "pat_on", "loler_on": "loler_on",
    "held_at": "held_at", "more": "", "values": "",
}  # fmt: skip


def made_up(action: str, after: str, **said: str) -> str:
    """Make a statement that brings a movement and the item's new state, as a scan does."""
    return _MADE_UP.format(**_AS_IT_IS | {"action": action, "after": after} | said)


BARE = [
    f"update items set state = '{state}', depot = coalesce(depot, 'D1') where code = $1"
    for state in ("available", "allocated", "cleaned", "in_repair")
]
BY_A_MOVEMENT = [
    made_up("pass", "available"),
    made_up("pass", "available", before="'cleaned'"),
    made_up("move", "available"),
    made_up("allocate", "allocated", before="'available'"),
    made_up("repair", "cleaned"),
    made_up("undo", "available", more=", undoes", values=", newest_movement"),
]
UNCHECKED = [
    *BARE[:2],
    made_up("pass", "available"),
    made_up("pass", "available", pat_on="current_date"),
    made_up("pass", "available", dirty_on="null"),
    "update items set pat_on = current_date where code = $1",
    "update items set dirty_on = '2018-09-01' where code = $1",
    "update items set received_on = current_date where code = $1",
]


@pytest.fixture
async def hoist(database: str) -> str:
    """A hoist that has come back from somebody: its test and its examination are out of date."""
    del database
    await set_up()
    await stock("HST01", loler_months=6, pat=True)
    code = await one_item("HST01")
    await done(scan(code, "deliver", person=await somebody()), scan(code, "return"))
    return code


@pytest.mark.parametrize("sql", [*BARE, *BY_A_MOVEMENT])
async def test_what_is_dirty_becomes_no_clean_stock(hoist: str, sql: str) -> None:
    """Neither by a bare update nor by a movement that does not lead there."""
    before = await row_of(hoist)
    with pytest.raises(asyncpg.SerializationError, match="does not come to be"):
        await execute(sql, hoist)
    assert await row_of(hoist) == before


@pytest.mark.parametrize("sql", UNCHECKED)
async def test_what_is_unchecked_becomes_no_clean_stock(hoist: str, sql: str) -> None:
    """Nor in date without a check: cleaned is not enough."""
    await done(scan(hoist, "clean"))
    with pytest.raises(asyncpg.SerializationError, match="does not come to be"):
        await execute(sql, hoist)


async def test_a_hold_ends_by_a_release_alone(hoist: str) -> None:
    """And an item on hold does not pass."""
    await done(scan(hoist, "clean"), scan(hoist, "hold"))
    for sql in (
        "update items set held_at = null where code = $1",
        made_up("move", "cleaned", held_at="null"),
        made_up("pass", "available", pat_on="dirty_on"),
    ):
        with pytest.raises(asyncpg.SerializationError):
            await execute(sql, hoist)


async def test_an_examination_that_runs_out_meanwhile_is_noticed(hoist: str) -> None:
    """By the product's months and the day on which it is passed."""
    await done(scan(hoist, "clean", checks=[_PAT]))
    with pytest.raises(asyncpg.SerializationError, match="examination is out of date"):
        await execute(made_up("pass", "available"), hoist)


async def test_nothing_comes_from_nowhere(hoist: str) -> None:
    """An item without the movement that tells how it came is none."""
    with pytest.raises(asyncpg.CheckViolationError, match="no movement says so"):
        await execute(
            """insert into items (code, giai, sku, owner, newest_movement, updated_at, loans, state,
                depot, last_depot) select 'XXXXXXXX', 'XXXXXXXX', sku, owner, $2,
                updated_at, 0, 'available', 'D1', 'D1' from items where code = $1""",
            hoist, uuid4(),
        )  # fmt: skip


async def test_what_the_lifecycle_allows_goes_through(hoist: str) -> None:
    """Whatever it is, one by one, in one list, and taken back."""
    await done(scan(hoist, "clean"))
    await done(scan(hoist, "fail"), scan(hoist, "repair"), scan(hoist, "check", checks=[_LOLER]))
    passed = scan(hoist, "pass", checks=[_PAT])
    await done(passed)
    await done(scan(hoist, "undo", movement=passed["id"]))
    await done(scan(hoist, "hold"), scan(hoist, "release"), scan(hoist, "pass", checks=[_PAT]))
    away = scan(hoist, "withdraw")
    await done(away)
    await done(scan(hoist, "undo", movement=away["id"]))
    lost = scan(hoist, "lose")
    await done(lost, scan(hoist, "undo", movement=lost["id"]), scan(hoist, "allocate"))
    await done(
        scan(hoist, "load"), scan(hoist, "deliver", person=await somebody()),
        scan(hoist, "return"), scan(hoist, "clean"), scan(hoist, "pass", checks=[_PAT]),
    )  # fmt: skip
    row = await row_of(hoist)
    assert (row["state"], row["loler_on"]) == ("available", date(2018, 10, 1))
    await check_invariants()


async def test_what_fails_a_check_as_it_is_passed_is_put_on_hold(database: str) -> None:
    """Told and accepted: a failed check holds the item with any action, and nothing goes out."""
    del database
    await set_up()
    await stock("CMD01")
    code = await one_item("CMD01")
    await done(scan(code, "withdraw", reason="Looked worn"), scan(code, "clean"))
    await done(scan(code, "pass", checks=[_PAT | {"result": "fail"}]))
    row = await row_of(code)
    assert (row["state"], row["held_at"] is None) == ("available", False)
    await check_invariants()


async def test_the_owner_is_not_stopped(hoist: str, database: str) -> None:
    """Whoever mends by hand is answered by scripts/verify."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("update items set state = 'available' where code = $1", hoist)
    finally:
        await connection.close()
    assert (await row_of(hoist))["state"] == "available"
