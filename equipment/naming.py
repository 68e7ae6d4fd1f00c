"""Which items texts name: codes, GIAIs, links, or labels of earlier systems and further ones."""

from collections.abc import Iterable
from typing import Final

from budget.database import fetch
from equipment.hand import keys_of
from labels.identifiers import codes_in, parse_designation


async def items_named(texts: Iterable[str]) -> dict[str, int]:
    """The items' own numbers by the texts that name them; a text that names none is left out."""
    wanted = {text: list(keys_of(parse_designation(text))) for text in texts}
    keys = [key.split(" ", 1) for every in wanted.values() for key in every]
    codes, giais, aliases = (
        [text for kind, text in keys if kind == which] for which in ("code", "giai", "alias")
    )
    if not keys:
        return {}
    rows = await fetch(_NAMED, codes, giais, aliases, codes_in(giais))
    found = {row["key"]: row["item"] for row in rows}
    named = {
        text: next((found[key] for key in every if key in found), None)
        for text, every in wanted.items()
    }
    return {text: item for text, item in named.items() if item is not None}


_NAMED: Final = """
select 'code ' || code as key, id as item from items where code = any($1::varchar[])
union all select 'giai ' || giai, id from items
    where code = any($4::varchar[]) and giai = any($2::varchar[])
union all select 'code ' || code, item from item_labels where code = any($1::varchar[])
union all select 'giai ' || giai, item from item_labels where giai = any($2::varchar[])
union all select 'alias ' || key, item from item_aliases where key = any($3::varchar[])
"""
