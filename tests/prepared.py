"""A store as a first start leaves it before anybody is in it: made once, then copied.

To make one takes a second for PostgreSQL's own tables and several for the migrations; tests whose
promise is not that first start begin from a copy.
"""

import asyncio
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from budget.database import migrate
from scripts.postgres import EmbeddedPostgres

CARELESS: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    # Each drop of a test's database looks through all of it.
    "shared_buffers": "128MB",
    # It may lie in memory.
    "max_wal_size": "512MB",
    # What a plan is made from does not change at a moment of PostgreSQL's own choosing.
    "autovacuum": "off",
}
"""For servers of the tests' own. No test pulls the plug: a killed process loses nothing that the
kernel has."""

_SHARE: Final = "KITBACK_TESTS_SHARE"
_ROOT: Final = Path(__file__).parents[1]
_MEMORY: Final = "/dev/shm"  # noqa: S108 - a folder of our own is made in it
_ROOM_BYTES: Final = 4 << 30


def open_share() -> None:
    """Make the place that all processes of a run of the tests share; the first of them calls it.

    What is temporary lies there as well: in memory where there is room, as nothing of it is to
    outlast the run, and a disk would be waited for at each commit.
    """
    share = Path(tempfile.mkdtemp(prefix="kitback-share-", dir=_in_memory()))
    # The database's user takes its files from there.
    share.chmod(0o755)
    temporary = share / "tmp"
    temporary.mkdir()
    temporary.chmod(0o1777)
    os.environ[_SHARE] = str(share)
    os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)


def close_share() -> None:
    """Remove that place, and all that was made in it."""
    shutil.rmtree(os.environ.pop(_SHARE))
    del os.environ["TMPDIR"]
    tempfile.tempdir = None


def _in_memory() -> str | None:
    """Where files lie in memory, if there is room for a run's and programs may be run there."""
    try:
        found = os.statvfs(_MEMORY)
    except OSError:
        return None
    roomy = found.f_bavail * found.f_frsize >= _ROOM_BYTES
    runs = not found.f_flag & os.ST_NOEXEC
    return _MEMORY if roomy and runs and os.access(_MEMORY, os.W_OK) else None


def lay_out(folder: Path) -> None:
    """Put a migrated store with nobody in it into an empty folder, for a server to start on."""
    copy(kept("store", _make_apart), folder)


def kept(name: str, make: Callable[[Path], None]) -> Path:
    """The folder of this name, which `make` fills once for all processes of the run.

    A database in it is to be stopped by then: others are copied from it.
    """
    share = Path(os.environ[_SHARE])
    made = share / name
    with (share / f"{name}.lock").open("w") as lock:
        # Whoever comes first makes it, whoever comes meanwhile waits.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            half = share / f"{name}.half"
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            make(half)
            half.rename(made)
    return made


def copy(made: Path, folder: Path) -> None:
    """Put what is kept into an empty folder, with its owners."""
    subprocess.run(["cp", "-a", "--", f"{made}/.", folder], check=True)


def _make_apart(folder: Path) -> None:
    # There may be an event loop here already: a browser's.
    command = [sys.executable, "-P", "-m", "tests.prepared", str(folder)]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(_ROOT)})


def _make(folder: Path) -> None:
    # As little of the log as there can be: it is copied with the rest.
    server = EmbeddedPostgres(folder, options=CARELESS | {"min_wal_size": "32MB"})
    server.start()
    asyncio.run(migrate(server.dsn))
    server.stop()
    for left in ("lock", "postgresql.log"):
        (folder / left).unlink(missing_ok=True)
    shutil.rmtree(folder / "socket", ignore_errors=True)


if __name__ == "__main__":
    _make(Path(sys.argv[1]))
