"""More movements, made of those there are: the same things happen again on other days of the year.

Each copy is moved on by some days within the financial year and has ids of its own, so that the
days, products and partners together grow as they would; the rows go in through the same triggers.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

import asyncpg

from scripts.benchmarks.figures import say

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
_FORMS: Final = {
    "id": "md5($::text || ' {copy}')::uuid",
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


async def grow(dsn: str, times: int) -> None:
    """Make it so many times as many movements, as the owner of everything."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(_MOVED_ON)
        for table in _COPIED:
            await connection.execute(f"create temp table {table}_once as table {table}")
        for copy in range(1, times):
            async with connection.transaction():
                for table in _COPIED:
                    await connection.execute(await _insert(connection, table, copy))
            say(f"  grown to {copy + 1} times as many")
    finally:
        await connection.close()


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
