"""Sends requests to a service over connections kept alive: `python -m scripts.benchmarks.load`.

It is a process of its own, and cheap, as it shares the machine with what it measures: the requests
come ready made on standard input, and of an answer it reads no more than it must.
"""

import asyncio
import sys
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, cast

import msgspec
import uvloop

_ACCEPTED: Final = b'"status":"accepted"'
_WELL: Final = (b"HTTP/1.1 200", b"HTTP/1.1 201")
_HEAD_END: Final = b"\r\n\r\n"


class Request(msgspec.Struct, frozen=True, array_like=True):
    """What is sent: of one key, such as an item, only one at a time, in their order."""

    key: int
    content: bytes
    # How many scans of it must be accepted, or none at all for what is only read.
    scans: int = 0


class Work(msgspec.Struct, frozen=True):
    """Requests, sent once each in their order or, with `seconds`, round and round."""

    host: str
    port: int
    connections: int
    requests: list[Request]
    seconds: float | None = None


class Done(msgspec.Struct, frozen=True):
    """What was answered, from the first that was sent to the last that was answered."""

    scans: int
    seconds: float
    # Of each request, sorted.
    milliseconds: list[float]
    # The first answer that was not as it should be.
    fault: str | None = None

    @property
    def requests(self) -> int:
        return len(self.milliseconds)


@dataclass(slots=True)
class _Queue:
    """Gives out requests in their order, but none whose key another holds."""

    requests: Iterator[Request]
    held: set[int] = field(default_factory=set)
    waiting: dict[int, deque[Request]] = field(default_factory=lambda: defaultdict(deque))
    free: deque[Request] = field(default_factory=deque)

    def next(self) -> Request | None:
        """The next to send, or None where there is none at the moment."""
        if self.free:
            return self.free.popleft()
        for request in self.requests:
            if request.key not in self.held:
                self.held.add(request.key)
                return request
            self.waiting[request.key].append(request)
        return None

    def done(self, request: Request) -> None:
        """What waited for it is next."""
        waiting = self.waiting.get(request.key)
        if waiting:
            self.free.append(waiting.popleft())
        else:
            self.held.discard(request.key)


@dataclass(slots=True)
class _Tally:
    """Counts answers, and knows when enough is done."""

    until: float = float("inf")
    scans: int = 0
    took: list[float] = field(default_factory=list)
    fault: str | None = None

    def count(self, request: Request, seconds: float) -> None:
        self.scans += request.scans
        self.took.append(seconds)

    def is_over(self) -> bool:
        return self.fault is not None or time.perf_counter() >= self.until


class _Connection(asyncio.Protocol):
    """Sends a request, waits for its answer, sends the next."""

    def __init__(self, queue: _Queue, tally: _Tally) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue = queue
        self._tally = tally
        self._transport: asyncio.Transport
        self._sent: Request | None = None
        self._at = 0.0
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are no subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head_end = self._answer.find(_HEAD_END)
        if head_end < 0:
            return
        body = head_end + len(_HEAD_END)
        if len(self._answer) < body + _content_length(self._answer[:head_end]):
            return
        answer, self._answer = self._answer, b""
        self._answered(answer)

    def connection_lost(self, error: Exception | None) -> None:
        if self._sent is not None:
            self._tally.fault = self._tally.fault or f"the connection was lost: {error}"
        if not self.ended.done():
            self.ended.set_result(None)

    def send_next(self) -> None:
        """Send, or end where there is nothing more to do."""
        request = None if self._tally.is_over() else self._queue.next()
        self._sent = request
        if request is None:
            self._transport.close()
            return
        self._at = time.perf_counter()
        self._transport.write(request.content)

    def _answered(self, answer: bytes) -> None:
        request = self._sent
        assert request is not None
        self._tally.count(request, time.perf_counter() - self._at)
        accepted = answer.count(_ACCEPTED) if request.scans else 0
        if not answer.startswith(_WELL) or accepted != request.scans:
            self._tally.fault = self._tally.fault or _words(request, answer)
        self._queue.done(request)
        self.send_next()


async def _send(work: Work) -> Done:
    requests: Iterable[Request] = work.requests
    if work.seconds is not None:
        requests = _round_and_round(work.requests)
    queue = _Queue(iter(requests))
    loop = asyncio.get_running_loop()
    tally = _Tally()
    connections = [
        (await loop.create_connection(lambda: _Connection(queue, tally), work.host, work.port))[1]
        for _ in range(work.connections)
    ]
    began = time.perf_counter()
    if work.seconds is not None:
        tally.until = began + work.seconds
    for connection in connections:
        connection.send_next()
    for connection in connections:
        await connection.ended
    seconds = time.perf_counter() - began
    took = sorted(round(each * 1000, 3) for each in tally.took)
    return Done(tally.scans, seconds, took, tally.fault)


def _round_and_round(requests: list[Request]) -> Iterator[Request]:
    """Keys are made anew, as what is only read may be read by two at once."""
    number = 0
    while True:
        for request in requests:
            number += 1
            yield Request(number, request.content, request.scans)


def _content_length(head: bytes) -> int:
    found = head.lower().find(b"content-length:")
    return int(head[found + len(b"content-length:") :].split(b"\r\n", 1)[0]) if found >= 0 else 0


def _words(request: Request, answer: bytes) -> str:
    sent = request.content.partition(_HEAD_END)[2][:500].decode(errors="replace")
    return f"sent {sent}: answered {answer[:4000].decode(errors='replace')}"


def main() -> None:
    """Read the work, send it, write what came of it."""
    work = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Work)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        done = runner.run(_send(work))
    sys.stdout.buffer.write(msgspec.msgpack.encode(done))


if __name__ == "__main__":
    main()
