"""One printer attended: asked how it is, given one label after another, each watched out.

No connection of the database is held while the printer is waited for.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from equipment.printers.judging import Evidence, judge
from equipment.printers.line import GoneError, Line, SilentError, Waits, connected
from equipment.printers.networks import Networks, NotAllowedThereError
from equipment.printers.printers import State
from equipment.printers.queue import Begun, Queue, SupersededError, Target
from labels.host_status import HostStatus

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a printer is asked, and how long it is waited for, in seconds."""

    waits: Waits = field(default_factory=Waits)
    # While a label is on its way out; less and less often.
    poll: float = 0.1
    poll_most: float = 2.0
    # Without a count, a printer has to say twice that nothing is left.
    twice: float = 0.5
    # How long its count may take to rise after it says so.
    count: float = 3.0
    # After a line was lost, what was sent by it may still arrive.
    settle: float = 30.0
    # From the note that a label is begun to its first byte: later, another may have taken over.
    begin: float = 5.0
    retry: float = 5.0
    idle: float = 60.0


class _AskLessError(Exception):
    """The printer knows no more than how it is: a new line is needed, as it may answer late."""


class Attendant:
    """Attends one printer once; `clock` says when it is."""

    def __init__(
        self, queue: Queue, networks: Networks, pace: Pace, clock: Callable[[], datetime]
    ) -> None:
        self.queue = queue
        self.networks = networks
        self.pace = pace
        self.clock = clock
        self.stopping = False
        # Whether it answers more than how it is; None until it was asked.
        self.answers_more: bool | None = None
        self._last_noted: State | None = None
        self._noted_until = clock()

    async def attend(self) -> None:
        """Ask how it is and print what waits, until nothing does or something is in the way.

        Raises SupersededError where another process has taken over.
        """
        target = await self.queue.target()
        if target is None:
            return
        try:
            await self._on_a_line(target)
        except NotAllowedThereError:
            await self._note("not_allowed", self.pace.idle, heard=False)
        except GoneError:
            await self._note("gone", self.pace.retry, heard=False)
        except SilentError:
            await self._note("silent", self.pace.retry, heard=False)

    async def _on_a_line(self, target: Target) -> None:
        while True:
            try:
                async with connected(
                    target.host, target.port, self.networks, self.pace.waits
                ) as line:
                    return await self._work(line, target)
            except _AskLessError:
                self.answers_more = False

    async def _work(self, line: Line, target: Target) -> None:
        status = await line.status()
        await self._noted(status)
        counts = target.counts
        begun = await self.queue.in_hand()
        if begun is not None and not await self._cleared(line, begun, counts=counts):
            return
        while not self.stopping:
            status = await line.status()
            if status.trouble is not None or status.holds:
                await self._note(status.trouble or "busy", self.pace.retry)
                return
            before = await self._count(line)
            taken = await self._begin(before)
            if taken is None:
                await self._note("ready", self.pace.idle)
                return
            counts = await self._print(line, *taken, counts=counts)

    async def _begin(self, before: int | None) -> tuple[Begun, bytes] | None:
        """The next label, written down as begun.

        Raises SupersededError where that took so long that another may send by now.
        """
        since = time.monotonic()
        taken = await self.queue.begin(before, self.clock())
        if taken is not None and time.monotonic() - since > self.pace.begin:
            words = "It took too long to write it down: it was not sent."
            await self.queue.settle(taken[0], "not_printed", words, self.clock())
            raise SupersededError
        return taken

    async def _print(self, line: Line, begun: Begun, label: bytes, *, counts: bool) -> bool:
        """Send a label and watch it come out; whether the printer's count can be relied on."""
        await line.send(label)
        await self.queue.sent(begun, self.clock())
        await self._watch(line, twice=begun.counted is None or not counts)
        after = await self._count_after(line, begun, wait=counts)
        risen = None if after is None or begun.counted is None else after - begun.counted
        verdict, why = judge(
            Evidence(
                same_line=True, stayed_on=True, counts=counts, before=begun.counted, after=after
            )
        )
        await self.queue.settle(begun, verdict, why, self.clock())
        if risen == 1 and not counts:
            await self.queue.counting(counts=True)
        return counts or risen == 1

    async def _watch(self, line: Line, *, twice: bool) -> None:
        """Wait until the printer holds nothing more, however long its labels are out."""
        pause, said = self.pace.poll, 0
        while True:
            status = await line.status()
            await self._noted(status, busy=False)
            said = 0 if status.holds or status.trouble else said + 1
            if said > twice:
                return
            if said:
                await asyncio.sleep(self.pace.twice)
                continue
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, self.pace.poll_most)

    async def _cleared(self, line: Line, begun: Begun, *, counts: bool) -> bool:
        """Settle what another line was lost over; False where it is too early for that."""
        settles_at = begun.begun_at + timedelta(seconds=self.pace.settle)
        now = self.clock()
        if now < settles_at:
            await self._note("busy", (settles_at - now).total_seconds())
            return False
        status = await line.status()
        if status.partial:
            await line.forget_partial()
            status = await line.status()
        if status.holds or status.trouble is not None:
            await self._note(status.trouble or "busy", self.pace.retry)
            return False
        after = await self._count(line)
        up_s = await self._uptime(line)
        lasted_s = (self.clock() - begun.begun_at).total_seconds()
        evidence = Evidence(
            same_line=False,
            # A second more, as it says whole ones: in doubt it was off.
            stayed_on=up_s is not None and up_s > lasted_s + 1,
            counts=counts,
            before=begun.counted,
            after=after,
        )
        verdict, why = judge(evidence)
        await self.queue.settle(begun, verdict, why, self.clock())
        return True

    async def _count_after(self, line: Line, begun: Begun, *, wait: bool) -> int | None:
        """The count once it has risen, as it may lag a little behind, or the label have done so."""
        ends = time.monotonic() + (self.pace.count if wait else 0)
        while True:
            after = await self._count(line)
            if after is None or begun.counted is None or after > begun.counted:
                return after
            if time.monotonic() >= ends:
                return after
            await asyncio.sleep(self.pace.poll)
            status = await line.status()
            if status.holds or status.trouble is not None:
                await self._watch(line, twice=False)
                ends = time.monotonic() + self.pace.count

    async def _count(self, line: Line) -> int | None:
        return await self._more(line.count)

    async def _uptime(self, line: Line) -> int | None:
        return await self._more(line.uptime_s)

    async def _more(self, ask: Callable[[], Awaitable[int | None]]) -> int | None:
        if self.answers_more is False:
            return None
        try:
            answer = await ask()
        except SilentError:
            if self.answers_more:
                raise
            raise _AskLessError from None
        self.answers_more = True
        return answer

    async def _noted(self, status: HostStatus, *, busy: bool = True) -> None:
        """Keep how it is where that is news: it is asked many times a second."""
        state: State = status.trouble or ("busy" if status.holds and busy else "ready")
        if state != self._last_noted or self.clock() >= self._noted_until:
            await self._note(state, self.pace.retry)

    async def _note(self, state: State, again_s: float, *, heard: bool = True) -> None:
        now = self.clock()
        look_at = now + timedelta(seconds=again_s)
        self._last_noted, self._noted_until = state, look_at
        await self.queue.note(state, now, heard=heard, look_at=look_at)
