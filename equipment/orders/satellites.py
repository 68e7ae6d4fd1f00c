"""Satellite stores: what a ward's or clinic's shelf is to have, and what it is short of.

A shelf that falls below a target asks for more by itself: the clock looks, and so does whoever
asks for the top-ups. They are carried out by `move` scans from a main depot, and what has arrived
is found by the same look.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias

import asyncpg
import msgspec
from msgspec import UNSET, Meta, UnsetType

from budget.changes import check_unchanged, record
from budget.database import execute, fetch, fetch_one, transaction
from budget.narrowing import narrowed
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import sought
from budget.years import london_day
from equipment.catalogue.stock import Shelf, shelves
from equipment.places import Depot
from equipment.staff.roles import Caller, check_may

LEVELS_MAX: Final = 500
TARGET_MAX: Final = 100_000

Target: TypeAlias = Annotated[int, Meta(ge=0, le=TARGET_MAX)]


class Levels(msgspec.Struct, frozen=True):
    """How many of which product a shelf is to have: all of them, by sku."""

    levels: Annotated[dict[str, Target], Meta(max_length=LEVELS_MAX)]


class ShelfLine(msgspec.Struct, frozen=True):
    """A product of a shelf: how many are to be there, and how many can be handed out."""

    sku: str
    name: str
    target: int
    free: int
    short: int


class TopUp(msgspec.Struct, frozen=True):
    """What a shelf is short of; `from` says where it can come from, the fullest depot first.

    A top-up is done when nothing is short any more.
    """

    id: int
    depot: str
    sku: str
    name: str
    short: int
    opened_at: datetime
    done_at: datetime | None
    sources: list[Shelf] = msgspec.field(name="from")


async def set_levels(
    caller: Caller, depot: str, levels: Levels, *, instead_of: Levels | UnsetType = UNSET
) -> list[ShelfLine]:
    """Say what a satellite store is to have; what is not named is to have none.

    Missing where there is no such store, Refused `not-a-satellite` where it is a main depot, Wrong
    where the catalogue has no such product; Refused `place-closed`, and `changed-meanwhile` where
    they are not `instead_of` any more, which these were made from.
    """
    check_may(caller, "set levels")
    targets = {sku: target for sku, target in levels.levels.items() if target}
    if faults := list(_faults(targets)):
        raise Wrong(faults)
    async with transaction():
        row = await _check_satellite(depot)
        if targets and row["closed_from"] is not None:
            words = f"This store is closed from {row['closed_from']:%-d %B %Y} on."
            raise Refused("place-closed", words)
        known = {row["sku"] for row in await fetch(_KNOWN, list(targets))}
        if unknown := sorted(targets.keys() - known):
            raise Wrong([Fault("levels", f"The catalogue has no {sku}.") for sku in unknown])
        before = Levels({row["sku"]: row["target"] for row in await fetch(_LEVELS, depot)})
        check_unchanged(before, instead_of)
        changed = await fetch(_SET, depot, list(targets), list(targets.values()))
        if changed:
            await record(caller.username, "levels set", depot, Levels(targets))
    return await shelf(caller, depot)


# Whoever sets the same store's waits for this.
_SATELLITE: Final = "select kind, closed_from from depots where code = $1 for no key update"
_LEVELS: Final = "select sku, target from shelf_levels where depot = $1 and target > 0"
_KNOWN: Final = "select sku from products where sku = any($1::varchar[])"
_SET: Final = """
with wanted as (
    select * from unnest($2::varchar[], $3::integer[]) as wanted (sku, target)
    union all
    select sku, 0 from shelf_levels where depot = $1 and target > 0 and sku <> all($2::varchar[])
)
insert into shelf_levels as old (depot, sku, target) select $1, sku, target from wanted order by sku
on conflict (depot, sku) do update set target = excluded.target
where old.target <> excluded.target
returning sku
"""


async def _check_satellite(depot: str) -> asyncpg.Record:
    row = await fetch_one(_SATELLITE, sought(depot))
    if row is None:
        raise Missing("depot-not-found", "There is no such depot.")
    if row["kind"] != "satellite":
        raise Refused("not-a-satellite", "Only satellite stores have target levels.")
    return row


def _faults(targets: Mapping[str, int]) -> Iterator[Fault]:
    if len(targets) > LEVELS_MAX:
        yield Fault("levels", f"Name at most {LEVELS_MAX} products.")
    if any("\0" in sku for sku in targets):
        yield Fault("levels", "Has a character that is no text.")


async def stores(caller: Caller) -> list[Depot]:
    """The satellite stores, by name; of a service that has more than any has, the first."""
    check_may(caller, "read items")
    return [Depot(**row) for row in await fetch(_STORES, _STORES_MAX)]


_STORES_MAX: Final = 500
_STORES: Final = """
select code, name, postcode, kind from depots
where kind = 'satellite' and closed_from is null order by name limit $1
"""


async def shelf(caller: Caller, depot: str) -> list[ShelfLine]:
    """What a satellite store is to have and has, by sku; Missing where there is no such store."""
    check_may(caller, "read items")
    await _check_satellite(depot)
    return [ShelfLine(**row) for row in await fetch(_SHELF, depot)]


# What is free of a product at a store: folded or not, in one snapshot.
_FREE: Final = """
coalesce((select sum(units) from stock_sums s where s.sku = l.sku and s.place = l.depot
    and s.state = 'available' and not s.held), 0)
+ coalesce((select sum(units) from unfolded u where u.sku = l.sku and u.place = l.depot), 0)
"""
_UNFOLDED: Final = """
unfolded as materialized (
    select sku, place, sum(units) as units from unfolded_stock
    where state = 'available' and not held group by 1, 2
)
"""
_SHELF: Final = f"""
with {_UNFOLDED}, lines as (
    select l.sku, l.target, ({_FREE})::int as free from shelf_levels l
    where l.depot = $1 and l.target > 0
)
select sku, name, target, free, greatest(0, target - free) as short
from lines join products using (sku) order by sku
"""  # noqa: S608 - our own text


async def top_up(now: datetime) -> int:
    """Open a top-up for each shelf that is short, and close those of the shelves that are not.

    How many were opened, changed or closed. Any number may look at once: each waits for the other.
    """
    async with transaction():
        await execute("select pg_advisory_xact_lock(hashtextextended('top up', 0))")
        changed = await fetch(_CLOSE, now)
        return len(changed) + len(await fetch(_OPEN, now))


_SHORT: Final = f"""
with {_UNFOLDED}, short as (
    select l.depot, l.sku, (l.target - ({_FREE}))::int as short from shelf_levels l
    where l.target > 0
)
"""  # noqa: S608 - our own text
_CLOSE: Final = f"""
{_SHORT}
update top_ups t set done_at = $1 where done_at is null
    and not exists (select from short s where s.depot = t.depot and s.sku = t.sku and s.short > 0)
returning id
"""  # noqa: S608 - our own text
_OPEN: Final = f"""
{_SHORT}
insert into top_ups as t (depot, sku, short, opened_at)
select depot, sku, short, $1 from short where short > 0 order by depot, sku
on conflict (depot, sku) where done_at is null do update set short = excluded.short
where t.short <> excluded.short
returning id
"""  # noqa: S608 - our own text


async def top_ups(  # noqa: PLR0913 - the filters of a list
    caller: Caller,
    status: Literal["open", "done"] | None,
    depot: str | None,
    now: datetime,
    *,
    after: int,
    limit: int,
) -> list[TopUp]:
    """The top-ups after one of them, oldest first, as the shelves are now."""
    check_may(caller, "read items")
    await top_up(now)
    conditions = {"t.id > {}": after, "t.depot = {}": None if depot is None else sought(depot)}
    sql, values = narrowed(_LISTED[status], conditions, limit)
    rows = await fetch(sql, *values)
    stock = await shelves((row["sku"] for row in rows), london_day(now))
    return [_shown(row, stock[row["sku"]]) for row in rows]


_TOP_UPS: Final = """
select t.id, t.depot, t.sku, p.name, t.short, t.opened_at, t.done_at
from top_ups t join products p on p.sku = t.sku where {where}
"""
_LISTED: Final = {
    None: _TOP_UPS + " order by t.id limit $1",
    "open": _TOP_UPS + " and t.done_at is null order by t.id limit $1",
    "done": _TOP_UPS + " and t.done_at is not null order by t.id limit $1",
}


def _shown(row: asyncpg.Record, stock: list[Shelf]) -> TopUp:
    depots = [each for each in stock if each.kind == "depot"]
    sources = sorted(depots, key=lambda each: (-each.available, each.depot))
    return TopUp(**row, sources=[] if row["done_at"] else sources)
