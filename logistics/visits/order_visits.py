"""On which visit an order is to be delivered: orders themselves know of none."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from equipment.orders.order_form import Order
from equipment.orders.order_lifecycle import UNDER_WAY
from logistics.visits.news import pull
from logistics.visits.visits import first_visit_of, visits_of_orders

OrderT = TypeVar("OrderT", bound=Order)


async def with_visit(order: OrderT, now: datetime) -> OrderT:
    """An order as it is shown, with its visit; one that has just been authorised gets it here."""
    found = await visits_of_orders([order.id])
    if not found and order.status in UNDER_WAY:
        await pull(now)
        found = await visits_of_orders([order.id])
    return replace(order, visit=found.get(order.id))


async def as_placed(order: Order, now: datetime) -> Order:
    """An order as it was placed, with the visit that it got then, whatever came of that since."""
    if order.status not in UNDER_WAY:
        return order
    if (first := await first_visit_of(order.id)) is not None:
        return replace(order, visit=first)
    return await with_visit(order, now)


async def with_visits(orders: Sequence[Order]) -> list[Order]:
    """Orders as they are listed, with their visits."""
    found = await visits_of_orders([order.id for order in orders])
    return [replace(order, visit=found.get(order.id)) for order in orders]
