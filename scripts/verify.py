"""Check every invariant of a database: `python -m scripts.verify`, which scripts/verify calls.

It reads in one transaction, as of one moment, so it may run beside a service that takes scans.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import asyncpg

from budget.database import Connection
from equipment.people.nhs_numbers import is_nhs_number
from scripts.postgres import borrowed_database
from scripts.postgres_folder import PostgresError
from scripts.verifying.every import EVERY, NOTES
from scripts.verifying.findings import Findings
from scripts.verifying.histories import PROMISES, check_histories
from scripts.verifying.staff import NOT_SET_UP, REQUIRED_INVARIANTS
from settings import InvalidSettingError, Settings

_CONNECT_S: Final = 30
_SHOWN_OF_A_QUERY: Final = """
with broken (what) as materialized ({query})
select what, count(*) over () as many from broken limit 101
"""


class UnreadableError(Exception):
    """The database cannot be checked; the message says why, in one line for the operator."""


def main(typed: Sequence[str]) -> int:
    """Check the database and say what is found; 0 if every invariant holds, else 1."""
    parser = argparse.ArgumentParser(
        prog="scripts/verify", description="Check every invariant of a stopped or running database."
    )
    parser.add_argument(
        "--data", type=Path, default=Path("var"), help="default: ./var", metavar="DIR"
    )
    data = parser.parse_args(typed).data
    try:
        settings = Settings.from_environment(os.environ)
        with borrowed_database(data, settings) as dsn:
            required = settings.second_factor == "required"
            return asyncio.run(verify(dsn, second_factor=required))
    except (InvalidSettingError, PostgresError, UnreadableError) as problem:
        print(problem, file=sys.stderr)
        return 1


async def verify(dsn: str, *, second_factor: bool = False) -> int:
    """Check the database there, as of one moment, and print what is found; the exit code.

    `second_factor` says that the service requires one of those who need it.
    Raises UnreadableError where it cannot be reached, or is not a database of this version.
    """
    try:
        connection = await asyncpg.connect(dsn, timeout=_CONNECT_S)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        raise UnreadableError(f"The database cannot be reached: {error}") from error
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await verify_on(connection, second_factor=second_factor)
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError) as error:
        words = "This is no database of this version of Kitback, or was never migrated"
        raise UnreadableError(f"{words}: {error}") from error
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise UnreadableError(f"The check could not be finished: {error}") from error
    finally:
        await connection.close()


async def verify_on(connection: Connection, *, second_factor: bool = False) -> int:
    """Check what this connection sees, and print what is found; the exit code."""
    findings = Findings()
    for invariant in (*EVERY, *(REQUIRED_INVARIANTS if second_factor else ())):
        shown = await connection.fetch(_SHOWN_OF_A_QUERY.format(query=invariant.query))
        for row in shown[:-1]:
            findings.fault(invariant.name, row["what"])
        for row in shown[-1:]:
            findings.fault(invariant.name, row["what"], times=row["many"] - len(shown) + 1)
    await _check_people(connection, findings)
    await check_histories(connection, findings)
    for query in (*NOTES, *([NOT_SET_UP] if second_factor else [])):
        async for row in connection.cursor(query):
            findings.note(row[0])
    for line in findings.summary():
        print(line)
    print(await _verdict(connection, findings))
    return 1 if findings.faults else 0


async def _check_people(connection: Connection, findings: Findings) -> None:
    """Judge the NHS numbers' check digit, which PostgreSQL does not know."""
    async for row in connection.cursor(_NHS_NUMBERS):
        if not is_nhs_number(row["nhs_number"]):
            findings.fault("nhs-number", f"person {row['id']}: the NHS number is not valid")


_NHS_NUMBERS: Final = """
select id, nhs_number from people where nhs_number is not null order by id
"""


async def _verdict(connection: Connection, findings: Findings) -> str:
    promises = {each.name: each.promise for each in (*EVERY, *REQUIRED_INVARIANTS, *PROMISES)}
    for name, count in findings.faults.items():
        print(f"{count:,} of {name}. What always holds: {promises[name]}")
    row = await connection.fetchrow(_SIZE)
    assert row is not None
    size = f"{row['items']} items, {row['movements']} movements, {row['postings']} postings"
    if not findings.faults:
        return f"{size}: all invariants hold"
    return f"{size}: {findings.total()} faults, {len(findings.faults)} invariants broken"


_SIZE: Final = """
select (select count(*) from items) as items, (select count(*) from movements) as movements,
    (select count(*) from postings) as postings
"""

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
