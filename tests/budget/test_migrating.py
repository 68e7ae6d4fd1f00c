"""Migrating a database of somebody's own, on a server that other databases share."""

from collections.abc import AsyncIterator, Iterator
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
    server = EmbeddedPostgres(data_folder, options=_CARELESS)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def dba(server: EmbeddedPostgres) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """The server's superuser."""
    connection = await asyncpg.connect(server.dsn)
    yield connection
    await connection.close()


async def test_an_ordinary_owner_who_may_create_roles_serves(
    server: EmbeddedPostgres, dba: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Since PostgreSQL 16, whoever creates a role is not let into it by that alone."""
    dsn = await _database_of("one", "createrole", server, dba)
    await migrate(dsn)
    assert await _served_as(dsn) == APPLICATION_ROLE


@pytest.mark.parametrize("right", ["createrole", "nocreaterole"])
async def test_a_second_owner_is_told_what_to_have_granted(
    server: EmbeddedPostgres, dba: "asyncpg.Connection[asyncpg.Record]", right: str
) -> None:
    """In one line; once that is done, the database is migrated and serves."""
    await migrate(await _database_of("one", "createrole", server, dba))
    dsn = await _database_of("two", right, server, dba)
    with pytest.raises(asyncpg.InsufficientPrivilegeError) as refusal:
        await migrate(dsn)
    await _do_as_told(str(refusal.value), dba)
    await migrate(dsn)
    assert await _served_as(dsn) == APPLICATION_ROLE


async def test_an_owner_who_may_not_create_roles_is_told_what_to_have_made(
    server: EmbeddedPostgres, dba: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """The line holds the statements, to be run as they stand."""
    dsn = await _database_of("one", "nocreaterole", server, dba)
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
