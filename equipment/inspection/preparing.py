"""How products are made ready to go out again: which have a list, and how they are washed."""

from typing import Final, Literal, TypeAlias

import msgspec

from budget.database import fetch
from budget.narrowing import containing, fetch_containing, narrowed
from equipment.staff.roles import Caller, check_may
from equipment.washing.programmes import Method

Lacking: TypeAlias = Literal["list", "method"]


class Prepared(msgspec.Struct, frozen=True):
    """A product that is lent again: its inspection list, and how it is cleaned; null: not said."""

    sku: str
    name: str
    list_version: int | None
    lines: int
    method: Method | None
    cleaning_version: int | None


async def prepared(
    caller: Caller, q: str, lacking: Lacking | None, *, after: str, limit: int
) -> list[Prepared]:
    """Reusable products after a sku, by what is typed of them and by what they lack."""
    check_may(caller, "read standing data")
    conditions = {
        "p.sku > {}": after,
        "(p.name ilike {0} or p.sku ilike {0})": containing(q),
        "(l.version is null) = {}": True if lacking == "list" else None,
        "(w.version is null) = {}": True if lacking == "method" else None,
    }
    sql, values = narrowed(_PREPARED, conditions, limit)
    rows = await (fetch_containing(sql, values) if q else fetch(sql, *values))
    return [Prepared(**dict(row)) for row in rows]


_PREPARED: Final = """
select p.sku, p.name, l.version as list_version, coalesce(cardinality(l.lines), 0) as lines,
    w.method, w.version as cleaning_version
from products p left join lateral (
    select version, lines from inspection_lists where sku = p.sku order by version desc limit 1
) l on true left join lateral (
    select version, method from wash_programmes where sku = p.sku order by version desc limit 1
) w on true
where p.reuse = 'reusable' and {where} order by p.sku limit $1
"""
