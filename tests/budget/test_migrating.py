"""Migrating a database of somebody's own, on a server that other databases share."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from budget.database import APPLICATION_ROLE, close_pool, fetch, migrate, open_pool
from scripts.postgres import NAME, EmbeddedPostgres

# No template's server: there the role is made by a superuser before any test begins.
_CARELESS: Final = {"fsync": "off", "synchronous_commit": "off"}


@pytest.fixture
def server(data_folder: Path) -> Iterator[EmbeddedPostgres]:
    """Run a server of which Kitback knows nothing yet."""
    with _running(data_folder) as server:
        yield server


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[EmbeddedPostgres, str]]:
    """Run a server on which an owner who may create roles has migrated a database: its address."""
    folder = Path(tempfile.mkdtemp(prefix="kitback-test-"))
    # The database's user has to reach it.
    folder.chmod(0o755)
    with _running(folder) as server:
        yield server, asyncio.run(_first(server))
    shutil.rmtree(folder)


async def _first(server: EmbeddedPostgres) -> str:
    async with _superuser(server) as dba:
        dsn = await _database_of("first", "createrole", server, dba)
    await migrate(dsn)
    return dsn


async def test_an_ordinary_owner_who_may_create_roles_serves(
    shared: tuple[EmbeddedPostgres, str],
) -> None:
    """Since PostgreSQL 16, whoever creates a role is not let into it by that alone."""
    _, dsn = shared
    assert await _served_as(dsn) == APPLICATION_ROLE


@pytest.mark.parametrize("right", ["createrole", "nocreaterole"])
async def test_a_second_owner_is_told_what_to_have_granted(
    shared: tuple[EmbeddedPostgres, str], right: str
) -> None:
    """In one line; once that is done, the database is migrated and serves."""
    server, _ = shared
    async with _superuser(server) as dba:
        await _migrated_once_told(f"with_{right}", right, server, dba)


async def test_an_owner_who_may_not_create_roles_is_told_what_to_have_made(
    server: EmbeddedPostgres,
) -> None:
    """The line holds the statements, to be run as they stand."""
    async with _superuser(server) as dba:
        await _migrated_once_told("one", "nocreaterole", server, dba)


@contextmanager
def _running(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder, options=_CARELESS)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@asynccontextmanager
async def _superuser(
    server: EmbeddedPostgres,
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(server.dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def _migrated_once_told(
    owner: str, right: str, server: EmbeddedPostgres, dba: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """See an owner refused, do what they are told is lacking, and see the database serve."""
    dsn = await _database_of(owner, right, server, dba)
    with pytest.raises(asyncpg.InsufficientPrivilegeError) as refusal:
        await migrate(dsn)
    await _do_as_told(str(refusal.value), dba)
    await migrate(dsn)
    assert await _served_as(dsn) == APPLICATION_ROLE


async def _database_of(
    owner: str, right: str, server: EmbeddedPostgres, dba: "asyncpg.Connection[asyncpg.Record]"
) -> str:
    """Make an owner and a database of the same name; where the owner connects."""
    await dba.execute(f'create role "{owner}" login {right}')
    await dba.execute(f'create database "{owner}" owner "{owner}"')
    return server.dsn.replace(f"{NAME}@/{NAME}?", f"{owner}@/{owner}?")


async def _do_as_told(line: str, dba: "asyncpg.Connection[asyncpg.Record]") -> None:
    assert "\n" not in line
    await dba.execute(line.partition("run: ")[2])


async def _served_as(dsn: str) -> str:
    await open_pool(dsn)
    try:
        return str((await fetch("select current_user as name"))[0]["name"])
    finally:
        await close_pool()
