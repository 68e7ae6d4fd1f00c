"""Specials that have come back and may do: looked at before another one is bought."""

import re
from collections.abc import Iterable
from typing import Final

from budget.database import fetch

# Shorter ones tell nothing, more are not typed of one thing.
_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_WORDS_MAX: Final = 40
_SHOWN_MAX: Final = 3


async def fitting(descriptions: Iterable[str]) -> list[str]:
    """Of each special that is asked for, those that are free and share two of its words, in words.

    Where it has but one word to tell by, those that share it.
    """
    found: dict[str, None] = {}
    for description in dict.fromkeys(descriptions):
        words = list(dict.fromkeys(_WORD.findall(description.lower())))[:_WORDS_MAX]
        for row in await fetch(_FITTING, words, _SHOWN_MAX) if words else []:
            found[f"{row['name']} ({row['sku']}) was bought before and is free: it may do."] = None
    return list(found)


# Asked only where an order has a special: a few a day.
_FITTING: Final = """
select p.sku, p.name from (
    select sku, max(special ->> 'description') as description from order_lines
    where special is not null and sku is not null group by sku) bought
join products p using (sku) cross join lateral (
    select count(*) as many from unnest($1::text[]) said (word)
    where strpos(lower(p.name || ' ' || bought.description), said.word) > 0) shared
where shared.many >= least(2, cardinality($1::text[])) and exists (
    select from item_makes m join items i on i.id = m.item where m.sku = p.sku and i.held_at is null
        and i.state in ('available', 'returned', 'cleaned', 'in_repair'))
order by shared.many desc, p.sku limit $2
"""
