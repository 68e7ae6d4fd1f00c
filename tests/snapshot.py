"""All that a database holds, in one number a table: what a refused request must leave as it was."""

from typing import Final

from tests.sight import all_of

# Who asks is written down whatever comes of it: looks at people, sign-ins, counts of a page's use.
_ASKING: Final = frozenset(
    {"match_failures", "page_counts", "page_sessions", "person_looks", "sign_in_failures", "tokens"}
)
# What is behind a wall of its own is read through functions alone.
_CLOSED: Final = frozenset({"migration", "person_doors", "key_safes"})

_TABLES: Final = """
select relname from pg_class where relnamespace = 'public'::regnamespace
    and relkind in ('r', 'p') and not relispartition order by relname
"""


async def snapshot() -> dict[str, tuple[int, int]]:
    """How many rows each table has, and a sum of what is in them."""
    tables = [row["relname"] for row in await all_of(_TABLES)]
    sums = [
        f"select '{name}' as name, count(*) as n, sum(hashtext(t::text)) as s from \"{name}\" t"
        for name in tables
        if name not in _ASKING | _CLOSED
    ]
    # In one statement: hundreds of tries look at what each of them has left.
    rows = await all_of(" union all ".join(sums))
    return {row["name"]: (row["n"], row["s"] or 0) for row in rows}
