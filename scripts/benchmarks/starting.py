"""start: from scripts/run on an initialised data directory to the first 200 of /health."""

import subprocess
import time
from pathlib import Path
from statistics import median
from typing import Final

from scripts.benchmarks.figures import Figure, say
from scripts.benchmarks.run import Run
from scripts.benchmarks.service import (
    ROOT,
    address_of,
    environment,
    running,
    stop,
    tied,
    wait_healthy,
)
from scripts.benchmarks.usage import memory_of

_SCRIPT: Final = str(ROOT / "scripts" / "run")


def start(run: Run) -> Figure:
    """Seconds, the median of some starts; there is nothing to hold it against."""
    folder = run.folder / "started"
    with running(folder):
        say("  start: the data directory is initialised")
    took = [_started(folder) for _ in range(run.sizes.starts)]
    seconds = [each for each, _ in took]
    detail = took[-1][1] | {
        "starts": len(took),
        "seconds": [round(each, 3) for each in seconds],
        # A start ends with the first answer; what it asks till then is no request's or scan's.
        "statements": None,
    }
    return Figure("start", median(seconds), "s", None, detail)


def _started(folder: Path) -> tuple[float, dict[str, float]]:
    """Start it and stop it again; the seconds to health, and its memory then."""
    began = time.perf_counter()
    process = subprocess.Popen(
        tied("TERM", _SCRIPT, "--port", "0", "--data", str(folder)),
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        wait_healthy(address_of(process))
        seconds = time.perf_counter() - began
        say(f"  start: {seconds:.2f} s")
        return seconds, memory_of(process.pid)
    finally:
        stop(process)
