"""The service's process, forked from one that has read its code already.

To read the code takes most of a start. What is forked does what `python -m scripts.serve` does from
there on; that whole command is what tests/scripts/test_serve.py and the benchmarks start.
"""

import gc
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, Never

_ROOT: Final = Path(__file__).parents[1]
_LONGEST_BYTES: Final = 1 << 17
_FILES: Final = 3
_NUMBER: Final = struct.Struct("q")


class Forked:
    """One such process, with what of subprocess.Popen the tests use: what it says is text."""

    def __init__(self, typed: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> None:
        said, told = os.pipe(), os.pipe()
        # What it complains of is read at its end alone: no pipe would hold it all.
        self._complained = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        asked = json.dumps({"typed": list(typed), "cwd": str(cwd), "environ": dict(environ)})
        way, _ = _parent()
        socket.send_fds(way, [asked.encode()], [said[1], self._complained.fileno(), told[1]])
        os.close(said[1])
        os.close(told[1])
        self.returncode: int | None = None
        self.stdout = os.fdopen(said[0])
        self._told = told[0]
        self.pid = self._number()

    def poll(self) -> int | None:
        """The exit code, if it has ended."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; the exit code."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def communicate(self) -> tuple[str, str]:
        """Wait for its end; what it said and has not been read."""
        with self.stdout, self._complained:
            said = self.stdout.read()
            self.wait()
            self._complained.seek(0)
            return said, self._complained.read().decode()

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], timeout)[0]:
            self.returncode = self._number()
            os.close(self._told)
        return self.returncode

    def _number(self) -> int:
        (number,) = _NUMBER.unpack(os.read(self._told, _NUMBER.size))
        return int(number)


@cache
def _parent() -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    """The process that has the code, and the way to it: one for us, with whom it ends."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    parent = subprocess.Popen(
        [sys.executable, "-P", "-m", "tests.forked", str(its.fileno())],
        env=os.environ | {"PYTHONPATH": str(_ROOT)},
        stdin=subprocess.DEVNULL,
        pass_fds=[its.fileno()],
    )
    its.close()
    return ours, parent


def _main(handle: int) -> None:
    # What the forked ones do not have to read any more.
    import piccolo_conf  # noqa: F401, PLC0415
    import scripts.serving  # noqa: F401, PLC0415

    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=handle) as channel:
        while True:
            asked, files, _, _ = socket.recv_fds(channel, _LONGEST_BYTES, _FILES)
            if not asked:
                return
            if os.fork() == 0:
                channel.close()
                _watch(asked, files)
            for each in files:
                os.close(each)


def _watch(asked: bytes, files: list[int]) -> Never:
    """Start the service, say its number and, in the end, its exit code: only a parent knows it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    out, err, told = files
    child = os.fork()
    if child == 0:
        os.close(told)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        _become(json.loads(asked), out, err)
    os.close(out)
    os.close(err)
    os.write(told, _NUMBER.pack(child))
    _, status = os.waitpid(child, 0)
    os.write(told, _NUMBER.pack(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def _become(asked: Mapping[str, object], out: int, err: int) -> Never:
    """Do what the command would do from here on."""
    from scripts.serve import main  # noqa: PLC0415 - as above
    from tests.hours import set_clock  # noqa: PLC0415 - as above

    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    os.chdir(str(asked["cwd"]))
    environ, typed = asked["environ"], asked["typed"]
    assert isinstance(environ, dict)
    assert isinstance(typed, list)
    os.environ.clear()
    os.environ.update(environ)
    set_clock()
    sys.argv = ["scripts.serve", *typed]
    code = 1
    try:
        code = main(typed)
    except BaseException:  # noqa: BLE001 - nothing may go on in what was the parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _main(int(sys.argv[1]))
