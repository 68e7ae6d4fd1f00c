"""Visits against what they were charged, to the penny: each difference of a month has its name.

What a visit that was made costs by the tariff (budget/visit_charges.py) is reckoned anew from its
lines, and set against the postings of the month's days that name it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from budget.books import Books, read_books
from budget.closing import days
from budget.database import fetch
from budget.pool import Tariff
from budget.years import year_of
from logistics.visits.visit_form import DONE

MOST: Final = 200
"""How many differences of a month are named; their sums are of all."""

Reason: TypeAlias = Literal[
    "late", "posted later", "undone", "another tariff", "lacks its charge", "has no visit"
]
WRONG: Final[frozenset[Reason]] = frozenset({"lacks its charge", "has no visit"})


class VisitDifference(msgspec.Struct, frozen=True):
    """A visit whose charges of a month are not what it costs by the tariff of its day."""

    visit: UUID
    depot: str | None
    happened_on: date | None
    posted_pence: int
    counted_pence: int
    reason: Reason


class VisitsReconciled(msgspec.Struct, frozen=True):
    """A month's visits: how many are charged, what they cost, what the ledger has for them."""

    visits: int
    posted_pence: int
    counted_pence: int
    by_reason: dict[Reason, int]
    """Of all differences, in pence: the ledger less the visits."""
    differences: list[VisitDifference]
    more: int


async def visits_reconciled(year: str, month: str) -> VisitsReconciled:
    """A month visit by visit; Wrong where it is not one of that year.

    It reads the visits made and charged in that month's days, however many there are besides.
    """
    first, end = days(year, month)
    sides: dict[UUID, _Sides] = {}
    for row in await fetch(_MADE, first, end, sorted(DONE.values())):
        sides.setdefault(row["visit"], _Sides(row["depot"], row["day"])).due.append(row)
    made = len(sides)
    for row in await fetch(_POSTED, first, end, list(sides)):
        sides.setdefault(row["visit"], _Sides(row["depot"], row["day"])).posted.append(row)
    reckoned = _Reckoning(await read_books(), await _tariffs())
    pairs = [(visit, side, reckoned.due(side)) for visit, side in sides.items()]
    found = [
        VisitDifference(visit, side.depot, side.day, side.pence, due, side.reason(due))
        for visit, side, due in pairs
        if side.pence != due
    ]
    by_reason: dict[Reason, int] = {}
    for each in found:
        less = each.posted_pence - each.counted_pence
        by_reason[each.reason] = by_reason.get(each.reason, 0) + less
    found.sort(key=lambda each: (each.reason not in WRONG, str(each.happened_on), each.visit))
    return VisitsReconciled(
        visits=made,
        posted_pence=sum(side.pence for side in sides.values()),
        counted_pence=sum(due for _, _, due in pairs),
        by_reason=by_reason,
        differences=found[:MOST],
        more=max(0, len(found) - MOST),
    )


@dataclass(slots=True)
class _Sides:
    """A visit: what of it is to be charged, and what of it was posted, in the month or besides."""

    depot: str | None
    day: date | None
    due: list[asyncpg.Record] = field(default_factory=list)
    posted: list[asyncpg.Record] = field(default_factory=list)

    @property
    def pence(self) -> int:
        """What was posted in the month."""
        return sum(row["pence"] for row in self.posted if row["within"])

    def reason(self, due: int) -> Reason:
        """Why the two differ: the first of these that is so."""
        within = [row for row in self.posted if row["within"]]
        possible: tuple[tuple[bool, Reason], ...] = (
            (any(row["reversal"] for row in self.posted), "undone"),
            (any(row["late"] for row in within), "late"),
            (len(within) < len(self.posted), "posted later"),
            (bool(self.due and within), "another tariff"),
            (bool(due), "lacks its charge"),
            (True, "has no visit"),
        )
        return next(reason for holds, reason in possible if holds)


@dataclass(frozen=True, slots=True)
class _Reckoning:
    """What visits cost by the tariffs as they stand now."""

    books: Books
    tariffs: Mapping[str, Tariff]

    def due(self, side: _Sides) -> int:
        """Once for each funder and kind; of a funder's deliveries by its earliest order."""
        if side.day is None:
            return 0
        tariff = self.tariffs.get(year_of(side.day), Tariff())
        posted_on, _ = self.books.posted(side.day)
        charged: dict[tuple[str, str], int] = {}
        for row in side.due:
            key = (row["kind"], self.books.payer(row["funder"], posted_on))
            charged.setdefault(key, _rate(tariff, row["kind"], row["speed"]))
        return sum(charged.values())


def _rate(tariff: Tariff, kind: str, speed: str | None) -> int:
    if kind == "delivery":
        speeds: dict[str, int] = msgspec.to_builtins(tariff.delivery)
        return speeds.get(speed or "", 0)
    return getattr(tariff, kind) or 0


async def _tariffs() -> dict[str, Tariff]:
    rows = await fetch("select year, tariff from budget_years")
    return {row["year"]: msgspec.json.decode(row["tariff"], type=Tariff) for row in rows}


# What of a visit is charged: of each line that was done its kind; of one that failed through no
# fault of the service's one thing. A visit that goes on is charged for what of it is done.
_MADE: Final = """
with made as (
    select id, depot, status, fault, funder, happened_on as day from visits
    where happened_on >= $1 and happened_on < $2 and status in ('done', 'failed')
    union all
    select v.id, v.depot, v.status, v.fault, v.funder, n.day from visits v cross join lateral (
        select min(closed_at at time zone 'Europe/London')::date as day from visit_lines
        where visit = v.id and outcome = any($3::varchar[])) n
    where v.status = 'under_way' and n.day >= $1 and n.day < $2
)
select v.id as visit, v.depot, v.day, case n.kind when 'repair' then 'repair_visit'
    when 'service' then 'service_visit' else n.kind end as kind, n.funder, o.speed,
    o.ordered_at, o.seq as order_seq, n.seq
from made v join visit_lines n on n.visit = v.id and n.outcome = any($3::varchar[])
left join order_lines l on l.id = n.order_line
left join order_standings o on o.id = l."order"
where v.status <> 'failed' and n.funder is not null
union all
select v.id, v.depot, v.day, 'failed_visit', v.funder, null, null, null, null from made v
where v.status = 'failed' and v.fault <> 'service' and v.funder is not null
-- Of each funder's deliveries the earliest order's comes first.
order by visit, ordered_at, order_seq, seq
"""
# Of the visits that are charged in these days or were made in them; recorded no earlier than that.
_POSTED: Final = """
with theirs as (
    select visit from postings
    where visit is not null and posted_on >= $1 and posted_on < $2
        and recorded_at >= $1::date - interval '1 day'
    union select unnest($3::uuid[])
)
select p.visit, p.depot, (p.occurred_at at time zone 'Europe/London')::date as day,
    p.amount_pence as pence, p.late, p.kind = 'reversal' as reversal,
    p.posted_on >= $1 and p.posted_on < $2 as within
from postings p join theirs using (visit)
where p.partner is not null and p.recorded_at >= $1::date - interval '1 day'
"""
