"""The movements behind a recycling figure, of whom nothing is said: what, where, for which partner.

What was undone is not among them, so that they add up to the figure. Read from the counts
themselves, in time that grows with what was counted in those days, not with what came before.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from budget.database import fetch
from budget.narrowing import narrowed
from budget.partners import successions
from budget.recycling import By, Scope
from budget.refusals import Fault, Wrong
from budget.within import DIMENSIONS, KEYS, Dimension, Within, paid, span_faults
from budget.wording import sought

REASON: Final = "coalesce(lower(regexp_replace(trim(m.reason), '\\s+', ' ', 'g')), '')"
"""The reason of a movement `m` as reasons are told apart: capitals and spaces are not."""

Kind: TypeAlias = Literal[
    "issued", "issued_recycled", "returned", "reused", "scrapped", "written_off", "lost"
]
FIRST: Final = (date.min, UUID(int=0))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figure: of what kind and days, both included, and of which key, None for all."""

    kind: Kind
    first: date
    last: date
    by: By = "none"
    key: str | None = None
    scope: Scope = "reusable"
    within: Within | None = None
    # By its reason_id() alone: what is told by its reason is scrapped or written off.
    reason: str | None = None


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


def reason_id(reason: str) -> str:
    """What stands for a reason in an address, where a text that somebody typed may not stand."""
    return hashlib.sha256(reason.encode()).hexdigest()[:_REASON_ID_LENGTH]


_REASON_ID_LENGTH: Final = 16
_TOLD_BY_REASON: Final = frozenset({"scrapped", "written_off"})


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
    for by, key in _narrowed_to(wanted):
        if by == "partner":
            payers = list(paid(await successions(), key, first, last))
            conditions[_PAID] = [ods for ods, _, _ in payers]
        else:
            conditions[KEYS[by]] = key
    spans = [since for _, since, _ in payers], [until for _, _, until in payers]
    # Which reason it was is known of a movement once it is found: then the list is cut afterwards.
    reason = None if wanted.reason is None else sought(wanted.reason)
    cut = limit if reason is None else None
    own = (wanted.kind, max(first, after[0]), last, cut, *after, *spans, reason, limit)
    sql, values = narrowed(_BEHIND, conditions, *own)
    return [Counted(kind=wanted.kind, **row) for row in await fetch(sql, *values)]


# Spans of days are the statement's own parameters; none, where it is not asked by partner.
_PAID: Final = """exists (
    select from unnest({}::varchar[], $7::date[], $8::date[]) as p (ods, since, until)
    where p.ods = t.funder and t.occurred_on between p.since and p.until)"""


def _narrowed_to(wanted: Wanted) -> Iterator[tuple[Dimension, str]]:
    for by in DIMENSIONS:
        if by == wanted.by and wanted.key is not None:
            yield by, sought(wanted.key)
    if wanted.within is not None:
        yield wanted.within.by, wanted.within.key


def _faults(wanted: Wanted) -> Iterator[Fault]:
    yield from span_faults(wanted.first, wanted.last)
    if wanted.within is not None and wanted.by == wanted.within.by:
        yield Fault("by", "Ask by something else than that of which it is.")
    if wanted.by == "none" and wanted.key is not None:
        yield Fault("key", "Say what it is a key of.")
    if wanted.by == "month" and wanted.key is not None and not _is_month(wanted.key):
        yield Fault("key", "Write the month as 2018-04.")
    if wanted.reason is not None and wanted.kind not in _TOLD_BY_REASON:
        yield Fault("reason", "Only what was scrapped or written off is told by its reason.")


def _is_month(key: str) -> bool:
    try:
        return f"{date.fromisoformat(f'{key}-01'):%Y-%m}" == key
    except ValueError:
        return False


# Nothing is counted before its day, but for a clock that is minutes ahead: older months of counts
# are left alone. What was undone comes to nothing on its own day, and goes.
_BEHIND: Final = f"""
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
        and ($7::date[] is not null and $8::date[] is not null) and {{where}}
    group by t.occurred_on, t.loan
    having sum(t.units) <> 0 and (t.occurred_on, t.loan) > ($5::date, $6::uuid)
    order by t.occurred_on, t.loan limit $4
) counted
join items i on i.id = counted.item
left join movements m on m.item = counted.item and m.recorded_at = counted.recorded_at
    and m.id = counted.movement
where $9::varchar is null
    or left(encode(sha256(convert_to({REASON}, 'UTF8')), 'hex'), {_REASON_ID_LENGTH}) = $9
order by counted.occurred_on, counted.loan limit $10
"""  # noqa: S608 - our own text
