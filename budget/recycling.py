"""The recycling rate, by its definition, from the counts that each movement left.

Source: contract section 6. Rates are unrounded fractions; pence are what the loan in question was
charged. Counting itself is budget/tallies.py.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

import asyncpg
import msgspec

from budget.database import fetch
from budget.partners import Succession, successions, successor_on
from budget.refusals import Fault, Wrong

DEFINITION: Final = (
    "Of what came back and was decided, the share made fit to lend again and not scrapped before "
    "its next loan: reused / (reused + scrapped). returned_ratio = returned / issued (not the "
    "same items). reuse_share = issued_recycled / issued. Undone movements count nowhere."
)
By = Literal["none", "partner", "sku", "category", "month", "depot"]
Scope = Literal["reusable", "all"]
KINDS: Final = (
    "issued",
    "issued_recycled",
    "returned",
    "reused",
    "scrapped",
    "written_off",
    "lost",
    "waiting",
)


class Count(msgspec.Struct):
    """Units, and what their loans were charged."""

    units: int = 0
    pence: int = 0


class Rate(msgspec.Struct, frozen=True):
    """A fraction in units and in pence; null where there is nothing to divide by."""

    units: float | None
    pence: float | None


class Rates(msgspec.Struct, frozen=True):
    """The three rates of the definition."""

    recycling: Rate
    returned_ratio: Rate
    reuse_share: Rate


class Row(msgspec.Struct, frozen=True):
    """The counts of one key; `waiting` is null by month, where it has no day to stand at."""

    key: str | None
    issued: Count
    issued_recycled: Count
    returned: Count
    reused: Count
    scrapped: Count
    written_off: Count
    lost: Count
    waiting: Count | None
    rates: Rates


class Report(msgspec.Struct, frozen=True):
    """The figures of a span of days, both included, by one key and in total."""

    definition: str
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    by: By
    scope: Scope
    rows: list[Row]
    total: Row


@dataclass(frozen=True, slots=True)
class Question:
    """Which figures: from which day to which, both included, by what, of which products."""

    first: date
    last: date
    by: By = "none"
    scope: Scope = "reusable"


@dataclass(slots=True)
class _Counts:
    """The counts of one key while they are added up."""

    of: dict[str, Count] = field(default_factory=lambda: {kind: Count() for kind in KINDS})

    def add(self, row: asyncpg.Record) -> None:
        count = self.of[row["kind"]]
        count.units += row["units"]
        count.pence += row["pence"]

    def is_empty(self) -> bool:
        return not any(count.units or count.pence for count in self.of.values())


async def report(question: Question) -> Report:
    """The recycling figures. Raises Wrong where the span ends before it begins."""
    if question.first > question.last:
        raise Wrong([Fault("to", "The span ends before it begins.")])
    rows = await fetch(
        _COUNTED, question.first, question.last, question.scope == "all", question.by
    )
    key = _KEYS[question.by]
    succession = await successions()
    groups: dict[str, _Counts] = {}
    total = _Counts()
    for row in rows:
        total.add(row)
        group = key(row, question, succession)
        if group is not None:
            groups.setdefault(group, _Counts()).add(row)
    return Report(
        definition=DEFINITION,
        first=question.first,
        last=question.last,
        by=question.by,
        scope=question.scope,
        rows=[
            _row(group, counts, monthly=question.by == "month")
            for group, counts in sorted(groups.items())
            if not counts.is_empty()
        ],
        total=_row(None, total),
    )


# `waiting` is what stood undecided at the end of the last day, whenever it came back.
_COUNTED: Final = """
select kind, occurred_on, sum(units)::bigint as units, sum(pence)::bigint as pence,
    case $4 when 'partner' then funder when 'sku' then sku when 'category' then category
        when 'depot' then depot end as key
from tallies
where occurred_on <= $2 and (occurred_on >= $1 or kind = 'waiting') and ($3 or reuse = 'reusable')
group by 1, 2, 5
"""

Key = Callable[[asyncpg.Record, Question, Succession], str | None]


def _no_key(_row: asyncpg.Record, _question: Question, _succession: Succession) -> None:
    return None


def _own_key(row: asyncpg.Record, _question: Question, _succession: Succession) -> str | None:
    key: str | None = row["key"]
    return key


def _month(row: asyncpg.Record, _question: Question, _succession: Succession) -> str | None:
    return None if row["kind"] == "waiting" else f"{row['occurred_on']:%Y-%m}"


def _partner(row: asyncpg.Record, question: Question, succession: Succession) -> str:
    """The loan's funder or, by then, its successor; what waits is the last day's."""
    day = question.last if row["kind"] == "waiting" else row["occurred_on"]
    return successor_on(succession, row["key"], day)


_KEYS: Final[Mapping[By, Key]] = {
    "none": _no_key,
    "partner": _partner,
    "sku": _own_key,
    "category": _own_key,
    "month": _month,
    "depot": _own_key,
}


def _row(key: str | None, counts: _Counts, *, monthly: bool = False) -> Row:
    of = counts.of
    return Row(
        key=key,
        issued=of["issued"],
        issued_recycled=of["issued_recycled"],
        returned=of["returned"],
        reused=of["reused"],
        scrapped=of["scrapped"],
        written_off=of["written_off"],
        lost=of["lost"],
        waiting=None if monthly else of["waiting"],
        rates=Rates(
            recycling=_rate(of["reused"], [of["reused"], of["scrapped"]]),
            returned_ratio=_rate(of["returned"], [of["issued"]]),
            reuse_share=_rate(of["issued_recycled"], [of["issued"]]),
        ),
    )


def _rate(part: Count, whole: Iterable[Count]) -> Rate:
    counts = list(whole)
    return Rate(
        _fraction(part.units, sum(count.units for count in counts)),
        _fraction(part.pence, sum(count.pence for count in counts)),
    )


def _fraction(part: int, whole: int) -> float | None:
    return part / whole if whole else None
