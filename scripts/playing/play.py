"""Plays the model year into a service: the player's process, the desk, the marks, the bar."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Final

from scripts.example_service import callers
from scripts.playing.desk import Desk
from scripts.playing.marks import Mark, Marks
from scripts.playing.player import Script, playing
from scripts.playing.progress import Progress

_MARK_EVERY_S: Final = 1.0
_SHOW_EVERY_S: Final = 0.2


async def play_year(
    script: Script, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Mark:
    """Play the year, or what is left of it, and say how much was played in how long.

    Raises RefusedPlayError where the service is in use, or was begun with another script.
    """
    marks = Marks("demo")
    await marks.begin(script, clock())
    mark = await marks.newest()
    if await marks.is_finished():
        return mark
    desk = Desk(clock, await callers(), parts=mark.parts, scans=mark.scans)
    await desk.recall_codes()
    began = time.monotonic() - mark.seconds
    async with playing(script, skip=mark.parts) as player:
        progress = Progress(player.playbill.scans, before=mark.scans)
        async with _beside(desk, marks, progress, began):
            await desk.record_all(player.parts())
    progress.end(desk.scans)
    mark = Mark(desk.parts, desk.scans, time.monotonic() - began)
    await marks.add(mark)
    await marks.finish()
    return mark


@contextlib.asynccontextmanager
async def _beside(
    desk: Desk, marks: Marks, progress: Progress, began: float
) -> AsyncIterator[None]:
    """Beside the recording, show and note how far it is."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_watch(desk, marks, progress, began))
        yield
        task.cancel()


async def _watch(desk: Desk, marks: Marks, progress: Progress, began: float) -> None:
    noted = time.monotonic()
    while True:
        await asyncio.sleep(_SHOW_EVERY_S)
        progress.show(desk.scans)
        if time.monotonic() - noted >= _MARK_EVERY_S:
            noted = time.monotonic()
            await marks.add(Mark(desk.parts, desk.scans, noted - began))
