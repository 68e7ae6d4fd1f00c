"""A process that makes one plan: `python -m logistics.rounds.solver`, which `planning` starts."""

import time
from typing import Final

import msgspec
from msgspec.structs import replace

from budget import handed
from logistics.planner.day import Day, Until
from logistics.planner.planner import plan

_LEAST_S: Final = 0.05


class Task(msgspec.Struct, frozen=True):
    """What one process is asked.

    `ends_at`, in seconds since 1970: the search ends by then, whatever it took to get to it, and
    nobody else goes first.
    """

    day: Day
    until: Until
    seed: int
    ends_at: float | None = None


def main() -> None:
    """Make the plan that is asked for."""
    task = msgspec.msgpack.decode(handed.take(), type=Task)
    if task.ends_at is None:
        handed.give_way()
    made = plan(task.day, _until(task), task.seed)
    handed.answer(msgspec.msgpack.encode(made))


def _until(task: Task) -> Until:
    if task.ends_at is None:
        return task.until
    left = max(_LEAST_S, task.ends_at - time.time())
    return replace(task.until, seconds=min(left, task.until.seconds or left))


if __name__ == "__main__":
    main()
