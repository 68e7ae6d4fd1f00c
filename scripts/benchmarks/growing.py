"""More movements, made of those there are: the same things happen again on other days of the year.

Each copy is moved on by some days within the financial year and has ids of its own, so that the
days, products and partners together grow as they would; the rows go in through the same triggers.
What they leave to be folded is folded as they come, as a service does it: of ten million at once,
the table of what is unfolded would be read again and again.
"""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

import asyncpg

from budget.database import close_pool, open_pool
from budget.sums import fold
from scripts.benchmarks.figures import say
from scripts.benchmarks.pools import execute

YEAR: Final = "2018-19"
FIRST: Final = date(2018, 4, 1)
LAST: Final = date(2019, 3, 31)
_DAYS: Final = (LAST - FIRST).days + 1
# Without a factor in common with the days of a year: no two copies are moved on alike.
_STRIDE: Final = 37

# By table, the columns that a copy does not share; `$` in a form stands for the column.
_COPIED: Final[Mapping[str, Mapping[str, str]]] = {
    "loans": {"id": "{id}", "began_at": "{moment}", "previous": "{id}"},
    "receipts": {"id": "{id}"},
    "movements": {"id": "{id}", "undoes": "{id}", "loan": "{id}", "occurred_at": "{moment}"},
    "checks": {"movement": "{id}"},
    "postings": {
        "entry": "{id}",
        "movement": "{id}",
        "loan": "{id}",
        "posted_on": "{day}",
        "occurred_at": "{moment}",
    },
    "tallies": {"movement": "{id}", "loan": "{id}", "occurred_on": "{day}"},
}
# PostgreSQL numbers these by itself.
_NUMBERED: Final = frozenset(
    {("movements", "seq"), ("postings", "seq"), ("tallies", "seq"), ("checks", "id")}
)
# A copy's ids lie together, as those of one hour do in no store: by chance alone, each row would
# read and write another leaf of every index, and ten million would take hours.
_FORMS: Final = {
    "id": "overlay($::text placing lpad(to_hex({copy}), 8, '0') from 1 for 8)::uuid",
    "day": "pg_temp.moved_on($, {days})",
    "moment": "$ + (pg_temp.moved_on($::date, {days}) - $::date) * interval '1 day'",
}
_MOVED_ON: Final = f"""
create function pg_temp.moved_on(day date, days integer) returns date
language sql immutable return case
    when day between '{FIRST}' and '{LAST}'
        then date '{FIRST}' + (day - date '{FIRST}' + days) % {_DAYS}
    else day end
"""


_LANES: Final = 2
"""Copied at once: a processor each, and the folding between."""


async def grow(dsn: str, times: int) -> None:
    """Make it so many times as many movements, all of them folded, as the owner of everything."""
    await execute(dsn, *(f"create unlogged table {each}_once as table {each}" for each in _COPIED))
    copies = iter(range(1, times))
    await open_pool(dsn)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(_LANES, times - 1)):
                group.create_task(_copy(dsn, copies))
        await fold()
    finally:
        await close_pool()
    await execute(dsn, *(f"drop table {each}_once" for each in _COPIED))


async def _copy(dsn: str, copies: Iterator[int]) -> None:
    """Make one copy after another, for as long as there are any to be made."""
    connection = await asyncpg.connect(dsn)
    try:
        # Nothing of it has to outlive the run.
        await connection.execute("set synchronous_commit = off")
        await connection.execute(_MOVED_ON)
        for copy in copies:
            async with connection.transaction():
                for table in _COPIED:
                    await connection.execute(await _insert(connection, table, copy))
            # Of two who fold at once one does, and the other goes on copying.
            await fold()
            for table in _UNFOLDED:
                await connection.execute(f"vacuum {table}")
            say(f"  copy {copy} is made")
    finally:
        await connection.close()


_UNFOLDED: Final = ("unfolded_postings", "unfolded_tallies", "unfolded_cohorts")


async def _insert(connection: "asyncpg.Connection[asyncpg.Record]", table: str, copy: int) -> str:
    rows = await connection.fetch(_COLUMNS, table)
    columns = [row["name"] for row in rows if (table, row["name"]) not in _NUMBERED]
    values = [_value(table, column, copy) for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    chosen = ", ".join(values)
    return f"insert into {table} ({names}) select {chosen} from {table}_once"  # noqa: S608


_COLUMNS: Final = """
select attname as name from pg_attribute
where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum
"""


def _value(table: str, column: str, copy: int) -> str:
    form = _COPIED[table].get(column, "$")
    made = form.format(**_FORMS).format(copy=copy, days=copy * _STRIDE % _DAYS)
    return made.replace("$", f'"{column}"')
