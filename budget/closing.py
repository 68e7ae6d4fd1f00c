"""Closing the books: month by month, for good.

Source: contract section 6. Whoever posts holds the books open until they commit (the trigger on
`postings`), and closing waits for them all: so a month is closed when everything that lies in it
can be seen, and nothing comes into it afterwards. See docs/adr/0026-closing-months.md.
"""

import hashlib
import re
from datetime import date, datetime
from typing import Final

import asyncpg
import msgspec

from budget.changes import record
from budget.database import execute, fetch, fetch_one, insert, transaction
from budget.refusals import Fault, Refused, Wrong
from budget.statement_files import csv_of
from budget.statements import Wanted, statement
from budget.years import london_day, span

_MONTH: Final = re.compile(r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])")


class ClosedStatement(msgspec.Struct, frozen=True):
    """What a partner's statement came to when its month was closed, and its digest as CSV."""

    partner: str
    name: str
    issues_pence: int
    credits_pence: int
    activity_pence: int
    net_pence: int
    postings: int
    digest: str


class ClosedMonth(msgspec.Struct, frozen=True):
    """A month that is closed for good: by whom and when, and every partner's statement of it."""

    month: str
    closed_at: datetime
    closed_by: str
    statements: list[ClosedStatement]


async def close(actor: str, year: str, month: str, now: datetime) -> ClosedMonth:
    """Close a month of a financial year; one that is closed already stays as it is.

    Raises Wrong where the month is not written as one or not of that year; Refused
    `month-not-ended`, `nothing-posted` where the books do not begin by then, `earlier-month-open`.
    """
    first = _of_year(year, month)
    if next_month(first) > london_day(now):
        raise Refused("month-not-ended", f"{_words(first)} has not ended yet.")
    async with transaction():
        # All that is being posted comes to its end first, and whatever begins waits.
        await execute(_HOLD)
        if not await _is_closed(first):
            await _check_order(first)
            await execute(_CLOSE, first, now, actor)
            await record(actor, "month closed", month, {"month": month})
    await draw_up()
    [closed] = await _closed(first, first)
    return closed


_HOLD: Final = "select pg_advisory_xact_lock(hashtextextended('books', 0))"
_CLOSE: Final = "insert into closed_months (month, closed_at, closed_by) values ($1, $2, $3)"


async def closed_months(year: str) -> list[ClosedMonth]:
    """The months of a financial year that are closed, in order. Wrong for a malformed year."""
    return await _closed(*span(year))


def days(year: str, month: str | None) -> tuple[date, date]:
    """From which day until before which a month of a financial year is, or all of that year.

    Raises Wrong where the month is not written as one, or not of that year.
    """
    if month is None:
        first, last = span(year)
        return first, next_month(last)
    begin = _of_year(year, month)
    return begin, next_month(begin)


def _of_year(year: str, month: str) -> date:
    first, last = span(year)
    begin = first_day(month)
    if not first <= begin <= last:
        raise Wrong([Fault("month", f"Is not in the financial year {year}.")])
    return begin


def first_day(month: str) -> date:
    """The first day of a month; Wrong where it is not written as one."""
    if not _MONTH.fullmatch(month):
        raise Wrong([Fault("month", "Write the month as 2018-07.")])
    return date.fromisoformat(f"{month}-01")


async def _is_closed(month: date) -> bool:
    return await fetch_one("select from closed_months where month = $1", month) is not None


async def _check_order(month: date) -> None:
    """Raise Refused unless every month before it is closed, from the first with a posting on."""
    row = await fetch_one(TURN)
    turn = row["turn"] if row else None
    if turn is None or month < turn:
        raise Refused("nothing-posted", f"Nothing had been posted by the end of {_words(month)}.")
    if month > turn:
        words = f"Close {_words(turn)} first: months are closed in their order."
        raise Refused("earlier-month-open", words)


TURN: Final = """
with summed as (
    select least((select min(begins_on) from posting_sums
            where grain = 'month' and account <> 'committed'),
        (select date_trunc('month', min(posted_on)::timestamp)::date from unfolded_postings
            where account <> 'committed')) as month
)
select coalesce((select max(month) + interval '1 month' from closed_months),
    least(month, (select date_trunc('month', min(posted_on)::timestamp)::date from postings
        where partner is not null and posted_on < coalesce(month, 'infinity'))))::date as turn
from summed
"""
"""The month to be closed next, by its first day; null where nothing has been posted yet.

By the sums; the postings are looked through only for what comes before: it cost nothing, and has
no sum.
"""


async def draw_up() -> int:
    """Keep what every partner's statement of each closed month comes to, where it is lacking.

    Apart from closing, so that scans do not wait for it: what is closed does not change. Whoever
    is cut off here leaves it to the clock, or to the next who closes a month, this one included.
    How many statements it was.
    """
    async with transaction():
        # One at a time; in a statement of its own, to see what the one before has drawn up.
        await execute("select pg_advisory_xact_lock(hashtextextended('statements', 0))")
        lacking = await fetch(_LACKING)
        for row in lacking:
            month = row["month"]
            wanted = Wanted(row["partner"], month, next_month(month))
            drawn = await statement(wanted)
            digest = hashlib.sha256(csv_of(drawn)).digest()
            figures = (drawn.issues_pence, drawn.credits_pence, drawn.activity_pence)
            values = [month, row["partner"], *figures, len(drawn.postings), digest]
            await insert("statements", _STATEMENT, [values])
    return len(lacking)


_LACKING: Final = """
select c.month, p.ods as partner from closed_months c cross join partners p
where not exists (select from statements s where s.month = c.month)
order by c.month, p.ods
"""
_STATEMENT: Final = {
    "month": "date",
    "partner": "varchar",
    "issues_pence": "bigint",
    "credits_pence": "bigint",
    "activity_pence": "bigint",
    "postings": "integer",
    "digest": "bytea",
}


async def _closed(first: date, last: date) -> list[ClosedMonth]:
    months: dict[date, ClosedMonth] = {}
    for row in await fetch(_CLOSED, first, last):
        month = f"{row['month']:%Y-%m}"
        closed = ClosedMonth(month, row["closed_at"], row["closed_by"], [])
        kept = months.setdefault(row["month"], closed)
        if row["partner"] is not None:
            kept.statements.append(_drawn(row))
    return list(months.values())


_CLOSED: Final = """
select c.month, c.closed_at, c.closed_by, s.partner, p.name, s.issues_pence, s.credits_pence,
    s.activity_pence, s.postings, encode(s.digest, 'hex') as digest
from closed_months c left join statements s on s.month = c.month
left join partners p on p.ods = s.partner
where c.month between $1 and $2 order by c.month, s.partner
"""


def _drawn(row: asyncpg.Record) -> ClosedStatement:
    issues, credited, activity = row["issues_pence"], row["credits_pence"], row["activity_pence"]
    return ClosedStatement(
        partner=row["partner"],
        name=row["name"],
        issues_pence=issues,
        credits_pence=credited,
        activity_pence=activity,
        net_pence=issues + activity - credited,
        postings=row["postings"],
        digest=row["digest"],
    )


def next_month(month: date) -> date:
    """The first day of the month after the one that a day is in."""
    year, number = divmod(month.year * 12 + month.month, 12)
    return date(year, number + 1, 1)


def _words(month: date) -> str:
    return f"{month:%B %Y}"
