"""How many SQL statements the application sends, counted by PostgreSQL itself.

In a short pass of its own, with pg_stat_statements loaded only for that, so that no figure is
touched. What a trigger does inside a statement belongs to it; BEGIN and COMMIT count.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import asyncpg

from budget.database import APPLICATION_ROLE

_LIBRARY: Final = "pg_stat_statements"


@contextlib.contextmanager
def counting(folder: Path) -> Iterator[None]:
    """Servers that are started on the folder meanwhile count."""
    path = folder / "data" / "postgresql.conf"
    before = path.read_text()
    path.write_text(f"{before}\nshared_preload_libraries = '{_LIBRARY}'\n")
    try:
        yield
    finally:
        path.write_text(before)


def can_count(dsn: str) -> bool:
    """Whether this PostgreSQL has the library: an operator's own may not."""
    return asyncio.run(_value(dsn, _AVAILABLE)) is not None


_AVAILABLE: Final = f"select 1 from pg_available_extensions where name = '{_LIBRARY}'"  # noqa: S608


def start_counting(dsn: str) -> None:
    """Count from nothing."""
    asyncio.run(_value(dsn, f"create extension if not exists {_LIBRARY}"))
    asyncio.run(_value(dsn, f"select {_LIBRARY}_reset()"))


def counted(dsn: str) -> int:
    """The statements of the application's role in this database since then."""
    return int(asyncio.run(_value(dsn, _COUNTED)))


_COUNTED: Final = f"""
select coalesce(sum(calls), 0) from {_LIBRARY}
where userid = '{APPLICATION_ROLE}'::regrole
    and dbid = (select oid from pg_database where datname = current_database())
"""  # noqa: S608 - names from code


async def _value(dsn: str, sql: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()
