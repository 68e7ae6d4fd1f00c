"""What may be ordered, as whoever orders finds it."""

from datetime import datetime
from typing import Final

import msgspec

from equipment.order_authority import authority_of
from equipment.order_quotes import free_of
from equipment.products import products
from equipment.roles import Caller, check_may

OFFERS_MAX: Final = 20


class Offer(msgspec.Struct, frozen=True):
    """A product, how many depots have it, and whether somebody has to approve of it first."""

    sku: str
    name: str
    category: str
    price_pence: int
    max_user_kg: int | None
    speed: str
    free: int
    needs_approval: bool


async def offers(caller: Caller, q: str, now: datetime) -> list[Offer]:
    """The products that have a text in their name or sku, in the order of their skus."""
    check_may(caller, "order")
    found = await products(caller, q, now, after="", limit=OFFERS_MAX)
    free = await free_of({each.sku for each in found})
    authority = await authority_of(caller)
    return [
        Offer(
            each.sku,
            each.name,
            each.category,
            each.price_pence,
            each.max_user_kg,
            each.speed,
            free[each.sku],
            (authority.level is not None and each.level > authority.level)
            or (authority.limit_pence is not None and each.price_pence > authority.limit_pence),
        )
        for each in found
    ]
