"""Specials: bought for somebody, and lent again once they have come back."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from budget.database import execute, fetch, fetch_one
from budget.narrowing import containing
from budget.refusals import Missing, Refused
from equipment.catalogue.products import Product, Sku, add_within
from equipment.orders.order_changes import lock
from equipment.orders.order_form import Order
from equipment.orders.order_lifecycle import UNDER_WAY
from equipment.orders.order_views import check_visible, shown_order
from equipment.orders.orders import Said, note, set_in_motion
from equipment.people.visibility import in_sight_of
from equipment.staff.roles import Caller, check_may

_CATEGORY: Final = "Specials"


class Bought(msgspec.Struct, frozen=True, kw_only=True):
    """The product that a special has become, so that it can be received, checked and delivered."""

    sku: Sku
    name: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    iso9999: Annotated[str, Meta(max_length=20)] | None = None
    pat: bool = False
    loler_months: Annotated[int, Meta(ge=1, le=1200)] | None = None
    service_months: Annotated[int, Meta(ge=1, le=1200)] | None = None
    weight_g: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None
    max_user_kg: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None
    credit_percent: Annotated[int, Meta(ge=0, le=100)] = 0


class KnownSpecial(msgspec.Struct, frozen=True):
    """A special that was bought before; `free` is how many stand on a shelf or are on their way."""

    sku: str
    name: str
    description: str
    free: int


async def returned(caller: Caller, q: str, limit: int) -> list[KnownSpecial]:
    """The specials that contain `q` in their name or description, those that are free first.

    To be looked through before another one is ordered.
    """
    check_may(caller, "read orders")
    rows = await fetch(_KNOWN, containing(q) or "%", limit)
    return [KnownSpecial(**row) for row in rows]


_KNOWN: Final = """
select p.sku, p.name, max(l.special ->> 'description') as description,
    (select count(*) from item_makes m join items i on i.id = m.item where m.sku = p.sku
        and i.state in ('available', 'returned', 'cleaned', 'in_repair')) as free
from order_lines l join products p on p.sku = l.sku
where l.special is not null and (p.name ilike $1 or l.special ->> 'description' ilike $1)
group by p.sku, p.name order by free desc, p.sku limit $2
"""


async def buy(caller: Caller, order: UUID, line: UUID, bought: Bought, now: datetime) -> Order:
    """Say as which product a special was bought: from now on it waits for its item as others do.

    A sku that the catalogue has is taken as it is; else the product is made, at the line's price.
    Missing where the order is not the caller's to see, or has no such special,
    Refused `order-not-open` where it is not authorised, `special-bought` where it was bought.
    """
    check_may(caller, "buy specials")
    async with in_sight_of(caller, now):
        await check_visible(caller, order, now)
        locked = await lock(order, [bought.sku])
        row = await fetch_one(_LINE, order, line)
        if row is None:
            raise Missing("unknown-order-line", "There is no such special on this order.")
        if locked.status not in UNDER_WAY or not row["wanted"]:
            raise Refused("order-not-open", "Nothing is to be bought for this order.")
        if row["sku"] is not None:
            raise Refused("special-bought", f"This special was bought already, as {row['sku']}.")
        if await fetch_one(_PRODUCT, bought.sku) is None:
            await add_within(caller, _product(bought, row["description"], row["price_pence"]), now)
        await execute(_BUY, line, bought.sku)
        content: dict[str, object] = {"line": line, "sku": bought.sku}
        await note(caller, order, Said("bought", None, content), now)
        await set_in_motion(order, now)
        return await shown_order(order)


_LINE: Final = """
select sku, wanted, price_pence, special ->> 'description' as description from order_lines
where "order" = $1 and id = $2 and special is not null
"""
_PRODUCT: Final = "select from products where sku = $1"
# What was decided on is charged, whatever the product may cost later.
_BUY: Final = """
update order_lines set sku = $2, charge_pence = coalesce(charge_pence, price_pence) where id = $1
"""


def _product(bought: Bought, description: str, price_pence: int) -> Product:
    name = bought.name or description[:200]
    product = Product(
        sku=bought.sku,
        name=name,
        category=_CATEGORY,
        price_pence=price_pence,
        reuse="reusable",
        credit_percent=bought.credit_percent,
        level=4,
        speed="10_day",
    )
    told = ("iso9999", "pat", "loler_months", "service_months", "weight_g", "max_user_kg")
    return replace(product, **{field: getattr(bought, field) for field in told})
