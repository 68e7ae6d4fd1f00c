"""Statements: every posting of a partner's in a month or a year, which its figures come from.

Source: contract section 6. They are read from the postings themselves, whether the month is open or
closed: of a closed one nothing can come or go any more.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from budget.database import fetch, fetch_one
from budget.refusals import Fault, Wrong


class Posted(msgspec.Struct, frozen=True):
    """One posting: what it costs the partner, in pence; credits are negative.

    `item` is the item's code; what is charged for a visit, or was approved, is of none.
    """

    posted_on: date
    occurred_at: datetime
    kind: str
    amount_pence: int
    item: str | None
    movement: UUID
    order: UUID | None
    visit: UUID | None
    description: str
    late: bool


class Statement(msgspec.Struct, frozen=True):
    """What a partner was charged and credited over some days, both included, posting by posting."""

    partner: str
    name: str
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    closed: bool
    issues_pence: int
    credits_pence: int
    activity_pence: int
    net_pence: int
    postings: list[Posted]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose statement, from which day until before which; of one figure's account or of all."""

    partner: str
    begin: date
    end: date
    account: str | None = None


async def statement(wanted: Wanted) -> Statement:
    """The statement, in the order of days and, within one, of recording. Wrong: no such partner."""
    partner = await fetch_one(_PARTNER, wanted.partner, wanted.end)
    if partner is None:
        raise Wrong([Fault("partner", f"There is no partner “{wanted.partner}”.")])
    given = (wanted.partner, wanted.begin, wanted.end, partner["closed_at"], wanted.account)
    rows = await fetch(_POSTED, *given)
    sums = {"issues": 0, "credits": 0, "activity": 0}
    postings = []
    for row in rows:
        sums[row["account"]] += row["amount_pence"]
        postings.append(Posted(**{name: row[name] for name in COLUMNS}))
    return Statement(
        partner=wanted.partner,
        name=partner["name"],
        first=wanted.begin,
        last=wanted.end - timedelta(days=1),
        closed=partner["closed_at"] is not None,
        issues_pence=sums["issues"],
        credits_pence=-sums["credits"],
        activity_pence=sums["activity"],
        net_pence=sum(sums.values()),
        postings=postings,
    )


COLUMNS: Final = Posted.__struct_fields__
"""The columns of a statement, in their order."""

# When the last month of these days was closed.
_PARTNER: Final = """
select p.name, (select c.closed_at from closed_months c
    where c.month = date_trunc('month', $2::timestamp - interval '1 day')::date) as closed_at
from partners p where p.ods = $1
"""
# Nothing is recorded before its day, but for a clock that is minutes ahead, nor posted into a month
# that is closed: that spares PostgreSQL the other months in which something was recorded.
_POSTED: Final = """
select p.account, p.posted_on, p.occurred_at, p.kind, p.amount_pence, i.code as item, p.movement,
    coalesce(p."order", l."order") as "order", p.visit, p.description, p.late
from postings p
left join items i on i.id = p.item
left join loans n on n.id = p.loan and p.kind in ('issue', 'transfer')
left join order_lines l on l.id = n.order_line
where p.partner = $1 and p.posted_on >= $2 and p.posted_on < $3
    and ($5::varchar is null or p.account = $5)
    and p.recorded_at >= $2::date - interval '1 day'
    and p.recorded_at <= coalesce($4::timestamptz + interval '1 day', 'infinity')
order by p.posted_on, p.recorded_at, p.movement, p.seq
"""
