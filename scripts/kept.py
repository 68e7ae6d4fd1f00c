"""What is kept of a few hundred items at a time, for scripts/verify to play their histories."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from budget.database import Connection
from equipment.journal import STANDING
from scripts.reckoning import Count


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of some items: their movements by item, the rest by movement."""

    movements: Mapping[int, list[asyncpg.Record]]
    loans: Mapping[UUID, asyncpg.Record]
    checks: Mapping[UUID, list[asyncpg.Record]]
    postings: Mapping[UUID, list[asyncpg.Record]]
    tallies: Mapping[UUID, list[asyncpg.Record]]


async def read_kept(connection: Connection, items: list[int]) -> Kept:
    """Read it in five statements, as of the open transaction's moment."""
    movements = await connection.fetch(_MOVEMENTS, items)
    ids = [movement["id"] for movement in movements]
    return Kept(
        movements=_grouped("item", movements),
        loans={row["id"]: row for row in await connection.fetch(_LOANS, items)},
        checks=_grouped("movement", await connection.fetch(_CHECKS, items)),
        postings=_grouped("movement", await connection.fetch(_POSTINGS, items)),
        tallies=_grouped("movement", await connection.fetch(_TALLIES, ids)),
    )


_MOVEMENTS: Final = f"""
select item, seq, id, action, from_state, occurred_at, recorded_at, undoes, details,
    {", ".join(STANDING)}
from movements where item = any($1::bigint[]) order by item, seq
"""  # noqa: S608 - column names from code
_LOANS: Final = """
select id, funder, charged_pence, credit_percent from loans where item = any($1::bigint[])
"""
_CHECKS: Final = """
select movement, kind, result, "on" from checks where item = any($1::bigint[]) order by id
"""
_POSTINGS: Final = """
select movement, kind, account, partner, amount_pence, loan, category, no_tariff
from postings where item = any($1::bigint[]) order by seq
"""
_TALLIES: Final = """
select movement, kind, units, pence, occurred_on, loan, funder, depot, category, reuse
from tallies where movement = any($1::uuid[]) order by seq
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
