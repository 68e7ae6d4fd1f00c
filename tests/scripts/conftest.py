"""Kitback as its operator starts it: in a process of its own, on a free port."""

import os
import pwd
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

from scripts.postgres_folder import ServerUser
from tests.forked import Forked
from tests.prepared import lay_out

Process: TypeAlias = subprocess.Popen[str] | Forked
REPOSITORY = Path(__file__).parents[2]
PASSWORD = "a password for the tests"


def _users() -> list[ServerUser]:
    """Return ourselves and, for root, an ordinary user who can read what we run."""
    own = pwd.getpwuid(os.geteuid())
    other = pwd.getpwnam("nobody")
    users = [ServerUser(entry.pw_uid, entry.pw_gid, entry.pw_name) for entry in (own, other)]
    ordinary = users[1]
    if own.pw_uid != 0 or not _reaches(ordinary):
        return users[:1]
    return users


def _reaches(user: ServerUser) -> bool:
    places = (Path(sys.executable).resolve(), Path(sys.prefix), REPOSITORY)
    return all(user.can("x", place) for place in places)


USERS = _users()


@dataclass
class Service:
    """One installation: a folder of data, and the process that serves it, if any.

    `forked` is for what does not ask how the process itself begins.
    """

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    address: str = ""
    printed: str = ""
    user: ServerUser = USERS[0]
    process: Process | None = None
    forked: bool = False

    def launch(self, *typed: str) -> Process:
        """Start it, and return before it is ready."""
        arguments = ["--data", str(self.folder), *(typed or ("--port", "0"))]
        if self.forked:
            self.process = Forked(arguments, self.folder, os.environ | self.environ)
            return self.process
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "scripts.serve", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            **self._as_user(),
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)} | self.environ,
        )
        return self.process

    def _as_user(self) -> dict[str, Any]:
        if self.user.uid == os.geteuid():
            return {}
        return {"user": self.user.uid, "group": self.user.gid, "extra_groups": []}

    def start(self, *typed: str) -> None:
        """Start it, and return once it says where it is."""
        process = self.launch(*typed)
        assert process.stdout is not None
        self.printed = ""
        for line in process.stdout:
            self.printed += line
            found = re.match("Kitback is at (.*)", line)
            if found:
                self.address = found[1]
                return
        pytest.fail(f"it did not start: {process.communicate()[1]}")

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Send it a signal; return its exit code and what it said on the way."""
        assert self.process is not None
        self.process.send_signal(number)
        said = "".join(self.process.communicate())
        assert self.process.returncode is not None
        return self.process.returncode, said

    def health(self) -> int:
        """Ask how it is; return the status."""
        return httpx.get(f"{self.address}/health", timeout=60).status_code

    def sign_in(self) -> int:
        """Sign the first administrator in; return the status."""
        who = {"username": "admin", "password": PASSWORD}
        return httpx.post(f"{self.address}/api/login", json=who, timeout=60).status_code

    def server_pid(self) -> int:
        """Return PostgreSQL's process."""
        return int((self.folder / "data/postmaster.pid").read_text().split()[0])


@pytest.fixture
def service(data_folder: Path) -> Iterator[Service]:
    """Give an installation that has not been started yet; whatever runs is ended after it."""
    made = Service(data_folder, {"KITBACK_ADMIN_PASSWORD": PASSWORD})
    yield made
    if made.process is not None and made.process.returncode is None:
        made.end()


@pytest.fixture
def standing(service: Service) -> Service:
    """Give one whose database stands and whose code is read, so that it starts soon."""
    lay_out(service.folder)
    service.forked = True
    return service
