"""Natural batching: what arrives while one batch is under way makes up the next.

No timer, so nobody waits for company: a lone caller's batch starts at once. It stands beside
budget/database.py because what it saves is round trips to PostgreSQL.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

One = TypeVar("One")
Answer = TypeVar("Answer")


class Gathering(Generic[One, Answer]):
    """Passes on what many callers ask for at once, `most` of them in a batch.

    `work` answers a batch in its order. If it throws, each of the batch is tried alone, so that
    nobody gets an error that another caused. A caller who is cancelled meanwhile has asked all
    the same: what was passed on is carried out. With `singly` False a failed batch is not tried
    again: for look-ups, which fail where PostgreSQL does, for all alike.
    """

    def __init__(
        self,
        work: Callable[[Sequence[One]], Awaitable[Sequence[Answer]]],
        *,
        most: int,
        at_once: int = 1,
        singly: bool = True,
    ) -> None:
        self._work = work
        self._most = most
        self._at_once = at_once
        self._singly = singly
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[tuple[One, asyncio.Future[Answer]]] = []
        self._running = 0
        # The loop itself keeps only weak references to its tasks.
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, one: One) -> Answer:
        """The answer for one, which may be worked out together with others'."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            # Another loop than last time: what the earlier one left is nobody's any more.
            self._loop, self._waiting, self._running = loop, [], 0
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((one, future))
        if self._running < self._at_once:
            self._begin(loop)
        return await future

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._running += 1
        task = loop.create_task(self._work_off())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work_off(self) -> None:
        """Batch after batch, until nobody waits."""
        while self._waiting:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            await self._answer(batch)
        # Without a wait since the last look, so that nobody is listed and then left.
        self._running -= 1

    async def _answer(self, batch: Sequence[tuple[One, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._work([one for one, _ in batch])
        except Exception as error:  # noqa: BLE001 - whatever it is, its cause is found below
            await self._answer_singly(batch, error)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(answer)

    async def _answer_singly(
        self, batch: Sequence[tuple[One, asyncio.Future[Answer]]], error: Exception
    ) -> None:
        if len(batch) == 1 or not self._singly:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for pair in batch:
            await self._answer([pair])
