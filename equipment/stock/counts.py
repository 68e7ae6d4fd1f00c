"""Counts of stock: opened for a place, filled by scanning, compared with the record.

Nothing that is found changes an item: differences are settled by somebody who did not count, as
movements (equipment/stock/settling.py).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from budget.changes import record
from budget.database import execute, fetch, fetch_one, insert, transaction
from budget.narrowing import narrowed
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import sought, text_faults
from budget.years import london_day
from equipment import receipts
from equipment.content import content_hash
from equipment.naming import items_named
from equipment.places import unusable
from equipment.staff.roles import Caller, check_may
from equipment.stock.comparing import compare
from equipment.stock.count_form import (
    REASON_MAX,
    Count,
    Counted,
    Difference,
    NewCount,
    Status,
)

_RECEIPT: Final = "count"


async def open_count(caller: Caller, new: NewCount, now: datetime) -> Count:
    """Begin a count; a repeat of its id changes nothing.

    Wrong where there is no such place; Refused `exists` while the same place is being counted,
    `id-reused`.
    """
    check_may(caller, "count stock")
    content = content_hash(new)
    try:
        async with transaction():
            if await receipts.earlier(_RECEIPT, new.id, caller, content) is None:
                await _check_place(new, london_day(now))
                await execute(_OPEN, new.id, new.depot, new.bay, now, caller.username)
                await record(caller.username, "count opened", str(new.id), new)
                await receipts.keep(_RECEIPT, new.id, caller, content, "", now)
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name != "stock_counts_open":
            raise
        raise Refused("exists", "This place is being counted already.") from error
    return await look_up(caller, new.id)


_OPEN: Final = """
insert into stock_counts (id, depot, bay, opened_at, opened_by) values ($1, $2, $3, $4, $5)
"""


async def _check_place(new: NewCount, today: date) -> None:
    if faults := await unusable(new.depot, today):
        raise Wrong(faults)
    if new.bay is not None and not await fetch(_BAY, sought(new.bay), new.depot):
        raise Wrong([Fault("bay", "This depot has no such bay.")])


_BAY: Final = "select from bays where code = $1 and depot = $2"


async def scan(caller: Caller, count: UUID, labels: Sequence[str], now: datetime) -> list[Counted]:
    """Count what was scanned, each label by itself; the same item twice is one.

    Missing where there is no such count, Refused `count-closed` where it is not open any more.
    """
    check_may(caller, "count stock")
    named = await items_named(labels)
    async with transaction():
        held = await _held(count)
        if held["status"] != "open":
            raise Refused("count-closed", "This count is over: what is scanned now is not in it.")
        ids = list(dict.fromkeys(named[label] for label in labels if label in named))
        codes = {row["id"]: row["code"] for row in await fetch(_CODES, ids)}
        rows = await fetch(_COUNTED, count, ids, now, caller.username)
        await execute(_SO_FAR, count, sum(row["is_first"] for row in rows))
    fresh = {row["item"] for row in rows}
    return [_told(label, named.get(label), codes, fresh) for label in labels]


def _told(label: str, item: int | None, codes: dict[int, str], fresh: set[int]) -> Counted:
    """What became of a label; the first that names an item of those that are new counts it."""
    if item is None:
        return Counted(label, "refused", None, "unknown-item")
    if item not in fresh:
        return Counted(label, "repeat", codes[item])
    fresh.discard(item)
    return Counted(label, "counted", codes[item])


_CODES: Final = "select id, code from items where id = any($1::bigint[])"
# Scanned once more after something was recorded of it, it is looked at anew.
_COUNTED: Final = """
with seen as (
    select id, newest_movement, updated_at, not exists (select from counted_items s
        where s.count = $1 and s.item = items.id) as is_first
    from items where id = any($2::bigint[])
), counted as (
    insert into counted_items (count, item, newest_movement, recorded_at, scanned_at, scanned_by)
    select $1, id, newest_movement, updated_at, $3, $4 from seen order by id
    on conflict (count, item, newest_movement) do nothing returning item
)
select counted.item, seen.is_first from counted join seen on seen.id = counted.item
"""
_SO_FAR: Final = "update stock_counts set scanned = scanned + $2 where id = $1"


async def close(caller: Caller, count: UUID, now: datetime) -> Count:
    """Compare what was counted with the record; without a difference it is settled.

    Once more, it changes nothing. Missing; Refused `count-cancelled`.
    """
    check_may(caller, "count stock")
    async with transaction():
        held = await _held(count)
        if held["status"] == "cancelled":
            raise Refused("count-cancelled", "This count was called off.")
        if held["status"] == "open":
            told = await compare(count, held["depot"], held["bay"], held["opened_at"])
            rows = [(count, *each) for each in (*told.rows, *told.away)]
            await insert("count_differences", _COLUMNS, rows)
            status = "compared" if told.rows else "settled"
            await execute(
                _COMPARED, count, status, now, caller.username, told.expected, told.found,
                len(told.rows), len(told.away),
            )  # fmt: skip
        return await _found(count)


_COLUMNS: Final = {
    "count": "uuid",
    "item": "bigint",
    "kind": "varchar",
    "newest_movement": "uuid",
    "recorded_at": "timestamptz",
    "state": "varchar",
    "depot": "varchar",
    "action": "varchar",
    "outcome": "varchar",
    "note": "varchar",
}
_COMPARED: Final = """
update stock_counts set status = $2, compared_at = $3, compared_by = $4, expected = $5, found = $6,
    differences = $7, away = $8
where id = $1
"""


async def call_off(caller: Caller, count: UUID, reason: str, now: datetime) -> Count:
    """Call off a count that nothing was decided of. Once more, it changes nothing.

    Missing; Refused `count-settled`; Wrong where the reason is no words.
    """
    check_may(caller, "count stock")
    if faults := list(text_faults("reason", reason, REASON_MAX)):
        raise Wrong(faults)
    async with transaction():
        held = await _held(count)
        if held["status"] == "settled":
            raise Refused("count-settled", "This count has been settled already.")
        if held["status"] != "cancelled":
            await execute(_CALL_OFF, count, now, caller.username, reason)
            await record(caller.username, "count called off", str(count), {"reason": reason})
        return await _found(count)


_CALL_OFF: Final = """
update stock_counts set status = 'cancelled', decided_at = $2, decided_by = $3, reason = $4
where id = $1
"""


async def _held(count: UUID) -> asyncpg.Record:
    row = await fetch_one(_HELD, count)
    if row is None:
        raise _missing()
    return row


_HELD: Final = "select depot, bay, status, opened_at from stock_counts where id = $1 for update"


def _missing() -> Missing:
    return Missing("count-not-found", "There is no such count.")


async def look_up(caller: Caller, count: UUID) -> Count:
    """One count, or Missing."""
    check_may(caller, "read counts")
    return await _found(count)


async def _found(count: UUID) -> Count:
    row = await fetch_one(_COUNTS + " where c.id = $1", count)
    if row is None:
        raise _missing()
    return Count(**row)


async def listed(
    caller: Caller, status: Status | None, depot: str | None, *, after: int, limit: int
) -> list[Count]:
    """Counts after a sequence number, oldest first."""
    check_may(caller, "read counts")
    place = None if depot is None else sought(depot)
    conditions = {"c.seq > {}": after, "c.status = {}": status, "c.depot = {}": place}
    sql, values = narrowed(_COUNTS + " where {where} order by c.seq limit $1", conditions, limit)
    return [Count(**row) for row in await fetch(sql, *values)]


_NAMES: Final = {
    "depot_name": "(select name from depots d where d.code = c.depot) as depot_name",
    "bay_name": "(select name from bays b where b.code = c.bay) as bay_name",
}
_COLUMNS_SHOWN: Final = ", ".join(_NAMES.get(name, name) for name in Count.__struct_fields__)
_COUNTS: Final = f"select {_COLUMNS_SHOWN} from stock_counts c"  # noqa: S608 - column names from code


async def differences(
    caller: Caller, count: UUID, *, after: int, limit: int
) -> list[tuple[int, Difference]]:
    """What differs at a count, each with its key; what is missing first, as it was written."""
    check_may(caller, "read counts")
    await look_up(caller, count)
    rows = await fetch(_DIFFERENCES, count, after, limit)
    return [(row["id"], _difference(row)) for row in rows]


_DIFFERENCES: Final = """
select d.id, i.code as item, i.sku, p.name, d.kind, d.state, d.depot,
    (select name from depots where code = d.depot) as depot_name, d.action, d.outcome, d.movement,
    d.note
from count_differences d join items i on i.id = d.item join products p on p.sku = i.sku
where d.count = $1 and d.id > $2 order by d.id limit $3
"""


def _difference(row: asyncpg.Record) -> Difference:
    return Difference(**{name: row[name] for name in Difference.__struct_fields__})


async def waiting(caller: Caller) -> int:
    """How many counts wait for somebody to settle their differences."""
    check_may(caller, "read counts")
    row = await fetch_one("select count(*) as many from stock_counts where status = 'compared'")
    assert row is not None
    return int(row["many"])
