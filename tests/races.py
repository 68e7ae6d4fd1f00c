"""What starts together in a test runs together."""

import asyncio

from budget.database import fetch


async def ready(connections: int = 2) -> None:
    """Have the pool hold this many open connections: the first to ask would else be done first."""
    await asyncio.gather(*(fetch("select pg_sleep(0.1)") for _ in range(connections)))
