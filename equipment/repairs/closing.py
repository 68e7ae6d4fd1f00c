"""The end of a job of repair: what was done, with which parts, in the scan that says so."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from budget.database import execute, fetch_one, insert, transaction
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import text_faults
from equipment.clerk import Result
from equipment.content import canonical, content_hash, hash_of
from equipment.repairs.job_form import (
    DONE_MAX,
    NAME_MAX,
    Closing,
    JobPart,
    RepairJob,
    part_faults,
)
from equipment.repairs.jobs import Write, earlier, in_warranty, keep, lock_open
from equipment.repairs.spare_parts import priced, total_pence
from equipment.scans import record_with
from equipment.staff.roles import Caller, check_may

_CLOSE: Final = "repair closing"


async def close(caller: Caller, job: UUID, new: Closing, now: datetime) -> RepairJob:
    """End a job: what is mended is scanned so, in the same transaction. A repeat does nothing more.

    Wrong where a field is, Missing where there is no such job. Refused `repair-job-ended`,
    `item-in-repair` for calling off what waits at the depot, `id-reused`, or as the scan is.
    """
    check_may(caller, "repair")
    if faults := list(_faults(new)):
        raise Wrong(faults)
    write = Write(_CLOSE, new.id, caller, content_hash([job, new]))
    if new.outcome == "called_off":
        return await _call_off(write, job, new, now)
    return await _mend(write, job, new, now)


def _faults(new: Closing) -> list[Fault]:
    faults = [
        *text_faults("done", new.done, DONE_MAX),
        *text_faults("mended_by", new.mended_by, NAME_MAX),
        *part_faults(list(new.parts)),
    ]
    if new.outcome == "called_off" and (new.parts or new.minutes or new.mended_by):
        faults.append(Fault("outcome", "What was called off took no minutes and no parts."))
    return faults


async def _call_off(write: Write, job: UUID, new: Closing, now: datetime) -> RepairJob:
    by = write.caller
    async with transaction():
        if (first := await earlier(write)) is not None:
            return first
        found = await lock_open(by, job)
        if found["state"] == "in_repair":
            words = "This item is in repair: it is mended, or scrapped, not called off."
            raise Refused("item-in-repair", words)
        await execute(_CALL_OFF, job, now, by.username, new.done)
        await execute(_BACK, job, now, by.username)
        return await keep(write, job, now)


_CALL_OFF: Final = """
update repair_jobs set outcome = 'called_off', ended_at = $2, ended_by = $3, done = $4
where id = $1
"""
_BACK: Final = """
update repair_trips set back_at = $2, back_by = $3 where job = $1 and back_at is null
"""


async def _mend(write: Write, job: UUID, new: Closing, now: datetime) -> RepairJob:
    async with transaction():
        if (first := await earlier(write)) is not None:
            return first
        found = await _job(job)
    covered = in_warranty(found["warranty_until"], found["opened_at"])
    parts = await priced(list(new.parts), in_warranty=covered)
    scan = _scan(found["code"], new, parts, covered)
    kept: list[RepairJob] = []

    async def also(results: Sequence[Result]) -> None:
        # Sent twice at once, the second comes here with the first one's scan.
        if (first := await earlier(write)) is not None:
            kept.append(first)
            return
        [result] = results
        if result.refusal is not None:
            raise result.refusal
        await _keep(job, new, parts, covered)
        kept.append(await keep(write, job, now))

    await record_with([scan], write.caller, now, also)
    return kept[-1]


async def _job(job: UUID) -> asyncpg.Record:
    row = await fetch_one(_FOUND, job)
    if row is None:
        raise Missing("repair-job-not-found", "There is no such job.")
    if row["ended_at"] is not None:
        raise Refused("repair-job-ended", "This job has ended.")
    return row


_FOUND: Final = """
select i.code, j.ended_at, j.opened_at, j.warranty_until
from repair_jobs j join items i on i.id = j.item where j.id = $1
"""


def _scan(code: str, new: Closing, parts: Sequence[JobPart], covered: bool) -> dict[str, Any]:  # noqa: FBT001 - private
    """The repair as a scan: what is charged of it, and the same one however often it is sent."""
    return {
        "id": str(new.id),
        "item": code,
        "action": "repair",
        "occurred_at": new.occurred_at.isoformat(),
        "minutes": 0 if covered else new.minutes,
        "parts_pence": total_pence(parts),
        "closing": hash_of(canonical(new)).hex(),
    }


async def _keep(
    job: UUID,
    new: Closing,
    parts: Sequence[JobPart],
    covered: bool,  # noqa: FBT001 - private
) -> None:
    """What the scan has ended, with what was done: refused where it ended another one."""
    row = await fetch_one(_KEEP, job, new.id, new.done, new.mended_by, covered, new.minutes)
    if row is None:
        raise Refused("repair-job-ended", "This job has ended.")
    if in_warranty(row["until"], row["opened_at"]) != covered:
        words = "Somebody changed the warranty of this job just now: look again, and repeat."
        raise Refused("repair-job-changed", words)
    rows = [(job, new.id, p.part, p.name, p.quantity, p.price_pence, p.cost_pence) for p in parts]
    await insert("repair_job_parts", _COLUMNS, rows)


# The scan has the item locked, and with it the job.
_KEEP: Final = """
update repair_jobs set done = $3, mended_by = $4, in_warranty = $5, minutes = $6
where id = $1 and ended_movement = $2 returning warranty_until as until, opened_at
"""
_COLUMNS: Final = {
    "job": "uuid",
    "movement": "uuid",
    "part": "varchar",
    "name": "varchar",
    "quantity": "integer",
    "price_pence": "bigint",
    "cost_pence": "bigint",
}
