"""What is bought for a pool that owns its stock: who pays which part of it.

In a year on pool-owned stock purchases are charged as items come in, by what each partner puts into
the pool in that year. See docs/adr/0029-pool-owned-stock.md.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from budget.database import fetch
from budget.sharing.dividing import divide
from budget.years import year_of


async def sharers(day: date) -> dict[str, int]:
    """Who shares what is bought on a day, with what they contribute to its year, in pence.

    Nobody where that year does not run on pool-owned stock, or nobody contributes to it.
    """
    rows = await fetch(_SHARERS, year_of(day))
    return {row["partner"]: row["contribution_pence"] for row in rows}


_SHARERS: Final = """
select c.partner, c.contribution_pence from contributions c join budget_years y on y.year = c.year
where y.year = $1 and y.model = 'pool_stock' and c.contribution_pence > 0 order by c.partner
"""


def shares(pence: int, contributions: Mapping[str, int]) -> dict[str, int]:
    """An amount in whole pence, by contribution: they sum to it.

    Nobody's where nobody contributes. Pure.
    """
    return divide(pence, contributions) if any(contributions.values()) else {}
