"""A process that makes forecasts: `python -m budget.forecasting.maker`, which `apart` starts.

Reads its task from standard input, a length in eight bytes first, and writes what it made to
standard output. Standard input stays open for as long as whoever asked is there: when it ends, so
does this.
"""

import os
import sys
import threading
from typing import Final

import msgspec

from budget.forecasting.asking import LENGTH_BYTES, Asked
from budget.forecasting.smoothing import smoothed

_ORPHANED: Final = 3
_NICER: Final = 19


def main() -> None:
    """Make the forecasts that are asked for."""
    # Ctrl-C is for whoever started it all: our parent ends us itself. In its session all the same:
    # Linux shares out time among sessions first, so that no niceness would count.
    os.setpgid(0, 0)
    os.nice(_NICER)
    length = int.from_bytes(sys.stdin.buffer.read(LENGTH_BYTES), "big")
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(length), type=list[Asked])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.stdout.buffer.write(msgspec.msgpack.encode([smoothed(each) for each in asked]))
    sys.stdout.buffer.flush()


def _end_with_parent() -> None:
    # Nothing more is ever sent. A killed parent leaves nobody to hand the forecasts to.
    os.read(sys.stdin.fileno(), 1)
    os._exit(_ORPHANED)


if __name__ == "__main__":
    main()
