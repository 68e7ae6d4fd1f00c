"""The application on a database of its own, and who is signed in to it."""

from collections.abc import AsyncIterator
from functools import cache
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar

from app import create_app
from equipment.staff.staff import first_administrator
from settings import Settings

PASSWORD = "correct horse battery"


@cache
def application(settings: Settings) -> Litestar:
    """One application for all tests of a process: half a second's work, and all its memory is SQL.

    Its own pool is not opened: `database` opens one for each test.
    """
    return create_app(settings, "")


@pytest.fixture
def app(database: str) -> Litestar:
    """Give the application; the fixture `database` has opened its pool."""
    assert database
    return application(Settings())


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not signed in."""
    async with client_of(app) as client:
        yield client


@pytest.fixture
async def admin(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """The first administrator, signed in."""
    await first_administrator(PASSWORD)
    async with client_of(app) as client:
        answer = await client.post("/api/login", json={"username": "admin", "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        yield client


@cache
def document_of(app: Litestar) -> dict[str, Any]:
    """What the application says of itself, made once: to be read, never changed."""
    return app.openapi_schema.to_schema()


def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keep the statements that any connection fetches from now on."""
    counted: list[str] = []
    fetch_from = asyncpg.Connection.fetch

    async def fetch(self: Any, sql: str, *values: object, **more: Any) -> Any:
        counted.append(sql)
        return await fetch_from(self, sql, *values, **more)

    monkeypatch.setattr(asyncpg.Connection, "fetch", fetch)
    return counted


def client_of(app: Litestar) -> httpx.AsyncClient:
    """Make a client that speaks to the application without a network."""
    transport = httpx.ASGITransport(
        app=app,  # type: ignore[arg-type]  # the same protocol, typed more narrowly
        raise_app_exceptions=False,
    )
    return httpx.AsyncClient(transport=transport, base_url="http://kitback.test")
