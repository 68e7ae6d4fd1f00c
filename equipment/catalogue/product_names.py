"""What products are called: for whoever reads figures of them, instead of a code."""

from collections.abc import Iterable, Mapping
from typing import Final

from budget.database import fetch
from equipment.staff.roles import Caller, check_may


async def product_names(caller: Caller, skus: Iterable[str]) -> Mapping[str, str]:
    """The names of these products, by their codes; what is no product is left out."""
    check_may(caller, "read standing data")
    wanted = sorted(set(skus))
    return {row["sku"]: row["name"] for row in await fetch(_NAMES, wanted)} if wanted else {}


_NAMES: Final = "select sku, name from products where sku = any($1::varchar[])"
