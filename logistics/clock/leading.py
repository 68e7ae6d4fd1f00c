"""One process leads, and does the jobs that have a time; another, seconds after it dies.

The leader holds an advisory lock on a connection of its own, which PostgreSQL lets go when the
process is killed. That alone would let a quick job be done twice, while one leader takes over from
another: each slot has a row, written before its work begins (docs/adr/0023-jobs.md).
"""

import asyncio
import logging
import os
import socket
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import uuid4

import asyncpg
import msgspec

from budget.database import connect_apart, execute, fetch, fetch_one
from budget.refusals import Missing, Refusal
from equipment.staff.roles import SYSTEM, Caller, check_may
from logistics.clock.jobs import JOBS, Job, next_slot, slot_of
from logistics.rounds.depot_days import Ways

_KEY: Final = 0x4B49_544C  # "KITL"
_RUNS_SHOWN: Final = 5
_DETAIL_MAX: Final = 500
_WHO: Final = f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid4().hex[:8]}"
_log = logging.getLogger("kitback.clock")


class Run(msgspec.Struct, frozen=True):
    """When a slot of a job was done, how long it took, and what came of it."""

    slot: datetime
    begun_at: datetime
    ended_at: datetime | None
    seconds: float | None
    failed: bool
    detail: str | None
    asked_by: str
    leader: str


class ShownJob(msgspec.Struct, frozen=True):
    """A job, when it is done next, and its newest runs."""

    name: str
    does: str
    next_at: datetime
    runs: list[Run]


class Leader:
    """A process that leads if no other does. `jobs` and `ways` are what it does and by what."""

    def __init__(self, ways: Ways, jobs: Mapping[str, Job] = JOBS, name: str = _WHO) -> None:
        self.ways = ways
        self.jobs = jobs
        self.name = name
        self.connection: asyncpg.Connection[asyncpg.Record] | None = None
        self.working: asyncio.Task[None] | None = None
        self.stopped = False

    async def tick(self, now: datetime) -> bool:
        """Do what is due, if this process leads; whether it does."""
        if not await self._leads():
            return False
        await self._take_over(now)
        for name, job in self.jobs.items():
            slot = slot_of(job, now)
            if self.stopped:
                break
            row = await fetch_one(_BEGIN, name, slot, now, SYSTEM, self.name)
            if row is not None:
                await self._run(row["id"], job, now)
        return True

    async def _leads(self) -> bool:
        if self.connection is not None and not self.connection.is_closed():
            try:
                await self.connection.execute("select 1", timeout=5)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self.end()
            else:
                return True
        connection = await connect_apart()
        if await connection.fetchval("select pg_try_advisory_lock($1)", _KEY):
            self.connection = connection
            return True
        await connection.close()
        return False

    async def end(self) -> None:
        """Lead no more: another may at once."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.terminate()

    async def _take_over(self, now: datetime) -> None:
        """Do once more what another leader had begun when it was cut off; but only once more."""
        for row in await fetch(_TAKE_OVER, self.name, now, list(self.jobs)):
            await self._run(row["id"], self.jobs[row["job"]], now)
        await execute(_GIVE_UP, self.name, now, list(self.jobs))

    async def _run(self, number: int, job: Job, now: datetime) -> None:
        self.working = asyncio.create_task(run_slot(number, job, now, self.ways))
        try:
            await self.working
        except asyncio.CancelledError:
            if not self.stopped:
                raise
        finally:
            self.working = None

    def stop(self) -> None:
        """Begin nothing more, and leave what is under way to whoever leads next."""
        self.stopped = True
        if self.working is not None:
            self.working.cancel()


_BEGIN: Final = """
insert into job_runs (job, slot, begun_at, asked_by, leader) values ($1, $2, $3, $4, $5)
on conflict (job, slot) do nothing returning id
"""
_TAKE_OVER: Final = """
update job_runs set leader = $1, begun_at = $2::timestamptz, detail = 'Cut off, and begun again.'
where ended_at is null and leader <> $1 and detail is null and asked_by = 'system'
    and job = any($3::varchar[])
returning id, job
"""
_GIVE_UP: Final = """
update job_runs set ended_at = $2::timestamptz, failed = true, detail = 'Cut off.'
where ended_at is null and leader <> $1 and job = any($3::varchar[])
    and begun_at < $2::timestamptz - interval '1 hour'
"""


async def run_slot(number: int, job: Job, now: datetime, ways: Ways) -> None:
    """Do a slot's work, whose row is there; what goes wrong is on record, and ends nothing else."""
    try:
        detail, failed = await job.work(now, ways), False
    except Refusal as refusal:
        detail, failed = refusal.detail, True
    except Exception as error:  # noqa: BLE001 - the edge: nobody is above it
        _log.exception("A job failed")
        detail, failed = f"{type(error).__name__}: see the log.", True
    await execute(_END, number, failed, detail[:_DETAIL_MAX])


_END: Final = """
update job_runs set ended_at = greatest(clock_timestamp(), begun_at), failed = $2, detail = $3
where id = $1
"""


async def run_now(caller: Caller, name: str, ways: Ways, now: datetime) -> Run:
    """Do a job at once, whoever leads; how it went. Missing where there is none of that name."""
    check_may(caller, "run jobs")
    job = JOBS.get(name)
    if job is None:
        raise Missing("job-not-found", "There is no such job.")
    row = await fetch_one(_BEGIN, name, now, now, caller.username, _WHO)
    if row is not None:
        await run_slot(row["id"], job, now, ways)
    shown = await fetch_one(_RUNS + " where r.job = $1 and r.slot = $2", name, now)
    assert shown is not None
    return _run(shown)


async def listed(caller: Caller, now: datetime) -> list[ShownJob]:
    """The jobs, each with its newest runs."""
    check_may(caller, "read jobs")
    rows = await fetch(_NEWEST, list(JOBS), _RUNS_SHOWN)
    return [
        ShownJob(
            name=name,
            does=job.does,
            next_at=next_slot(job, now),
            runs=[_run(row) for row in rows if row["job"] == name],
        )
        for name, job in JOBS.items()
    ]


_RUNS: Final = """
select r.id, r.job, r.slot, r.begun_at, r.ended_at, r.failed, r.detail, r.asked_by, r.leader
from job_runs r
"""
# By their slots, of which the one index is each job's own: by their ids, PostgreSQL would go
# through all that ever ran for a job that never did.
_NEWEST: Final = f"""
select each.* from unnest($1::varchar[]) wanted (name) cross join lateral (
    {_RUNS} where r.job = wanted.name order by r.slot desc limit $2) each
"""  # noqa: S608 - our own text


def _run(row: asyncpg.Record) -> Run:
    took = None if row["ended_at"] is None else (row["ended_at"] - row["begun_at"]).total_seconds()
    return Run(
        slot=row["slot"],
        begun_at=row["begun_at"],
        ended_at=row["ended_at"],
        seconds=took,
        failed=row["failed"],
        detail=row["detail"],
        asked_by=row["asked_by"],
        leader=row["leader"],
    )
