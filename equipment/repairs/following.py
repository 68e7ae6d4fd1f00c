"""Jobs of repair follow the scans: what fails gets one, what is mended or gone has none.

A scan's job is written in the scan's own transaction, so that an item is in repair if and only if
a job is open that its failing opened. What is taken back takes its job along.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec

from budget.database import execute, insert
from equipment.journal import Movement
from equipment.standing import State

_OUTCOMES: Final = {
    "fail": "came_in",
    "repair": "mended",
    "scrap": "scrapped",
    "lose": "lost",
    "hand_back": "handed_back",
}
CONCERNED: Final = frozenset(_OUTCOMES) | {"undo"}
"""The actions with which a job may begin or end."""
_FAULT_MAX: Final = 500


class _Said(msgspec.Struct, frozen=True):
    """What a scan of a repair says of what it took."""

    minutes: int | None = None
    parts_pence: int | None = None


async def follow(movements: Iterable[Movement], now: datetime) -> None:
    """Open, end and reopen jobs as these movements have it, in their transaction."""
    for wave in _waves(movements):
        await _take_back([each for each in wave if each.undoes is not None], now)
        await _end([each for each in wave if each.undoes is None], now)
        await _open([each for each in wave if each.standing.state is State.IN_REPAIR], now)


def _waves(movements: Iterable[Movement]) -> Iterator[list[Movement]]:
    """Those that concern jobs, so that no list has an item twice."""
    left = [each for each in movements if each.action in CONCERNED]
    while left:
        firsts = {each.item: each for each in reversed(left)}
        yield [each for each in left if firsts[each.item] is each]
        left = [each for each in left if firsts[each.item] is not each]


async def _take_back(undone: Sequence[Movement], now: datetime) -> None:
    if not undone:
        return
    targets = [each.undoes for each in undone]
    actors = [each.actor for each in undone]
    await execute(_UNOPEN, targets, actors, [each.id for each in undone], now)
    await execute(_REOPEN, targets)
    await execute(_FOR_NOTHING, targets)


_UNOPEN: Final = """
with told as (
    select * from unnest($1::uuid[], $2::varchar[], $3::uuid[]) told (target, actor, movement)
), ended as (
    update repair_jobs j set outcome = 'undone', ended_at = $4, ended_by = told.actor,
        ended_movement = told.movement
    from told where j.opened_movement = told.target and j.ended_at is null
    returning j.id, told.actor
)
update repair_trips t set back_at = $4, back_by = ended.actor
from ended where t.job = ended.id and t.back_at is null
"""
# What went to a repairer had come back by its end.
_REOPEN: Final = """
update repair_jobs j set outcome = null, ended_at = null, ended_by = null, ended_movement = null,
    mended_at = null, done = null, mended_by = null, in_warranty = false, minutes = null,
    parts_pence = null, place = case when place <> 'outside' then place
        when opened_movement is null then 'home' else 'depot' end
where j.ended_movement = any($1::uuid[]) and j.outcome <> 'undone'
    and not exists (select from repair_jobs o where o.item = j.item and o.ended_at is null)
"""
# Another was opened meanwhile: that one goes on.
_FOR_NOTHING: Final = """
update repair_jobs set outcome = 'undone' where ended_movement = any($1::uuid[])
"""


async def _end(done: Sequence[Movement], now: datetime) -> None:
    if not done:
        return
    rows = [(each.item, each.id, each.actor, _OUTCOMES[each.action], *_took(each)) for each in done]
    await execute(_END, *(list(values) for values in zip(*rows, strict=True)), now)


def _took(movement: Movement) -> tuple[int | None, int | None, datetime | None]:
    """Its minutes, what was paid for its parts, and when it was; of a repair only."""
    if movement.action != "repair":
        return None, None, None
    said = msgspec.json.decode(movement.details, type=_Said)
    return said.minutes or 0, said.parts_pence or 0, movement.occurred_at


_END: Final = """
with told as (
    select * from unnest($1::bigint[], $2::uuid[], $3::varchar[], $4::varchar[], $5::integer[],
        $6::bigint[], $7::timestamptz[])
        told (item, movement, actor, outcome, minutes, parts_pence, mended_at)
), ended as (
    update repair_jobs j set outcome = told.outcome, ended_at = $8, ended_by = told.actor,
        ended_movement = told.movement, minutes = told.minutes, parts_pence = told.parts_pence,
        mended_at = told.mended_at
    from told where j.item = told.item and j.ended_at is null
    returning j.id, told.actor
)
update repair_trips t set back_at = $8, back_by = ended.actor
from ended where t.job = ended.id and t.back_at is null
"""


async def _open(failed: Sequence[Movement], now: datetime) -> None:
    """One for each that has failed: an undo that leads back there has reopened its own."""
    rows = [
        (each.id, each.item, "depot", (each.reason or "")[:_FAULT_MAX] or "Not said", now,
         each.actor, each.id)
        for each in failed
        if each.action == "fail"
    ]  # fmt: skip
    if rows:
        await insert("repair_jobs", _COLUMNS, rows)


_COLUMNS: Final = {
    "id": "uuid",
    "item": "bigint",
    "place": "varchar",
    "fault": "varchar",
    "opened_at": "timestamptz",
    "opened_by": "varchar",
    "opened_movement": "uuid",
}
