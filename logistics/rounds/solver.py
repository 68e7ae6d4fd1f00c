"""A process that makes one plan: `python -m logistics.rounds.solver`, which `planning` starts.

Reads its task from standard input, a length in eight bytes first, and writes the plan to standard
output. Standard input stays open for as long as whoever asked is there: when it ends, so does this.
"""

import os
import sys
import threading
import time
from typing import Final

import msgspec
from msgspec.structs import replace

from logistics.planner.day import Day, Plan, Until
from logistics.planner.planner import plan

LENGTH_BYTES: Final = 8
_ORPHANED: Final = 3
_NICER: Final = 19
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
    # Ctrl-C is for whoever started it all: our parent ends us itself. In its session all the same:
    # Linux shares out time among sessions first, so that no niceness would count. Not asked of
    # whoever starts us: uvloop, which the service runs on, cannot.
    os.setpgid(0, 0)
    length = int.from_bytes(sys.stdin.buffer.read(LENGTH_BYTES), "big")
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(length), type=Task)
    if task.ends_at is None:
        # Scans and whatever else somebody waits for go first, however long the search takes.
        os.nice(_NICER)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    made: Plan = plan(task.day, _until(task), task.seed)
    sys.stdout.buffer.write(msgspec.msgpack.encode(made))
    sys.stdout.buffer.flush()


def _until(task: Task) -> Until:
    if task.ends_at is None:
        return task.until
    left = max(_LEAST_S, task.ends_at - time.time())
    return replace(task.until, seconds=min(left, task.until.seconds or left))


def _end_with_parent() -> None:
    # Nothing more is ever sent. A killed parent leaves nobody to hand the plan to.
    os.read(sys.stdin.fileno(), 1)
    os._exit(_ORPHANED)


if __name__ == "__main__":
    main()
