"""The differences of a count settled: by somebody who did not count, as ordinary movements.

Each goes through the lifecycle as any scan does. What moved since it was compared is left alone:
then the record is newer than the count.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

import asyncpg

from budget.changes import record as record_change
from budget.database import execute, fetch, fetch_one, transaction
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import text_faults
from equipment.cases import Finding, raise_cases
from equipment.clerk import Result
from equipment.content import hash_of
from equipment.naming import items_named
from equipment.scans import record_with
from equipment.staff.roles import Caller, check_may
from equipment.stock.count_form import REASON_MAX, Count, Decision
from equipment.stock.counts import look_up

# Each time that something moves between the look and the lock, it is looked at once more.
_LOOKS: Final = 5
_WORDS: Final = {
    "missing": "Not found at stock count {}.",
    "lost": "Found at stock count {}.",
    "out": "Found in the store at stock count {}.",
    "elsewhere": "Found at stock count {}.",
    "wrong_side": "Found among dirty things at stock count {}.",
}
_CASES: Final = {
    "back": (
        "Found at stock count {seq} in {depot}, but on record it is with a repairer: say on its job"
        " that it is back."
    ),
    "gone": "Found at stock count {seq} in {depot}, but on record it is gone for good.",
    "wrong_side": "Found on the wrong side at stock count {seq} in {depot}: dirty and clean met.",
    "elsewhere": "Found at stock count {seq} in {depot}; it is set aside and cannot be moved.",
}


class _Work(NamedTuple):
    """The differences, and which of them are left alone: declined, or moved since."""

    pending: Sequence[asyncpg.Record]
    declined: Collection[int]
    moved: Collection[int]

    def approved(self) -> list[asyncpg.Record]:
        """Those that are recorded."""
        left = {*self.declined, *self.moved}
        return [row for row in self.pending if row["item"] not in left]


class _MovedError(Exception):
    """Items that moved between the look and the lock."""

    def __init__(self, items: Collection[int]) -> None:
        super().__init__(items)
        self.items = items


async def settle(caller: Caller, count: UUID, told: Decision, now: datetime) -> Count:
    """Decide on what differs; the same decision once more changes nothing.

    Missing; Refused `own-count` for whoever opened it, scanned or compared, `count-not-compared`,
    `count-settled`; Wrong where the reason is no words, or an exception is none of its items.
    """
    check_may(caller, "settle counts")
    if faults := list(text_faults("reason", told.reason, REASON_MAX)):
        raise Wrong(faults)
    held = await _count(count)
    if held["status"] == "settled" and held["decided_by"] == caller.username:
        return await look_up(caller, count)
    _check_decides(caller, held)
    pending = await fetch(_PENDING, count)
    declined = await _declined(told, pending)
    moved: set[int] = set(await _moved(count, []))
    for _ in range(_LOOKS):
        try:
            await _settle(caller, held, told, _Work(pending, declined, moved - declined), now)
        except _MovedError as error:
            moved |= set(error.items)
            continue
        return await look_up(caller, count)
    raise Refused("count-busy", "These items are being moved just now. Try again in a moment.")


async def _count(count: UUID) -> asyncpg.Record:
    row = await fetch_one(_COUNT, count)
    if row is None:
        raise Missing("count-not-found", "There is no such count.")
    return row


_COUNT: Final = """
select id, seq, depot, bay, status, compared_at, decided_by,
    (select name from depots d where d.code = c.depot) as depot_name, array(
    select opened_by union select compared_by
    union select scanned_by from counted_items s where s.count = c.id) as counters
from stock_counts c where id = $1
"""


def _check_decides(caller: Caller, held: asyncpg.Record) -> None:
    if held["status"] == "settled":
        words = f"{held['decided_by'] or 'Nobody'} had to settle this count, and it is settled."
        raise Refused("count-settled", words)
    if held["status"] != "compared":
        raise Refused("count-not-compared", "This count has not been compared with the record.")
    if caller.username in held["counters"]:
        raise Refused("own-count", "You have counted this yourself: somebody else decides.")


async def _declined(told: Decision, pending: Sequence[asyncpg.Record]) -> set[int]:
    """The items whose differences are not recorded."""
    every = {row["item"] for row in pending}
    if not told.approve:
        return every
    named = await items_named(told.but)
    if unknown := [n for n, text in enumerate(told.but) if named.get(text) not in every]:
        words = "Is none of this count's differences."
        raise Wrong([Fault(f"but[{n}]", words) for n in unknown])
    return set(named.values())


_PENDING: Final = """
select d.item, i.code, d.kind, d.action from count_differences d join items i on i.id = d.item
where d.count = $1 and d.outcome is null order by d.id
"""


async def _moved(count: UUID, own: Sequence[UUID]) -> list[int]:
    """Which of a count's differences have movements since it was compared, but for our own."""
    return [row["item"] for row in await fetch(_MOVED, count, own)]


_MOVED: Final = """
select d.item from count_differences d
where d.count = $1 and d.outcome is null and exists (
    select from movements m where m.item = d.item and m.recorded_at >= d.recorded_at
        and m.id <> all($2::uuid[]) and m.seq > (select seq from movements b
            where b.item = d.item and b.recorded_at = d.recorded_at and b.id = d.newest_movement))
"""


async def _settle(
    caller: Caller, held: asyncpg.Record, told: Decision, work: _Work, now: datetime
) -> None:
    """Record what is approved and keep what came of each, all in one transaction."""
    approved = work.approved()
    scanned = [row for row in approved if row["action"] is not None]
    scans = [_scan(held, row, now) for row in scanned]

    async def also(results: Sequence[Result]) -> None:
        own = [UUID(scan["id"]) for scan in scans]
        fresh = set(await _moved(held["id"], own)) & {row["item"] for row in approved}
        if fresh:
            raise _MovedError(fresh)
        await _keep(caller, held, told, now)
        outcomes = zip(scanned, results, strict=True)
        await _mark([(row["item"], *_came(result)) for row, result in outcomes], held["id"])
        await _raise(caller, held, [row for row in approved if row["action"] is None], now)
        await execute(_REST, held["id"], list(work.moved))

    if scans:
        await record_with(scans, caller, now, also)
        return
    async with transaction():
        await also([])


def _scan(held: asyncpg.Record, row: asyncpg.Record, now: datetime) -> dict[str, Any]:
    """The movement that says what was found; the same scan however often it is tried."""
    scan: dict[str, Any] = {
        "id": str(uuid5(held["id"], str(row["item"]))),
        "item": row["code"],
        "action": row["action"],
        "occurred_at": min(held["compared_at"], now).isoformat(),
        "reason": _WORDS[row["kind"]].format(held["seq"]),
        "depot": held["depot"],
        # A refused scan from a device leaves a case.
        "device": f"count {held['seq']}",
        "stock_count": str(held["id"]),
    }
    if held["bay"] is not None and row["action"] in _INTO_BAY:
        scan["bay"] = held["bay"]
    return scan


_INTO_BAY: Final = frozenset({"move", "find", "return"})


def _came(result: Result) -> tuple[str, UUID | None, str | None]:
    """The outcome of a scan, its movement, and why it was refused."""
    if result.refusal is not None:
        return "refused", None, result.refusal.detail[:REASON_MAX]
    return "recorded", UUID(result.id or ""), None


async def _keep(caller: Caller, held: asyncpg.Record, told: Decision, now: datetime) -> None:
    """Settle the count, unless somebody else has meanwhile."""
    kept = await fetch_one(_SETTLE, held["id"], now, caller.username, told.reason)
    if kept is None:
        raise Refused("count-settled", "Somebody else has settled this count meanwhile.")
    await record_change(caller.username, "count settled", str(held["id"]), told)


_SETTLE: Final = """
update stock_counts set status = 'settled', decided_at = $2, decided_by = $3, reason = $4
where id = $1 and status = 'compared' returning id
"""


async def _mark(outcomes: Sequence[tuple[int, str, UUID | None, str | None]], count: UUID) -> None:
    columns = list(zip(*outcomes, strict=True)) or [(), (), (), ()]
    await execute(_MARK, count, *(list(values) for values in columns))


_MARK: Final = """
update count_differences d set outcome = t.outcome, movement = t.movement, note = t.note
from unnest($2::bigint[], $3::varchar[], $4::uuid[], $5::varchar[])
    as t (item, outcome, movement, note)
where d.count = $1 and d.item = t.item
"""


async def _raise(
    caller: Caller, held: asyncpg.Record, rows: Sequence[asyncpg.Record], now: datetime
) -> None:
    """A case for each that no scan can settle."""
    findings = [
        Finding(
            kind="stock-count",
            item=row["item"],
            scan=None,
            detail=_CASES[row["kind"]].format(seq=held["seq"], depot=held["depot_name"]),
            content={"stock_count": str(held["id"])},
            fault=hash_of({"stock_count": str(held["id"]), "item": row["item"]}),
            raised_by=caller.username,
        )
        for row in rows
    ]
    await raise_cases(findings, now)
    await _mark([(row["item"], "case", None, None) for row in rows], held["id"])


# Those that nothing came of: declined, or moved since.
_REST: Final = """
update count_differences set outcome = case when item = any($2::bigint[]) then 'moved'
    else 'declined' end
where count = $1 and outcome is null
"""
