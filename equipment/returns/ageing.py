"""What has come back and is not fit to lend yet: how long ago, where, and what it is worth new.

It counts items as they stand, whose number does not grow with what happened (contract section 4).
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, Literal, TypeAlias

import asyncpg
import msgspec

from budget.database import fetch
from budget.narrowing import narrowed
from budget.recycling import Count
from budget.wording import sought
from budget.years import london_day
from equipment.staff.roles import Caller, check_may

State: TypeAlias = Literal["returned", "cleaned", "in_repair"]
STATES: Final[tuple[State, ...]] = ("returned", "cleaned", "in_repair")
_UNTIL: Final = (7, 14, 28, 90)
DEFINITION: Final = (
    "Items that came back, or were taken off the shelf, and are neither on it again nor scrapped: "
    "by days since the day they last came in. Pence: their products' price today. Undecided: those "
    "of them whose loan ended and is neither reused nor scrapped, which recycling calls waiting."
)


class Band(msgspec.Struct, frozen=True):
    """Days since the return, both included; null: or longer."""

    from_days: int
    to_days: int | None


BANDS: Final = tuple(
    Band(first, last)
    for first, last in zip((0, *(day + 1 for day in _UNTIL)), (*_UNTIL, None), strict=True)
)


class Aged(msgspec.Struct, frozen=True):
    """What stands in one state at one depot, by the bands; null for all of them."""

    depot: str | None
    state: State | None
    bands: list[Count]
    total: Count
    undecided_units: int


class Ageing(msgspec.Struct, frozen=True):
    """What waits, by depot and state, in the order of the bands."""

    definition: str
    as_of: date
    bands: list[Band]
    rows: list[Aged]
    total: Aged


async def ageing(caller: Caller, now: datetime, depot: str | None = None) -> Ageing:
    """What waits by now, at one depot or at all."""
    check_may(caller, "read items")
    today = london_day(now)
    where = {"coalesce(i.depot, i.last_depot) = {}": None if depot is None else sought(depot)}
    sql, values = narrowed(_AGED, where, list(STATES), today, list(_UNTIL))
    rows = await fetch(sql, *values)
    found: dict[tuple[str, State], list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault((row["depot"], row["state"]), []).append(row)
    return Ageing(
        definition=DEFINITION,
        as_of=today,
        bands=list(BANDS),
        rows=[_aged(*key, of) for key, of in sorted(found.items(), key=_place)],
        total=_aged(None, None, rows),
    )


def _place(found: tuple[tuple[str, State], object]) -> tuple[str, int]:
    (depot, state), _ = found
    return depot, STATES.index(state)


def _aged(depot: str | None, state: State | None, rows: Iterable[asyncpg.Record]) -> Aged:
    bands, undecided = [Count() for _ in BANDS], 0
    for row in rows:
        bands[row["band"]].units += row["units"]
        bands[row["band"]].pence += row["pence"]
        undecided += row["undecided"]
    total = Count(sum(each.units for each in bands), sum(each.pence for each in bands))
    return Aged(depot, state, bands, total, undecided)


# One that was received dirty long ago has come in on that day; one that no day is known of, today.
_AGED: Final = """
select depot, state, band, sum(units)::int as units, sum(undecided)::int as undecided,
    sum(units * coalesce(price_pence, 0))::bigint as pence
from (
    select sku, coalesce(i.depot, i.last_depot, '') as depot, state,
        (select count(*) from unnest($3::int[]) until
            where $2::date - coalesce(dirty_on, $2::date) > until)::int as band,
        count(*) as units, count(*) filter (where loan_phase = 'ended') as undecided
    from items i where state = any($1::varchar[]) and {where} group by 1, 2, 3, 4
) came
left join lateral (
    select price_pence from product_terms t where t.sku = came.sku
    order by from_on > $2::date, abs(from_on - $2::date) limit 1
) price on true
group by 1, 2, 3
"""
