"""The connection to a printer: every wait has an end, and each answer belongs to its question.

An answer that comes too late would be taken for that to the next question: after one that is late
or makes no sense the line is given up. The line stands until a label is out, as some print servers
forget what they hold when it is closed.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from equipment.printers.networks import Networks, resolved
from labels.host_status import (
    ASK_COUNT,
    ASK_STATUS,
    ASK_UPTIME,
    FORGET_PARTIAL,
    STRINGS,
    HostStatus,
    host_status,
    label_count,
    uptime_s,
)

_ANSWER_MAX: Final = 4_096


class GoneError(Exception):
    """The printer cannot be reached, or has hung up."""


class SilentError(Exception):
    """The printer took the question, and said nothing, or nothing that makes sense."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long each step may take, in seconds."""

    connect: float = 5.0
    answer: float = 5.0
    # What not every printer knows how to answer.
    extra: float = 1.5
    send: float = 10.0


class Line:
    """An open connection to a printer."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, waits: Waits
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.waits = waits

    async def status(self) -> HostStatus:
        """How the printer is. Raises GoneError, SilentError."""
        await self._write(ASK_STATUS)
        answer = await self._read(b"\x03", STRINGS, self.waits.answer)
        found = host_status(answer)
        if found is None:
            raise SilentError
        return found

    async def count(self) -> int | None:
        """How many labels it has printed; None where it does not count. Raises GoneError."""
        return label_count(await self._asked(ASK_COUNT))

    async def uptime_s(self) -> int | None:
        """For how long it has been on; None where it does not say. Raises GoneError."""
        return uptime_s(await self._asked(ASK_UPTIME))

    async def send(self, label: bytes) -> None:
        """Give it a label, whole. Raises GoneError."""
        await self._write(label)

    async def forget_partial(self) -> None:
        """Have it forget what it received in part. Raises GoneError."""
        await self._write(FORGET_PARTIAL)

    async def _asked(self, question: bytes) -> bytes:
        """The answer to what not every printer knows.

        Raises SilentError where none comes: a late one would be taken for another's.
        """
        await self._write(question)
        return await self._read(b'"', 2, self.waits.extra)

    async def _write(self, text: bytes) -> None:
        try:
            async with asyncio.timeout(self.waits.send):
                self.writer.write(text)
                await self.writer.drain()
        except (OSError, TimeoutError) as error:
            raise GoneError from error

    async def _read(self, end: bytes, times: int, wait_s: float) -> bytes:
        """Read until `end` has come so many times."""
        answer = b""
        try:
            async with asyncio.timeout(wait_s):
                while answer.count(end) < times:
                    more = await self.reader.read(_ANSWER_MAX)
                    if not more:
                        raise GoneError
                    answer += more
                    if len(answer) > _ANSWER_MAX:
                        raise SilentError
        except TimeoutError as error:
            raise SilentError from error
        except OSError as error:
            raise GoneError from error
        return answer


@contextlib.asynccontextmanager
async def connected(host: str, port: int, networks: Networks, waits: Waits) -> AsyncIterator[Line]:
    """A line to the printer there; closed, and what was not sent forgotten, whatever happens.

    Raises GoneError where nobody answers, NotAllowedThereError where nobody may be asked.
    """
    try:
        address = await resolved(host, port, networks)
        async with asyncio.timeout(waits.connect):
            reader, writer = await asyncio.open_connection(address, port)
    except (OSError, TimeoutError) as error:
        raise GoneError from error
    try:
        yield Line(reader, writer, waits)
    finally:
        # Not closed politely: what is still to be sent would go out behind our back.
        writer.transport.abort()
