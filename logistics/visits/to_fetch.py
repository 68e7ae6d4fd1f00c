"""What open visits are to bring back, for the store to count on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from budget.database import fetch
from budget.wording import sought
from equipment.stock.levels import advise


async def to_fetch(skus: Sequence[str], depot: str | None) -> Mapping[str, int]:
    """How many items of these products open visits collect, for one depot or for all."""
    rows = await fetch(_TO_FETCH, skus, sought(depot or ""))
    return {row["sku"]: row["many"] for row in rows}


# Of the lines that are open: however many visits there ever were.
_TO_FETCH: Final = """
select i.sku, count(*)::int as many
from visit_lines l join visits v on v.id = l.visit join items i on i.id = l.item
where l.closed_at is null and l.kind = 'collection' and i.sku = any($1::varchar[])
    and ($2 = '' or v.depot = $2)
group by 1
"""


async def advise_on_stock(now: datetime) -> int:
    """Reckon anew what is to be bought or prepared; of how many products."""
    return await advise(to_fetch, now)
