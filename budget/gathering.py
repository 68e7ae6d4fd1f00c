"""Natural batching: what arrives while one batch is under way makes up the next.

No timer, so nobody waits for company: a lone caller's batch starts at once. It stands beside
budget/database.py because what it saves is round trips to PostgreSQL.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from budget.database import refuse_inside_transaction

One = TypeVar("One")
Answer = TypeVar("Answer")

_ALONE_AT_ONCE = 4


class Gathering(Generic[One, Answer]):
    """Passes on what many callers ask for at once, `most` of them in a batch.

    `work` answers a batch in its order. Where it throws one of the errors `for_all`, which say
    nothing of any one caller, all of the batch get it. After any other each is tried alone, so that
    nobody gets an error that another caused; who has gone by then is left out. A caller who is
    cancelled before has asked all the same: what was passed on is carried out. Up to `at_once`
    batches are under way; beside another, one is begun once `worth` of them wait.
    """

    def __init__(
        self,
        work: Callable[[Sequence[One]], Awaitable[Sequence[Answer]]],
        *,
        most: int,
        at_once: int = 1,
        worth: int = 1,
        for_all: tuple[type[Exception], ...] = (Exception,),
    ) -> None:
        self._work = work
        self._most = most
        self._at_once = at_once
        self._worth = worth
        self._for_all = for_all
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[tuple[One, asyncio.Future[Answer]]] = []
        self._running = 0
        # The loop itself keeps only weak references to its tasks.
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, one: One) -> Answer:
        """The answer for one, which may be worked out together with others'.

        RuntimeError inside a transaction, of which the batch would be no part.
        """
        refuse_inside_transaction()
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            # Another loop than last time: what the earlier one left is nobody's any more.
            self._loop, self._waiting, self._running = loop, [], 0
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((one, future))
        if not self._running or (
            self._running < self._at_once and len(self._waiting) >= self._worth
        ):
            self._begin(loop)
        return await future

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._running += 1
        # In a context of its own: it works for whoever comes, not for who came first.
        task = loop.create_task(self._work_off(), context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work_off(self) -> None:
        """Batch after batch, as long as one is worth it."""
        try:
            # The only one under way stays until nobody waits.
            while self._waiting and (self._running == 1 or len(self._waiting) >= self._worth):
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._answer(batch)
        finally:
            # Without a wait since the last look, so that nobody is listed and then left.
            self._running -= 1

    async def _answer(self, batch: Sequence[tuple[One, asyncio.Future[Answer]]]) -> None:
        futures = [future for _, future in batch]
        try:
            answers = await self._work([one for one, _ in batch])
            answered = list(zip(futures, answers, strict=True))
        except Exception as error:  # noqa: BLE001 - whatever it is, the callers are told
            if len(batch) > 1 and not isinstance(error, self._for_all):
                await self._answer_alone(batch)
                return
            for future in futures:
                if not future.done():
                    future.set_exception(error)
            return
        except BaseException:
            for future in futures:
                future.cancel()
            raise
        for future, answer in answered:
            if not future.done():
                future.set_result(answer)

    async def _answer_alone(self, batch: Sequence[tuple[One, asyncio.Future[Answer]]]) -> None:
        """Each by itself, a few at a time: one of them may have to wait for long."""
        turns = asyncio.Semaphore(_ALONE_AT_ONCE)

        async def answer(pair: tuple[One, asyncio.Future[Answer]]) -> None:
            async with turns:
                if not pair[1].done():
                    await self._answer([pair])

        await asyncio.gather(*map(answer, batch))
