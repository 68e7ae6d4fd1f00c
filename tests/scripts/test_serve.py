"""The service as its operator sees it: one line where it cannot start, a clean end, no repairs."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import time
from pathlib import Path

import asyncpg
import httpx
import pytest

from api.throttle import PAIR_MAX
from scripts.postgres import NAME, EmbeddedPostgres
from scripts.postgres_folder import ServerUser
from tests.prepared import lay_out
from tests.scripts.conftest import PASSWORD, USERS, Service
from tests.scripts.processes import gone, naming, wait_for


def test_a_new_database_names_its_first_user_once(service: Service) -> None:
    """The operator learns how to sign in, and is not told again at each start."""
    service.start()
    assert f"admin with the password {PASSWORD}" in service.printed
    assert service.sign_in() == 200
    service.end()
    service.start()
    assert PASSWORD not in service.printed
    assert service.sign_in() == 200


@pytest.mark.parametrize("user", USERS, ids=lambda user: user.name)
def test_it_runs_for_root_and_for_an_ordinary_user(service: Service, user: ServerUser) -> None:
    """Whoever starts it, the database runs as someone who is not root."""
    lay_out(service.folder)
    os.chown(service.folder, user.uid, user.gid)
    service.user = user
    service.start()
    assert service.sign_in() == 200
    assert Path("/proc", str(service.server_pid())).stat().st_uid != 0


def test_the_address_is_printed_once_it_answers(standing: Service) -> None:
    """Whoever waits for the line can go on at once."""
    standing.start()
    assert standing.health() == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_of_it(standing: Service, number: signal.Signals) -> None:
    """SIGTERM and Ctrl-C end the service and its database, with nothing to complain of."""
    standing.start()
    server = standing.server_pid()
    assert standing.end(number) == (0, "")
    assert gone(server)


def test_a_signal_during_the_start_ends_all_of_it(service: Service) -> None:
    """However far it has come, it stops there, and the next start goes on from it."""
    for so_far, number in (
        ("lock", signal.SIGTERM),
        ("data.*", signal.SIGINT),
        ("data", signal.SIGTERM),
        ("socket/.s.PGSQL.5432", signal.SIGINT),
    ):
        _start_until(service, so_far)
        code, said = service.end(number)
        assert (code, "Traceback" in said) == (0, False), so_far
        assert not naming(str(service.folder)), so_far
    service.start()
    assert service.health() == 200


def _start_until(service: Service, so_far: str) -> None:
    """Start it, and return once it has made this."""
    if any(service.folder.glob(so_far)):
        # The one before it was quicker than its end: what is waited for has to be this one's.
        for left in service.folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    process = service.launch()
    wait_for(lambda: any(service.folder.glob(so_far)) or process.poll() is not None)


def test_a_killed_service_heals(standing: Service) -> None:
    """After kill -9 of the service the next start needs no hand, and knows its users."""
    standing.start()
    standing.end(signal.SIGKILL)
    standing.start()
    assert standing.sign_in() == 200


def test_service_and_database_killed_together_heal(standing: Service) -> None:
    """After kill -9 of both, as after a power cut, the next start needs no hand."""
    standing.start()
    os.kill(standing.server_pid(), signal.SIGKILL)
    standing.end(signal.SIGKILL)
    standing.start()
    assert standing.sign_in() == 200


def test_a_killed_database_comes_back_under_the_running_service(standing: Service) -> None:
    """After kill -9 of PostgreSQL the service brings it back and goes on answering."""
    standing.start()
    server = standing.server_pid()
    os.kill(server, signal.SIGKILL)
    wait_for(lambda: gone(server))
    wait_for(lambda: _signs_in(standing))
    assert standing.server_pid() != server
    code, _ = standing.end()
    assert code == 0


def _signs_in(service: Service) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return service.sign_in() == 200
    time.sleep(0.1)
    return False


def _wrong_sign_in(service: Service, forwarded_for: str) -> int:
    who = {"username": "admin", "password": "wrong"}
    headers = {"X-Forwarded-For": forwarded_for}
    url = f"{service.address}/api/login"
    return httpx.post(url, json=who, headers=headers, timeout=60).status_code


def test_nobody_dodges_the_throttle_by_naming_another_address(standing: Service) -> None:
    """X-Forwarded-For is believed of no one unless the operator says so, this machine included."""
    standing.start()
    answers = [_wrong_sign_in(standing, f"198.51.100.{n}") for n in range(PAIR_MAX + 1)]
    assert answers == [401] * PAIR_MAX + [429]


def test_a_trusted_proxy_says_who_asks(standing: Service) -> None:
    """Those behind it are counted by their own addresses, and add none of their own making."""
    standing.environ["KITBACK_TRUSTED_PROXIES"] = "127.0.0.1"
    standing.start()
    answers = [_wrong_sign_in(standing, f"{n}.0.0.1, 198.51.100.7") for n in range(PAIR_MAX + 1)]
    assert answers == [401] * PAIR_MAX + [429]
    assert _wrong_sign_in(standing, "198.51.100.8") == 401


def test_a_taken_port_is_said_in_one_line(service: Service) -> None:
    """Nothing is started for an address that cannot be had."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = service.launch("--port", str(port))
        said = "".join(process.communicate())
    assert process.returncode == 1
    assert said == f"Cannot serve on 127.0.0.1, port {port}: Address already in use\n"
    assert not list(service.folder.iterdir())


def test_a_folder_in_use_is_said_in_one_line(standing: Service) -> None:
    """The second service on a folder ends, and the first goes on."""
    standing.start()
    second = Service(standing.folder)
    process = second.launch()
    said = "".join(process.communicate())
    assert process.returncode == 1
    assert standing.process is not None
    assert said == f"{standing.folder} is in use by process {standing.process.pid}\n"
    assert standing.health() == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [("KITBACK_GCP", "95-21"), ("KITBACK_PUBLIC_URL", "https://no_scanner.reads.this")],
)
def test_a_wrong_setting_is_said_in_one_line(service: Service, name: str, value: str) -> None:
    """The operator reads which setting it is, and no traceback; nothing is started for it."""
    service.environ[name] = value
    process = service.launch()
    said = "".join(process.communicate())
    assert process.returncode == 1
    assert said.startswith(name)
    assert said.count("\n") == 1
    assert not list(service.folder.iterdir())


def test_a_database_that_is_not_there_is_said_in_one_line(service: Service) -> None:
    """DATABASE_URL may name a server that does not answer."""
    service.environ["DATABASE_URL"] = "postgresql://kitback@127.0.0.1:1/kitback"
    process = service.launch()
    said = "".join(process.communicate())
    assert process.returncode == 1
    assert said.startswith("The database cannot be reached: ")
    assert said.count("\n") == 1


def test_a_database_that_may_not_be_prepared_is_said_in_one_line(
    service: Service, postgres: EmbeddedPostgres
) -> None:
    """It may be somebody else's: the line says what is missing, and there is no traceback."""
    asyncio.run(_let_in("stranger", postgres))
    service.environ["DATABASE_URL"] = postgres.dsn.replace(f"//{NAME}@", "//stranger@")
    process = service.launch()
    said = "".join(process.communicate())
    assert process.returncode == 1
    assert said.startswith("The database cannot be prepared: ")
    assert said.count("\n") == 1


async def _let_in(user: str, postgres: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(postgres.dsn)
    try:
        await connection.execute(f"drop role if exists {user}; create role {user} login")
    finally:
        await connection.close()
