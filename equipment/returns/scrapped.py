"""Why items were scrapped or written off: by the reason that was given, and by product."""

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal, TypeAlias

import asyncpg
import msgspec

from budget.behind import REASON, reason_id
from budget.database import fetch
from budget.recycling import Count, Scope
from budget.refusals import Fault, Wrong
from budget.within import DAYS_MAX
from equipment.staff.roles import Caller, check_may

By: TypeAlias = Literal["reason", "sku"]
MOST: Final = 100
DEFINITION: Final = (
    "Items that were scrapped after a loan, or written off while they were out, by the reason that "
    "was given (capitals and spaces apart) and by product. Pence: what their loans were charged. "
    "Undone scans count nowhere."
)
_YEARS: Final = (1948, 2999)


class Why(msgspec.Struct, frozen=True):
    """How many went for one reason, or of one product; null: all that are not told one by one.

    `reason_id` stands for the reason in addresses: the movements behind it are asked for by that.
    """

    key: str | None
    scrapped: Count
    written_off: Count
    reason_id: str | None = None


class Scrapped(msgspec.Struct, frozen=True):
    """What went in a span of days, both included: the commonest first, at most a hundred."""

    definition: str
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    by: By
    scope: Scope
    rows: list[Why]
    others: Why
    total: Why


async def scrapped(
    caller: Caller, first: date, last: date, by: By = "reason", scope: Scope = "reusable"
) -> Scrapped:
    """What went, and why. Raises Wrong where the days will not do."""
    check_may(caller, "read the pool")
    for name, day in (("from", first), ("to", last)):
        if not _YEARS[0] <= day.year <= _YEARS[1]:
            raise Wrong([Fault(name, "Give a day of this age.")])
    if first > last:
        raise Wrong([Fault("to", "The span ends before it begins.")])
    if (last - first).days >= DAYS_MAX:
        raise Wrong([Fault("to", f"Ask for {DAYS_MAX} days at most.")])
    counted = await fetch(_WENT, first, last, scope == "all", by == "sku")
    keys: dict[str, list[asyncpg.Record]] = {}
    for row in counted:
        keys.setdefault(row["key"], []).append(row)
    rows = sorted(
        (_why(key, of, by) for key, of in keys.items()),
        key=lambda why: (-why.scrapped.units - why.written_off.units, why.key or ""),
    )
    left = {why.key for why in rows[MOST:]}
    return Scrapped(
        definition=DEFINITION,
        first=first,
        last=last,
        by=by,
        scope=scope,
        rows=rows[:MOST],
        others=_why(None, [row for row in counted if row["key"] in left]),
        total=_why(None, counted),
    )


def _why(key: str | None, rows: Iterable[asyncpg.Record], by: By = "sku") -> Why:
    counts = {"scrapped": Count(), "written_off": Count()}
    for row in rows:
        counts[row["kind"]].units += row["units"]
        counts[row["kind"]].pence += row["pence"]
    told = reason_id(key) if key is not None and by == "reason" else None
    return Why(key, counts["scrapped"], counts["written_off"], told)


# By an index of these counts alone, of which there are few; older months are left alone, as
# nothing is counted before its day, but for a clock that is minutes ahead. What was undone comes
# to nothing on its own day.
_WENT: Final = f"""
select case when $4 then sku else reason end as key, kind,
    sum(units)::int as units, sum(pence)::bigint as pence
from (
    select t.kind, t.sku, sum(t.units) as units, sum(t.pence) as pence, coalesce((
        array_agg({REASON} order by t.seq desc) filter (where t.units > 0))[1], '') as reason
    from tallies t left join movements m on m.item = t.item and m.recorded_at = t.recorded_at
        and m.id = t.movement
    where t.kind in ('scrapped', 'written_off') and t.occurred_on between $1 and $2
        and t.recorded_at >= $1::date - interval '1 day' and ($3 or t.reuse = 'reusable')
    group by t.loan, t.kind, t.occurred_on, t.sku having sum(t.units) <> 0
) went group by 1, 2
"""  # noqa: S608 - our own text
