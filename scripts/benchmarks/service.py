"""The service under measurement, started as operators start it, in a process of its own."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec

from scripts.benchmarks.figures import BenchmarkError
from scripts.benchmarks.load import Done, Request, Work
from scripts.benchmarks.usage import memory_of, processor_s_of

ROOT: Final = Path(__file__).resolve().parents[2]
PASSWORD: Final = "a password for benchmarks"  # noqa: S105 - of a service that lives for minutes
SERVE: Final = "scripts.serve"
_ADDRESS: Final = re.compile(r"Kitback is at (http://\S+)")
_OURS: Final = ("KITBACK_", "DATABASE_URL", "PUBLIC_URL", "PG")
_PATIENCE_S: Final = 60


@dataclass(slots=True)
class Service:
    """A running service: its process, and where it is."""

    process: "subprocess.Popen[str]"
    address: str

    def sign_in(self, username: str) -> str:
        """A token for a user with the benchmarks' password."""
        who = {"username": username, "password": PASSWORD}
        answer = httpx.post(f"{self.address}/api/login", json=who, timeout=_PATIENCE_S)
        answer.raise_for_status()
        return str(answer.json()["token"])

    def read(self, path: str, token: str) -> dict[str, Any]:
        """What the service answers, for once."""
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.get(f"{self.address}{path}", headers=headers, timeout=_PATIENCE_S)
        answer.raise_for_status()
        body: dict[str, Any] = answer.json()
        return body

    def sign_in_to_pages(self, username: str) -> str:
        """The cookie of a user with the benchmarks' password."""
        who = {"username": username, "password": PASSWORD}
        answer = httpx.post(f"{self.address}/sign-in", data=who, timeout=_PATIENCE_S)
        if not answer.is_redirect:
            raise BenchmarkError(f"{username} could not sign in: {answer.status_code}")
        return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())

    def page_request(self, path: str, cookie: str) -> bytes:
        """A request of a browser's as it goes over the wire."""
        lines = [f"GET {path} HTTP/1.1", f"Host: {urlsplit(self.address).netloc}"]
        return "\r\n".join([*lines, f"Cookie: {cookie}", "Accept: text/html", "", ""]).encode()

    def call_request(self, path: str, cookie: str, body: bytes) -> bytes:
        """A call of a telephone's as it goes over the wire."""
        lines = [f"POST {path} HTTP/1.1", f"Host: {urlsplit(self.address).netloc}"]
        lines += [f"Cookie: {cookie}", "Content-Type: application/json", "Accept: */*"]
        return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body

    def request(self, method: str, path: str, token: str, body: bytes = b"") -> bytes:
        """A request as it goes over the wire."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {urlsplit(self.address).netloc}"]
        lines += [f"Authorization: Bearer {token}"]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def send(
        self, requests: Sequence[Request], connections: int, seconds: float | None = None
    ) -> Done:
        """Send requests from a process of its own; see scripts/benchmarks/load.py.

        Raises BenchmarkError where an answer is not as it should be.
        """
        place = urlsplit(self.address)
        assert place.hostname is not None
        assert place.port is not None
        work = Work(place.hostname, place.port, connections, list(requests), seconds)
        sent = subprocess.run(
            tied("KILL", sys.executable, "-P", "-m", "scripts.benchmarks.load"),
            input=msgspec.msgpack.encode(work),
            stdout=subprocess.PIPE,
            env=environment(),
            cwd=ROOT,
            start_new_session=True,
            check=False,
        )
        if sent.returncode != 0:
            raise BenchmarkError("the requests could not be sent; the lines above say why")
        done = msgspec.msgpack.decode(sent.stdout, type=Done)
        if done.fault is not None:
            raise BenchmarkError(done.fault)
        return done

    def processor_s(self) -> float:
        """The application's processor time so far, PostgreSQL apart: steady on a noisy machine."""
        return processor_s_of(self.process.pid)

    def memory(self) -> dict[str, float]:
        """The application's memory, PostgreSQL apart."""
        return memory_of(self.process.pid)


@contextlib.contextmanager
def running(folder: Path, module: str = SERVE, dsn: str | None = None) -> Iterator[Service]:
    """A service that is running inside the block, and stopped after it whatever happens.

    It brings its own PostgreSQL, in `folder`, unless `dsn` says where there is another.
    """
    process = subprocess.Popen(
        tied("TERM", sys.executable, "-P", "-m", module, "--port", "0", "--data", str(folder)),
        cwd=ROOT,
        env=environment() | ({"DATABASE_URL": dsn} if dsn else {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        # A Ctrl-C is for us, who stop it in order.
        start_new_session=True,
    )
    try:
        yield Service(process, address_of(process))
    finally:
        stop(process)


def stop(process: "subprocess.Popen[str]") -> None:
    """Ask it to stop, and wait until it has."""
    while process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
    if process.stdout is not None:
        process.stdout.close()


def wait_healthy(address: str) -> None:
    """Return once the service answers that all is well."""
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{address}/health", timeout=_PATIENCE_S).status_code == httpx.codes.OK:
                return
        time.sleep(0.01)
    raise BenchmarkError(f"{address} did not become healthy")


def tied(death: str, *command: str) -> list[str]:
    """The command, run so that it gets the signal when we end, however we end."""
    return ["setpriv", "--pdeathsig", death, "--", *command]


def environment() -> dict[str, str]:
    """What our processes see: none of the operator's settings but where PostgreSQL is."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    if "KITBACK_PG_BIN" in os.environ:
        kept["KITBACK_PG_BIN"] = os.environ["KITBACK_PG_BIN"]
    return kept | {"PYTHONPATH": str(ROOT)}


def address_of(process: "subprocess.Popen[str]") -> str:
    """Where it says that it is, once it does."""
    assert process.stdout is not None
    for line in process.stdout:
        if match := _ADDRESS.search(line):
            return match[1]
    raise BenchmarkError("the service ended before it answered")
