"""What starts together in a test runs together, or stops where the test wants it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from budget.database import Connection, fetch


async def ready(connections: int = 2) -> None:
    """Have the pool hold this many open connections: the first to ask would else be done first."""
    await asyncio.gather(*(fetch("select pg_sleep(0.1)") for _ in range(connections)))


@asynccontextmanager
async def held(database: str, lock: str) -> AsyncIterator[Connection]:
    """Somebody else's lock: whoever comes to it waits until this is over."""
    owner = await asyncpg.connect(database)
    try:
        async with owner.transaction():
            await owner.execute(lock)
            yield owner
    finally:
        await owner.close()


async def waiting(owner: Connection, many: int) -> None:
    """Wait until at least so many wait for a lock."""
    async with asyncio.timeout(10):
        while await owner.fetchval(_WAITING) < many:
            await asyncio.sleep(0.01)
            # Within a transaction it is read once and kept.
            await owner.execute("select pg_stat_clear_snapshot()")


_WAITING = """
select count(*) from pg_stat_activity
where wait_event_type = 'Lock' and datname = current_database()
"""
