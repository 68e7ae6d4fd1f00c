"""What never came back, and whether fetching it would bring more than it costs.

Of people nothing is said: how many of which product, and why it is thought that they will not come
by themselves.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final, Literal, TypeAlias

import asyncpg
import msgspec

from budget.database import fetch, fetch_one, transaction
from budget.years import london_day, year_of
from equipment.people.visibility import EVERYONE
from equipment.staff.roles import Caller, check_may

Why: TypeAlias = Literal["died", "loan_over", "lost"]
OVER_DAYS: Final = 28
FORMULA: Final = (
    "Value today = price today x (months of life left / months of life), by whole months since the "
    "item was received and its product's years of life; nothing once they are over, and not known "
    "without either. Worth fetching: a value above this year's tariff for a collection. Loan over: "
    f"its end, or the person's death, lies more than {OVER_DAYS} days back and it is still there. "
    "Lost: lost while out; there is nothing to fetch until it is found."
)


class NotBack(msgspec.Struct, frozen=True, kw_only=True):
    """What is still out of one product for one reason; null: of all of them.

    `value_pence` is of the `valued_units` whose value is known; `worth_units` are those of them
    that would bring more than a collection costs, `worth_pence` what they would bring beyond it.
    """

    sku: str | None
    name: str | None
    why: Why | None
    units: int
    charged_pence: int
    valued_units: int
    value_pence: int
    worth_units: int
    worth_pence: int


class Unreturned(msgspec.Struct, frozen=True, kw_only=True):
    """What never came back; nothing is worth a collection whose price is not agreed."""

    formula: str
    as_of: date
    collection_pence: int | None
    rows: list[NotBack]
    total: NotBack


async def not_back(caller: Caller, now: datetime) -> Unreturned:
    """What never came back by now, dearest first."""
    check_may(caller, "read the pool")
    today = london_day(now)
    async with transaction(viewer=EVERYONE):
        collection = await collection_pence(today)
        rows = await fetch(_OUT, today, today - timedelta(days=OVER_DAYS), collection)
    return Unreturned(
        formula=FORMULA,
        as_of=today,
        collection_pence=collection,
        rows=[_told(row["sku"], row["name"], row["why"], [row]) for row in rows],
        total=_told(None, None, None, rows),
    )


def _told(
    sku: str | None, name: str | None, why: Why | None, rows: Iterable[asyncpg.Record]
) -> NotBack:
    every = list(rows)
    sums = {field: sum(row[field] for row in every) for field in _SUMMED}
    return NotBack(sku=sku, name=name, why=why, **sums)


async def collection_pence(today: date) -> int | None:
    """What a collection costs in the year of that day; None where that was not agreed."""
    row = await fetch_one(_TARIFF, year_of(today))
    return row["collection"] if row else None


_SUMMED: Final = (
    "units", "charged_pence", "valued_units", "value_pence", "worth_units", "worth_pence",
)  # fmt: skip
_TARIFF: Final = (
    "select (tariff ->> 'collection')::bigint as collection from budget_years where year = $1"
)
# Of an item that is out: why it is thought not to come back, in the order in which one item may
# have several reasons, and what it is worth. $1 is today, $2 the last day that is long enough ago.
OUT: Final = """
i.id, i.code, i.sku, p.name, l.charged_pence, case when i.state = 'lost' then 'lost'
        when h.died_on < $2 then 'died' when n.end_on < $2 then 'loan_over' end as why,
    case when i.state = 'lost' then null when h.died_on < $2 then h.died_on
        else n.end_on end as since,
    case when p.life_years > 0 and i.received_on <= $1 then price.price_pence * greatest(0,
        p.life_years * 12 - months) / (p.life_years * 12) end as value
from items i join products p on p.sku = i.sku join loans l on l.id = i.loan
left join order_lines n on n.id = l.order_line
left join person_funders f on f.id = i.person
left join people h on h.id = coalesce(f.merged_into, i.person)
left join lateral (
    select price_pence from product_terms t where t.sku = i.sku
    order by from_on > $1, abs(from_on - $1) limit 1
) price on true
cross join lateral (select (extract(year from a) * 12 + extract(month from a))::bigint as months
    from age($1::date, i.received_on) a) lived
where i.loan_phase = 'open' and i.owner = 'pool' and p.reuse = 'reusable'
"""
_OUT: Final = f"""
select sku, name, why, count(*)::int as units, sum(charged_pence)::bigint as charged_pence,
    count(value)::int as valued_units, coalesce(sum(value), 0)::bigint as value_pence,
    (count(*) filter (where why <> 'lost' and value > $3))::int as worth_units,
    coalesce(sum(value - $3) filter (where why <> 'lost' and value > $3), 0)::bigint
        as worth_pence
from (select {OUT} and i.state in ('on_loan', 'lost')) left_out
where why is not null group by 1, 2, 3 order by value_pence desc, sku, why
"""  # noqa: S608 - our own text
