"""Finding products by what is typed of them: parts of words, else what is like them."""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import asyncpg
import msgspec

from budget.database import execute, fetch, transaction
from budget.narrowing import containing, narrowed
from budget.wording import sought

QUERY_MAX: Final = 200
# Of so many that match, the likeliest are shown first; no catalogue has so many beds.
_LOOKED_AT: Final = 300
_WORDS_MAX: Final = 8
# How like a slip of the pen is: below, it is another word.
_LIKENESS: Final = 0.45
_NOT_PARTS: Final = re.compile(r"[^0-9a-z]+")


@dataclass(frozen=True, slots=True)
class Sought:
    """What of the catalogue to show; `iso9999` is a class or the beginning of one."""

    q: str = ""
    category: str | None = None
    iso9999: str | None = None
    after: "Found | None" = None
    limit: int = 50


class Found(msgspec.Struct, frozen=True, order=True):
    """A product's place among those found: the less `far`, the likelier it is meant."""

    far: int
    name: str
    sku: str


async def found(wanted: Sought, level: int | None) -> list[Found]:
    """The places of the products sought after the last one shown, none above a level.

    Without words, in the order of their skus. Where no product has all the words in it, those that
    are like them: pg_trgm finds them, and where it is not installed, nothing does.
    """
    conditions = {
        "category = {}": None if wanted.category is None else sought(wanted.category),
        "iso9999 like {}": _class(wanted.iso9999),
        "level <= {}": level,
    }
    q = sought(wanted.q).lower()
    words = q.split()[:_WORDS_MAX]
    if not words:
        return await _in_order(conditions, wanted)
    rows = await _with_words(words, conditions)
    places = [Found(_far(q, words, row), row["name"], row["sku"]) for row in rows]
    if not places:
        rows = await _alike(" ".join(words), conditions)
        places = [Found(int(1000 * row["far"]), row["name"], row["sku"]) for row in rows]
    places.sort()
    return [each for each in places if wanted.after is None or each > wanted.after][: wanted.limit]


def _class(iso9999: str | None) -> str | None:
    """A pattern for the classes within this one, however its digits are spaced."""
    if not iso9999:
        return None
    digits = re.sub(r"[^0-9]", "", iso9999)[:6]
    return " ".join(digits[at : at + 2] for at in range(0, len(digits), 2)) + "%"


async def _in_order(conditions: Mapping[str, object], wanted: Sought) -> list[Found]:
    after = wanted.after.sku if wanted.after else None
    narrow = {"sku > {}": after, **conditions}
    sql, values = narrowed(_IN_ORDER, narrow, wanted.limit)
    async with transaction():
        await execute(_PLAN)
        rows = await fetch(sql, *values)
    return [Found(0, "", row["sku"]) for row in rows]


async def _with_words(words: list[str], conditions: Mapping[str, object]) -> list[asyncpg.Record]:
    narrow: dict[str, object] = {
        f"search like {{}} /* {number} */": containing(word) for number, word in enumerate(words)
    }
    sql, values = narrowed(_FOUND, narrow | dict(conditions), _LOOKED_AT)
    async with transaction():
        await execute(_PLAN)
        return await fetch(sql, *values)


# For this very text: how many rows have it in them differs a thousandfold.
_PLAN: Final = "set local plan_cache_mode = force_custom_plan"
_IN_ORDER: Final = "select sku from products where {where} order by sku limit $1"
_FOUND: Final = "select sku, name, category from products where {where} limit $1"


async def _alike(q: str, conditions: Mapping[str, object]) -> list[asyncpg.Record]:
    sql, values = narrowed(_ALIKE, conditions, _LOOKED_AT, q)
    with contextlib.suppress(asyncpg.UndefinedFunctionError):
        async with transaction():
            await execute(_FORGIVING)
            return await fetch(sql, *values)
    return []


# Row by row through the index, until there are enough: a bitmap would be of all that match.
_FORGIVING: Final = f"""
select set_config('pg_trgm.word_similarity_threshold', '{_LIKENESS}', true),
    set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true)
"""
_ALIKE: Final = """
select sku, name, category, 1 - word_similarity($2, search) as far from products
where search %> $2 and {where} limit $1
"""


def _far(q: str, words: list[str], row: asyncpg.Record) -> int:
    """How far a product is from what was typed: its sku, the start of its name, words, parts."""
    sku, name, category = (str(row[part]).lower() for part in ("sku", "name", "category"))
    beginnings = _NOT_PARTS.split(f"{name} {category}")
    starts = (
        sku == q,
        sku.startswith(q),
        name.startswith(q),
        all(any(each.startswith(word) for each in beginnings) for word in words),
    )
    return next((number for number, fits in enumerate(starts) if fits), len(starts))
