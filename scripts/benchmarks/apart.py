"""Work done in a process of its own, so that its memory is its own."""

import contextlib
import importlib
import subprocess
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from scripts.benchmarks.figures import BenchmarkError
from scripts.benchmarks.service import ROOT, environment, tied
from scripts.benchmarks.usage import memory_of

_T = TypeVar("_T")


def apart(work: Callable[..., _T], *arguments: str | float) -> tuple[_T, dict[str, float]]:
    """What a module's function gives for plain values, as JSON has them, and its process's memory.

    What it prints goes to standard error. Raises BenchmarkError where it fails.
    """
    words = [work.__module__, work.__name__, msgspec.json.encode(arguments).decode()]
    done = subprocess.run(
        tied("KILL", sys.executable, "-P", "-m", __name__, *words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environment(),
        start_new_session=True,
        check=False,
    )
    if done.returncode != 0:
        raise BenchmarkError(f"{work.__name__} failed; the lines above say why")
    answer = msgspec.json.decode(done.stdout)
    return answer["gave"], answer["memory"]


def _main(module: str, name: str, arguments: str) -> None:
    with contextlib.redirect_stdout(sys.stderr):
        work: Any = getattr(importlib.import_module(module), name)
        gave = work(*msgspec.json.decode(arguments))
    answer = {"gave": gave, "memory": memory_of("self")}
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    _main(*sys.argv[1:])
