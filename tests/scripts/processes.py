"""What the tests of processes ask of the operating system."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path


def gone(pid: int) -> bool:
    """Say whether the process has ended, though nobody may have waited for it."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return not Path("/proc", str(pid), "cmdline").read_bytes()
    return True


def wait_for(done: Callable[[], bool]) -> None:
    """Wait until it is so; pytest's own time-out says when it never is."""
    while not done():
        time.sleep(0.02)


def naming(text: str) -> list[str]:
    """Return the command lines of all processes that name it."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [line for line in found if text in line]
