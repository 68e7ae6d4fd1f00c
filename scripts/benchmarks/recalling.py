"""recall: how long it takes until all items of a batch are on hold, most of them lent.

Against a plain update of as many rows of a plain table: a primary key, no triggers, no history.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import asyncpg

from budget.database import close_pool, fetch_one, open_pool
from equipment.recalls.recall_form import Closing, Match, NewRecall
from equipment.recalls.recalls import close, open_recall
from scripts.benchmarks.apart import apart
from scripts.benchmarks.clinic import serving
from scripts.benchmarks.figures import BenchmarkError, Figure, say
from scripts.benchmarks.run import Run
from scripts.benchmarks.store import ANYONE

_BATCH: Final = "RECALLED 7"
_PLAIN: Final = (
    "drop table if exists plain",
    "create table plain (id bigint primary key, state varchar(12), held_at timestamptz)",
    "insert into plain select id, state, null from items",
    "vacuum analyze plain",
)


def recall(run: Run) -> Figure:
    """Milliseconds until every item there is is on hold, and recorded to be; by turns."""
    took, ended, floors = list[float](), list[float](), list[float]()
    told: dict[str, float] = {}
    with serving(run) as dsn:
        asyncio.run(_one_batch(dsn))
        for _ in range(run.sizes.turns):
            floors.append(asyncio.run(_updated(dsn)))
            told, memory = apart(recalled, dsn)
            took.append(told.pop("opened_ms"))
            ended.append(told.pop("closed_ms"))
            say(f"  recall: {took[-1]:,.0f} ms; a plain update: {floors[-1]:,.0f} ms")
    detail = memory | told | {"ms": took, "closed_ms": ended, "floors": floors}
    value, floor = sum(took) / len(took), sum(floors) / len(floors)
    return Figure("recall", value, "ms", floor, detail)


async def _one_batch(dsn: str) -> None:
    """Give every item the batch: past the triggers, as it was put in."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("set session_replication_role = replica")
        for table in ("items", "item_makes"):
            sql = f"update {table} set batch = $1 where batch is null"  # noqa: S608 - ours
            await connection.execute(sql, _BATCH)
        await connection.execute("vacuum analyze items")
    finally:
        await connection.close()


async def _updated(dsn: str) -> float:
    """How long the plain update takes."""
    connection = await asyncpg.connect(dsn)
    try:
        for sql in _PLAIN:
            await connection.execute(sql)
        began = time.perf_counter()
        await connection.execute("update plain set held_at = now()")
        return (time.perf_counter() - began) * 1_000
    finally:
        await connection.close()


def recalled(dsn: str) -> dict[str, float]:
    """Open a recall of all there is, and close it: how long each took, and what it found."""
    return asyncio.run(_recalled(dsn))


async def _recalled(dsn: str) -> dict[str, float]:
    await open_pool(dsn)
    try:
        new = NewRecall(
            id=uuid4(),
            reference="FSN-2026-7",
            title="Motors of one batch",
            severity="high",
            match=Match(batch=_BATCH),
            action="hold",
        )
        began = time.perf_counter()
        opened = await open_recall(ANYONE, new, datetime.now(UTC))
        opened_ms = (time.perf_counter() - began) * 1_000
        left = await fetch_one("select count(*) as many from items where held_at is null")
        if left is None or left["many"]:
            raise BenchmarkError("an item that the recall names is not on hold")
        began = time.perf_counter()
        await close(ANYONE, new.id, Closing(reason="Measured"), datetime.now(UTC))
        closed_ms = (time.perf_counter() - began) * 1_000
    finally:
        await close_pool()
    return {
        "items": opened.items,
        "with_people": opened.with_people,
        "opened_ms": opened_ms,
        "closed_ms": closed_ms,
    }
