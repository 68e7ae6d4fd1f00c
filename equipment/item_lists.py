"""Items listed a page at a time, oldest receipt first, narrowed by whatever is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from budget.database import fetch
from budget.narrowing import containing, fetch_containing, narrowed
from equipment.items import COLUMNS, Item, Viewer, shown
from equipment.people.visibility import visible_people
from equipment.staff.roles import check_may


@dataclass(frozen=True, slots=True)
class Search:
    """What a list of items is narrowed to; None does not narrow. `after` is an item's key."""

    state: str | None = None
    sku: str | None = None
    depot: str | None = None
    person: UUID | None = None
    batch: str | None = None
    q: str | None = None
    after: int = 0
    limit: int = 50


async def listed(search: Search, viewer: Viewer) -> list[tuple[int, Item]]:
    """Items with their keys, oldest receipt first.

    `q` is contained in the code, a label, the serial number or the product's name, whatever its
    case. Naming a person who is not the caller's to see finds nothing, as for one who is not
    there.
    """
    check_may(viewer.caller, "read items")
    if search.person is not None and not await visible_people(
        viewer.caller, [search.person], viewer.now
    ):
        return []
    conditions = {
        # Of both: PostgreSQL does not see by itself that the one says the other.
        "i.id > {0} and m.item > {0}": search.after,
        "i.state = {}": search.state,
        "m.sku = {}": search.sku,
        "i.depot = {}": search.depot,
        "i.person = any(family_of({}))": search.person,
        "m.batch = {}": search.batch,
    }
    pattern = containing(search.q or "")
    if pattern is None:
        sql, values = narrowed(_LISTED, conditions, search.limit)
        rows = await fetch(sql, *values)
    else:
        rows = await _matching(pattern, conditions, search.limit)
    return [(row["id"], item) for row, item in zip(rows, await shown(rows, viewer), strict=True)]


async def _matching(
    pattern: str, conditions: Mapping[str, object], limit: int
) -> list[asyncpg.Record]:
    """Rows of items that a text is found on."""
    # A code is kept as it is printed, and typed with spaces and hyphens.
    squeezed = pattern.translate(_SQUEEZED).upper()
    if squeezed == _ANYTHING:
        squeezed = pattern
    return await fetch_containing(*narrowed(_FOUND, conditions, limit, pattern, squeezed))


_SQUEEZED: Final = str.maketrans("", "", " -")
_ANYTHING: Final = "%%"

_PAGE: Final = f"""
select {COLUMNS}
from page join items i on i.id = page.id join products p on p.sku = i.sku
order by i.id
"""  # noqa: S608 - column names from code
_LISTED: Final = (
    """
with page as (
    select i.id from items i join item_makes m on m.item = i.id
    where {where} order by i.id limit $1
)
"""  # noqa: S608 - ours
    + _PAGE
)
# Each half by an index of its own: item_texts, which triggers keep, has what is written on items,
# and is never written again when they move.
_FOUND: Final = (
    """
with named as (
    select distinct i.id from item_texts t join items i on i.id = t.item
    join item_makes m on m.item = i.id
    where (t.text ilike $2 or t.text like $3) and {where}
    order by i.id limit $1
), sold as (
    select of_it.id from (select sku from products where name ilike $2) p
    cross join lateral (
        select i.id from item_makes m join items i on i.id = m.item
        where m.sku = p.sku and {where} order by m.item limit $1
    ) of_it
    order by of_it.id limit $1
), page as (
    select id from named union select id from sold order by id limit $1
)
"""  # noqa: S608 - ours
    + _PAGE
)
