"""The application on a database of its own, and who is signed in to it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from litestar import Litestar

from app import create_app
from equipment.staff import first_administrator
from settings import Settings

PASSWORD = "correct horse battery"

SignIn = Callable[[str, str], Awaitable[httpx.AsyncClient]]


@pytest.fixture
def app(database: str) -> Litestar:
    """Make the application; the fixture `database` has opened its pool."""
    return create_app(Settings(), database)


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not signed in."""
    async with _client(app) as client:
        yield client


@pytest.fixture
async def admin(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """The first administrator, signed in."""
    await first_administrator(PASSWORD)
    async with _client(app) as client:
        answer = await client.post("/api/login", json={"username": "admin", "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        yield client


def _client(app: Litestar) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(
        app=app,  # type: ignore[arg-type]  # the same protocol, typed more narrowly
        raise_app_exceptions=False,
    )
    return httpx.AsyncClient(transport=transport, base_url="http://kitback.test")
