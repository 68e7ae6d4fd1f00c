"""Lists narrowed by what is asked for.

A statement that takes every filter as `$1 is null or x = $1` is planned once for all of them, by no
index: it reads the whole table for a page. Here each set of filters has a statement of its own.
"""

from collections.abc import Mapping, Sequence

import asyncpg

from budget.database import execute, fetch, transaction
from budget.wording import sought


def narrowed(
    statement: str, conditions: Mapping[str, object], *values: object
) -> tuple[str, list[object]]:
    """The statement with `{where}` filled in, and all its values.

    `conditions` are SQL from code with `{}`, or `{0}` more than once, for their value; those whose
    value is None are left out. The statement's own `values` come first, as `$1` and so on.
    """
    given = {sql: value for sql, value in conditions.items() if value is not None}
    first = len(values) + 1
    texts = (sql.format(f"${number}") for number, sql in enumerate(given, first))
    where = " and ".join(texts) or "true"
    return statement.replace("{where}", where), [*values, *given.values()]


def containing(text: str) -> str | None:
    """A pattern for `like`: what contains the text, taken to the letter; None for an empty one."""
    literal = sought(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literal}%" if literal else None


async def fetch_containing(sql: str, values: Sequence[object]) -> list[asyncpg.Record]:
    """Rows of a statement that looks for a part of a text, planned for this very text.

    How many rows contain one differs a thousandfold: the few are found by an index of texts, the
    many by going through the list until the page is full.
    """
    async with transaction():
        await execute("set local plan_cache_mode = force_custom_plan")
        return await fetch(sql, *values)
