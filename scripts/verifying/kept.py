"""What is kept of a few hundred items at a time, for scripts/verify to play their histories."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from budget.database import Connection
from equipment.journal import STANDING
from scripts.verifying.reckoning import Count


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of some items: their movements by item, the rest by movement."""

    movements: Mapping[int, list[asyncpg.Record]]
    loans: Mapping[UUID, asyncpg.Record]
    checks: Mapping[UUID, list[asyncpg.Record]]
    postings: Mapping[UUID, list[asyncpg.Record]]
    tallies: Mapping[UUID, list[asyncpg.Record]]


class KeptItems:
    """All that is kept, some items at a time, in the order of their keys."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # No index says what an item posted or counted: it is sorted once, and read alongside.
        self._postings = _Stream(connection, _POSTINGS)
        self._tallies = _Stream(connection, _TALLIES)

    async def of(self, items: Sequence[int]) -> Kept:
        """What is kept of these items, which come after all those asked for before."""
        movements = await self._connection.fetch(_MOVEMENTS, items)
        loans = await self._connection.fetch(_LOANS, items)
        checks = await self._connection.fetch(_CHECKS, items)
        return Kept(
            movements=_grouped("item", movements),
            loans={row["id"]: row for row in loans},
            checks=_grouped("movement", checks),
            postings=_grouped("movement", await self._postings.up_to(items[-1])),
            tallies=_grouped("movement", await self._tallies.up_to(items[-1])),
        )


class _Stream:
    """Rows in the order of their items, read as far as they are asked for."""

    def __init__(self, connection: Connection, sql: str) -> None:
        self._rows = aiter(connection.cursor(sql, prefetch=_PREFETCHED))
        self._next: asyncpg.Record | None = None

    async def up_to(self, item: int) -> list[asyncpg.Record]:
        """The rows not read yet of the items up to this one."""
        read = []
        row = self._next or await anext(self._rows, None)
        while row is not None and row["item"] <= item:
            read.append(row)
            row = await anext(self._rows, None)
        self._next = row
        return read


_PREFETCHED: Final = 2_000
_MOVEMENTS: Final = f"""
select item, seq, id, action, from_state, occurred_at, recorded_at, undoes, details,
    {", ".join(STANDING)}, action in ('hold', 'release') and exists (select from receipts r
        where r.id = movements.id and r.kind = 'scan' and r.content = '') as by_recall
from movements where item = any($1::bigint[]) order by item, seq
"""  # noqa: S608 - column names from code
_LOANS: Final = """
select l.id, l.funder, l.charged_pence, l.credit_percent, l.only_counted, o.charge_pence
from loans l left join order_lines o on o.id = l.order_line where l.item = any($1::bigint[])
"""
_CHECKS: Final = """
select movement, kind, result, "on" from checks where item = any($1::bigint[]) order by id
"""
_POSTINGS: Final = """
select item, movement, kind, account, partner, amount_pence, loan, category, no_tariff
from postings where item is not null order by item, seq
"""
_TALLIES: Final = """
select item, movement, kind, units, pence, occurred_on, loan, funder, depot, category, reuse
from tallies order by item, seq
"""


def as_count(row: asyncpg.Record) -> Count:
    """A row of tallies as the count that the definition knows."""
    names = ("kind", "units", "pence", "occurred_on", "loan", "funder", "depot")
    return Count(*(row[name] for name in names))


def _grouped(key: str, rows: Iterable[asyncpg.Record]) -> dict[Any, list[asyncpg.Record]]:
    groups: dict[Any, list[asyncpg.Record]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups
