"""What tests read of people: PostgreSQL shows them to nobody who does not say who looks."""

import asyncpg

from budget.database import fetch, transaction
from equipment.people.visibility import EVERYONE


async def all_of(sql: str, *values: object) -> list[asyncpg.Record]:
    """Rows of a statement to which nobody is hidden."""
    async with transaction(viewer=EVERYONE):
        return await fetch(sql, *values)
