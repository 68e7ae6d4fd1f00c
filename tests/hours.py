"""A service and a browser that live at another hour than the machine.

What happens in the course of a working day fits into it then, at whatever hour the tests are run.
`python -m tests.hours` is `python -m scripts.serve` for such a service.
"""

import os
import sys
from datetime import UTC, datetime, time, timedelta
from typing import Final

from budget import moments
from budget.years import LONDON, london_day

AHEAD_S: Final = "KITBACK_TESTS_AHEAD_S"
"""In the environment of a service: by how many seconds its clock is ahead of the machine's."""


def ahead_at(hour: int) -> timedelta:
    """By how much a clock is ahead at that hour of today's in London, negative if behind."""
    now = datetime.now(UTC)
    return datetime.combine(london_day(now), time(hour), LONDON) - now


def set_clock() -> None:
    """Have this process live at the hour that its environment says."""
    moments._ahead = timedelta(seconds=float(os.environ.get(AHEAD_S, "0")))


def script_ahead(ahead: timedelta) -> str:
    """What a page begins with, for a browser to be ahead by that much of what it was."""
    return _SCRIPT.replace("AHEAD_MS", str(ahead // timedelta(milliseconds=1)))


_SCRIPT: Final = """{
    const Real = Date;
    const now = () => Real.now() + AHEAD_MS;
    globalThis.Date = class extends Real {
        constructor(...given) { given.length ? super(...given) : super(now()); }
        static now() { return now(); }
    };
}"""


if __name__ == "__main__":
    # Where it is asked for alone, as what reads it takes a second.
    from scripts.serve import main

    set_clock()
    sys.exit(main(sys.argv[1:]))
