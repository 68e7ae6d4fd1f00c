"""Plays the model year into a service: the player's process, the desk, the marks, the bar."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Final, TypeAlias

from budget import moments
from budget.months import make_months_ahead
from budget.sums import fold
from equipment.catalogue.stock import fold_stock
from scripts.example_service import callers
from scripts.playing.desk import Desk
from scripts.playing.marks import Mark, Marks
from scripts.playing.player import Script, playing
from scripts.playing.progress import Progress

_MARK_EVERY_S: Final = 1.0
_SHOW_EVERY_S: Final = 0.2
# More seldom than a service does: the more changes are folded at once, the fewer sums are written.
_FOLD_EVERY_S: Final = 15.0
_Job: TypeAlias = Callable[[], Awaitable[object]]


async def play_year(
    script: Script,
    clock: Callable[[], datetime] = moments.now,
    mark_every_s: float = _MARK_EVERY_S,
) -> Mark:
    """Play the year, or what is left of it, and say how much was played in how long.

    The sums are folded meanwhile, as no service need be running, and at the end. Raises
    RefusedPlayError where the service is in use, or was begun with another script.
    """
    marks = Marks("demo")
    if await marks.is_finished(script):
        return await marks.newest()
    await marks.begin(script, clock())
    mark = await marks.newest()
    desk = Desk(clock, await callers(), parts=mark.parts, scans=mark.scans)
    await desk.recall_codes()
    began = time.monotonic() - mark.seconds

    def reached() -> Mark:
        return Mark(desk.parts, desk.scans, time.monotonic() - began)

    await make_months_ahead(clock().date())
    async with playing(script, skip=mark.parts) as player:
        progress = Progress(player.playbill.scans, before=mark.scans)

        async def show() -> None:
            progress.show(desk.scans, desk.people)

        async def add_mark() -> None:
            await marks.add(reached())

        jobs = ((show, _SHOW_EVERY_S), (add_mark, mark_every_s), (fold, _FOLD_EVERY_S))
        async with _beside(*jobs):
            await desk.record_all(player.parts())
    await fold()
    # Else the first who look at the stock would go through all that has moved in a year.
    await fold_stock()
    mark = reached()
    progress.end(mark.scans)
    await marks.add(mark)
    await marks.finish()
    return mark


@contextlib.asynccontextmanager
async def _beside(*jobs: tuple[_Job, float]) -> AsyncIterator[None]:
    """Do each job every so many seconds, for as long as the block lasts."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_again_and_again(*job)) for job in jobs]
        yield
        for task in tasks:
            task.cancel()


async def _again_and_again(do: _Job, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await do()
