"""What an earlier server left in the data folder: processes, its PID file, its socket."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.postgres_folder import ServerUser, clear_socket_folder, server_user

STOP_S = 60.0
"""How long a server may take for its last checkpoint before it is ended without one."""

_READY = "ready"


@dataclass(frozen=True)
class PidFile:
    """What postmaster.pid says: https://www.postgresql.org/docs/current/storage-file-layout.html."""

    pid: int
    socket_folder: Path | None
    ready: bool


def read_pid_file(data: Path) -> PidFile | None:
    """Return what the file says so far: a starting server fills it line by line."""
    try:
        lines = [line.strip() for line in (data / "postmaster.pid").read_text().splitlines()]
        pid = int(lines[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    lines += [""] * 8
    return PidFile(pid, Path(lines[4]) if lines[4] else None, lines[7] == _READY)


def cluster_name(data: Path) -> str:
    """Name the folder's server: each of its processes shows it, and a move does not change it."""
    place = data.stat()
    return f"kitback-{place.st_dev:x}-{place.st_ino:x}"


def running_socket_folder(folder: Path) -> Path | None:
    """Return where the folder's server takes connections; None while it does not."""
    data = folder / "data"
    pid_file = read_pid_file(data)
    if pid_file is None or not pid_file.ready:
        return None
    alive = pid_file.pid in _processes(cluster_name(data), server_user(folder))
    return pid_file.socket_folder if alive else None


def clear_leftovers(data: Path, user: ServerUser, in_use: Path | None) -> Iterator[None]:
    """Wait for an earlier server's end, then remove its PID file and its socket.

    Only for the holder of the folder's lock: whatever still runs has lost its parent.
    `in_use` is the socket's folder where it shall stay. Yields while waiting.
    """
    pid_file, told, began = read_pid_file(data), False, time.monotonic()
    while left := _processes(cluster_name(data), user):
        if pid_file is None or pid_file.pid not in left:
            # Without their server they can commit nothing more, but they hold its memory.
            _send(signal.SIGQUIT, left)
        elif time.monotonic() > began + STOP_S:
            _send(signal.SIGQUIT, {pid_file.pid})
        elif not told:
            # It may be stopping already, on its parent's death: then this changes nothing.
            _send(signal.SIGINT, {pid_file.pid})
            told = True
        yield
    pid_file = read_pid_file(data)
    if pid_file is None or _is_another_server(pid_file.pid):
        return
    # Its number may long belong to another process, which PostgreSQL would take for a server.
    (data / "postmaster.pid").unlink(missing_ok=True)
    if pid_file.socket_folder is not None and pid_file.socket_folder != in_use:
        clear_socket_folder(pid_file.socket_folder, data.parent)


def _processes(name: str, user: ServerUser) -> set[int]:
    """Find the server's processes by the cluster's name, which their command lines show."""
    return {
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdecimal() and _belongs(entry, name.encode(), user)
    }


def _belongs(entry: Path, name: bytes, user: ServerUser) -> bool:
    # A process may end while it is being looked at.
    with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
        return (
            entry.stat().st_uid == user.uid
            and (entry / "comm").read_text() in {"postgres\n", "setpriv\n"}
            and name in (entry / "cmdline").read_bytes()
        )
    return False


def _is_another_server(pid: int) -> bool:
    """Say whether an operator may have started a server on the data by hand."""
    entry = Path("/proc") / str(pid)
    with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
        typed = (entry / "cmdline").read_bytes()
        # Nothing was typed for a process that has ended but that nobody has waited for, as
        # happens in containers: it counts as gone, though PostgreSQL would take it for alive.
        return b"postgres" in typed and b"kitback-" not in typed
    return False


def _send(number: signal.Signals, pids: set[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
