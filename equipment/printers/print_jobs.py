"""What is to be printed: asked for, listed, called off, moved to another printer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID, uuid5

import asyncpg
import msgspec
from msgspec import Meta

from budget.database import execute, fetch, fetch_one, insert, transaction
from budget.narrowing import narrowed
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import sought
from equipment import printing, receipts
from equipment.content import content_hash
from equipment.items import Viewer
from equipment.places import Code
from equipment.printers.printers import want
from equipment.printers.queue import drawn, end_job
from equipment.printing import Sender
from equipment.staff.roles import Caller, check_may
from labels.layout import Label, PlaceLabel
from labels.places import PlaceKind

LABELS_MAX: Final = 1_000
COPIES_MAX: Final = 100
_RECEIPT: Final = "print job"

LabelState: TypeAlias = Literal["waiting", "sending", "sent", "printed", "unsure", "cancelled"]
_Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]


class Place(msgspec.Struct, frozen=True):
    """A depot, van or bay whose label is to be printed."""

    kind: PlaceKind
    code: Code


class NewPrintJob(msgspec.Struct, frozen=True):
    """Labels of items, blank ones and those of places, in this order, on one printer."""

    id: UUID
    printer: Code
    items: Annotated[list[_Text], Meta(max_length=LABELS_MAX)] = msgspec.field(default_factory=list)
    blank: Annotated[int, Meta(ge=0, le=LABELS_MAX)] = 0
    places: Annotated[list[Place], Meta(max_length=LABELS_MAX)] = msgspec.field(
        default_factory=list
    )
    copies: Annotated[int, Meta(ge=1, le=COPIES_MAX)] = 1


class PrintJob(msgspec.Struct, frozen=True):
    """A job and how many of its labels are where; `first` is what the first one names."""

    id: UUID
    seq: int
    printer: str
    asked_at: datetime
    asked_by: str
    ended_at: datetime | None
    first: str
    labels: int
    waiting: int
    in_hand: int
    printed: int
    unsure: int
    cancelled: int


class PrintLabel(msgspec.Struct, frozen=True):
    """One label of a job: what it names, and what is known of it."""

    id: int
    job: UUID
    printer: str
    code: str
    state: LabelState
    changed_at: datetime
    told_by: str | None
    why: str | None


async def ask(caller: Caller, new: NewPrintJob, viewer: Viewer, sender: Sender) -> PrintJob:
    """Have labels printed, each once; the job.

    A repeat of its id is the same job. Raises Wrong, Missing for items, places or a printer that
    are not there, Refused `printer-out-of-use`, `link-too-long`, `id-reused`.
    """
    check_may(caller, "print labels")
    if new.blank:
        check_may(caller, "print blank labels")
    _check(new)
    content = content_hash(new)
    async with transaction():
        known = await receipts.earlier(_RECEIPT, new.id, caller, content)
        printer = await _printer(new.printer)
    if known is not None:
        return await _found(new.id)
    labels = await _labels(new, viewer, sender, content)
    await _check_fits(labels, printer)
    async with transaction():
        # Judged again: the same job may have been sent twice at once.
        if await receipts.earlier(_RECEIPT, new.id, caller, content) is None:
            await _keep(caller, new, labels, viewer.now)
            await receipts.keep(_RECEIPT, new.id, caller, content, "", viewer.now)
        return await _found(new.id)


def _check(new: NewPrintJob) -> None:
    many = (len(new.items) + new.blank + len(new.places)) * new.copies
    if many == 0:
        raise Wrong([Fault("items", "Name what is to be printed.")])
    if many > LABELS_MAX:
        raise Wrong([Fault("copies", f"Print at most {LABELS_MAX:,} labels at a time.")])


async def _printer(code: str) -> asyncpg.Record:
    row = await fetch_one(_PRINTER, sought(code))
    if row is None:
        raise Missing("printer-not-found", "There is no such printer.")
    if row["out_of_use"]:
        raise Refused("printer-out-of-use", "This printer is out of use: choose another.")
    return row


# So that it is not put out of use meanwhile.
_PRINTER: Final = "select code, size, dpi, out_of_use from printers where code = $1 for share"


async def _labels(
    new: NewPrintJob, viewer: Viewer, sender: Sender, content: bytes
) -> list[Label | PlaceLabel]:
    labels: list[Label | PlaceLabel] = []
    if new.items:
        labels += await printing.labels_of(new.items, viewer, sender)
    for place in new.places:
        labels.append(await printing.place_label(place.kind, place.code, viewer.caller, sender))
    if new.blank:
        # Last, as it keeps what it gives out; the same ones for the same job.
        own = uuid5(new.id, "blank")
        blank = await printing.blank_labels(
            new.blank, viewer, sender, client_id=own, content=content
        )
        at = len(new.items)
        labels[at:at] = blank
    return labels


async def _check_fits(labels: Sequence[Label | PlaceLabel], printer: asyncpg.Record) -> None:
    longest = msgspec.json.encode(max(labels, key=lambda label: len(label.link))).decode()
    await printing.drawn(lambda: drawn(longest, printer["size"], printer["dpi"]))


async def _keep(
    caller: Caller, new: NewPrintJob, labels: Sequence[Label | PlaceLabel], now: datetime
) -> None:
    printer = (await _printer(new.printer))["code"]
    each = [label for label in labels for _ in range(new.copies)]
    await execute(_ASKED, new.id, printer, len(each), now, caller.username)
    rows = [
        (new.id, printer, label.code, msgspec.json.encode(label).decode(), "waiting", now)
        for label in each
    ]
    await insert("print_labels", _LABEL, rows)
    await want([printer])


_ASKED: Final = """
insert into print_jobs (id, printer, labels, asked_at, asked_by) values ($1, $2, $3, $4, $5)
"""
_LABEL: Final = {
    "job": "uuid",
    "printer": "varchar",
    "code": "varchar",
    "content": "jsonb",
    "state": "varchar",
    "changed_at": "timestamptz",
}


async def cancel(caller: Caller, job: UUID, now: datetime) -> PrintJob:
    """Call off what of a job was not begun; what was, comes out. Raises Missing."""
    check_may(caller, "print labels")
    async with transaction():
        await _lock(job)
        await execute(_CANCEL, job, now, caller.username)
        await end_job(job, now)
        return await _found(job)


_CANCEL: Final = """
update print_labels set state = 'cancelled', changed_at = $2, told_by = $3
where job = $1 and state = 'waiting'
"""


async def move(caller: Caller, job: UUID, printer: str, now: datetime) -> PrintJob:
    """Have what of a job was not begun come out of another printer.

    Raises Missing for a job or printer that is not there, Refused `printer-out-of-use`,
    `link-too-long` where the labels do not fit what that one prints on.
    """
    check_may(caller, "print labels")
    async with transaction():
        await _lock(job)
        to = await _printer(printer)
        longest = await fetch_one(_LONGEST, job)
        if longest is not None:
            # One label: quicker drawn than given to a thread.
            await printing.drawn(lambda: drawn(longest["content"], to["size"], to["dpi"]))
            await execute(_MOVE, job, to["code"], now)
            await execute("update print_jobs set printer = $2 where id = $1", job, to["code"])
            await want([to["code"]])
        return await _found(job)


_LONGEST: Final = """
select content from print_labels where job = $1 and state = 'waiting'
order by length(content ->> 'link') desc limit 1
"""
_MOVE: Final = """
update print_labels set printer = $2::varchar, changed_at = $3
where job = $1 and state = 'waiting' and printer <> $2
"""


async def _lock(job: UUID) -> None:
    if await fetch_one("select from print_jobs where id = $1 for update", job) is None:
        raise _missing()


async def look_up(caller: Caller, job: UUID) -> PrintJob:
    """One job, or Missing."""
    check_may(caller, "print labels")
    return await _found(job)


async def listed(
    caller: Caller, printer: str | None, *, is_open: bool | None, after: int, limit: int
) -> list[PrintJob]:
    """Jobs after a sequence number, oldest first: of a printer or of any, open, ended or both."""
    check_may(caller, "print labels")
    conditions: dict[str, object] = {
        "j.seq > {}": after,
        "j.printer = {}": sought(printer) if printer is not None else None,
    }
    if is_open is not None:
        # Each by an index of its own.
        conditions["j.ended_at is null and {}" if is_open else "j.ended_at is not null and {}"] = (
            True
        )
    sql, values = narrowed(_LISTED, conditions, limit)
    return [_job(row) for row in await fetch(sql, *values)]


async def labels_of(
    caller: Caller, job: UUID, *, after: int = 0, limit: int = 50
) -> list[PrintLabel]:
    """The labels of a job after one of them, in the order in which they come out; or Missing."""
    check_may(caller, "print labels")
    await _found(job)
    return [PrintLabel(**dict(row)) for row in await fetch(_LABELS, job, after, limit)]


_LABELS: Final = """
select id, job, printer, code, state, changed_at, told_by, why from print_labels
where job = $1 and id > $2 order by id limit $3
"""


async def _found(job: UUID) -> PrintJob:
    row = await fetch_one(_SHOWN.format(where="j.id = $1", limit="1"), job)
    if row is None:
        raise _missing()
    return _job(row)


def _missing() -> Missing:
    return Missing("print-job-not-found", "There is no such print job.")


# The labels of each job are counted beside the page of jobs: at most a thousand each.
_SHOWN: Final = """
with page as (select * from print_jobs j where {where} order by j.seq limit {limit})
select j.id, j.seq, j.printer, j.asked_at, j.asked_by, j.ended_at, j.labels,
    l.first, l.waiting, l.in_hand, l.printed, l.unsure, l.cancelled
from page j cross join lateral (
    select (array_agg(n.code order by n.id))[1] as first,
        count(*) filter (where n.state = 'waiting') as waiting,
        count(*) filter (where n.state in ('sending', 'sent')) as in_hand,
        count(*) filter (where n.state = 'printed') as printed,
        count(*) filter (where n.state = 'unsure') as unsure,
        count(*) filter (where n.state = 'cancelled') as cancelled
    from print_labels n where n.job = j.id
) l
order by j.seq
"""
_LISTED: Final = _SHOWN.replace("{limit}", "$1")


def _job(row: asyncpg.Record) -> PrintJob:
    return PrintJob(**dict(row))
