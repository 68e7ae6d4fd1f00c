"""Which printers this process attends: each printer has one attendant among all processes.

An advisory lock for each, on one connection apart, which PostgreSQL lets go when the process dies.
As that alone would let a process that was only cut off send on, each that takes over writes its
name into the printer's state, and whoever is not named there writes nothing more.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import uuid4

import asyncpg

from budget import moments
from budget.database import UNREACHABLE, connect_apart, fetch
from equipment.printers.attending import Attendant, Pace
from equipment.printers.networks import PRIVATE, Networks
from equipment.printers.queue import Queue, SupersededError

_KEY: Final = 0x4B49_5052  # "KIPR"
_AT_ONCE: Final = 50
_END_S: Final = 10.0
_log = logging.getLogger("kitback.printers")


class Watch:
    """The printers that this process sees to."""

    def __init__(
        self,
        networks: Networks = PRIVATE,
        pace: Pace | None = None,
        clock: Callable[[], datetime] = moments.now,
    ) -> None:
        self.networks = networks
        self.pace = pace or Pace()
        self.clock = clock
        self.connection: asyncpg.Connection[asyncpg.Record] | None = None
        self.attended: dict[str, asyncio.Task[None]] = {}
        self.attendants: dict[str, Attendant] = {}
        self.ended = False
        self._asking = asyncio.Lock()
        self._failing: set[str] = set()
        # Those that know no more than how they are: to find that out takes a while.
        self._curt: set[str] = set()

    async def look(self) -> None:
        """Begin to attend those that are due and that nobody attends; the rest goes on."""
        if self.connection is not None and self.connection.is_closed():
            # The locks went with it: others may attend by now.
            await self._drop()
        for row in await fetch(_DUE, self.clock(), list(self.attended), _AT_ONCE):
            if self.ended:
                return
            if row["printer"] not in self.attended and await self._locked(row["printer"]):
                self._begin(row["printer"])

    def _begin(self, printer: str) -> None:
        queue = Queue(printer, uuid4())
        attendant = Attendant(queue, self.networks, self.pace, self.clock)
        attendant.answers_more = False if printer in self._curt else None
        self.attendants[printer] = attendant
        self.attended[printer] = asyncio.create_task(self._attend(printer, attendant))

    async def _attend(self, printer: str, attendant: Attendant) -> None:
        try:
            await attendant.queue.take_over()
            await attendant.attend()
            self._failing.discard(printer)
        except SupersededError:
            pass
        except Exception:  # noqa: BLE001 - the edge: nobody is above it
            # It is tried again each second: not a line for each of them.
            if printer not in self._failing:
                _log.exception("The printer %s could not be attended", printer)
            self._failing.add(printer)
        finally:
            if attendant.answers_more is False:
                self._curt.add(printer)
            del self.attended[printer], self.attendants[printer]
            await self._unlock(printer)

    async def _locked(self, printer: str) -> bool:
        async with self._asking:
            if self.connection is None:
                self.connection = await connect_apart()
            got: bool = await self.connection.fetchval(_LOCK, _KEY, printer)
            return got

    async def _unlock(self, printer: str) -> None:
        async with self._asking:
            connection = self.connection
            if connection is None or connection.is_closed():
                return
            try:
                await connection.execute(_UNLOCK, _KEY, printer)
            except (*UNREACHABLE, asyncpg.PostgresError):
                connection.terminate()

    async def end(self) -> None:
        """Begin no label more, and leave those that do not come out soon to whoever looks next."""
        self.ended = True
        for attendant in self.attendants.values():
            attendant.stopping = True
        if self.attended:
            await asyncio.wait(list(self.attended.values()), timeout=_END_S)
        await self._drop()

    async def _drop(self) -> None:
        tasks = list(self.attended.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.terminate()


_DUE: Final = """
select s.printer from printer_states s join printers p on p.code = s.printer
where not p.out_of_use and (s.wanted or s.look_at <= $1) and s.printer <> all($2::varchar[])
order by s.look_at limit $3
"""
_LOCK: Final = "select pg_try_advisory_lock($1, hashtext($2))"
_UNLOCK: Final = "select pg_advisory_unlock($1, hashtext($2))"
