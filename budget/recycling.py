"""The recycling rate, by its definition, from the counts that each movement left.

Source: contract section 6. Rates are unrounded fractions; pence are what the loan in question was
charged. Counting itself is budget/tallies.py, adding up budget/sums.py.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal

import asyncpg
import msgspec

from budget.database import fetch
from budget.partners import Succession, successions, successor_on
from budget.refusals import Fault, Wrong
from budget.sums import Grain, periods

DEFINITION: Final = (
    "Of what came back and was decided, the share made fit to lend again and not scrapped before "
    "its next loan: reused / (reused + scrapped). returned_ratio = returned / issued (not the "
    "same items). reuse_share = issued_recycled / issued. Undone movements count nowhere."
)
By = Literal["none", "partner", "sku", "category", "month", "depot", "team", "age"]
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
    """The figures of a span of days, both included, by one key and in total.

    `within` is of what alone they are (budget/within.py); null: of all.
    """

    definition: str
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    by: By
    scope: Scope
    rows: list[Row]
    total: Row
    within: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Which figures: from which day to which, both included, by what, of which products."""

    first: date
    last: date
    by: By = "none"
    scope: Scope = "reusable"


@dataclass(slots=True)
class Counts:
    """The counts of one key while they are added up."""

    of: dict[str, Count] = field(default_factory=lambda: {kind: Count() for kind in KINDS})

    def add(self, row: asyncpg.Record) -> None:
        """What a row with kind, units and pence counts."""
        count = self.of[row["kind"]]
        count.units += row["units"]
        count.pence += row["pence"]

    def is_empty(self) -> bool:
        """Whether nothing is left of it."""
        return not any(count.units or count.pence for count in self.of.values())


async def report(question: Question) -> Report:
    """The recycling figures. Raises Wrong where the span ends before it begins."""
    if question.first > question.last:
        raise Wrong([Fault("to", "The span ends before it begins.")])
    succession = await successions()
    parts = _parts(question, succession)
    groups: dict[str, Counts] = {}
    total = Counts()
    for row in await _counted(question, parts):
        total.add(row)
        key = _key(question, row, parts[row["part"]], succession)
        if key is not None:
            groups.setdefault(key, Counts()).add(row)
    return Report(
        definition=DEFINITION,
        first=question.first,
        last=question.last,
        by=question.by,
        scope=question.scope,
        rows=[
            row_of(group, counts, waits=question.by != "month")
            for group, counts in sorted(
                groups.items(), key=lambda each: in_order(question.by, each[0])
            )
            if not counts.is_empty()
        ],
        total=row_of(None, total),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """Days over which some kinds are added up, and the day that says who a partner is by then."""

    kinds: Sequence[str]
    first: date
    last: date
    partner_on: date
    # The sums by which it may be read.
    grains: tuple[Grain, ...]


def _parts(question: Question, succession: Succession) -> list[_Part]:
    """What stood undecided at the end, whenever it came back; and all else, of the span asked for.

    By partner, the span is cut where a succession begins: who a partner is never changes within.
    """
    first, last = question.first, question.last
    # What waits is shown under no month, so its years are whole whatever is asked for.
    parts = [_Part(("waiting",), date.min, last, last, _ALL_GRAINS)]
    grains = _ALL_GRAINS[1:] if question.by == "month" else _ALL_GRAINS
    begins = {since for _, since in succession.values() if first < since <= last}
    starts = [first, *(sorted(begins) if question.by == "partner" else ())]
    ends = [*(start - _DAY for start in starts[1:]), last]
    counts = [kind for kind in KINDS if kind != "waiting"]
    return parts + [
        _Part(counts, *days, days[0], grains) for days in zip(starts, ends, strict=True)
    ]


async def _counted(question: Question, parts: Sequence[_Part]) -> list[asyncpg.Record]:
    rows = [
        (number, kind, grain, first, last)
        for number, part in enumerate(parts)
        for grain, first, last in _periods(part)
        for kind in part.kinds
    ]
    dimension = _DIMENSIONS.get(question.by, question.by)
    columns = (list(values) for values in zip(*rows, strict=True))
    return await fetch(_COUNTED, *columns, dimension, question.by, question.scope == "all")


def _periods(part: _Part) -> Iterator[tuple[str, date, date]]:
    """Of what is folded, whole years, months and days; of what is not yet, the span itself."""
    yield "unfolded", part.first, part.last
    for each in periods(part.first, part.last, part.grains):
        yield each.grain, each.first, each.last


_DAY: Final = timedelta(days=1)
_ALL_GRAINS: Final[tuple[Grain, ...]] = ("year", "month", "day")
# Sums are kept by one dimension each, and by none, which is all that months are made of.
_DIMENSIONS: Final[Mapping[By, str]] = {"partner": "funder", "month": "none"}
# What is folded and what is not yet, as of one moment: neither twice nor left out. `offset 0` keeps
# PostgreSQL from reading all sums there are, once, instead of each period's by the index.
_COUNTED: Final = """
with asked as (
    select * from unnest($1::int[], $2::varchar[], $3::varchar[], $4::date[], $5::date[])
        as asked (part, kind, grain, first, last)
), every as (
    select a.part, s.kind, s.begins_on, s.key, s.units, s.pence
    from asked a cross join lateral (
        select * from tally_sums s where s.dimension = $6 and s.grain = a.grain and s.kind = a.kind
            and s.begins_on between a.first and a.last and ($8 or s.reusable) offset 0
    ) s
    union all
    select a.part, c.kind, c.occurred_on, case $6 when 'none' then '' when 'funder' then c.funder
        when 'sku' then c.sku when 'category' then c.category when 'team' then coalesce(c.team, '')
        when 'age' then coalesce(c.age, '') else coalesce(c.depot, '') end, c.units, c.pence
    from asked a join unfolded_tallies c on a.grain = 'unfolded' and c.kind = a.kind
        and c.occurred_on between a.first and a.last and ($8 or c.reusable)
)
select part, kind, case $7 when 'month' then to_char(begins_on, 'YYYY-MM') else key end as key,
    sum(units)::bigint as units, sum(pence)::bigint as pence
from every group by 1, 2, 3
"""


def _key(
    question: Question, row: asyncpg.Record, part: _Part, succession: Succession
) -> str | None:
    """Under which key a count stands; None where it is in the total only."""
    if question.by == "partner":
        return successor_on(succession, row["key"], part.partner_on)
    if question.by == "month" and row["kind"] == "waiting":
        return None
    return row["key"] or None


def in_order(by: By, key: str) -> tuple[int, str]:
    """Keys by the alphabet, but that ten years of age come after nine."""
    return len(key) if by == "age" else 0, key


def row_of(key: str | None, counts: Counts, *, waits: bool = True) -> Row:
    """The row of a key; `waits`: whether what waits is known of it."""
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
        waiting=of["waiting"] if waits else None,
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
