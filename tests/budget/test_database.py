"""The way to PostgreSQL: nobody waits for ever."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from budget.database import close_pool, execute, fetch, open_pool, transaction


@pytest.fixture
async def _taken(database: str) -> AsyncIterator[None]:
    """A pool of one connection, which another task holds."""
    await close_pool()
    await open_pool(database, size=1, wait_s=0.05)
    held, done = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with transaction():
            held.set()
            await done.wait()

    holding = asyncio.create_task(hold())
    await held.wait()
    yield
    done.set()
    await holding
    # Whoever waited in vain has left nothing behind: the connection is to be had again.
    assert len(await fetch("select 1")) == 1


async def _in_a_transaction() -> None:
    async with transaction():
        pass


@pytest.mark.timeout(30)
@pytest.mark.usefixtures("_taken")
@pytest.mark.parametrize(
    "ask", [lambda: fetch("select 1"), lambda: execute("select 1"), _in_a_transaction]
)
async def test_whoever_finds_every_connection_taken_is_told_so(ask: object) -> None:
    """After a while, by a TimeoutError: api/problems.py makes a 503 of it."""
    assert callable(ask)
    with pytest.raises(TimeoutError):
        await ask()
