"""Items at outside repairers: sent with a declaration of contamination status, due back, back.

What was not decontaminated since it was used last goes out only where that is said plainly, with
why, with what protects whoever handles it, and with who agreed to it.
"""

import asyncio
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID, uuid5

import asyncpg
import msgspec
from msgspec import Meta

from budget.database import execute, fetch_one, transaction
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import one_line, text_faults
from budget.years import london_day
from equipment.content import content_hash
from equipment.files.item_files import NAME_MAX as FILE_NAME_MAX
from equipment.files.item_files import keep_document
from equipment.repairs.declaration import (
    ADDRESS_MAX,
    Cleaning,
    Contaminated,
    Declared,
    NotDecontaminated,
    Sender,
    document,
    said_faults,
)
from equipment.repairs.job_form import NAME_MAX, RepairJob, Words
from equipment.repairs.jobs import Write, earlier, keep, lock_open
from equipment.staff.roles import Caller, check_may
from equipment.washing.programmes import METHOD_WORDS
from labels.document import drawn

_SEND: Final = "repair trip"
_BACK: Final = "repair trip back"
_YEARS_AHEAD: Final = 2


class NewTrip(msgspec.Struct, frozen=True):
    """To whom an item goes, until when, and what is declared of it by whom."""

    id: UUID
    repairer: Words
    address: Annotated[str, Meta(min_length=1, max_length=ADDRESS_MAX)]
    due_back: date
    declared_by: Words
    position: Words
    contaminated: Contaminated = "no"
    hazards: Annotated[str, Meta(min_length=1, max_length=500)] | None = None
    not_decontaminated: NotDecontaminated | None = None


class CameBack(msgspec.Struct, frozen=True):
    """That an item is back from its repairer, mended or not."""

    id: UUID


async def send(caller: Caller, job: UUID, new: NewTrip, sender: Sender, now: datetime) -> RepairJob:
    """Send what a job is about to a repairer; the declaration is kept as a file of the item.

    A repeat of its id does nothing more. Wrong where a field is, Missing where there is no such
    job. Refused `repair-job-ended`, `with-repairer`, `not-decontaminated`, `item-changed`.
    """
    check_may(caller, "send to repairers")
    write = Write(_SEND, new.id, caller, content_hash([job, new]))
    async with transaction():
        if (first := await earlier(write)) is not None:
            return first
    if faults := list(_faults(new, london_day(now))):
        raise Wrong(faults)
    said = await _declared(caller, job, new, sender, now)
    # Drawn before anything is locked.
    sheet = b"" if said is None else await asyncio.to_thread(drawn, document(said, new.id))
    async with transaction():
        if (first := await earlier(write)) is not None:
            return first
        await _send(caller, job, new, said, sheet, now)
        return await keep(write, job, now)


def _faults(new: NewTrip, today: date) -> list[Fault]:
    faults = [
        fault
        for name, most in (("repairer", NAME_MAX), ("address", ADDRESS_MAX),
                           ("declared_by", NAME_MAX), ("position", NAME_MAX))
        for fault in text_faults(name, getattr(new, name), most)
    ]  # fmt: skip
    faults += said_faults(new.contaminated, new.hazards, new.not_decontaminated)
    if new.due_back < today:
        faults.append(Fault("due_back", "This day is over."))
    if new.due_back.year > today.year + _YEARS_AHEAD:
        faults.append(Fault("due_back", "Is too far ahead."))
    return faults


async def _declared(
    caller: Caller, job: UUID, new: NewTrip, sender: Sender, now: datetime
) -> Declared | None:
    """What is to be declared as things stand; None of what was sent before, or has ended."""
    row = await fetch_one(_EQUIPMENT, job)
    if row is None:
        raise Missing("repair-job-not-found", "There is no such job.")
    if row["ended_at"] is not None:
        return None
    fields: dict[str, Any] = {name: row[name] for name in _OF_ITEM}
    return Declared(
        sender=sender,
        repairer=one_line(new.repairer),
        address=new.address.strip(),
        contaminated=new.contaminated,
        hazards=new.hazards,
        cleaning=await _cleaning(row["key"]),
        not_decontaminated=new.not_decontaminated,
        declared_by=f"{one_line(new.declared_by)} ({caller.username})",
        position=one_line(new.position),
        declared_at=now,
        **fields,
    )


_OF_ITEM: Final = ("depot", "item", "name", "sku", "serial", "batch", "fault")
_EQUIPMENT: Final = """
select i.id as key, j.ended_at, j.fault, i.code as item, p.name, i.sku, i.serial, i.batch,
    coalesce(d.name || ', ' || d.postcode, '') as depot
from repair_jobs j join items i on i.id = j.item join products p on p.sku = i.sku
left join depots d on d.code = i.last_depot where j.id = $1
"""


async def _cleaning(item: int) -> Cleaning | None:
    """Its newest cleaning, if it was not used since."""
    row = await fetch_one(_CLEANED, item)
    if row is None:
        return None
    machine = (METHOD_WORDS.get(row["method"], ""), row["machine"], row["cycle"], row["batch"])
    load = ", ".join(each for each in machine if each)
    return Cleaning(row["id"], load or row["note"] or "Cleaned", row["actor"], row["occurred_at"])


# Of one item: by its own index.
_CLEANED: Final = """
select m.id, m.actor, m.occurred_at, m.details ->> 'note' as note, l.method, l.machine, l.cycle,
    l.batch
from movements m left join washed_items w on w.movement = m.id
    left join wash_loads l on l.id = w.load
where m.item = $1 and m.action = 'clean'
    and not exists (select from receipts r where r.id = m.id and r.kind = 'undo')
    and m.seq > coalesce((select max(u.seq) from movements u where u.item = $1
        and u.action in ('deliver', 'collect', 'return', 'find', 'withdraw')), 0)
order by m.seq desc limit 1
"""


async def _send(  # noqa: PLR0913, PLR0917 - the trip, what goes with it, and who sends it when
    caller: Caller, job: UUID, new: NewTrip, said: Declared | None, sheet: bytes, now: datetime
) -> None:
    found = await lock_open(caller, job)
    if found["place"] == "outside":
        raise Refused("with-repairer", "This item is with a repairer already.")
    if said is None or await _cleaning(found["item"]) != said.cleaning:
        raise Refused("item-changed", "Somebody scanned this item just now: look again.")
    if said.cleaning is None and said.not_decontaminated is None:
        words = (
            "This item was not decontaminated since it was used. Clean it, or say why it goes"
            " as it is, what protects whoever handles it, and who agreed."
        )
        raise Refused("not-decontaminated", words)
    name = f"Declaration of contamination status, {said.repairer}"[:FILE_NAME_MAX]
    file = uuid5(new.id, "declaration")
    await keep_document(caller, found["item"], file, name, sheet, now)
    told = msgspec.json.encode(said).decode()
    await execute(
        _SENT, new.id, job, said.repairer, said.address, new.due_back, now, caller.username,
        said.not_decontaminated is None, told, file,
    )  # fmt: skip
    await execute("update repair_jobs set place = 'outside' where id = $1", job)


_SENT: Final = """
insert into repair_trips (id, job, repairer, address, due_back, sent_at, sent_by, decontaminated,
    declaration, file) values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10)
"""


async def take_back(caller: Caller, job: UUID, new: CameBack, now: datetime) -> RepairJob:
    """Say that it is back, whatever was done; a repeat of its id does nothing more.

    Missing where there is no such job; Refused `repair-job-ended`, `not-with-repairer`.
    """
    check_may(caller, "repair")
    write = Write(_BACK, new.id, caller, content_hash([job, new]))
    async with transaction():
        if (first := await earlier(write)) is not None:
            return first
        found = await lock_open(caller, job)
        await _take_back(caller, job, found, now)
        return await keep(write, job, now)


async def _take_back(caller: Caller, job: UUID, found: asyncpg.Record, now: datetime) -> None:
    if found["place"] != "outside":
        raise Refused("not-with-repairer", "This item is not with a repairer.")
    await execute(_CAME_BACK, job, now, caller.username)
    place = "home" if found["state"] == "on_loan" else "depot"
    await execute("update repair_jobs set place = $2 where id = $1", job, place)


_CAME_BACK: Final = """
update repair_trips set back_at = $2, back_by = $3 where job = $1 and back_at is null
"""
