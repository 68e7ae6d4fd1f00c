"""Where the pool and its partners stand, where the year ends, and who owes what beyond its part."""

from datetime import date, datetime
from typing import Final

from msgspec.structs import replace

from budget import pool
from budget.database import fetch_one
from budget.forecasting.kept import NEWEST, kept_of, made_by
from budget.forecasting.outlook import YearEnd
from budget.forecasting.year_ends import Standing, YearEnds, seen_on, year_ends
from budget.partners import KNOWN_SUCCESSIONS, successions_of
from budget.pool import AGREED, Budget, plan_of
from budget.sharing.agreements import IN_FORCE, in_force
from budget.sharing.shares import Contributed, Sharing, owed_beyond, sharing
from budget.years import span


async def position(year: str, as_of: date | None, now: datetime) -> Budget:
    """Where everyone stands at the end of `as_of`, with forecast and share of over- or underspend.

    As pool.standing(), by the forecast that holds on that day, or today where that comes first.
    Wrong for a malformed year.
    """
    budget, ends, _ = await positions(year, as_of, now)
    del ends
    return budget


async def positions(
    year: str, as_of: date | None, now: datetime
) -> tuple[Budget, YearEnds, Sharing]:
    """The same, with what it was reckoned from."""
    last = span(year)[1]
    day = min(as_of or last, last)
    seen = seen_on(year, day, now)
    # What budgets and agreements say and what was forecast, in one go: the page is read often.
    known = await fetch_one(_KNOWN, year, seen, made_by(seen), day)
    assert known is not None
    budget = await pool.stand(year, day, plan_of(known["agreed"]))
    found = {row.ods: Standing(row.net_pence, row.committed_pence) for row in budget.partners}
    succession = successions_of(known["successions"])
    ends = await year_ends(year, seen, found, kept_of(known["newest"]), succession)
    shared = await sharing(year, day, contributed(budget), in_force(known["in_force"]))
    over = budget.pool.net_pence - budget.pool.contribution_pence
    owed = owed_beyond(over, shared, contributed(budget))
    partners = [
        replace(row, **_ends(ends.partners[row.ods]), overspend_share_pence=owed[row.ods])
        for row in budget.partners
    ]
    whole = replace(budget.pool, **_ends(ends.pool), overspend_share_pence=sum(owed.values()))
    return replace(budget, pool=whole, partners=partners, forecast=ends.note), ends, shared


_KNOWN: Final = f"""
select ({AGREED}) as agreed, ({NEWEST}) as newest, ({IN_FORCE}) as in_force,
    ({KNOWN_SUCCESSIONS}) as successions
"""


def contributed(budget: Budget) -> dict[str, Contributed]:
    """What each partner put in, and its own net spend."""
    return {row.ods: Contributed(row.contribution_pence, row.net_pence) for row in budget.partners}


def _ends(end: YearEnd) -> dict[str, int]:
    return {
        "forecast_pence": end.forecast_pence,
        "forecast_low_pence": end.low_pence,
        "forecast_high_pence": end.high_pence,
    }
