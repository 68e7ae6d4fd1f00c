"""The model year played in a process of its own: `python -m scripts.playing.player`.

What records the year has a processor to itself; this one plays ahead of it, as far as the pipe
between them holds, and ends with it: the kernel kills it, and else the pipe that nobody reads.
"""

import asyncio
import contextlib
import gc
import os
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from scripts.arguments import SCALE_DIGITS
from scripts.example_service import sources
from scripts.model.year import play
from scripts.playing.parts import Part, in_parts

_ROOT: Final = Path(__file__).parents[2]
_LENGTH: Final = struct.Struct("!I")
_AHEAD_BYTES: Final = 4_000_000
_PROGRAM: Final = ("setpriv", "--pdeathsig", "KILL", "--", sys.executable, "-P", "-m", __name__)


class Script(msgspec.Struct, frozen=True):
    """Which year is played: equal ones are the same year, down to the ids."""

    scale: float
    seed: int = 1

    def __str__(self) -> str:
        """As it is typed."""
        return f"--scale {self.scale:.{SCALE_DIGITS}g} --seed {self.seed}"


class Playbill(msgspec.Struct, frozen=True):
    """What is known of a year before it is played: about how many scans it has."""

    scans: int


@dataclass(frozen=True, slots=True)
class Player:
    """The process that plays."""

    process: Process
    playbill: Playbill

    async def parts(self) -> AsyncIterator[Part]:
        """What it plays, in order. Raises ConnectionError where it ends before the year does."""
        while (part := _DECODER.decode(await _frame(self.process))) is not None:
            yield part


_DECODER: Final = msgspec.msgpack.Decoder(Part | None)


@contextlib.asynccontextmanager
async def playing(script: Script, skip: int) -> AsyncIterator[Player]:
    """Start the play, without its first `skip` parts; it ends with the block."""
    words = msgspec.json.encode(script).decode()
    process = await asyncio.create_subprocess_exec(
        *_PROGRAM,
        words,
        str(skip),
        env=os.environ | {"PYTHONPATH": str(_ROOT)},
        stdout=PIPE,
        limit=_AHEAD_BYTES,
        start_new_session=True,
    )
    try:
        playbill = msgspec.msgpack.decode(await _frame(process), type=Playbill)
        yield Player(process, playbill)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _frame(process: Process) -> bytes:
    assert process.stdout is not None
    try:
        (length,) = _LENGTH.unpack(await process.stdout.readexactly(_LENGTH.size))
        return await process.stdout.readexactly(length)
    except asyncio.IncompleteReadError:
        raise ConnectionError("the process that plays the year has ended before it") from None


def main(words: str, skip: int, out: BinaryIO) -> None:
    """Write the play in frames: the playbill, each part, None for the end."""
    # A year makes millions of objects and no cycles.
    gc.disable()
    script = msgspec.json.decode(words, type=Script)
    year = play(sources(), script.scale, script.seed)
    encoder = msgspec.msgpack.Encoder()
    _write(out, encoder.encode(Playbill(year.scans)))
    for part in in_parts(year, skip):
        _write(out, encoder.encode(part))
    _write(out, encoder.encode(None))


def _write(out: BinaryIO, content: bytes) -> None:
    out.write(_LENGTH.pack(len(content)))
    out.write(content)
    out.flush()


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main(sys.argv[1], int(sys.argv[2]), sys.stdout.buffer)
