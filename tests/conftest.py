"""A real PostgreSQL for every test that asks for one: migrated once, copied for each test."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import hypothesis
import pytest
from argon2 import PasswordHasher

from budget.database import close_pool, open_pool
from equipment.items import fix_company_prefix
from equipment.staff import passwords
from scripts.postgres import NAME, EmbeddedPostgres
from settings import DEMONSTRATION_GCP
from tests.api.world import KeptWorld, opened
from tests.filled import Filled, as_admin, filled
from tests.prepared import CARELESS, close_share, lay_out, open_share

_TEMPLATE = "template_kitback"

# How long a guess at a password takes is argon2's promise, not ours.
passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=64)

# What an example takes is the machine's affair: a busy one fails no promise.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    """Open what the processes of this run share; a worker of xdist finds it open."""
    if not hasattr(config, "workerinput"):
        open_share()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close it again, once all of them have ended."""
    if not hasattr(config, "workerinput"):
        close_share()


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
    folder = Path(tempfile.mkdtemp(prefix="kitback-tests-"))
    lay_out(folder)
    server = EmbeddedPostgres(folder, options=CARELESS)
    server.start()
    # The server's own database is an empty one, which belongs to nobody's test.
    rename = f"ALTER DATABASE {NAME} RENAME TO {_TEMPLATE}"
    asyncio.run(_execute(_dsn(server, "postgres"), rename, f"CREATE DATABASE {NAME}"))
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> str:
    """Give the name of a migrated database, which each test's own is then a copy of."""
    asyncio.run(_prepare(_dsn(postgres, _TEMPLATE)))
    return _TEMPLATE


@pytest.fixture(scope="module")
def begun(
    request: pytest.FixtureRequest, postgres: EmbeddedPostgres, template: str
) -> Iterator[Filled[Any]]:
    """Make what a module's tests begin with: nothing, or what its BEGINNING fills in."""
    fill = getattr(request.module, "BEGINNING", None)
    if fill is None:
        yield Filled(template, None)
        return
    name = f"begun_{uuid4().hex}"
    asyncio.run(_execute(postgres.dsn, _copy_of(template, name)))
    yield Filled(name, asyncio.run(filled(_dsn(postgres, name), fill)))
    asyncio.run(_execute(postgres.dsn, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def origin(begun: Filled[Any]) -> str:
    """Name what each test's database is a copy of."""
    return begun.name


@pytest.fixture
async def database(postgres: EmbeddedPostgres, origin: str) -> AsyncIterator[str]:
    """Yield a new, migrated database, empty as a rule, with the application's pool open on it."""
    name = f"test_{uuid4().hex}"
    await _execute(postgres.dsn, _copy_of(origin, name))
    dsn = _dsn(postgres, name)
    await open_pool(dsn)
    yield dsn
    await close_pool()
    await _execute(postgres.dsn, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def kept_world(postgres: EmbeddedPostgres, template: str) -> KeptWorld:
    """Fill a database with people, orders and visits once, for modules that name it as `origin`."""
    name = f"{template}_world"
    asyncio.run(_execute(postgres.dsn, _copy_of(template, name)))
    return KeptWorld(name, asyncio.run(filled(_dsn(postgres, name), as_admin(opened))))


def _copy_of(origin: str, name: str) -> str:
    # Its files as they are: twice as quick as through the log, which nobody here will need.
    return f"CREATE DATABASE {name} TEMPLATE {origin} STRATEGY FILE_COPY"


async def _prepare(dsn: str) -> None:
    """What a first start does after the migrations, less the people."""
    await open_pool(dsn)
    await fix_company_prefix(DEMONSTRATION_GCP)
    await close_pool()


def _dsn(server: EmbeddedPostgres, name: str) -> str:
    return server.dsn.replace(f"@/{NAME}?", f"@/{name}?")


async def _execute(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
