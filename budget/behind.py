"""The movements behind a recycling figure, of whom nothing is said: what, where, for which partner.

What was undone is not among them, so that they add up to the figure. Read from the counts
themselves, in time that grows with what was counted in those days, not with what came before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from budget.database import fetch
from budget.narrowing import narrowed
from budget.partners import Succession, successions, successor_on
from budget.recycling import By, Scope
from budget.refusals import Fault, Wrong
from budget.wording import sought

Kind: TypeAlias = Literal[
    "issued", "issued_recycled", "returned", "reused", "scrapped", "written_off", "lost"
]
DAYS_MAX: Final = 731
FIRST: Final = (date.min, UUID(int=0))
_YEARS: Final = (1948, 2999)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figure: of what kind and days, both included, and of which key, None for all."""

    kind: Kind
    first: date
    last: date
    by: By = "none"
    key: str | None = None
    scope: Scope = "reusable"


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What one loan counted on a day; `units` is -1 where a later scrap took a reuse back.

    `movement` is the newest that counted it, `pence` what the loan was charged.
    """

    kind: Kind
    occurred_on: date
    item: str
    sku: str
    category: str
    partner: str
    depot: str | None
    units: int
    pence: int
    movement: UUID
    loan: UUID
    reason: str | None


async def behind(wanted: Wanted, *, after: tuple[date, UUID], limit: int) -> list[Counted]:
    """The movements in the order of their days. Raises Wrong where they cannot be asked for."""
    if faults := list(_faults(wanted)):
        raise Wrong(faults)
    first, last = wanted.first, wanted.last
    if wanted.by == "month" and wanted.key is not None:
        begin = date.fromisoformat(f"{wanted.key}-01")
        first = max(first, begin)
        last = min(last, (begin + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    payers: list[tuple[str, date, date]] = []
    conditions: dict[str, object] = {
        "t.reuse = {}": "reusable" if wanted.scope == "reusable" else None
    }
    if wanted.key is not None:
        if wanted.by == "partner":
            payers = list(_payers(await successions(), sought(wanted.key), first, last))
            conditions[_PAID] = [ods for ods, _, _ in payers]
        elif wanted.by in _KEYS:
            conditions[_KEYS[wanted.by]] = sought(wanted.key)
    spans = [since for _, since, _ in payers], [until for _, _, until in payers]
    own = (wanted.kind, max(first, after[0]), last, limit, *after, *spans)
    sql, values = narrowed(_BEHIND, conditions, *own)
    return [Counted(kind=wanted.kind, **row) for row in await fetch(sql, *values)]


# Spans of days are the statement's own parameters; none, where it is not asked by partner.
_PAID: Final = """exists (
    select from unnest({}::varchar[], $7::date[], $8::date[]) as p (ods, since, until)
    where p.ods = t.funder and t.occurred_on between p.since and p.until)"""
_KEYS: Final[dict[str, str]] = {
    "sku": "t.sku = {}",
    "category": "t.category = {}",
    "depot": "t.depot = {}",
    "team": "l.team = {}",
    "age": "case when l.age_years >= 10 then '10+' else l.age_years::text end = {}",
}


def _faults(wanted: Wanted) -> Iterator[Fault]:
    for name, day in (("from", wanted.first), ("to", wanted.last)):
        if not _YEARS[0] <= day.year <= _YEARS[1]:
            yield Fault(name, "Give a day of this age.")
    if wanted.first > wanted.last:
        yield Fault("to", "The span ends before it begins.")
    elif (wanted.last - wanted.first).days >= DAYS_MAX:
        yield Fault("to", f"Ask for {DAYS_MAX} days at most.")
    if wanted.by == "none" and wanted.key is not None:
        yield Fault("key", "Say what it is a key of.")
    if wanted.by == "month" and wanted.key is not None and not _is_month(wanted.key):
        yield Fault("key", "Write the month as 2018-04.")


def _is_month(key: str) -> bool:
    try:
        return f"{date.fromisoformat(f'{key}-01'):%Y-%m}" == key
    except ValueError:
        return False


def _payers(
    succession: Succession, key: str, first: date, last: date
) -> Iterator[tuple[str, date, date]]:
    """Whose counts are a partner's, and on which days: cut as in budget/recycling.py."""
    begins = sorted({since for _, since in succession.values() if first < since <= last})
    ends = [*(begin - timedelta(days=1) for begin in begins), last]
    for since, until in zip((first, *begins), ends, strict=True):
        for ods in {key, *succession}:
            if successor_on(succession, ods, since) == key:
                yield ods, since, until


# Nothing is counted before its day, but for a clock that is minutes ahead: older months of counts
# are left alone. What was undone comes to nothing on its own day, and goes.
_BEHIND: Final = """
select counted.occurred_on, i.code as item, counted.sku, counted.category, counted.partner,
    counted.depot, counted.units, counted.pence, counted.movement, counted.loan, m.reason
from (
    select t.occurred_on, t.loan, sum(t.units)::int as units, sum(t.pence)::bigint as pence,
        max(t.item) as item, max(t.sku) as sku, max(t.category) as category,
        max(t.funder) as partner, max(t.depot) as depot,
        (array_agg(t.movement order by t.units desc, t.seq desc))[1] as movement,
        (array_agg(t.recorded_at order by t.units desc, t.seq desc))[1] as recorded_at
    from tallies t left join loans l on l.id = t.loan
    where t.kind = $1 and t.occurred_on between $2 and $3
        and t.recorded_at >= $2::date - interval '1 day'
        and ($7::date[] is not null and $8::date[] is not null) and {where}
    group by t.occurred_on, t.loan
    having sum(t.units) <> 0 and (t.occurred_on, t.loan) > ($5::date, $6::uuid)
    order by t.occurred_on, t.loan limit $4
) counted
join items i on i.id = counted.item
left join movements m on m.item = counted.item and m.recorded_at = counted.recorded_at
    and m.id = counted.movement
order by counted.occurred_on, counted.loan
"""
