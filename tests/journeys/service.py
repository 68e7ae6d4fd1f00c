"""The service as an operator starts it, and a client that speaks to it as a program would."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.forked import Forked
from tests.hours import AHEAD_S
from tests.prepared import copy, lay_out

ROOT = Path(__file__).parent.parent.parent
PASSWORD = "a password for journeys"
_ADDRESS = re.compile(r"Kitback is at (http://\S+)")


@dataclass
class Service:
    """One running service on its own data folder; it is stopped when the test is over.

    `port` is any that is free, `root` where its code is, `ahead` by how much its clock is.
    """

    data: Path
    port: int = 0
    root: Path = ROOT
    ahead: timedelta = timedelta()
    process: subprocess.Popen[str] | Forked | None = field(default=None, init=False)
    address: str = field(default="", init=False)

    def start(self) -> None:
        """Start it and wait for the line that says where it is."""
        arguments = ["--port", str(self.port), "--data", str(self.data)]
        ahead = {AHEAD_S: str(self.ahead.total_seconds())}
        environ = os.environ | {"KITBACK_ADMIN_PASSWORD": PASSWORD} | ahead
        if self.root == ROOT:
            self.process = Forked(arguments, ROOT, environ)
        else:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.hours", *arguments],
                cwd=self.root,
                env=environ,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if match := _ADDRESS.search(line):
                self.address = match[1]
                return
        self._reap()
        raise AssertionError("the service ended before it answered")

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self._reap()

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self._reap()

    def kill_database(self) -> None:
        """Kill PostgreSQL under the running service."""
        pid = int((self.data / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def _reap(self) -> int:
        process, self.process = self.process, None
        assert process is not None
        _, complained = process.communicate()
        sys.stderr.write(complained or "")
        assert process.returncode is not None
        return process.returncode


@contextlib.contextmanager
def running(copied: Path | None = None, ahead: timedelta = timedelta()) -> Iterator[Service]:
    """A service on a folder of its own that runs inside the block; both are gone after it.

    Its data is what is `copied`, or nobody's yet; `ahead` as of Service.
    """
    folder = Path(tempfile.mkdtemp(prefix="kitback-journey-"))
    try:
        copy(copied, folder) if copied else lay_out(folder)
        with started(folder, ahead) as service:
            yield service
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def started(folder: Path, ahead: timedelta = timedelta()) -> Iterator[Service]:
    """A service that runs on a folder inside the block, and is stopped after it."""
    service = Service(folder, ahead=ahead)
    service.start()
    try:
        yield service
    finally:
        if service.process is not None:
            service.stop()


@contextlib.contextmanager
def signed_in(service: Service) -> Iterator[httpx.Client]:
    """A client signed in as the administrator."""
    with httpx.Client(base_url=service.address, timeout=30) as client:
        answer = client.post("/api/login", json={"username": "admin", "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        yield client


def ask(client: httpx.Client, method: str, path: str, **options: Any) -> Any:
    """The JSON of an answer that must be a success."""
    answer = client.request(method, path, **options)
    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json()


def scan(item: str, action: str, **more: object) -> dict[str, object]:
    """A scan made now, with an id of its own."""
    now = datetime.now(UTC).isoformat()
    return {"id": str(uuid4()), "item": item, "action": action, "occurred_at": now} | more


def furnish(client: httpx.Client, begins: str = "08:00", ends: str = "16:00") -> str:
    """A partner, a depot, a van, the real catalogue, a budget; the id of a person to lend to."""
    catalogue = (ROOT / "data" / "catalogue.csv").read_bytes()
    ask(client, "POST", "/api/partners", json={"ods": "04K", "name": "City", "kind": "ccg"})
    depot = {"code": "D1", "name": "Main", "postcode": "NG1 1AA", "kind": "depot"}
    ask(client, "POST", "/api/depots", json=depot)
    van = {"code": "V1", "depot": "D1", "payload_kg": 900, "volume_l": 9_000, "crew": 2}
    ask(client, "POST", "/api/vans", json=van | {"shift": {"from": begins, "to": ends}})
    csv = {"Content-Type": "text/csv"}
    ask(client, "POST", "/api/products/import", content=catalogue, headers=csv)
    person = {"name": "Ann Example", "funder": "04K", "postcode": "NG1 1AB"}
    return str(ask(client, "POST", "/api/people", json=person)["id"])
