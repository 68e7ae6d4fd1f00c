"""What was counted against what is on record, as of one moment.

While a count is on, the store works on: what somebody had in hand after it was scanned, or what
came after the count was opened, is no difference. What only the service itself notes of an item, a
promise or a recall's hold, says nothing of where it is. What is with a repairer is not missing:
it is noted with where it is, and nothing has to be decided about it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from budget.database import fetch
from equipment.contamination import contamination
from equipment.lifecycle import IN_DEPOT
from equipment.standing import State
from equipment.stock.count_form import Kind
from equipment.whereabouts import Named, read_whereabouts

_NOT_IN_HAND: Final = ("allocate", "deallocate", "hold", "release")
"""Actions that nobody needs the item for."""


class Differs(NamedTuple):
    """A difference, as its row is kept after the count's own key."""

    item: int
    kind: Kind
    newest_movement: UUID
    recorded_at: datetime
    state: str
    depot: str | None
    action: str | None
    outcome: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs, how many were to be there, and how many of these were found.

    `away` is what is with a repairer: on record here, and no difference.
    """

    rows: Sequence[Differs]
    away: Sequence[Differs]
    expected: int
    found: int


async def compare(count: UUID, depot: str, bay: str | None, opened_at: datetime) -> Compared:
    """Compare a count with the record, within the transaction that closes it."""
    rows = await fetch(
        _RECORDS, count, depot, opened_at, list(_NOT_IN_HAND), sorted(IN_DEPOT), bay is not None
    )
    bays = await _bays([row["bay"] for row in rows if row["bay"] is not None])
    side = await _side(bay)
    here = [row for row in rows if _is_here(row, depot, bay, bays)]
    found = [row for row in here if row["is_counted"]]
    absent = [row for row in here if not row["is_counted"]]
    away = [row for row in absent if row["repairer"] is not None]
    missing = [row for row in absent if row["repairer"] is None and not row["in_hand"]]
    counted = [row for row in rows if row["is_counted"] and not row["in_hand"]]
    standing = {row["id"] for row in here}
    told = [_differs(row, ("missing", "lose")) for row in missing]
    for row in counted:
        what = _wrong(row, is_here=row["id"] in standing, side=side)
        if what is not None:
            told.append(_differs(row, what))
    noted = [_differs(row, ("at_repairer", None), _whereabouts(row)) for row in away]
    return Compared(told, noted, len(found) + len(missing), len(found))


def _whereabouts(row: asyncpg.Record) -> str:
    since, until = (row[name].strftime("%-d %B %Y") for name in ("sent_on", "due_back"))
    return f"With {row['repairer']} since {since}, due back {until}."


# All that was counted, and all that is on record here: with what was recorded last of each, and
# whether somebody has had it in hand since it was scanned or, unscanned, since the count began.
_RECORDS: Final = """
with counted as (
    select distinct on (item) item, newest_movement, recorded_at, scanned_at from counted_items
    where count = $1 order by item, id desc
), trips as (
    -- Out now, or back since the count began: of these there are few.
    select j.item, t.repairer, t.sent_at, t.due_back, t.back_at
    from repair_trips t join repair_jobs j on j.id = t.job where t.back_at is null
    union all select j.item, t.repairer, t.sent_at, t.due_back, t.back_at
    from repair_trips t join repair_jobs j on j.id = t.job where t.back_at > $3
), concerned as (
    select item as id from counted
    union select id from items where depot = $2 and van is null and state = any($5::varchar[])
)
select i.id, i.newest_movement, i.updated_at, i.state, i.depot, c.item is not null as is_counted,
    case when c.item is null then i.id in (select item from trips where back_at is not null)
        or i.updated_at > $3 and exists (
            select from movements m where m.item = i.id and m.recorded_at > $3
                and m.action <> all($4::varchar[]))
    else i.newest_movement <> c.newest_movement and exists (
        select from movements m where m.item = i.id and m.recorded_at >= c.recorded_at
            and m.action <> all($4::varchar[]) and m.seq > (select seq from movements b
                where b.item = i.id and b.recorded_at = c.recorded_at and b.id = c.newest_movement))
    end as in_hand,
    case when $6 then (select m.details ->> 'bay' from movements m where m.item = i.id
        and m.recorded_at = i.updated_at and m.id = i.newest_movement) end as bay,
    out.repairer, (out.sent_at at time zone 'Europe/London')::date as sent_on, out.due_back,
    out.sent_at < c.scanned_at as was_sent
from concerned join items i using (id) left join counted c on c.item = i.id
    left join trips out on out.item = i.id and out.back_at is null
order by i.id
"""


async def _bays(texts: Sequence[str]) -> Mapping[str, str]:
    """The bays that scans have named, by what they called them."""
    named = {text: Named("bay", text) for text in set(texts)}
    known = await read_whereabouts(named.values())
    found = {text: known.code("bay", text) for text in named}
    return {text: code for text, code in found.items() if code is not None}


async def _side(bay: str | None) -> str | None:
    rows = await fetch("select kind from bays where code = $1", bay) if bay else []
    return rows[0]["kind"] if rows else None


def _is_here(row: asyncpg.Record, depot: str, bay: str | None, bays: Mapping[str, str]) -> bool:
    if row["depot"] != depot or row["state"] not in IN_DEPOT:
        return False
    return bay is None or bays.get(row["bay"]) == bay


def _wrong(
    row: asyncpg.Record, *, is_here: bool, side: str | None
) -> tuple[Kind, str | None] | None:
    """What is wrong with an item that was found, and what says so to the record; None if nothing.

    What is on the wrong side is carried over by whoever settles it: of clean stock among dirty
    things nobody knows any more that it is clean.
    """
    state = State(row["state"])
    if state in _GONE:
        return "gone", None
    if state not in IN_DEPOT:
        return ("lost", "find") if state is State.LOST else ("out", _COMES_BACK[state])
    if row["repairer"] is not None and row["was_sent"]:
        return "back", None
    found = contamination(state)
    if side in {"clean", "dirty"} and found not in {None, side}:
        return "wrong_side", "withdraw" if state in _FROM_SHELF and side == "dirty" else None
    if is_here:
        return None
    return "elsewhere", "move" if state is not State.ALLOCATED else None


_GONE: Final = frozenset({State.SCRAPPED, State.GIVEN, State.HANDED_BACK})
_FROM_SHELF: Final = frozenset({State.AVAILABLE, State.ALLOCATED})
_COMES_BACK: Final = {
    State.ON_LOAN: "return",
    State.COLLECTED: "return",
    State.LOADED: "unload",
}


def _differs(
    row: asyncpg.Record, what: tuple[Kind, str | None], note: str | None = None
) -> Differs:
    kind, action = what
    return Differs(
        item=row["id"],
        kind=kind,
        newest_movement=row["newest_movement"],
        recorded_at=row["updated_at"],
        state=row["state"],
        depot=row["depot"],
        action=action,
        outcome=None if note is None else "noted",
        note=note,
    )
