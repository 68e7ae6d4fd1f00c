"""scripts/run makes its own environment: once, whole, and with a word where it cannot.

A stand-in for Python writes down what it is asked to do, so that nothing is fetched.
"""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.scripts.conftest import REPOSITORY
from tests.scripts.processes import wait_for

PYTHON = """#!/bin/bash
here=$(dirname "$0")
case "$*" in
    *ensurepip*) [ ! -e "$STAND_IN/no-ensurepip" ] ;;
    *version_info*) [ ! -e "$STAND_IN/old" ] ;;
    *"-m venv"*)
        echo venv >>"$STAND_IN/asked"
        rm -rf "${@: -1}"; mkdir -p "${@: -1}/bin"; cp "$0" "${@: -1}/bin/python" ;;
    *"-m pip"*)
        echo "pip ${*: -1}" >>"$STAND_IN/asked"
        [ ! -e "$STAND_IN/slow" ] || { sleep 600 & trap 'kill $!' TERM; wait; } ;;
    *"-m scripts.serve"*) echo "serves ${*: -1} from $PWD" ;;
esac
"""


@dataclass
class Clone:
    """A copy of the scripts and the lock files, with a stand-in for Python on the path."""

    root: Path

    def run(self, *typed: str) -> subprocess.Popen[str]:
        """Start scripts/run, with an empty home."""
        return subprocess.Popen(
            [self.root / "scripts/run", *typed],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.root / "home",
            env={
                "PATH": f"{self.root / 'stand-in'}:/usr/bin:/bin",
                "HOME": str(self.root / "home"),
                "STAND_IN": str(self.root / "stand-in"),
            },
        )

    def asked(self) -> list[str]:
        """Return what Python was asked to do so far, by the last word of each."""
        asked = self.root / "stand-in/asked"
        lines = asked.read_text().splitlines() if asked.exists() else []
        return [line.replace(f"{self.root}/", "") for line in lines]

    def arrange(self, name: str) -> None:
        """Make the stand-in behave so."""
        (self.root / "stand-in" / name).touch()


@pytest.fixture
def clone(data_folder: Path) -> Clone:
    """Lay out a fresh clone."""
    for name in ("scripts", "home", "stand-in"):
        (data_folder / name).mkdir()
    for name in ("scripts/run", "scripts/environment.sh", "requirements.txt"):
        shutil.copy(REPOSITORY / name, data_folder / name)
    for version in ("3", "3.11", "3.12", "3.13", "3.14"):
        python = data_folder / "stand-in" / f"python{version}"
        python.write_text(PYTHON)
        python.chmod(0o755)
    return Clone(data_folder)


def test_the_environment_is_made_once(clone: Clone) -> None:
    """The second start finds it, and both serve from where the caller stands."""
    for _ in range(2):
        said, complaints = clone.run("--demo").communicate()
        assert said == f"serves --demo from {clone.root / 'home'}\n", complaints
    assert clone.asked() == ["venv", "pip requirements.txt"]


def test_two_starts_at_once_make_one_environment(clone: Clone) -> None:
    """The second waits for the first, and finds the work done."""
    both = [clone.run("--demo"), clone.run("--demo")]
    assert all("serves" in process.communicate()[0] for process in both)
    assert clone.asked() == ["venv", "pip requirements.txt"]


def test_new_libraries_are_added_to_it(clone: Clone) -> None:
    """A changed lock file is installed at the next start."""
    clone.run().communicate()
    with (clone.root / "requirements.txt").open("a") as lock:
        lock.write("# another\n")
    clone.run().communicate()
    clone.run().communicate()
    assert clone.asked() == ["venv", "pip requirements.txt", "pip requirements.txt"]


def test_an_environment_that_was_half_made_is_made_anew(clone: Clone) -> None:
    """After kill -9 amid the installation, the next start begins again."""
    clone.arrange("slow")
    process = clone.run()
    wait_for(lambda: len(clone.asked()) == 2)
    children = Path("/proc", str(process.pid), f"task/{process.pid}/children").read_text().split()
    process.kill()
    for child in children:
        os.kill(int(child), signal.SIGTERM)
    process.communicate()
    (clone.root / "stand-in/slow").unlink()
    assert "serves" in clone.run().communicate()[0]
    assert clone.asked() == ["venv", "pip requirements.txt"] * 2


def test_a_signal_amid_the_installation_ends_all_of_it(clone: Clone) -> None:
    """SIGTERM ends what it was doing, and is no failure."""
    clone.arrange("slow")
    process = clone.run()
    wait_for(lambda: len(clone.asked()) == 2)
    process.terminate()
    process.communicate()
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("lacking", "advice"),
    [("no-ensurepip", "apt install python3-venv"), ("old", "Python 3.11 or later")],
)
def test_what_is_missing_is_said_in_one_line(clone: Clone, lacking: str, advice: str) -> None:
    """Debian's own Python comes without venv: the operator reads what to install."""
    clone.arrange(lacking)
    process = clone.run()
    _, complaints = process.communicate()
    assert process.returncode == 1
    assert advice in complaints
    assert complaints.count("\n") == 1
