"""Statements: every posting of a partner's in a month or a year, which its figures come from.

Source: contract section 6. They are read from the postings themselves, whether the month is open or
closed: of a closed one nothing can come or go any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from budget.database import fetch, fetch_one
from budget.refusals import Fault, Wrong
from budget.sums import periods


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


Place: TypeAlias = tuple[date, int]
"""A posting's day and number, which only grows: where in a statement it stands."""
Placed: TypeAlias = tuple[Place, Posted]


class Heading(msgspec.Struct, frozen=True):
    """Whose statement, of which days, both included, and what it comes to."""

    partner: str
    name: str
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    closed: bool
    issues_pence: int
    credits_pence: int
    activity_pence: int
    net_pence: int


class Statement(Heading, frozen=True):
    """What a partner was charged and credited over some days, both included, posting by posting."""

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
    partner = await _partner(wanted)
    given = (wanted.partner, wanted.begin, wanted.end, partner["closed_at"], wanted.account)
    rows = await fetch(_POSTED, *given)
    sums = dict.fromkeys(_FIGURES, 0)
    postings = []
    for row in rows:
        sums[row["account"]] += row["amount_pence"]
        postings.append(_posted(row))
    return Statement(**_heading(wanted, partner, sums), postings=postings)


async def heading(wanted: Wanted) -> Heading:
    """What the statement comes to, by the sums: soon told of a year, too. Wrong as statement()."""
    partner = await _partner(wanted)
    last = wanted.end - _DAY
    cut = list(periods(wanted.begin, last))
    rows = await fetch(
        _SUMS,
        wanted.partner,
        wanted.begin,
        last,
        [period.grain for period in cut],
        [period.first for period in cut],
        [period.last for period in cut],
    )
    found = {row["account"]: row["pence"] for row in rows}
    asked = _FIGURES if wanted.account is None else (wanted.account,)
    sums = {name: found.get(name, 0) if name in asked else 0 for name in _FIGURES}
    return Heading(**_heading(wanted, partner, sums))


async def posted(wanted: Wanted, *, after: Place, limit: int) -> list[Placed]:
    """Its postings after a place, each with its own, in the order of places."""
    begin = max(wanted.begin, after[0])
    given = (wanted.partner, begin, wanted.end, None, wanted.account)
    rows = await fetch(_NEXT, *given, *after, limit)
    return [((row["posted_on"], row["seq"]), _posted(row)) for row in rows]


async def _partner(wanted: Wanted) -> asyncpg.Record:
    partner = await fetch_one(_PARTNER, wanted.partner, wanted.end)
    if partner is None:
        raise Wrong([Fault("partner", f"There is no partner “{wanted.partner}”.")])
    return partner


def _heading(wanted: Wanted, partner: asyncpg.Record, sums: Mapping[str, int]) -> dict[str, Any]:
    return {
        "partner": wanted.partner,
        "name": partner["name"],
        "first": wanted.begin,
        "last": wanted.end - _DAY,
        "closed": partner["closed_at"] is not None,
        "issues_pence": sums["issues"],
        "credits_pence": -sums["credits"],
        "activity_pence": sums["activity"],
        "net_pence": sum(sums.values()),
    }


def _posted(row: asyncpg.Record) -> Posted:
    return Posted(**{name: row[name] for name in COLUMNS})


FIRST: Final[Place] = (date.min, 0)
"""Before every posting of a statement."""
_DAY: Final = timedelta(days=1)
_FIGURES: Final = ("issues", "credits", "activity")
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
_BEHIND: Final = """
select p.account, p.posted_on, p.occurred_at, p.kind, p.amount_pence, i.code as item, p.movement,
    coalesce(p."order", l."order") as "order", p.visit, p.description, p.late, p.seq
from (
    select * from postings p where p.partner = $1 and p.posted_on >= $2 and p.posted_on < $3
        and ($5::varchar is null or p.account = $5)
        and p.recorded_at >= $2::date - interval '1 day'
        and p.recorded_at <= coalesce($4::timestamptz + interval '1 day', 'infinity') {next}
) p
left join items i on i.id = p.item
left join loans n on n.id = p.loan and p.kind in ('issue', 'transfer')
left join order_lines l on l.id = n.order_line
order by {order}
"""
_POSTED: Final = _BEHIND.format(next="", order="p.posted_on, p.recorded_at, p.movement, p.seq")
_NEXT: Final = _BEHIND.format(
    next="and (p.posted_on, p.seq) > ($6::date, $7::bigint) order by p.posted_on, p.seq limit $8",
    order="p.posted_on, p.seq",
)
# What is folded and what is not yet, as of one moment, as budget/pool.py reads them.
_SUMS: Final = """
select account, sum(pence)::bigint as pence
from (
    select s.account, s.pence
    from unnest($4::varchar[], $5::date[], $6::date[]) period (grain, first, last)
    cross join lateral (
        select * from posting_sums s where s.grain = period.grain and s.partner = $1
            and s.begins_on between period.first and period.last offset 0
    ) s
    union all
    select account, pence from unfolded_postings
    where partner = $1 and posted_on between $2 and $3
) every group by account
"""
