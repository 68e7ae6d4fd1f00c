"""What a product costs and what of it comes back, by day."""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from budget.database import execute, fetch


class Terms(msgspec.Struct, frozen=True):
    """Price and credit from a day on, until the next terms."""

    from_on: date
    price_pence: int
    credit_percent: int


def terms_on(terms: Sequence[Terms], day: date) -> Terms:
    """The terms in force on a day; before the earliest known, those. No product has none."""
    begun = [each for each in terms if each.from_on <= day]
    if begun:
        return max(begun, key=lambda each: each.from_on)
    return min(terms, key=lambda each: each.from_on)


async def terms_of(skus: Iterable[str]) -> dict[str, list[Terms]]:
    """All the terms that these products ever had, oldest first. One statement."""
    history: dict[str, list[Terms]] = {}
    for row in await fetch(_TERMS_OF, list(set(skus))):
        terms = Terms(row["from_on"], row["price_pence"], row["credit_percent"])
        history.setdefault(row["sku"], []).append(terms)
    return history


_TERMS_OF = """
select sku, from_on, price_pence, credit_percent from product_terms
where sku = any($1::varchar[]) order by sku, from_on
"""


async def set_terms(day: date, terms: Sequence[tuple[str, int, int]]) -> None:
    """Give products (sku, price, credit) from a day on, where that changes anything.

    The same day again: the newest wins. One statement, in the caller's transaction.
    """
    skus, prices, credit = zip(*terms, strict=True) if terms else ((), (), ())
    await execute(_SET_TERMS, day, list(skus), list(prices), list(credit))


_SET_TERMS = """
insert into product_terms (sku, from_on, price_pence, credit_percent)
select sku, $1, price_pence, credit_percent
from unnest($2::varchar[], $3::bigint[], $4::smallint[]) as new (sku, price_pence, credit_percent)
where (price_pence, credit_percent) is distinct from (
    select row (old.price_pence, old.credit_percent) from product_terms old
    where old.sku = new.sku and old.from_on <= $1 order by old.from_on desc limit 1)
on conflict (sku, from_on) do update
set price_pence = excluded.price_pence, credit_percent = excluded.credit_percent
"""
