"""A thermal printer played on a real socket, which counts for itself what came out of it.

Like the real ones it takes whatever it is sent, prints when it can, forgets what it holds as it is
switched off, and says nothing of it unless it is asked.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

Doing = Callable[["Thermal"], Awaitable[None]]

_LABEL: Final = re.compile(rb"\^XA.*?\^XZ", re.DOTALL)
_QUESTION: Final = re.compile(rb'~HS|~JX|! U1 getvar "([a-z_.]+)"\r\n')
_CODE: Final = re.compile(rb"/8004/[0-9]{7}([0-9A-Z]+)\^FS")


@dataclass
class Clock:
    """The time, which passes when it is told to."""

    now: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **how_long: float) -> None:
        """Let so much time go by."""
        self.now += timedelta(**how_long)


@dataclass
class Thermal:
    """The printer. What may be set on it at any time is what may happen to a real one."""

    clock: Clock
    port: int = 0
    out: list[str] = field(default_factory=list)
    """The codes on the labels that came out, in their order."""
    count: int = 4_711
    trouble: Literal["paper_out", "paused", "head_up"] | None = None
    knows: Literal["everything", "no uptime", "status alone"] = "everything"
    deaf: bool = False
    """Whether it answers nothing, as some do while they are out of labels."""
    babbles: bytes | None = None
    """What it says instead of an answer."""
    late_s: float = 0.0
    holds: list[bytes] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)
    got: bytes = b""
    at_label: Doing | None = None
    """What happens as the next label has arrived whole, before it is printed."""
    after_label: Doing | None = None
    """What happens as the next label has come out, before anybody can ask."""
    asked: int = 0
    most_lines: int = 0

    def __post_init__(self) -> None:
        self.on_since = self.clock() - timedelta(hours=5)
        self.is_off = False
        self.server: asyncio.Server | None = None
        self.lines: set[asyncio.StreamWriter] = set()

    async def plug_in(self) -> None:
        """Be reachable, always at the same port, and switched on."""
        if self.is_off:
            self.is_off, self.on_since = False, self.clock()
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=2**20)
        self.port = self.server.sockets[0].getsockname()[1]

    async def unplug(self) -> None:
        """Be gone from the network; what it holds it goes on with."""
        if self.server is not None:
            self.server.close()
            self.server = None
        for writer in list(self.lines):
            writer.transport.abort()
        self.got = b""

    async def switch_off(self) -> None:
        """Be gone, and forget what was not printed."""
        self.is_off = True
        self.holds.clear()
        await self.unplug()

    async def mend(self) -> None:
        """Put labels in, close the head, go on: it prints what it holds."""
        self.trouble, self.deaf, self.babbles, self.late_s = None, False, None, 0.0
        await self._print()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines.add(writer)
        self.most_lines = max(self.most_lines, len(self.lines))
        try:
            while more := await reader.read(65_536):
                self.got += more
                await self._take(writer)
        except ConnectionError:
            pass
        finally:
            self.lines.discard(writer)
            writer.close()

    async def _take(self, writer: asyncio.StreamWriter) -> None:
        """What was received, from its beginning: labels and questions as they come."""
        while self.got:
            label, question = _LABEL.match(self.got), _QUESTION.match(self.got)
            if label is not None:
                self.got = self.got[label.end() :]
                self.holds.append(label[0])
                self.received.append(label[0])
                await self._done("at_label")
                await self._print()
                await self._done("after_label")
            elif question is not None:
                self.got = self.got[question.end() :]
                await self._answer(question, writer)
            elif self.got.startswith(b"^XA"):
                break
            else:
                self.got = self.got[1:]

    async def _done(self, name: Literal["at_label", "after_label"]) -> None:
        doing: Doing | None = getattr(self, name)
        if doing is not None:
            setattr(self, name, None)
            await doing(self)

    async def _print(self) -> None:
        while self.holds and self.trouble is None and not self.is_off:
            label = self.holds.pop(0)
            [code] = _CODE.findall(label) or [b"place"]
            self.out.append(code.decode())
            self.count += 1

    async def _answer(self, question: re.Match[bytes], writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        if question[0] == b"~JX":
            return
        answer = self._status() if question[1] is None else self._value(question[1].decode())
        if self.babbles is not None:
            answer = self.babbles
        if self.late_s:
            await asyncio.sleep(self.late_s)
        if answer and not self.deaf and not writer.is_closing():
            writer.write(answer)
            await writer.drain()

    def _status(self) -> bytes:
        paper, paused, head = (
            int(self.trouble == each) for each in ("paper_out", "paused", "head_up")
        )
        partial = int(self.got.startswith(b"^XA"))
        strings = (
            f"030,{paper},{paused},0256,{len(self.holds):03d},0,0,{partial},000,0,0,0",
            f"001,0,{head},0,1,2,6,0,{len(self.holds):08d},1,000",
            "1234,0",
        )
        return "".join(f"\x02{each}\x03\r\n" for each in strings).encode()

    def _value(self, name: str) -> bytes:
        if self.knows == "status alone":
            return b""
        if name == "odometer.total_label_count":
            return f'"{self.count}"'.encode()
        if name == "device.uptime" and self.knows == "everything":
            on = self.clock() - self.on_since
            hours, rest = divmod(on.seconds, 3_600)
            text = f"{on.days} days {hours:02d} hours {rest // 60:02d} mins {rest % 60:02d} secs"
            return f'"{text}"'.encode()
        return b'"?"'
