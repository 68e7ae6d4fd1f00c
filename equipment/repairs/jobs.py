"""Jobs of repair: opened as an item fails or a crew mends it at home, quoted, and ended.

A job begins and ends with scans (equipment/repairs/following.py): what fails at the bench has one
at once. What the ledger charges is the scan's minutes and parts (contract section 6); a job says
what they were. In warranty both cost nothing: the job counts them all the same.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec

from budget.changes import record as record_change
from budget.database import execute, fetch, fetch_one, transaction
from budget.ledger import repair_pence
from budget.narrowing import narrowed
from budget.refusals import Missing, Refused, Wrong
from budget.wording import sought, text_faults
from budget.years import london_day, year_of
from equipment import receipts
from equipment.content import content_hash
from equipment.naming import items_named
from equipment.repairs.job_form import (
    FAULT_MAX,
    JobPart,
    JobQuote,
    NewJob,
    NewQuote,
    NewWarranty,
    Place,
    RepairJob,
    Trip,
    Warranty,
    warranty_faults,
)
from equipment.repairs.spare_parts import priced, total_pence
from equipment.staff.roles import Caller, check_may

_OPEN_JOB: Final = "repair job"


async def open_at_home(caller: Caller, text: str, new: NewJob, now: datetime) -> RepairJob:
    """Open a job on what is with somebody; a repeat of its id gets the same one.

    What is at the depot has its job from the scan by which it failed. Wrong where a field is,
    Missing where there is no such item; Refused `item-not-on-loan`, `repair-job-open`.
    """
    check_may(caller, "repair")
    faults = [*text_faults("fault", new.fault, FAULT_MAX), *warranty_faults(new.warranty)]
    if faults:
        raise Wrong(faults)
    write = Write(_OPEN_JOB, new.id, caller, content_hash([text, new]))
    async with transaction():
        if (first := await earlier(write)) is not None:
            return first
        item = await _locked(text)
        await _check_none_open(item)
        supplier, until = _columns(new.warranty)
        await execute(_OPEN, new.id, item["id"], new.fault, now, caller.username, supplier, until)
        return await keep(write, new.id, now)


_OPEN: Final = """
insert into repair_jobs (id, item, place, fault, opened_at, opened_by, warranty_supplier,
    warranty_until) values ($1, $2, 'home', $3, $4, $5, $6, $7)
"""


async def _locked(text: str) -> asyncpg.Record:
    """The item, locked as scans lock it."""
    found = (await items_named([text])).get(text)
    if found is None:
        raise Missing("item-not-found", "There is no such item.")
    await execute("select from items where id = $1 for update", found)
    row = await fetch_one("select id, state from items where id = $1", found)
    assert row is not None
    return row


async def _check_none_open(item: asyncpg.Record) -> None:
    if await fetch_one(_OF_OPEN, item["id"]) is not None:
        raise Refused("repair-job-open", "A job is open for this item already.")
    if item["state"] != "on_loan":
        words = "This item is not with anybody. What fails at the bench gets its job by itself."
        raise Refused("item-not-on-loan", words)


_OF_OPEN: Final = "select id from repair_jobs where item = $1 and ended_at is null"


class Write(msgspec.Struct, frozen=True):
    """A write about a job that may be repeated: of which kind, its id, whose, and what it says."""

    kind: str
    id: UUID
    caller: Caller
    content: bytes


async def earlier(write: Write) -> RepairJob | None:
    """The first answer to this write, if it is not new; as receipts.earlier() in all else."""
    first = await receipts.earlier(write.kind, write.id, write.caller, write.content)
    return None if first is None else msgspec.json.decode(first, type=RepairJob)


async def keep(write: Write, job: UUID, now: datetime) -> RepairJob:
    """Keep the job as it stands now as the answer, in the transaction of the write."""
    shown = await look_up(write.caller, job, now)
    body = msgspec.json.encode(shown).decode()
    await receipts.keep(write.kind, write.id, write.caller, write.content, body, now)
    return shown


async def lock_open(caller: Caller, job: UUID) -> asyncpg.Record:
    """An open job with its item, both locked, in the open transaction.

    Missing where there is none, Refused `repair-job-ended` where it has ended.
    """
    check_may(caller, "repair")
    row = await fetch_one("select item from repair_jobs where id = $1", job)
    if row is None:
        raise Missing("repair-job-not-found", "There is no such job.")
    await execute("select from items where id = $1 for update", row["item"])
    found = await fetch_one(_LOCKED, job)
    assert found is not None
    if found["ended_at"] is not None:
        raise Refused("repair-job-ended", "This job has ended.")
    return found


_LOCKED: Final = """
select j.id, j.item, j.place, j.opened_at, j.ended_at, j.warranty_supplier, j.warranty_until,
    j.quote, i.code, i.state
from repair_jobs j join items i on i.id = j.item where j.id = $1
"""


async def set_warranty(caller: Caller, job: UUID, new: NewWarranty, now: datetime) -> RepairJob:
    """Say whether it is in warranty; Wrong, Missing and Refused as usual."""
    if faults := list(warranty_faults(new.warranty)):
        raise Wrong(faults)
    async with transaction():
        known = await lock_open(caller, job)
        if _columns(new.warranty) != (known["warranty_supplier"], known["warranty_until"]):
            await execute(_WARRANT, job, *_columns(new.warranty))
            await record_change(caller.username, "repair job changed", str(job), new)
    return await look_up(caller, job, now)


_WARRANT: Final = """
update repair_jobs set warranty_supplier = $2, warranty_until = $3 where id = $1
"""


def _columns(warranty: Warranty | None) -> tuple[str | None, date | None]:
    return (None, None) if warranty is None else (warranty.supplier, warranty.until)


async def set_quote(caller: Caller, job: UUID, new: NewQuote, now: datetime) -> RepairJob:
    """Say what it would take, at today's prices; Wrong, Missing and Refused as usual."""
    async with transaction():
        known = await lock_open(caller, job)
        covered = in_warranty(known["warranty_until"], known["opened_at"])
        parts = await priced(list(new.parts), in_warranty=covered)
        minutes = 0 if covered else new.minutes
        quote = JobQuote(minutes, parts, total_pence(parts), now, caller.username)
        before = known["quote"] and msgspec.json.decode(known["quote"], type=JobQuote)
        if before is None or (before.minutes, before.parts) != (minutes, parts):
            await execute(_QUOTE, job, msgspec.json.encode(quote).decode())
            await record_change(caller.username, "repair job changed", str(job), quote)
    return await look_up(caller, job, now)


_QUOTE: Final = "update repair_jobs set quote = $2::jsonb where id = $1"


def in_warranty(until: date | None, opened_at: datetime) -> bool:
    """Whether the fault was known by the last day of the warranty."""
    return until is not None and london_day(opened_at) <= until


async def look_up(caller: Caller, job: UUID, now: datetime) -> RepairJob:
    """One job, or Missing."""
    check_may(caller, "read repairs")
    found = await _shown(await fetch(_SHOWN + " where j.id = $1", job), now)
    if not found:
        raise Missing("repair-job-not-found", "There is no such job.")
    return found[0]


async def open_job_of(caller: Caller, item: str, now: datetime) -> RepairJob | None:
    """The open job of the item with this code, if there is one."""
    check_may(caller, "read repairs")
    rows = await fetch(_SHOWN + " where i.code = $1 and j.ended_at is null", sought(item))
    return next(iter(await _shown(rows, now)), None)


class Wanted(msgspec.Struct, frozen=True):
    """Which jobs: those of an item, at a place, of a depot, open or ended, overdue back."""

    status: Literal["open", "ended"] | None = None
    item: str | None = None
    place: Place | None = None
    depot: str | None = None
    overdue: bool = False


async def listed(
    caller: Caller, wanted: Wanted, now: datetime, *, after: int, limit: int
) -> list[RepairJob]:
    """Jobs after a sequence number, oldest first; Missing where there is no such item."""
    check_may(caller, "read repairs")
    item = None
    if wanted.item is not None:
        item = (await items_named([wanted.item])).get(wanted.item)
        if item is None:
            raise Missing("item-not-found", "There is no such item.")
    conditions = {
        "j.seq > {}": after,
        "j.item = {}": item,
        "j.place = {}": wanted.place,
        "i.last_depot = {}": None if wanted.depot is None else sought(wanted.depot),
        "t.back_at is null and t.due_back < {}": london_day(now) if wanted.overdue else None,
    }
    sql, values = narrowed(_SHOWN + _OF_STATUS[wanted.status], conditions, limit)
    return await _shown(await fetch(sql, *values), now)


_OF_STATUS: Final = {
    None: " where {where} order by j.seq limit $1",
    "open": " where j.ended_at is null and {where} order by j.seq limit $1",
    "ended": " where j.ended_at is not null and {where} order by j.seq limit $1",
}


async def count_open(caller: Caller, depot: str, now: datetime) -> tuple[int, int]:
    """How many jobs are open at a depot, and how many of these are overdue from a repairer."""
    check_may(caller, "read repairs")
    row = await fetch_one(_COUNTED, sought(depot), london_day(now))
    assert row is not None
    return row["open"], row["overdue"]


_COUNTED: Final = """
select count(*) as open, count(*) filter (where t.due_back < $2) as overdue
from repair_jobs j join items i on i.id = j.item
left join repair_trips t on t.job = j.id and t.back_at is null
where j.ended_at is null and i.last_depot = $1
"""
_SHOWN: Final = """
select j.id, j.seq, i.code as item, i.sku, p.name, i.state, i.last_depot as depot, j.place, j.fault,
    j.opened_at, j.opened_by, j.warranty_supplier, j.warranty_until, j.in_warranty, j.quote,
    j.outcome, j.ended_at, j.ended_by, j.mended_at, j.mended_by, j.done, j.minutes, j.parts_pence,
    t.trip, used.parts
from repair_jobs j join items i on i.id = j.item join products p on p.sku = i.sku
left join lateral (
    select t.back_at, t.due_back, json_build_object('id', t.id, 'repairer', t.repairer, 'address',
        t.address, 'due_back', t.due_back, 'sent_at', t.sent_at, 'sent_by', t.sent_by,
        'decontaminated', t.decontaminated, 'file', t.file, 'back_at', t.back_at, 'back_by',
        t.back_by)::text as trip
    from repair_trips t where t.job = j.id order by t.seq desc limit 1) t on true
left join lateral (
    select json_agg(json_build_object('part', r.part, 'name', r.name, 'quantity', r.quantity,
        'price_pence', r.price_pence, 'cost_pence', r.cost_pence) order by r.id)::text as parts
    from repair_job_parts r where r.movement = j.ended_movement and r.job = j.id) used on true
"""


async def _shown(rows: Sequence[asyncpg.Record], now: datetime) -> list[RepairJob]:
    years = {year_of(london_day(row["mended_at"])) for row in rows if row["mended_at"] is not None}
    found = await fetch(_RATES, sorted(years)) if years else []
    rates = {each["year"]: each["rate"] or 0 for each in found}
    return [_job(row, rates, london_day(now)) for row in rows]


_RATES: Final = """
select year, (tariff ->> 'repair_hour')::bigint as rate from budget_years
where year = any($1::varchar[])
"""


def _job(row: asyncpg.Record, rates: dict[str, int], today: date) -> RepairJob:
    told: dict[str, Any] = {
        name: row[name]
        for name in RepairJob.__struct_fields__
        if name in row.keys()  # noqa: SIM118 - a record's `in` looks through its values
    }
    until = row["warranty_until"]
    warranty = None if until is None else Warranty(row["warranty_supplier"], until)
    parts = msgspec.json.decode(row["parts"], type=list[JobPart]) if row["parts"] else []
    covered = row["in_warranty"]
    if row["ended_at"] is None:
        covered = in_warranty(until, row["opened_at"])
    labour = None
    if row["mended_at"] is not None:
        rate = rates.get(year_of(london_day(row["mended_at"])), 0)
        labour = 0 if covered else repair_pence(row["minutes"], rate, 0)
    told |= {
        "warranty": warranty,
        "in_warranty": covered,
        "quote": row["quote"] and msgspec.json.decode(row["quote"], type=JobQuote),
        "trip": _trip(row["trip"], today),
        "parts": parts,
        "list_pence": None if labour is None else _list_pence(row, parts),
        "labour_pence": labour,
        "cost_pence": None if labour is None else labour + row["parts_pence"],
    }
    return RepairJob(**told)


def _list_pence(row: asyncpg.Record, parts: Sequence[JobPart]) -> int:
    """What the parts come to; of a scan that named none, what it says that they cost."""
    named = sum(each.quantity * each.price_pence for each in parts)
    return named if parts else int(row["parts_pence"])


def _trip(text: str | None, today: date) -> Trip | None:
    if text is None:
        return None
    told = msgspec.json.decode(text)
    out = told["back_at"] is None
    late = out and date.fromisoformat(told["due_back"]) < today
    return msgspec.convert(told | {"overdue": late}, Trip)
