"""Queues: whoever waits for a product is served from the shelf, by due day.

Of one product only one at a time serves or makes wait (lock_queues()), so that no two promise one
item, and nobody comes to wait for what has just come back. Scans decided at a glance take no such
lock: the statement that writes them sees who waits (equipment/journal.py), and what slips in all
the same is mended by the clock. See docs/adr/0018-promises.md.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg
import msgspec

from budget.database import execute, fetch, insert, transaction
from budget.refusals import Refused
from budget.years import london_day
from equipment.catalogue.stock import in_date
from equipment.hand import kind_of, standing_of
from equipment.journal import STANDING, Journal, Movement, write
from equipment.lifecycle import decide
from equipment.staff.roles import SYSTEM
from equipment.standing import Act, Kind, Standing

# Of one product at once; whoever is left is served in the next round.
_ROUND: Final = 200
_ROUNDS: Final = 50


class Waiting(msgspec.Struct, frozen=True):
    """A line that waits, for so many; of those of a product, the first is served first."""

    line: UUID
    depot: str
    room: int


class OnShelf(msgspec.Struct, frozen=True):
    """An item that could be promised."""

    item: int
    depot: str
    received_on: date
    standing: Standing
    kind: Kind
    updated_at: datetime


async def lock_queues(skus: Collection[str], with_others: Collection[str] = ()) -> None:
    """Wait for whoever else serves or waits for these products, until the transaction ends.

    After the items that are locked, and before orders: everybody in this order. Those locked
    `with_others` are shared with whoever locks them so: only who serves them or makes somebody wait
    for them waits, and is waited for.
    """
    locks = sorted(dict.fromkeys(with_others, False) | dict.fromkeys(skus, True))
    if locks:
        await execute(_LOCK, locks, [sku in skus for sku in locks])


_LOCK: Final = """
select case when alone then pg_advisory_xact_lock(key) else pg_advisory_xact_lock_shared(key) end
from (
    select hashtextextended('queue ' || sku, 0) as key, alone
    from unnest($1::text[], $2::boolean[]) with ordinality s (sku, alone, place) order by place
) queues
"""


async def serve(
    skus: Collection[str], now: datetime, given_up: Mapping[int, UUID] | None = None
) -> dict[int, Standing]:
    """Promise what is on the shelf to those who wait for these products; how those items stand.

    Within the caller's open transaction, who has locked the queues. `given_up` are items that were
    just taken from a line: they go to somebody else, if anybody else waits.
    """
    served: dict[int, Standing] = {}
    for sku in sorted(skus):
        taken: set[int] = set()
        for _ in range(_ROUNDS):
            pairs = await _pairs(sku, now, given_up or {}, taken)
            fresh = await _take(pairs, now)
            served |= fresh
            taken = {item for item, _ in pairs} - fresh.keys()
            if not taken and len(pairs) < _ROUND:
                break
    return served


async def _pairs(
    sku: str, now: datetime, given_up: Mapping[int, UUID], taken: Collection[int]
) -> list[tuple[int, UUID]]:
    """Which items could go to which lines; none of those that somebody else has taken."""
    waiting = [Waiting(**row) for row in await fetch(_WAITING, sku, _ROUND)]
    if not waiting:
        return []
    wanted = min(sum(line.room for line in waiting), _ROUND)
    shelf = [
        _on_shelf(row) for row in await fetch(_SHELF, sku, wanted + len(taken), london_day(now))
    ]
    fit = [each for each in shelf if each.item not in taken and _allocated(each, now) is not None]
    return matched(waiting, fit, given_up)[:_ROUND]


async def _take(pairs: Sequence[tuple[int, UUID]], now: datetime) -> dict[int, Standing]:
    """Promise those of the items that nobody has in hand at this moment: nobody is waited for."""
    if not pairs:
        return {}
    free = {row["id"]: _on_shelf(row) for row in await fetch(_TAKE, [item for item, _ in pairs])}
    return await _promise([(free[item], line) for item, line in pairs if item in free], now)


_WAITING: Final = """
select l.id as line, o.depot, l.quantity - l.promised - l.delivered as room
from order_lines l join order_standings o on o.id = l."order"
where l.sku = $1 and l.wanted and l.promised + l.delivered < l.quantity
order by l.due_on, l.seq limit $2
"""
_COLUMNS: Final = f"""
i.id, i.received_on, i.updated_at, i.owner, {", ".join(f"i.{name}" for name in STANDING)},
    p.reuse, p.pat, p.loler_months, p.service_months
"""
# The shelf of each depot by its index; a satellite's is its own. What is out of check stays there,
# however many that are, and keeps nobody from those behind it.
_SHELF: Final = f"""
select each.* from depots d cross join lateral (
    select {_COLUMNS} from items i join products p on p.sku = i.sku
    where i.sku = $1 and i.depot = d.code and i.on_shelf
        and {in_date("$3::date")}
    order by i.received_on, i.id limit $2
) each where d.kind = 'depot' order by each.received_on, each.id
"""  # noqa: S608 - column names from code
_TAKE: Final = f"""
select {_COLUMNS} from items i join products p on p.sku = i.sku
where i.id = any($1::bigint[]) and i.on_shelf
order by i.code for update of i skip locked
"""  # noqa: S608 - column names from code


def matched(
    waiting: Sequence[Waiting], shelf: Sequence[OnShelf], given_up: Mapping[int, UUID]
) -> list[tuple[int, UUID]]:
    """Which item goes to which line. Pure.

    Those who wait in their order; each takes what its own depot has, the oldest receipt first,
    then what others have. What was taken from a line comes back to it only where nobody else
    wants it.
    """
    left = {item.item: item for item in shelf}
    room = {line.line: line.room for line in waiting}
    pairs: list[tuple[int, UUID]] = []
    for returning in (False, True):
        for line in waiting:
            mine = sorted(
                (
                    item
                    for item in left.values()
                    if returning or given_up.get(item.item) != line.line
                ),
                key=lambda item: (item.depot != line.depot, item.received_on, item.item),
            )[: room[line.line]]
            for item in mine:
                del left[item.item]
                pairs.append((item.item, line.line))
            room[line.line] -= len(mine)
    return pairs


async def _promise(pairs: Iterable[tuple[OnShelf, UUID]], now: datetime) -> dict[int, Standing]:
    journal, served, rows = Journal(), {}, []
    for item, line in pairs:
        movement = _allocated(item, now, line)
        if movement is not None:
            journal.movements.append(movement)
            served[item.item] = movement.standing
            rows.append((item.item, line, movement.recorded_at))
    await write(journal)
    await insert("promises", _PROMISE, rows)
    return served


_PROMISE: Final = {"item": "bigint", "line": "uuid", "promised_at": "timestamptz"}


def _allocated(item: OnShelf, now: datetime, line: UUID | None = None) -> Movement | None:
    """The movement that sets it aside, or None where it is not to go out."""
    at = max(now, item.updated_at)
    act = Act(uuid4(), "allocate", at, at, london_day(at))
    try:
        standing = decide(item.standing, act, item.kind)
    except Refused:
        return None
    return by_system(act, item.item, item.standing, standing, {"order_line": line})


def by_system(
    act: Act, item: int, before: Standing, after: Standing, said: Mapping[str, object]
) -> Movement:
    """A movement that nobody scanned: the service's own doing."""
    return Movement(
        id=act.id,
        item=item,
        action=act.action,
        from_state=before.state,
        occurred_at=act.occurred_at,
        recorded_at=act.recorded_at,
        actor=SYSTEM,
        standing=after,
        details=msgspec.json.encode(said),
    )


def _on_shelf(row: asyncpg.Record) -> OnShelf:
    return OnShelf(
        item=row["id"],
        depot=row["depot"],
        received_on=row["received_on"] or date.min,
        standing=standing_of(row),
        kind=kind_of(row),
        updated_at=row["updated_at"],
    )


async def shelve(sku: str, now: datetime) -> None:
    """Serve whoever waits for a product that has just come to the shelf.

    Within the caller's open transaction, after its items are written. While nobody waits, goods and
    lists that fill one shelf pass each other.
    """
    if await fetch(_WAITING, sku, 1):
        await lock_queues([sku])
        await serve([sku], now)
    else:
        await lock_queues((), with_others=[sku])


async def serve_all(now: datetime) -> int:
    """Serve whoever waits for what is on a shelf; how many items that took.

    A job of the clock: a crash, or a scan that came between, may have left somebody waiting.
    """
    rows = await fetch(_LEFT)
    served = 0
    for row in rows:
        async with transaction():
            await lock_queues([row["sku"]])
            served += len(await serve([row["sku"]], now))
    return served


_LEFT: Final = """
select distinct l.sku from order_lines l
where l.wanted and l.promised + l.delivered < l.quantity and exists (
    select from depots d join items i on i.depot = d.code
    where d.kind = 'depot' and i.sku = l.sku and i.on_shelf)
order by l.sku limit 1000
"""
