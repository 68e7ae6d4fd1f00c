"""How many there are of what, and where: exact at every moment, and read without counting items.

A trigger on items notes what each statement moves in `unfolded_stock`, the clock folds it into
`stock_sums`, and a report adds the two up in one statement, as with the pool's sums: ADR 11.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

import asyncpg
import msgspec

from budget.database import fetch
from budget.narrowing import narrowed
from budget.sums import AT_ONCE, fold_by
from budget.wording import sought
from equipment.staff.roles import Caller, check_may

By: TypeAlias = Literal["sku", "depot"]


class Stock(msgspec.Struct, frozen=True):
    """How many items of a product or a depot stand how, by the contract's states.

    `key` is the sku or the depot's code. `free` are those available that no hold keeps back;
    `on_hold` is how many of all the live ones a hold does. What is on loan, on a van or lost
    counts for the depot that it was at last.
    """

    key: str
    name: str
    free: int = 0
    on_hold: int = 0
    available: int = 0
    allocated: int = 0
    loaded: int = 0
    on_loan: int = 0
    collected: int = 0
    returned: int = 0
    cleaned: int = 0
    in_repair: int = 0
    lost: int = 0


class Shelf(msgspec.Struct, frozen=True):
    """How many of a product are free at a depot."""

    depot: str
    name: str
    kind: str
    available: int


@dataclass(frozen=True, slots=True)
class Count:
    """What to count: by product or by depot, perhaps of one; `after` is the last key shown."""

    by: By = "sku"
    sku: str | None = None
    depot: str | None = None
    after: str = ""
    limit: int = 50


async def stock(caller: Caller, count: Count) -> list[Stock]:
    """Every product's or every depot's stock, those without any included, in the keys' order.

    By sku, `depot` narrows to what is there; by depot, `sku` to that product. Two statements.
    """
    check_may(caller, "read items")
    by = count.by
    own, other = (count.sku, count.depot) if by == "sku" else (count.depot, count.sku)
    conditions = {"key > {}": count.after, "key = {}": own}
    sql, values = narrowed(_KEYS[by], _plain(conditions), count.limit)
    names = {row["key"]: row["name"] for row in await fetch(sql, *values)}
    rows = await units_of(by, list(names), other)
    counted: dict[str, dict[str, int]] = {key: {} for key in names}
    for row in rows:
        _count(counted[row["key"]], row)
    return [Stock(key=key, name=name, **counted[key]) for key, name in names.items()]


async def units_of(by: By, keys: Sequence[str], other: str | None) -> list[asyncpg.Record]:
    """How many items of these products or depots stand how: `key`, `state`, `held`, `units`.

    `other` narrows products to a depot and depots to a product. One statement.
    """
    return await fetch(_COUNTED[by], keys, sought(other or ""))


def _plain(conditions: Mapping[str, str | None]) -> dict[str, str | None]:
    return {sql: None if text is None else sought(text) for sql, text in conditions.items()}


def _count(units: dict[str, int], row: asyncpg.Record) -> None:
    """Add a row of the sums to what is said of its key."""
    state = row["state"]
    if state in _SHOWN:
        units[state] = units.get(state, 0) + row["units"]
    if row["held"] and state in _LIVE:
        units["on_hold"] = units.get("on_hold", 0) + row["units"]
    if state == "available" and not row["held"]:
        units["free"] = row["units"]


_SHOWN: Final = frozenset(Stock.__struct_fields__) - {"key", "name", "free", "on_hold"}
_LIVE: Final = _SHOWN - {"lost"}

_KEYS: Final = {
    "sku": "select key, name from (select sku as key, name from products) p"
    " where {where} order by key limit $1",
    "depot": "select key, name from (select code as key, name from depots) d"
    " where {where} order by key limit $1",
}
# What is asked for of all depots, or of all products, has sums of its own: no others are read.
_COUNTED: Final = {
    "sku": """
select sku as key, state, held, sum(units)::int as units from (
    select * from stock_sums where sku = any($1::varchar[]) and place = $2
    union all
    select sku, state, held, $2, units from unfolded_stock
    where sku = any($1::varchar[]) and ($2 = '' or place = $2)) both_of_them
group by 1, 2, 3
""",
    "depot": """
select place as key, state, held, sum(units)::int as units from (
    select * from stock_sums where sku = $2 and place = any($1::varchar[])
    union all
    select $2, state, held, place, units from unfolded_stock
    where place = any($1::varchar[]) and ($2 = '' or sku = $2)) both_of_them
group by 1, 2, 3
""",
}


async def shelves(skus: Iterable[str], day: date | None) -> dict[str, list[Shelf]]:
    """Where these products are free, and how many there, the main depots first. One statement.

    Where few stand, none of those that are out of check on that day: nobody can have them. Without
    a day, those too.
    """
    found: dict[str, list[Shelf]] = {sku: [] for sku in skus}
    for row in await fetch(_SHELVES, list(found), day, _FEW):
        found[row["sku"]].append(Shelf(row["code"], row["name"], row["kind"], row["units"]))
    return found


def in_date(day: str) -> str:
    """What says in SQL of an item `i` and its product `p` what the lifecycle's rule says."""
    return " and ".join(
        f"(p.{kind}_months is null or greatest(i.{kind}_on, i.received_on)"
        f" + make_interval(months => p.{kind}_months) >= {day})"
        for kind in ("loler", "service")
    )


# So many are looked at one by one; of more than that, some will be fit to go.
_FEW: Final = 20
_SHELVES: Final = f"""
select * from (
    select sku, d.code, d.name, d.kind, case
        when units > $3 or $2::date is null or (p.loler_months is null and p.service_months is null)
            then units
        else (select count(*) from items i where i.sku = counted.sku and i.depot = d.code
            and i.on_shelf and {in_date("$2::date")})::int
        end as units
    from (
        select sku, place, sum(units)::int as units from (
            select sku, place, units from stock_sums
            where sku = any($1::varchar[]) and state = 'available' and not held and place <> ''
            union all
            select sku, place, units from unfolded_stock
            where sku = any($1::varchar[]) and state = 'available' and not held) both_of_them
        group by 1, 2 having sum(units) > 0) counted
    join depots d on d.code = place join products p using (sku)
) free
where units > 0 order by sku, kind, code
"""  # noqa: S608 - our own text


async def fold_stock(at_once: int = AT_ONCE, ending: Callable[[], bool] = lambda: False) -> int:
    """Put what is unfolded of the stock into its sums; otherwise as budget.sums.fold()."""
    return await fold_by(_FOLD, at_once, ending)


_FOLD: Final = """
with taken as materialized (
    delete from unfolded_stock
    where ctid = any(array(select ctid from unfolded_stock limit $1)) returning *
), folded as (
    insert into stock_sums as s (sku, state, held, place, units)
    select each.sku, state, held, each.place, sum(units)
    from taken cross join lateral (
        select taken.sku, taken.place where taken.place <> ''
        union all select taken.sku, ''
        union all select '', taken.place where taken.place <> '') each (sku, place)
    group by 1, 2, 3, 4 having sum(units) <> 0 order by 1, 2, 3, 4
    on conflict (sku, state, held, place) do update set units = s.units + excluded.units
)
select count(*) as taken from taken
"""
