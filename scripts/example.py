"""The example that `scripts/run --demo` loads: a two-hundredth of the Nottinghamshire year.

Everything goes through the doors that people use: imports, forms, receipts of goods and, for the
year itself, `equipment.scans.record()`. All ids come from the seed, so a load that was cut short
is completed by the next: what was recorded already is answered as a duplicate.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

from scripts.example_service import callers, sources
from scripts.model.year import play
from scripts.playing.desk import Desk
from scripts.playing.marks import Marks, RefusedPlayError
from scripts.playing.parts import Part, in_parts
from scripts.playing.player import Script

SCALE: Final = 1 / 200


async def load(now: datetime, seed: int = 1, scale: float = SCALE) -> None:
    """Load the example into an empty service, or complete it; loaded before, change nothing.

    `now` is when everything is recorded; it happened in 2018-19 and shortly before. A service in
    use is left alone, and the operator is told so. The users and their password are printed.
    The company prefix must have been fixed.
    """
    marks = Marks("example")
    if await marks.is_finished():
        return
    script = Script(scale, seed)
    try:
        await marks.begin(script, now)
    except RefusedPlayError as refusal:
        _say(str(refusal))
        return
    _say("Loading the example ...")
    desk = Desk(lambda: now, await callers())
    await desk.record_all(_parts(script))
    await marks.finish()
    _say(
        f"Loaded {len(desk.codes):,} items and {desk.scans:,} scans: one in {1 / scale:,.0f} issues"
        " of 2018-19, against the whole year's contributions."
    )


async def _parts(script: Script) -> AsyncIterator[Part]:
    for part in in_parts(play(sources(), script.scale, script.seed)):
        yield part


def _say(line: str) -> None:
    print(line, flush=True)
