"""Plans made apart: in processes of their own, so that no request waits for a search."""

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

import msgspec

from budget.refusals import Fault, Refused, Wrong
from logistics.planner.day import Day, Plan, Until
from logistics.planner.planner import best
from logistics.rounds.solver import LENGTH_BYTES, Task

SECONDS_MAX: Final = 300
PROCESSES: Final = 2
"""How many search for one plan, each with a seed of its own."""

GRACE_S: Final = 60.0
"""How long a process may take beyond its search: to start, and to mend what it found."""

_PLANS_AT_ONCE: Final = 2
_ROOT: Final = Path(__file__).parents[2]
_log = logging.getLogger("kitback.planning")
_turns = WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]()


async def plan_apart(  # noqa: PLR0913 - three of them are for a few callers
    day: Day,
    until: Until,
    seed: int,
    *,
    processes: int = PROCESSES,
    grace_s: float = GRACE_S,
    ends_at: float | None = None,
) -> Plan:
    """The best plan of several processes; the same for the same seed and number of iterations.

    With `ends_at`, in seconds since 1970, no search goes on after that, and none gives way to
    others: what starting the processes takes is a part of the time.

    Wrong where it is to take too long or no time; Refused `planning-failed` where no process came
    to an end with a plan. Waits while others are being made. Nothing is left running, however
    it ends.
    """
    _check(until)
    limit_s = (until.seconds or SECONDS_MAX) + grace_s
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_PLANS_AT_ONCE))
    async with turn:
        tasks = [
            asyncio.create_task(_one(Task(day, until, seed * processes + number, ends_at), limit_s))
            for number in range(processes)
        ]
        try:
            made = [plan for plan in await asyncio.gather(*tasks) if plan is not None]
        finally:
            for task in tasks:
                # Told twice, it would not wait for the end of its process.
                if not task.cancelling():
                    task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    if not made:
        raise Refused(
            "planning-failed",
            "The planner stopped before it had a plan. Nothing has changed; try again, and with"
            " less time if it happens again.",
        )
    return best(day, made)


def _check(until: Until) -> None:
    if until.seconds is None and until.iterations is None:
        raise Wrong([Fault("seconds", "Say how long the search may take.")])
    if until.seconds is not None and not 0 < until.seconds <= SECONDS_MAX:
        raise Wrong([Fault("seconds", f"Write a number above 0 and up to {SECONDS_MAX}.")])


async def _one(task: Task, limit_s: float) -> Plan | None:
    """What one process makes of it; None where it fails, which is logged."""
    process = await asyncio.create_subprocess_exec(
        *_PROGRAM,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(_ROOT)},
    )
    try:
        async with asyncio.timeout(limit_s):
            answer, complaint = await _ask(process, task)
    except TimeoutError:
        _log.error("A planner's process was ended after %.0f seconds without a plan", limit_s)
        return None
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    if process.returncode != 0:
        last = complaint.decode(errors="replace").strip().splitlines()[-1:]
        _log.error("A planner's process ended with %s: %s", process.returncode, last)
        return None
    return msgspec.msgpack.decode(answer, type=Plan)


_PROGRAM: Final[Sequence[str]] = (sys.executable, "-P", "-m", "logistics.rounds.solver")


async def _ask(process: asyncio.subprocess.Process, task: Task) -> tuple[bytes, bytes]:
    """Hand over the task, and leave the way open: its end would tell the process to end too."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    said = msgspec.msgpack.encode(task)
    reading = asyncio.gather(process.stdout.read(), process.stderr.read(_COMPLAINT_MAX))
    try:
        process.stdin.write(len(said).to_bytes(LENGTH_BYTES, "big") + said)
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        _log.warning("A planner's process ended before it had its task")
    answer, complaint = await reading
    await process.wait()
    process.stdin.close()
    return answer, complaint


_COMPLAINT_MAX: Final = 100_000
