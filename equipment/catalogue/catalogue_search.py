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
    """A product's place among those found: the less `far`, the likelier it is meant.

    Of those that are as far, what more people have on loan comes first, so `seldom` is negative.
    """

    far: int
    seldom: int
    light: int
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
    places = [_place(_far(q, words, row), row) for row in rows]
    if not places:
        rows = await _alike(" ".join(words), conditions)
        places = [_place(int(1000 * row["far"]), row) for row in rows]
    places.sort()
    return [each for each in places if wanted.after is None or each > wanted.after][: wanted.limit]


def _place(far: int, row: asyncpg.Record) -> Found:
    # In powers of two, so that the places seldom change while somebody turns the pages. What is for
    # a bed weighs less than a bed: that decides where nothing was lent yet.
    return Found(far, -int(row["lent"]).bit_length(), -row["weight_g"], row["name"], row["sku"])


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
    return [Found(0, 0, 0, "", row["sku"]) for row in rows]


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
_SHOWN: Final = """sku, name, category, coalesce(weight_g, 0) as weight_g, coalesce((
    select sum(units) from stock_sums s
    where s.sku = products.sku and s.state = 'on_loan' and s.place = ''
), 0) as lent"""
_FOUND: Final = f"select {_SHOWN} from products where {{where}} limit $1"  # noqa: S608 - our own text


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
_ALIKE: Final = f"""
select {_SHOWN}, 1 - word_similarity($2, search) as far from products
where search %> $2 and {{where}} limit $1
"""  # noqa: S608 - our own text


def _far(q: str, words: list[str], row: asyncpg.Record) -> int:
    """How far a product is from what was typed: its sku, whole words, beginnings of them, parts.

    Whole words are nearest where the category has one, too: a bed is nearer than a table for it.
    """
    sku, name, category = (str(row[part]).lower() for part in ("sku", "name", "category"))
    named, filed = _NOT_PARTS.split(name), _NOT_PARTS.split(category)
    whole = set(words) <= set(named)
    starts = (
        sku == q,
        whole and any(each.startswith(word) for each in filed for word in words),
        whole,
        name.startswith(q),
        sku.startswith(q)
        or all(any(each.startswith(word) for each in named + filed) for word in words),
    )
    return next((number for number, fits in enumerate(starts) if fits), len(starts))
