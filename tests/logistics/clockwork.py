"""A process that leads if no other does, and says which slots it does: `python -m` with a dsn."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from budget.database import open_pool
from logistics.clock.jobs import Job
from logistics.clock.leading import Leader
from logistics.rounds.depot_days import Ways


async def _work(now: datetime, ways: Ways) -> str:
    del ways
    slot = int(now.timestamp())
    print(f"slot {slot}", flush=True)  # noqa: T201 - what the test reads
    return str(slot)


async def main(dsn: str) -> None:
    """Tick ten times a second, until somebody ends it."""
    await open_pool(dsn, size=2)
    leader = Leader(Ways(), {"second": Job("Says the second.", timedelta(seconds=1), _work)})
    led = False
    while True:
        leads = await leader.tick(datetime.now(UTC))
        if leads and not led:
            print("leads", flush=True)  # noqa: T201 - as above
        led = leads
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
