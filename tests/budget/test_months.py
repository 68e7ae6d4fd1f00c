"""The partitions by month: nothing is lost for want of one, and no id comes in two of them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg
import pytest

from budget.database import execute, fetch
from budget.months import AHEAD, make_months, make_months_ahead
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    answer,
    check_invariants,
    count,
    done,
    one_item,
    scan,
    set_up,
    somebody,
)

TABLES: Final = ("movements", "postings", "tallies")


@pytest.fixture
async def owner(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Whoever may look into a partition."""
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def test_what_comes_before_its_month_is_kept_and_moved_when_the_month_is_made(
    owner: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    """With every month ahead; and is counted, shown and undone as ever."""
    await set_up()
    bed = await one_item()
    out = scan(bed, "deliver", person=await somebody())
    await done(out)
    kept = [await fetch(f"select * from {table} order by seq") for table in TABLES]
    assert [await owner.fetchval(f"select count(*) from {t}_default") for t in TABLES] == [2, 2, 1]
    assert await make_months_ahead(datetime.now(UTC).date()) == 3
    assert [await owner.fetchval(f"select count(*) from {t}_default") for t in TABLES] == [0, 0, 0]
    assert [await owner.fetchval(f"select count(*) from {t}_2018_10") for t in TABLES] == [2, 2, 1]
    assert [await fetch(f"select * from {table} order by seq") for table in TABLES] == kept
    assert await make_months_ahead(datetime.now(UTC).date()) == 0
    await done(scan(bed, "undo", movement=out["id"]))
    assert await owner.fetchval("select count(*) from movements_2018_10") == 3
    assert await count("unfolded_postings") == 2
    await check_invariants()


@pytest.mark.usefixtures("database")
async def test_the_months_ahead_are_there_from_the_first_start() -> None:
    """A year and a month of them, and as many more as are asked for."""
    today = datetime.now(UTC).date()
    assert await make_months_ahead(today) == 0
    assert AHEAD == 13
    later = date(today.year + 3, 1, 1)
    assert await make_months(later, date(later.year, 12, 31)) == 36


@pytest.mark.usefixtures("database")
async def test_of_many_who_make_months_at_once_each_makes_what_is_lacking() -> None:
    """Every month once, whoever made it."""
    made = await asyncio.gather(
        *(make_months(date(2001, 1, 1), date(2001, 6, 30)) for _ in range(4))
    )
    assert sum(made) == 18


@pytest.mark.usefixtures("database")
async def test_only_a_month_of_ours_is_made() -> None:
    """The application asks for partitions; it does not make tables as it likes."""
    for parent, month in (("items", date(2018, 10, 1)), ("postings", date(2018, 10, 2))):
        with pytest.raises(asyncpg.InvalidParameterValueError):
            await fetch("select make_month($1, $2)", parent, month)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await fetch("select * from postings_default")


@pytest.mark.usefixtures("database")
async def test_an_id_is_refused_in_another_month_by_postgresql_itself() -> None:
    """A movement's id, and the undoing of a movement: the receipts lie by id, not by month."""
    await set_up()
    await make_months(date(2018, 10, 1), date(2018, 11, 1))
    bed, other = await one_item(), await one_item()
    held = scan(bed, "hold")
    await done(held)
    november = datetime(2018, 11, 5, tzinfo=UTC)
    again = await answer(scan(other, "hold", at=november) | {"id": held["id"]}, now=november)
    assert again.refusal is not None
    assert again.refusal.slug == "id-reused"
    await done(scan(bed, "undo", movement=held["id"]))
    came = (await fetch("select id from movements where action = 'receive' limit 1"))[0]["id"]
    for kind, taken in (("scan", UUID(held["id"])), ("scan", came), ("undo", UUID(held["id"]))):
        with pytest.raises(asyncpg.UniqueViolationError):
            await execute(_RECEIPT, kind, taken, COORDINATOR.username, november)
    await execute(_RECEIPT, "scan", uuid4(), COORDINATOR.username, NOW)


_RECEIPT: Final = """
insert into receipts (kind, id, caller, content, recorded_at) values ($1, $2, $3, '', $4)
"""
