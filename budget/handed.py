"""A process that `apart` hands a task to: how it takes it, gives way to others, and answers.

It reads its task from standard input, a length in eight bytes first, and writes its answer to
standard output. Standard input stays open for as long as whoever asked is there: when it ends, so
does the process. Apart from `apart`, so that nothing that starts for a task reads asyncio.
"""

import os
import sys
import threading
from typing import Final

LENGTH_BYTES: Final = 8
_ORPHANED: Final = 3
_NICER: Final = 19


def take() -> bytes:
    """The task. From here on the process ends with whoever handed it over, and not by Ctrl-C."""
    # Ctrl-C is for whoever started it all: our parent ends us itself. In its session all the same:
    # Linux shares out time among sessions first, so that no niceness would count. Not asked of
    # whoever starts us: uvloop, which the service runs on, cannot.
    os.setpgid(0, 0)
    length = int.from_bytes(sys.stdin.buffer.read(LENGTH_BYTES), "big")
    task = sys.stdin.buffer.read(length)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return task


def give_way() -> None:
    """Let scans and whatever else somebody waits for go first, however long the work takes."""
    os.nice(_NICER)


def answer(made: bytes) -> None:
    """Hand back what was made."""
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()


def _end_with_parent() -> None:
    # Nothing more is ever sent. A killed parent leaves nobody to hand anything to.
    os.read(sys.stdin.fileno(), 1)
    os._exit(_ORPHANED)
