"""Forecasts made apart: in a process of its own, so that the library burdens no other."""

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from budget.forecasting.asking import LENGTH_BYTES, Asked, Made

LIMIT_S: Final = 300.0
_ROOT: Final = Path(__file__).parents[2]
_PROGRAM: Final[Sequence[str]] = (sys.executable, "-P", "-m", "budget.forecasting.maker")
_log = logging.getLogger("kitback.forecasting")


async def make_apart(asked: Sequence[Asked], limit_s: float = LIMIT_S) -> list[Made] | None:
    """What the process made of it; None where it failed or took too long, which is logged.

    Nothing is left running, however it ends.
    """
    process = await asyncio.create_subprocess_exec(
        *_PROGRAM,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        # One of our processors is enough for it, whatever its libraries would take.
        env=os.environ | {"PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1"},
    )
    try:
        async with asyncio.timeout(limit_s):
            answer = await _ask(process, msgspec.msgpack.encode(asked))
    except TimeoutError:
        _log.error("The forecasts' process was ended after %.0f seconds", limit_s)
        return None
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    if process.returncode != 0:
        _log.error("The forecasts' process ended with %s", process.returncode)
        return None
    return msgspec.msgpack.decode(answer, type=list[Made])


async def _ask(process: asyncio.subprocess.Process, said: bytes) -> bytes:
    """Hand over the task, and leave the way open: its end would tell the process to end too."""
    assert process.stdin is not None
    assert process.stdout is not None
    reading = asyncio.ensure_future(process.stdout.read())
    try:
        process.stdin.write(len(said).to_bytes(LENGTH_BYTES, "big") + said)
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        pass  # it ended by itself: its code says so
    answer = await reading
    await process.wait()
    return answer
