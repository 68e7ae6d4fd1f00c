"""The clock's jobs: what the service does by itself, without anybody asking.

Every process of the service runs a clock. Each job sees to it that it does no harm, and mostly
nothing, where another process is doing the same. What has a time of day (logistics/clock/jobs.py)
is done by the one process that leads.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.schedulers.asyncio import (  # type: ignore[import-untyped]  # it has no types
    AsyncIOScheduler,
)

from budget import moments
from budget.months import make_months_ahead
from budget.sums import fold
from equipment.catalogue.stock import fold_stock
from equipment.orders.emergency_issues import raise_overdue
from equipment.orders.queues import serve_all
from equipment.orders.satellites import top_up
from equipment.printers.watching import Watch
from logistics.clock.leading import Leader
from logistics.rounds.depot_days import Ways
from logistics.visits.catching_up import catch_up

FOLD_EVERY: Final = timedelta(seconds=2)
SERVE_EVERY: Final = timedelta(seconds=2)
MAKE_MONTHS_EVERY: Final = timedelta(days=1)
LOOK_AT_SHELVES_EVERY: Final = timedelta(minutes=1)
CATCH_UP_EVERY: Final = timedelta(seconds=2)
LEAD_EVERY: Final = timedelta(seconds=2)
LOOK_AT_PRINTERS_EVERY: Final = timedelta(seconds=1)

_log = logging.getLogger("kitback.clock")


@asynccontextmanager
async def ticking(ways: Ways | None = None, watch: Watch | None = None) -> AsyncIterator[None]:
    """Run the jobs, the first time at once, for as long as the block lasts; the pool is open.

    On leaving, a job under way comes to its end first; a long fold stops after what it
    has in hand, and the next clock goes on with the rest.
    """
    ending = asyncio.Event()
    leader = Leader(ways or Ways())
    printers = watch or Watch()
    jobs = [
        _Job("fold", lambda: _fold(ending.is_set)),
        _Job("promises", _serve_all),
        _Job("months", _make_months),
        _Job("shelves", _look_at_shelves),
        _Job("visits", _catch_up),
        _Job("slots", lambda: leader.tick(moments.now())),
        _Job("printers", printers.look),
    ]
    scheduler = AsyncIOScheduler(
        timezone=UTC,
        # A job that is late, or that several ticks were missed of, is done once, however late.
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    # It warns of each tick at which a job is still under way: that is how a long fold is meant.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    every = (
        FOLD_EVERY,
        SERVE_EVERY,
        MAKE_MONTHS_EVERY,
        LOOK_AT_SHELVES_EVERY,
        CATCH_UP_EVERY,
        LEAD_EVERY,
        LOOK_AT_PRINTERS_EVERY,
    )
    for job, interval in zip(jobs, every, strict=True):
        seconds = interval.total_seconds()
        scheduler.add_job(job.run, "interval", seconds=seconds, next_run_time=datetime.now(UTC))
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        ending.set()
        leader.stop()
        for job in jobs:
            await job.end()
        await leader.end()
        await printers.end()
        # The scheduler would only cancel what is under way, without waiting for it.
        scheduler.shutdown()
        await asyncio.sleep(0)


async def _fold(ending: Callable[[], bool]) -> None:
    await fold(ending=ending)
    await fold_stock(ending=ending)


async def _serve_all() -> None:
    await serve_all(moments.now())


async def _look_at_shelves() -> None:
    now = moments.now()
    await top_up(now)
    await raise_overdue(now)


async def _catch_up() -> None:
    await catch_up(moments.now())


async def _make_months() -> None:
    await make_months_ahead(moments.now().date())


class _Job:
    """One job: done by one task at a time, and never the end of the clock."""

    def __init__(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        self.name = name
        self.work = work
        self.failing = False
        self.ended = False
        self.turn = asyncio.Lock()

    async def run(self) -> None:
        """Do the work. What goes wrong is logged once, until it goes well again."""
        async with self.turn:
            if self.ended:
                return
            try:
                await self.work()
            except Exception as error:  # noqa: BLE001 - the edge: nobody is above it
                # The database may be away for hours: not a line for each of its seconds.
                if not self.failing:
                    _log.exception("The clock's %s failed (%s); it tries again", self.name, error)
                self.failing = True
            else:
                if self.failing:
                    _log.warning("The clock's %s works again", self.name)
                self.failing = False

    async def end(self) -> None:
        """Wait for the work under way; there is none after it."""
        async with self.turn:
            self.ended = True
