"""The queue of one printer, as whoever sends to it reads and writes it.

One label at a time is in hand. It is written down as begun before a byte of it is sent, so that
after any death it is known which one is in doubt. Each statement holds only for the newest sender
of the printer: one that was taken over from writes nothing more.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from budget.database import execute, fetch_one, transaction
from equipment.printers.judging import Verdict
from equipment.printers.printers import State
from labels.layout import Label, PlaceLabel
from labels.qr import LinkTooLongError
from labels.zpl import ROLLS, zpl

PRINTER: Final = "the printer"
"""Who said that a label came out, where nobody looked."""

_STATES: Final[dict[Verdict, str]] = {
    "printed": "printed",
    "not_printed": "waiting",
    "unsure": "unsure",
}


class SupersededError(Exception):
    """Another process sends to this printer now."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a printer is reached and what it prints on, as it is set up now."""

    host: str
    port: int
    size: str
    dpi: int
    counts: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """A label that is in hand."""

    id: int
    job: UUID
    whole: bool
    """Whether it was given to the connection whole."""
    begun_at: datetime
    counted: int | None


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue of a printer, in the hands of one sender."""

    printer: str
    sender: UUID

    async def take_over(self) -> None:
        """Be the sender from now on, whoever was before, and see to what was wanted till now."""
        await execute(_TAKE_OVER, self.printer, self.sender)

    async def target(self) -> Target | None:
        """How to reach it; None where it is out of use."""
        row = await fetch_one(_TARGET, self.printer, self.sender)
        return None if row is None else Target(**dict(row))

    async def in_hand(self) -> Begun | None:
        """The label that was begun and is not settled."""
        row = await fetch_one(_IN_HAND, self.printer)
        return None if row is None else Begun(**dict(row))

    async def begin(self, counted: int | None, now: datetime) -> tuple[Begun, bytes] | None:
        """Take the next label in hand, with what is to be sent; None where none waits."""
        try:
            row = await fetch_one(_BEGIN, self.printer, self.sender, now, counted)
        except asyncpg.UniqueViolationError as taken:
            raise SupersededError from taken
        if row is None:
            return None
        begun = Begun(row["id"], row["job"], whole=False, begun_at=now, counted=counted)
        try:
            return begun, drawn(row["content"], row["size"], row["dpi"])
        except LinkTooLongError:
            words = "It does not fit what this printer prints on: it was not sent."
            await self.settle(begun, "unsure", words, now)
            raise SupersededError from None

    async def sent(self, begun: Begun, now: datetime) -> None:
        """It was given to the connection, whole."""
        await self._settle(begun, "sent", None, None, now)

    async def settle(self, begun: Begun, verdict: Verdict, why: str, now: datetime) -> None:
        """Write down what became of the label."""
        await self._settle(begun, _STATES[verdict], PRINTER, why, now)

    async def _settle(
        self, begun: Begun, state: str, by: str | None, why: str | None, now: datetime
    ) -> None:
        async with transaction():
            await execute("select from print_jobs where id = $1 for update", begun.job)
            values = (begun.id, self.printer, self.sender, state, by, why, now)
            row = await fetch_one(_SETTLE, *values)
            if row is None:
                raise SupersededError
            await end_job(begun.job, now)

    async def note(self, state: State, now: datetime, *, heard: bool, look_at: datetime) -> None:
        """Keep how the printer is, and when it is to be asked again."""
        await execute(_NOTE, self.printer, self.sender, state, now, heard, look_at)

    async def counting(self, *, counts: bool) -> None:
        """Keep whether its count can be relied on."""
        await execute(_COUNTING, self.printer, self.sender, counts)


_TAKE_OVER: Final = """
update printer_states set sender = $2, wanted = false where printer = $1
"""
_MINE: Final = """
exists (select from printer_states s where s.printer = $2 and s.sender = $3)
"""
_TARGET: Final = """
select p.host, p.port, p.size, p.dpi, s.counts
from printers p join printer_states s on s.printer = p.code
where p.code = $1 and s.sender = $2 and not p.out_of_use
"""
_IN_HAND: Final = """
select id, job, state = 'sent' as whole, begun_at, counted from print_labels
where printer = $1 and state in ('sending', 'sent')
"""
_BEGIN: Final = """
update print_labels n set state = 'sending', begun_at = $3, changed_at = $3, counted = $4,
    told_by = null, why = null
from printers p, printer_states s
where n.id = (select id from print_labels where printer = $1 and state = 'waiting'
        order by id limit 1 for update skip locked)
    and n.state = 'waiting' and n.printer = p.code and s.printer = p.code and s.sender = $2
    and not p.out_of_use
returning n.id, n.job, n.content, p.size, p.dpi
"""
_SETTLE: Final = f"""
update print_labels set state = $4::varchar, told_by = $5, why = $6, changed_at = $7,
    begun_at = case when $4 = 'waiting' then null else begun_at end,
    counted = case when $4 = 'waiting' then null else counted end
where id = $1 and printer = $2 and state in ('sending', 'sent') and {_MINE}
returning id
"""  # noqa: S608 - our own text
_NOTE: Final = """
update printer_states set state = $3::varchar, look_at = $6::timestamptz,
    since = case when state = $3 then since else $4::timestamptz end,
    heard_at = case when $5 then $4 else heard_at end
where printer = $1 and sender = $2
"""
_COUNTING: Final = """
update printer_states set counts = $3 where printer = $1 and sender = $2 and counts <> $3
"""


async def end_job(job: UUID, now: datetime) -> None:
    """Say that a job has ended, where nothing of it is open; its row is locked."""
    await execute(_END, job, now)


_END: Final = """
update print_jobs set ended_at = greatest($2, asked_at) where id = $1 and ended_at is null
    and not exists (select from print_labels where job = $1
        and state in ('waiting', 'sending', 'sent', 'unsure'))
"""


def drawn(content: str, size: str, dpi: int) -> bytes:
    """A label as its printer takes it. Raises LinkTooLongError."""
    return zpl([_label(content)], ROLLS[size], dots_per_inch=dpi)


def _label(content: str) -> Label | PlaceLabel:
    # A place's label says which kind of place it is of; an item's has no kind.
    values = msgspec.json.decode(content)
    if "kind" in values:
        return msgspec.convert(values, PlaceLabel)
    return msgspec.convert(values, Label)
