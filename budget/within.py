"""The recycling figures of one partner, product, team or the like, by something else in turn.

Sums are kept by one dimension, never a cube: two at once are counted anew from the counts of those
days, in time that grows with them and not with what came before. What waits at an end is known by
one dimension alone, and stays out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias, get_args

from budget.database import fetch
from budget.narrowing import narrowed
from budget.partners import Succession, successions, successor_on
from budget.recycling import (
    DEFINITION,
    By,
    Counts,
    Question,
    Report,
    in_order,
    row_of,
)
from budget.refusals import Fault, Wrong
from budget.wording import sought

Dimension: TypeAlias = Literal["partner", "sku", "category", "depot", "team", "age"]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
DAYS_MAX: Final = 731
YEARS: Final = (1948, 2999)
AGE: Final = "case when l.age_years >= 10 then '10+' else l.age_years::text end"
KEYS: Final[dict[Dimension, str]] = {
    "sku": "t.sku = {}",
    "category": "t.category = {}",
    "depot": "t.depot = {}",
    "team": "l.team = {}",
    "age": f"{AGE} = {{}}",
}
"""What narrows counts `t` of loans `l` to one key; a partner's are paid() for."""


@dataclass(frozen=True, slots=True)
class Within:
    """Of what alone: in an address `partner:04K`."""

    by: Dimension
    key: str

    def __str__(self) -> str:
        return f"{self.by}:{self.key}"


def within_of(text: str | None) -> Within | None:
    """What an address says, None where it says nothing; Wrong for what is none such."""
    if not text:
        return None
    name, _, key = text.partition(":")
    by = next((each for each in DIMENSIONS if each == name), None)
    if by is None or not key:
        raise Wrong([Fault("within", "Write it as partner:04K.")])
    return Within(by, sought(key))


async def report_within(question: Question, within: Within) -> Report:
    """The figures within that; `waiting` is null. Raises Wrong where they cannot be asked for."""
    if faults := list(_faults(question, within)):
        raise Wrong(faults)
    succession = await successions()
    groups: dict[str, Counts] = {}
    total = Counts()
    for row in await fetch(*_counted(question, within, succession)):
        total.add(row)
        key = row["key"]
        if question.by == "partner":
            key = successor_on(succession, key, row["since"])
        if key:
            groups.setdefault(key, Counts()).add(row)
    ordered = sorted(groups.items(), key=lambda each: in_order(question.by, each[0]))
    return Report(
        definition=DEFINITION,
        first=question.first,
        last=question.last,
        by=question.by,
        scope=question.scope,
        rows=[row_of(key, counts, waits=False) for key, counts in ordered if not counts.is_empty()],
        total=row_of(None, total, waits=False),
        within=str(within),
    )


def span_faults(first: date, last: date) -> Iterator[Fault]:
    """What keeps the counts of a span of days from being read one by one."""
    for name, day in (("from", first), ("to", last)):
        if not YEARS[0] <= day.year <= YEARS[1]:
            yield Fault(name, "Give a day of this age.")
    if first > last:
        yield Fault("to", "The span ends before it begins.")
    elif (last - first).days >= DAYS_MAX:
        yield Fault("to", f"Ask for {DAYS_MAX} days at most.")


def _faults(question: Question, within: Within) -> Iterator[Fault]:
    yield from span_faults(question.first, question.last)
    if question.by == within.by:
        yield Fault("by", "Break it down by something else than that of which it is.")


def paid(
    succession: Succession, key: str, first: date, last: date
) -> Iterator[tuple[str, date, date]]:
    """Whose counts are a partner's, and on which days: cut as in budget/recycling.py."""
    for since, until in cut(succession, first, last):
        for ods in {key, *succession}:
            if successor_on(succession, ods, since) == key:
                yield ods, since, until


def cut(succession: Succession, first: date, last: date) -> list[tuple[date, date]]:
    """A span of days, cut where a succession begins: who a partner is never changes within."""
    begins = sorted({since for _, since in succession.values() if first < since <= last})
    ends = [*(begin - timedelta(days=1) for begin in begins), last]
    return list(zip((first, *begins), ends, strict=True))


_GROUPED: Final[dict[By, str]] = {
    "none": "''",
    "month": "to_char(t.occurred_on, 'YYYY-MM')",
    "partner": "t.funder",
    "sku": "t.sku",
    "category": "t.category",
    "depot": "coalesce(t.depot, '')",
    "team": "coalesce(l.team, '')",
    "age": f"coalesce({AGE}, '')",
}


def _counted(
    question: Question, within: Within, succession: Succession
) -> tuple[str, *tuple[object, ...]]:
    """The statement that counts them, and its values."""
    spans = cut(succession, question.first, question.last)
    conditions: dict[str, object] = {}
    payers: list[tuple[str, date, date]] = []
    if within.by == "partner":
        payers = list(paid(succession, within.key, question.first, question.last))
        conditions[_PAID] = [ods for ods, _, _ in payers]
    else:
        conditions[KEYS[within.by]] = within.key
    if question.scope == "reusable":
        conditions["t.reuse = {}"] = "reusable"
    # Whoever asks neither for teams nor for ages does without the loans.
    loans = {"team", "age"} & {question.by, within.by}
    statement = _COUNTED.replace("{key}", _GROUPED[question.by])
    statement = statement.replace("{loans}", _LOANS if loans else "")
    sql, values = narrowed(
        statement,
        conditions,
        [since for since, _ in spans],
        [until for _, until in spans],
        [since for _, since, _ in payers],
        [until for _, _, until in payers],
    )
    return sql, *values


_PAID: Final = """exists (
    select from unnest({}::varchar[], $3::date[], $4::date[]) as p (ods, since, until)
    where p.ods = t.funder and t.occurred_on between p.since and p.until)"""
_LOANS: Final = "left join loans l on l.id = t.loan"
# Nothing is counted before its day, but for a clock that is minutes ahead: older months of counts
# are left alone.
_COUNTED: Final = """
select t.kind, c.since, {key} as key, sum(t.units)::bigint as units, sum(t.pence)::bigint as pence
from unnest($1::date[], $2::date[]) c (since, until)
join tallies t on t.occurred_on between c.since and c.until
    and t.recorded_at >= c.since - interval '1 day' {loans}
where t.kind <> 'waiting' and ($3::date[] is not null and $4::date[] is not null) and {where}
group by 1, 2, 3
"""
