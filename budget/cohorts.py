"""Cohorts: of what was issued in a month, how much came back by when, and was lent again.

What came back within three months came back by the same day three months after its own issue. A
month whose last loans have not had so long yet is not yet known: never shown as low.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

import asyncpg
import msgspec

from budget.database import fetch
from budget.partners import Succession, successions, successor_on
from budget.recycling import Count, Rate, Scope
from budget.refusals import Fault, Wrong
from budget.wording import sought

Of: TypeAlias = Literal["none", "partner", "sku", "team"]
HORIZONS: Final = (3, 6, 12)
MONTHS_MAX: Final = 120
_YEARS: Final = (1948, 2999)
DEFINITION: Final = (
    "Of what was issued in a month, what came back within 3, 6 and 12 months of its own day of "
    "issue: returned / issued, in units and in what their loans were charged. Lent again: what was "
    "issued again within 12 months of that day. Null: not yet known, as not all of the month has "
    "had so long. The total adds up the months that are known alone, with what they issued."
)


class Within(msgspec.Struct, frozen=True):
    """How much of what was issued, within so many months; `count` is null where not yet known."""

    months: int
    count: Count | None
    issued: Count | None
    share: Rate


class Cohort(msgspec.Struct, frozen=True):
    """What was issued in a month (`YYYY-MM`; null: in all of them), and what became of it."""

    month: str | None
    issued: Count
    back: list[Within]
    lent_again: Within
    back_so_far: Count
    written_off_so_far: Count


class Cohorts(msgspec.Struct, frozen=True):
    """The cohorts of some months of issue, of all or of one partner, product or team."""

    definition: str
    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")
    of: Of
    key: str | None
    scope: Scope
    as_of: date
    rows: list[Cohort]
    total: Cohort


@dataclass(frozen=True, slots=True)
class Asked:
    """Which months of issue, by any day of the first and the last, and of what."""

    first: date
    last: date
    of: Of = "none"
    key: str | None = None
    scope: Scope = "reusable"


async def cohorts(asked: Asked, today: date) -> Cohorts:
    """The cohorts as they stand on a day. Raises Wrong where the months or the key will not do."""
    first, last = asked.first.replace(day=1), asked.last.replace(day=1)
    if faults := list(_faults(asked, first, last)):
        raise Wrong(faults)
    found: dict[date, dict[tuple[str, int], Count]] = {}
    succession = await successions()
    for row in await _counted(asked, (first, last), succession):
        if _is_meant(asked, row, succession):
            of = found.setdefault(row["issued_in"], {}).setdefault(
                (row["kind"], row["months"]), Count()
            )
            of.units += row["units"]
            of.pence += row["pence"]
    rows = [_cohort(month, counts, today) for month, counts in sorted(found.items())]
    rows = [row for row in rows if _is_anything(row)]
    return Cohorts(
        definition=DEFINITION,
        first=f"{first:%Y-%m}",
        last=f"{last:%Y-%m}",
        of=asked.of,
        key=asked.key,
        scope=asked.scope,
        as_of=today,
        rows=rows,
        total=_total(rows),
    )


def _faults(asked: Asked, first: date, last: date) -> Iterable[Fault]:
    for name, month in (("from", first), ("to", last)):
        if not _YEARS[0] <= month.year <= _YEARS[1]:
            yield Fault(name, "Give a month of this age.")
    if first > last:
        yield Fault("to", "The span ends before it begins.")
    elif (last.year - first.year) * 12 + last.month - first.month >= MONTHS_MAX:
        yield Fault("to", f"Ask for {MONTHS_MAX} months at most.")
    if (asked.of == "none") != (asked.key is None):
        yield Fault("key", "Name whose cohorts you want, or leave both out.")


async def _counted(
    asked: Asked, span: tuple[date, date], succession: Succession
) -> list[asyncpg.Record]:
    keys = [sought(asked.key or "")]
    dimension: str = asked.of
    if asked.of == "partner":
        dimension = "funder"
        keys += succession
    return await fetch(_COUNTED, dimension, keys, *span, asked.scope == "all")


# What is folded and what is not yet, as of one moment, as budget/recycling.py reads them.
_COUNTED: Final = """
select issued_in, key, kind, months, sum(units)::bigint as units, sum(pence)::bigint as pence
from (
    select issued_in, key, kind, months, units, pence from cohort_sums
    where dimension = $1 and key = any($2::varchar[]) and issued_in between $3 and $4
        and ($5 or reusable)
    union all
    select issued_in, key, kind, months, units, pence from unfolded_cohorts
    cross join lateral (select case $1 when 'none' then '' when 'funder' then funder
        when 'sku' then sku else coalesce(team, '') end) named (key)
    where key = any($2::varchar[]) and issued_in between $3 and $4 and ($5 or reusable)
) every group by 1, 2, 3, 4
"""


def _is_meant(asked: Asked, row: asyncpg.Record, succession: Succession) -> bool:
    """By partner: who paid at the issue, or who had taken over from them in that month."""
    return (
        asked.of != "partner" or successor_on(succession, row["key"], row["issued_in"]) == asked.key
    )


def _is_anything(row: Cohort) -> bool:
    counts = (row.issued, row.back_so_far, row.written_off_so_far)
    return any(count.units or count.pence for count in counts)


def _cohort(month: date, counts: Mapping[tuple[str, int], Count], today: date) -> Cohort:
    issued = _sum(counts, "issued")
    return Cohort(
        month=f"{month:%Y-%m}",
        issued=issued,
        back=[
            _within(months, _by_then(counts, "returned", months, month, today), issued)
            for months in HORIZONS
        ],
        lent_again=_within(12, _by_then(counts, "lent_again", 12, month, today), issued),
        back_so_far=_sum(counts, "returned"),
        written_off_so_far=_sum(counts, "written_off"),
    )


def _by_then(
    counts: Mapping[tuple[str, int], Count], kind: str, months: int, month: date, today: date
) -> Count | None:
    """What had happened after so many months; None until all of the month has had so long."""
    if known_on(month, months) > today:
        return None
    return _sum(counts, kind, months)


def known_on(month: date, months: int) -> date:
    """The day on which it is known what became of a month's loans within so many months."""
    last = month.replace(day=monthrange(month.year, month.month)[1])
    ahead = last.month - 1 + months
    year, number = last.year + ahead // 12, ahead % 12 + 1
    return date(year, number, min(last.day, monthrange(year, number)[1])) + timedelta(days=1)


def _sum(counts: Mapping[tuple[str, int], Count], kind: str, months: int | None = None) -> Count:
    meant = [
        count
        for (each, after), count in counts.items()
        if each == kind and (months is None or after <= months)
    ]
    return _added(meant)


def _added(counts: Iterable[Count]) -> Count:
    every = list(counts)
    return Count(sum(each.units for each in every), sum(each.pence for each in every))


def _within(months: int, count: Count | None, issued: Count | None) -> Within:
    if count is None or issued is None:
        return Within(months, None, None, Rate(None, None))
    return Within(
        months,
        count,
        issued,
        Rate(
            count.units / issued.units if issued.units else None,
            count.pence / issued.pence if issued.pence else None,
        ),
    )


def _total(rows: Sequence[Cohort]) -> Cohort:
    return Cohort(
        month=None,
        issued=_added(row.issued for row in rows),
        back=[
            _known(months, [row.back[place] for row in rows])
            for place, months in enumerate(HORIZONS)
        ],
        lent_again=_known(12, [row.lent_again for row in rows]),
        back_so_far=_added(row.back_so_far for row in rows),
        written_off_so_far=_added(row.written_off_so_far for row in rows),
    )


def _known(months: int, every: Sequence[Within]) -> Within:
    known = [each for each in every if each.count is not None]
    if not known:
        return _within(months, None, None)
    counts = _added(each.count for each in known if each.count is not None)
    return _within(months, counts, _added(each.issued for each in known if each.issued is not None))
