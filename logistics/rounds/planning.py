"""Plans made apart: in processes of their own, so that no request waits for a search."""

import asyncio
from typing import Final
from weakref import WeakKeyDictionary

import msgspec

from budget.apart import Work, done_apart
from budget.refusals import Fault, Refused, Wrong
from logistics.planner.day import Day, Plan, Until
from logistics.planner.planner import best
from logistics.rounds.solver import Task

SECONDS_MAX: Final = 300
PROCESSES: Final = 2
"""How many search for one plan, each with a seed of its own."""

GRACE_S: Final = 60.0
"""How long a process may take beyond its search: to start, and to mend what it found."""

_PLANS_AT_ONCE: Final = 2
_WORK: Final = Work("logistics.rounds.solver", "A planner's process")
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
    made = await done_apart(_WORK, msgspec.msgpack.encode(task), limit_s)
    return None if made is None else msgspec.msgpack.decode(made, type=Plan)
