"""A depot with a printer: what is asked of it, and the service that looks after it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import Any, Final
from uuid import uuid4

from budget.database import fetch
from budget.refusals import Refused
from equipment.items import Viewer
from equipment.places import Depot, open_depot
from equipment.printers import doubts, print_jobs
from equipment.printers.attending import Pace
from equipment.printers.line import Waits
from equipment.printers.print_jobs import NewPrintJob, PrintJob
from equipment.printers.printers import NewPrinter, Printer, look_up, set_up
from equipment.printers.watching import Watch
from equipment.printing import Sender
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.thermal import Clock, Thermal

HERE: Final = (ip_network("127.0.0.1/32"),)
SENDER: Final = Sender("Kit", "0115 496 0000")
PATIENT: Final = Pace(
    waits=Waits(connect=10.0, answer=10.0, extra=1.0, send=10.0),
    poll=0.002,
    poll_most=0.01,
    twice=0.002,
    count=0.05,
    begin=60.0,
)
"""What really passes is short, what a busy machine may take is long; the rest goes by our clock."""
QUICK: Final = replace(PATIENT, waits=replace(PATIENT.waits, answer=0.25))
"""The same, for those who wait for what never comes."""
HASTY: Final = replace(PATIENT, waits=replace(PATIENT.waits, answer=0.12, extra=0.12))
"""For those to whom it is all the same whether an answer was late by accident."""


@dataclass
class Room:
    """A printer that is played, and whoever of the service sends to it."""

    printer: Thermal
    clock: Clock
    code: str
    pace: Pace = PATIENT
    watch: Watch = field(init=False)
    asked: list[PrintJob] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watch = self.new_watch()

    def new_watch(self) -> Watch:
        """Make another process of the service."""
        return Watch(HERE, self.pace, self.clock)

    def hurry(self, pace: Pace = QUICK) -> None:
        """Wait for no answer long."""
        self.pace = self.watch.pace = pace

    async def ask(self, blank: int = 1, **fields: Any) -> PrintJob:
        """Ask for labels."""
        new = NewPrintJob(uuid4(), self.code, blank=blank, **fields)
        viewer = Viewer(ADMINISTRATOR, self.clock(), "https://kit.example.org")
        job = await print_jobs.ask(ADMINISTRATOR, new, viewer, SENDER)
        self.asked.append(job)
        return job

    async def standing(self) -> Printer:
        """How the printer is, as a page shows it."""
        return await look_up(ADMINISTRATOR, self.code)

    async def attend_once(self) -> None:
        """Let the service see to the printer, as long as that takes."""
        await self.watch.look()
        if self.watch.attended:
            await asyncio.wait(list(self.watch.attended.values()), timeout=20)

    async def until(self, holds: Callable[[Printer], bool], *, most: int = 60) -> Printer:
        """Let time go by and the service look again and again until it is so."""
        for _ in range(most):
            await self.attend_once()
            standing = await self.standing()
            if holds(standing):
                return standing
            self.clock.pass_(seconds=6)
        raise AssertionError(standing)

    async def crash(self) -> None:
        """Kill the process: nothing is tidied up, and another one takes its place."""
        watch, self.watch = self.watch, self.new_watch()
        watch.ended = True
        for task in list(watch.attended.values()):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if watch.connection is not None:
            watch.connection.terminate()

    async def answer_truly(self) -> int:
        """Look whether each label in doubt lies there, and say so; how many there were."""
        labels = await doubts.listed(ADMINISTRATOR, self.code, limit=100)
        for label in labels:
            came_out = label.code in self.printer.out
            with suppress(Refused):
                await doubts.answer(ADMINISTRATOR, label.id, came_out=came_out, now=self.clock())
        return len(labels)

    async def codes(self) -> list[str]:
        """The codes that were asked for, in their order."""
        rows = await fetch(
            "select code from print_labels where printer = $1 order by id", self.code
        )
        return [row["code"] for row in rows]

    async def states(self) -> list[str]:
        """What is known of each label, in the same order."""
        rows = await fetch(
            "select state from print_labels where printer = $1 order by id", self.code
        )
        return [row["state"] for row in rows]

    async def close(self) -> None:
        """Leave nothing running."""
        await self.watch.end()
        await self.printer.switch_off()


async def opened(code: str = "P1", **printer: Any) -> Room:
    """Open a depot, and plug a printer in."""
    clock = Clock()
    thermal = Thermal(clock, **printer)
    await thermal.plug_in()
    with suppress(Refused):
        await open_depot(ADMINISTRATOR, Depot("D1", "Depot", "NG1 1AA", "depot"))
    new = NewPrinter(code, "By the gate", "D1", "127.0.0.1", thermal.port)
    await set_up(ADMINISTRATOR, new, HERE, clock())
    return Room(thermal, clock, code)
