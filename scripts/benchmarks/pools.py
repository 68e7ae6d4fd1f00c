"""Databases with many movements in them, side by side on one server of the run's own."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import asyncpg

from budget.database import close_pool
from scripts.benchmarks.figures import BenchmarkError, say
from scripts.benchmarks.run import Run
from scripts.benchmarks.store import open_store, played, receive_all, record_all, register_all
from scripts.model.scans import Scan
from scripts.postgres import NAME, EmbeddedPostgres

_BACKLOG: Final = "backlog"
# Of the model year at scale 1, with the items received: a little less than there are.
_YEAR_MOVEMENTS: Final = 850_000


def folder_of(run: Run) -> Path:
    """The folder of the server."""
    return run.folder / "pools"


@contextlib.contextmanager
def serving(run: Run) -> Iterator[str]:
    """Where the server is, with the backlog in it, while it runs inside the block."""
    server = EmbeddedPostgres(folder_of(run), binaries=run.settings.pg_bin)
    server.start()
    try:
        if not run.has_backlog:
            asyncio.run(_make_backlog(run, server.dsn))
            run.has_backlog = True
        yield server.dsn
    finally:
        server.stop()


def copied(dsn: str, name: str) -> str:
    """Copy the backlog, in place of an earlier copy of that name; where it is."""
    asyncio.run(execute(dsn, f"drop database if exists {name} with (force)"))
    asyncio.run(execute(dsn, f"create database {name} template {_BACKLOG}"))
    return _named(dsn, name)


async def execute(dsn: str, *statements: str) -> None:
    """Run statements, each on its own, as the owner of everything."""
    connection = await asyncpg.connect(dsn)
    try:
        for sql in statements:
            await connection.execute(sql)
    finally:
        await connection.close()


async def fetch_value(dsn: str, sql: str) -> Any:
    """The one value that a query gives."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def _make_backlog(run: Run, dsn: str) -> None:
    """Movements that nobody has folded yet, as sixteen phones' scans would have left them."""
    wanted = run.sizes.movements
    say(f"Recording {wanted:,} movements ...")
    # The server's own database has nothing in it, or at most the schema already.
    await execute(dsn, f"create database {_BACKLOG} template {NAME}")
    await open_store(_named(dsn, _BACKLOG))
    try:
        people, goods, scans = played(wanted / _YEAR_MOVEMENTS)
        await register_all(people)
        codes = await receive_all(goods)
        missing = wanted - len(codes)
        if not 0 < missing <= len(scans):
            raise BenchmarkError(f"the model year does not make {wanted:,} movements: take more")
        await record_all(_spread(scans, missing), codes, size=run.sizes.gathered)
    finally:
        await close_pool()


def _spread(scans: Sequence[Scan], wanted: int) -> list[Scan]:
    """So many of the scans, from all of the year: whole histories of items; the last one is cut.

    The first so many would end in January, and a report by months would have ten rows instead of
    twelve.
    """
    histories, left = Counter(scan.item for scan in scans), wanted
    # Items are numbered as they were bought: by turns, so that those of all times are among them.
    for item in sorted(histories, key=lambda item: (item % _TURNS, item)):
        histories[item] = min(histories[item], left)
        left -= histories[item]
    chosen = []
    for scan in scans:
        if histories[scan.item]:
            histories[scan.item] -= 1
            chosen.append(scan)
    return chosen


_TURNS: Final = 97


def _named(dsn: str, name: str) -> str:
    return urlsplit(dsn)._replace(path=f"/{name}").geturl()
