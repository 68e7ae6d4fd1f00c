"""Work handed to a process of its own: a search, a library, whatever no request may wait for."""

import asyncio
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from budget.handed import LENGTH_BYTES

_ROOT: Final = Path(__file__).parents[1]
_COMPLAINT_MAX: Final = 100_000
_log = logging.getLogger("kitback.apart")


@dataclass(frozen=True, slots=True)
class Work:
    """A module that is run as a process (see `handed`), what the log calls it, and its settings."""

    module: str
    called: str
    environment: Mapping[str, str] = field(default_factory=dict)


async def done_apart(work: Work, task: bytes, limit_s: float) -> bytes | None:
    """What a process made of the task; None where it failed or took too long, which is logged.

    Nothing is left running, however it ends.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", work.module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(_ROOT), **work.environment},
    )
    try:
        async with asyncio.timeout(limit_s):
            answer, complaint = await _ask(process, task)
    except TimeoutError:
        _log.error("%s was ended after %.0f seconds without an answer", work.called, limit_s)
        return None
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    if process.returncode != 0:
        last = complaint.decode(errors="replace").strip().splitlines()[-1:]
        _log.error("%s ended with %s: %s", work.called, process.returncode, last)
        return None
    return answer


async def _ask(process: asyncio.subprocess.Process, task: bytes) -> tuple[bytes, bytes]:
    """Hand over the task, and leave the way open: its end would tell the process to end too."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    reading = asyncio.gather(process.stdout.read(), _last_of(process.stderr))
    try:
        process.stdin.write(len(task).to_bytes(LENGTH_BYTES, "big") + task)
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        pass  # it ended by itself: its code says so
    answer, complaint = await reading
    await process.wait()
    process.stdin.close()
    return answer, complaint


async def _last_of(stream: asyncio.StreamReader) -> bytes:
    """The end of it, all of it read: who complains at length must not stand still for that."""
    last = b""
    while read := await stream.read(_COMPLAINT_MAX):
        last = (last + read)[-_COMPLAINT_MAX:]
    return last
