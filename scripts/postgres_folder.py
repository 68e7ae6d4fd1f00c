"""The folder that the embedded PostgreSQL lives in, and the user that it runs as."""

import contextlib
import fcntl
import os
import pwd
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PORT = 5432
"""Names the socket's file; nothing listens on the network."""

ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
"""What PostgreSQL's programs see: no PG* variable and no locale of the operator's reaches them."""

_SOCKET_PATH_BYTES = 107
_TEMPORARY = Path("/tmp")  # noqa: S108 - TMPDIR may be as long as the path that we shorten


class PostgresError(Exception):
    """The database cannot be had; the message says why, in one line for the operator."""


class FolderInUseError(PostgresError):
    """Another process holds the folder."""


@dataclass(frozen=True)
class ServerUser:
    """The operating system's user that the server runs as."""

    uid: int
    gid: int
    name: str

    def popen(self, program: Sequence[str | Path], **options: Any) -> subprocess.Popen[bytes]:
        """Start a program as this user, away from the terminal's signals."""
        if self.uid != os.geteuid():
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.Popen(
            program,
            stdin=options.pop("stdin", subprocess.DEVNULL),
            env=ENVIRONMENT,
            start_new_session=True,
            **options,
        )

    def can(self, access: str, path: Path) -> bool:
        """Try it as that user: modes, parents, ACLs and mounts all have a say."""
        return self.popen(["test", f"-{access}", path], cwd="/").wait() == 0

    def own(self, path: Path) -> None:
        """Make the folder, if need be, and give it to this user alone; a symlink is refused."""
        path.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            self._give(handle)
            os.fchmod(handle, 0o700)
        finally:
            os.close(handle)

    def open_file(self, path: Path, flags: int) -> int:
        """Open or make a private file of this user's; a symlink is refused."""
        # Root writes into a folder that another user owns: it must not be led astray there.
        handle = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        self._give(handle)
        return handle

    def _give(self, handle: int) -> None:
        if os.geteuid() == 0:
            os.fchown(handle, self.uid, self.gid)


def prepare(folder: Path) -> ServerUser:
    """Make the folder where it is missing; return the user that the server in it runs as.

    Root may give the folder itself to that user; its parents are never touched.
    Raises PostgresError where that user cannot get at the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    user = server_user(folder)
    if os.geteuid() == 0:
        _let_in(user, folder)
    elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise PostgresError(f"{folder} is not yours to write to; choose another with --data")
    return user


def server_user(folder: Path) -> ServerUser:
    """Ourselves; or for root, which PostgreSQL refuses to run as, the data's owner or nobody."""
    if os.geteuid() != 0:
        return _known_user(os.geteuid(), folder)
    for path in (folder / "data", folder):
        if path.exists() and path.stat().st_uid != 0:
            return _known_user(path.stat().st_uid, folder)
    nobody = pwd.getpwnam("nobody")
    return ServerUser(nobody.pw_uid, nobody.pw_gid, nobody.pw_name)


def lock(folder: Path, user: ServerUser) -> int:
    """Hold the folder until the returned handle is closed, or this process ends in any way.

    Raises FolderInUseError where another process holds it.
    """
    handle = user.open_file(folder / "lock", os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(handle, 20, 0).decode(errors="replace").strip()
        os.close(handle)
        raise FolderInUseError(f"{folder} is in use by process {holder or 'unknown'}") from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle


def make_socket_folder(folder: Path, user: ServerUser) -> Path:
    """Return a folder, the user's alone, whose socket's path the kernel can take."""
    near = folder / "socket"
    if len(os.fsencode(near / f".s.PGSQL.{PORT}")) < _SOCKET_PATH_BYTES:
        user.own(near)
        return near
    short = Path(tempfile.mkdtemp(prefix="kitback-", dir=_TEMPORARY))
    user.own(short)
    return short


def clear_socket_folder(socket_folder: Path, folder: Path) -> None:
    """Remove what a server left there, and the folder itself where it was a temporary one."""
    temporary = socket_folder.parent == _TEMPORARY and socket_folder.name.startswith("kitback-")
    if not temporary and socket_folder != folder / "socket":
        return  # The PID file named it, and is not root's own.
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (socket_folder / name).unlink(missing_ok=True)
    if temporary:
        with contextlib.suppress(FileNotFoundError):
            socket_folder.rmdir()


def _known_user(uid: int, folder: Path) -> ServerUser:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise PostgresError(
            f"{folder} would be user {uid}'s, whom this machine's passwd does not know; "
            "PostgreSQL needs a user with a name"
        ) from None
    return ServerUser(uid, entry.pw_gid, entry.pw_name)


def _let_in(user: ServerUser, folder: Path) -> None:
    """Give root's own folder to the user where only its own mode keeps the user out."""
    closed = _closed_to(user, folder)
    if closed == folder and folder.stat().st_uid == 0:
        os.chown(folder, user.uid, user.gid)
        closed = _closed_to(user, folder)
    if closed is not None:
        raise PostgresError(
            f"The database's user, {user.name}, cannot reach {folder}: {closed} is closed to it; "
            "choose another folder with --data, such as /var/lib/kitback"
        )


def _closed_to(user: ServerUser, folder: Path) -> Path | None:
    """Return the outermost folder on the way that the user cannot pass through."""
    if user.can("x", folder):
        return None
    way = [*reversed(folder.parents), folder]
    return next((path for path in way if not user.can("x", path)), folder)
