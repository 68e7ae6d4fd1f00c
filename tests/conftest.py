"""A real PostgreSQL for every test that asks for one: migrated once, copied for each test."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

import asyncpg
import hypothesis
import pytest

from budget.database import close_pool, migrate, open_pool
from equipment.items import fix_company_prefix
from scripts.postgres import NAME, EmbeddedPostgres
from settings import DEMONSTRATION_GCP

_TEMPLATE = "template_kitback"

_MEMORY: Final = "/dev/shm"  # noqa: S108 - a folder of our own is made in it
_ROOM_BYTES: Final = 2 << 30
_CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""No test here pulls the plug: a killed process loses nothing that the kernel has."""

# What an example takes is the machine's affair: a busy one fails no promise.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """Give a new folder that the database's user can reach, as pytest's own are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="kitback-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """Run one server for the session; under xdist, for each of its workers."""
    folder = Path(tempfile.mkdtemp(prefix="kitback-tests-", dir=_in_memory()))
    server = EmbeddedPostgres(folder, options=_CARELESS)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> str:
    """Migrate one database, which each test's own is then a copy of."""
    asyncio.run(_execute(postgres, f"CREATE DATABASE {_TEMPLATE}"))
    asyncio.run(_prepare(_dsn(postgres, _TEMPLATE)))
    return _TEMPLATE


@pytest.fixture
async def database(postgres: EmbeddedPostgres, template: str) -> AsyncIterator[str]:
    """Yield a new, migrated, empty database, with the application's pool open on it."""
    name = f"test_{uuid4().hex}"
    # Its files as they are: twice as quick as through the log, which nobody here will need.
    await _execute(postgres, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    dsn = _dsn(postgres, name)
    await open_pool(dsn)
    yield dsn
    await close_pool()
    await _execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")


async def _prepare(dsn: str) -> None:
    """What a first start does, less the people."""
    await migrate(dsn)
    await open_pool(dsn)
    await fix_company_prefix(DEMONSTRATION_GCP)
    await close_pool()


def _in_memory() -> str | None:
    """Where files lie in memory, if there is room: a database for each test is 600 files."""
    try:
        room = shutil.disk_usage(_MEMORY).free
    except OSError:
        return None
    return _MEMORY if room >= _ROOM_BYTES and os.access(_MEMORY, os.W_OK) else None


def _dsn(server: EmbeddedPostgres, name: str) -> str:
    return server.dsn.replace(f"@/{NAME}?", f"@/{name}?")


async def _execute(server: EmbeddedPostgres, sql: str) -> None:
    connection = await asyncpg.connect(server.dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
