"""Items listed a page at a time, oldest receipt first, narrowed by whatever is asked for."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from budget.database import fetch
from equipment.items import COLUMNS, Item, Viewer, shown
from equipment.roles import check_may
from equipment.visibility import visible_people


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

    Naming a person who is not the caller's to see finds nothing, as for one who is not there.
    """
    check_may(viewer.caller, "read items")
    if search.person is not None and not await visible_people(
        viewer.caller, [search.person], viewer.now
    ):
        return []
    rows = await fetch(
        _LISTED,
        search.state,
        search.sku,
        search.depot,
        search.person,
        search.batch,
        _pattern(search.q),
        search.after,
        search.limit,
    )
    return [(row["id"], item) for row, item in zip(rows, await shown(rows, viewer), strict=True)]


_LISTED: Final = f"""
select {COLUMNS} from items i join products p on p.sku = i.sku
where ($1::varchar is null or i.state = $1) and ($2::varchar is null or i.sku = $2)
    and ($3::varchar is null or i.depot = $3) and ($4::uuid is null or i.person = $4)
    and ($5::varchar is null or i.batch = $5)
    and ($6::varchar is null or i.serial ilike $6 or p.name ilike $6
        or i.code like upper(translate($6, ' -', ''))
        or exists(select from item_labels l where l.item = i.id
            and l.code like upper(translate($6, ' -', '')))
        or exists(select from item_aliases a where a.item = i.id and a.alias ilike $6))
    and i.id > $7
order by i.id limit $8
"""  # noqa: S608 - column names from code


def _pattern(q: str | None) -> str | None:
    """Contains, with the pattern's own characters taken literally."""
    if not q:
        return None
    literal = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literal}%"
