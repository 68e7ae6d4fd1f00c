"""Runs the embedded PostgreSQL: a direct child that is never left behind (docs/adr/0001)."""

import asyncio
import contextlib
import logging
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from scripts import postgres_binaries, postgres_folder
from scripts.postgres_folder import PORT, FolderInUseError, PostgresError, ServerUser
from scripts.postgres_leftovers import (
    STOP_S,
    clear_leftovers,
    cluster_name,
    read_pid_file,
    running_socket_folder,
)
from settings import Settings

NAME = "kitback"
"""Of the database, and of the role that owns it."""

LOG_BYTES_MAX = 10_000_000

_BUILTIN_LOCALES_SINCE = 17
_POLL_S = 0.05
_WATCH_S = 0.5
_PATIENCE_S = 1.0
_RETRY_S = 5.0
_SLOW_S = 5.0

_OPTIONS = {
    "fsync": "on",
    "full_page_writes": "on",
    "listen_addresses": "",
    "log_checkpoints": "off",
    # Else a refused row's values, such as an NHS number, would stand in the log.
    "log_error_verbosity": "terse",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "max_connections": "60",
    # Pages are written in full after each checkpoint: a year that is played makes few of them.
    "checkpoint_timeout": "15min",
    "max_wal_size": "2GB",
    "port": str(PORT),
    "synchronous_commit": "on",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
}

logger = logging.getLogger(__name__)


class EmbeddedPostgres:
    """One PostgreSQL server in one folder, reached over a Unix socket alone.

    Call it from the main thread only: the server is told to stop when the thread
    that started it ends, and that thread has to be the one that lasts.
    """

    def __init__(
        self,
        folder: Path,
        *,
        binaries: Path | None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder.resolve()
        self._chosen_binaries = binaries
        self._options = _OPTIONS | {"shared_buffers": _shared_buffers()} | dict(options or {})
        self._lock: int | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._user: ServerUser
        self._binaries: Path
        self._socket_folder: Path | None = None

    def start(self, check: Callable[[], None] = lambda: None) -> None:
        """Return once the server accepts connections, however long it has to recover.

        `check` is called at every wait; what it raises ends the start and the server.
        Raises PostgresError, and FolderInUseError where another process holds the folder.
        """
        try:
            with contextlib.closing(self.starting()) as waits:
                for _ in waits:
                    check()
                    time.sleep(_POLL_S)
        except BaseException:
            self.stop()
            raise

    def starting(self) -> Generator[None, None, None]:
        """Start the server, yielding wherever there is something to wait for."""
        assert threading.current_thread() is threading.main_thread()
        try:
            if self._lock is None:
                yield from self._take_folder()
            yield from clear_leftovers(self._data, self._user, self._socket_folder)
            yield from self._launch()
        except OSError as error:
            raise PostgresError(f"The database in {self.folder} cannot start: {error}") from error

    def stop(self) -> None:
        """End the server after its last checkpoint, and let go of the folder.

        One that has not done so in a minute is ended at once, and recovers at its next start: told
        to stop while it gets up again after a crash, PostgreSQL 18 may never do so.
        """
        began = time.monotonic()
        while self._child is not None:
            late = time.monotonic() > began + STOP_S
            # Repeated, as a process that is only just starting may miss the first.
            self._child.send_signal(signal.SIGQUIT if late else signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(timeout=1)
                self._child = None
        if self._socket_folder is not None:
            postgres_folder.clear_socket_folder(self._socket_folder, self.folder)
            self._socket_folder = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def keep_running(self) -> None:
        """Bring the server back whenever it has died, until cancelled."""
        while True:
            await asyncio.sleep(_WATCH_S)
            if not self.alive():
                logger.error("PostgreSQL has ended; starting it again")
                await self._start_again()

    def alive(self) -> bool:
        """Say whether the server's process is there; it may still be recovering."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._child is not None
        return self._child.pid

    @property
    def dsn(self) -> str:
        """Where to connect, as its owner."""
        assert self._socket_folder is not None
        return _dsn(self._socket_folder)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    async def _start_again(self) -> None:
        try:
            with contextlib.closing(self.starting()) as waits:
                for _ in waits:
                    await asyncio.sleep(_POLL_S)
        except PostgresError as problem:
            logger.error("%s", problem)  # noqa: TRY400 - a line for the operator, not a traceback
            await asyncio.sleep(_RETRY_S)
        else:
            logger.warning("PostgreSQL is back")

    def _take_folder(self) -> Iterator[None]:
        self._user = postgres_folder.prepare(self.folder)
        yield from self._take_lock()
        self._binaries = postgres_binaries.find(self.folder, self._user, self._chosen_binaries)
        version = postgres_binaries.major_version(self._binaries, self._user)
        if not self._data.exists():
            yield from self._make_database(version)
        held = int((self._data / "PG_VERSION").read_text())
        if held != version:
            raise PostgresError(
                f"{self.folder} holds a database of PostgreSQL {held}, but this is PostgreSQL "
                f"{version}; point KITBACK_PG_BIN to the programs of PostgreSQL {held}"
            )

    def _take_lock(self) -> Iterator[None]:
        """Take the folder, with a moment's patience for a holder that was only just killed."""
        refused = time.monotonic() + _PATIENCE_S
        while self._lock is None:
            try:
                self._lock = postgres_folder.lock(self.folder, self._user)
            except FolderInUseError:
                if time.monotonic() > refused:
                    raise
                yield

    def _make_database(self, version: int) -> Iterator[None]:
        """Make the database aside and move it into place whole, so that a kill leaves no half."""
        for half in self.folder.glob("data.*/"):
            # What a killed initdb leaves may be writing there a moment longer.
            shutil.rmtree(half, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix="data.", dir=self.folder))
        self._user.own(new)
        initdb = [str(self._binaries / "initdb"), "-D", str(new), *_initdb_options(version)]
        yield from self._run(initdb, new)
        single = [str(self._binaries / "postgres"), "--single", "-D", str(new), "postgres"]
        yield from self._run(single, new, given=f"CREATE DATABASE {NAME}\n")
        new.rename(self._data)
        _sync(self.folder)

    def _run(self, program: list[str], folder: Path, given: str = "") -> Iterator[None]:
        """Run a program to its end, as the server's user; it dies with the wait for it."""
        with self._open_log() as log:
            before = log.tell()
            child = self._popen("KILL", program, folder, log, stdin=subprocess.PIPE)
            assert child.stdin is not None
            try:
                with contextlib.suppress(BrokenPipeError), child.stdin as stdin:
                    stdin.write(given.encode())
                while child.poll() is None:
                    yield
            finally:
                if child.poll() is None:
                    os.killpg(child.pid, signal.SIGKILL)
                    child.wait()
        if child.returncode != 0:
            raise PostgresError(f"{Path(program[0]).name} failed: {self._last_words(before)}")

    def _popen(
        self, death: str, program: list[str], folder: Path, log: BinaryIO, **options: Any
    ) -> subprocess.Popen[bytes]:
        """Start a program that gets the signal `death` when this thread ends, however it ends."""
        tied = ["setpriv", "--pdeathsig", death, "--", *program]
        return self._user.popen(tied, cwd=folder, stdout=log, stderr=log, **options)

    def _launch(self) -> Iterator[None]:
        if self._socket_folder is None:
            self._socket_folder = postgres_folder.make_socket_folder(self.folder, self._user)
        with self._open_log() as log:
            before = log.tell()
            self._child = self._popen("INT", self._command(), self._data, log)
        began, told = time.monotonic(), False
        while not self._accepts():
            if not self.alive():
                raise PostgresError(f"PostgreSQL did not start: {self._last_words(before)}")
            if not told and time.monotonic() > began + _SLOW_S:
                logger.warning("PostgreSQL is still recovering; it is being waited for")
                told = True
            yield

    def _command(self) -> list[str]:
        """Settings go on the command line, where they overrule what the data folder says."""
        quoted = str(self._socket_folder).replace('"', '""')
        options = self._options | {
            "cluster_name": cluster_name(self._data),
            "unix_socket_directories": f'"{quoted}"',
        }
        command = [str(self._binaries / "postgres"), "-D", str(self._data)]
        return [*command, *(f"--{name}={value}" for name, value in options.items())]

    def _accepts(self) -> bool:
        """Ask by connecting, and only once the PID file is this server's own."""
        pid_file = read_pid_file(self._data)
        if pid_file is None or pid_file.pid != self.pid:
            return False
        place = ["-h", str(self._socket_folder), "-p", str(PORT), "-U", NAME, "-d", NAME]
        ask = [str(self._binaries / "pg_isready"), "-q", *place]
        return self._user.popen(ask, cwd="/").wait() == 0

    def _open_log(self) -> BinaryIO:
        """Append to the server's log, beginning a new one where it has grown long."""
        path = self.folder / "postgresql.log"
        if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
            path.replace(self.folder / "postgresql.log.1")
        log = os.fdopen(self._user.open_file(path, os.O_RDWR | os.O_APPEND), "ab")
        log.seek(0, os.SEEK_END)
        return log

    def _last_words(self, since: int) -> str:
        """Return the log's last complaint: why a program of PostgreSQL's gave up."""
        with (self.folder / "postgresql.log").open("rb") as log:
            log.seek(since)
            lines = log.read().decode(errors="replace").strip().splitlines()
        complaints = [line for line in lines if re.search(r"FATAL|PANIC|[Ee]rror", line)]
        return (complaints or lines or ["it said nothing"])[-1]


@contextlib.contextmanager
def borrowed_database(folder: Path, settings: Settings, *, make: bool = False) -> Iterator[str]:
    """Yield where to connect: to a server that runs already, else to one started for the time.

    Raises PostgresError where the folder holds no database, unless it may `make` one.
    """
    if settings.database_url is not None:
        yield settings.database_url
        return
    if not make and not (folder / "data").is_dir():
        raise PostgresError(f"{folder} holds no database")
    server = EmbeddedPostgres(folder, binaries=settings.pg_bin)
    try:
        yield _started(server)
    finally:
        server.stop()


def _started(server: EmbeddedPostgres) -> str:
    """Return the running server's address, however long its holder takes to start or to go."""
    while True:
        try:
            server.start()
        except FolderInUseError:
            socket_folder = running_socket_folder(server.folder)
            if socket_folder is not None:
                return _dsn(socket_folder)
            time.sleep(_WATCH_S)
        else:
            return server.dsn


def _dsn(socket_folder: Path) -> str:
    return f"postgresql://{NAME}@/{NAME}?host={quote(str(socket_folder), safe='')}&port={PORT}"


def _shared_buffers() -> str:
    """Return how much the server keeps in memory: a sixteenth of the machine's, within bounds."""
    memory_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    return f"{min(1024, max(128, memory_mb // 16))}MB"


def _initdb_options(version: int) -> list[str]:
    """Return how a new database is made: it sorts the same on every machine."""
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return [
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        *(builtin if version >= _BUILTIN_LOCALES_SINCE else []),
        f"--username={NAME}",
        # The socket's folder is closed to all but the server's user and root.
        "--auth-local=trust",
        "--auth-host=reject",
    ]


def _sync(folder: Path) -> None:
    """Make a rename in the folder outlast a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
