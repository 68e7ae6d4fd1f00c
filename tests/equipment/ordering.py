"""A store in which things are ordered: who orders, who decides, and how it is said."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from budget.database import execute, transaction
from equipment.orders.order_form import NewOrder, Order
from equipment.orders.order_views import shown_order
from equipment.orders.orders import place
from equipment.people.visibility import EVERYONE
from equipment.staff.roles import Caller
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import NOW, set_up, somebody

MONDAY = datetime(2018, 10, 1, 9, tzinfo=UTC)
assert MONDAY == NOW


async def open_for_orders() -> None:
    """Open the store, with the administrator on record."""
    await set_up()
    await on_record(ADMINISTRATOR)


async def on_record(who: Caller, **fields: Any) -> Caller:
    """Enter a caller among the users, with a level and a limit where they are said."""
    await execute(
        """
        insert into users (id, username, password_hash, roles, level, order_limit_pence, created_at)
        values ($1, $2, '', $3, $4, $5, $6)
        """,
        who.user,
        who.username,
        sorted(who.roles),
        fields.get("level"),
        fields.get("limit"),
        NOW,
    )
    return who


async def orderer(
    *roles: str, partners: tuple[str, ...] = ("04K",), name: str | None = None, **fields: Any
) -> Caller:
    """Somebody of these roles who may order."""
    user = uuid4()
    known = roles or ("prescriber",)
    username = name or f"user-{user.hex[:8]}"
    return await on_record(Caller(user, username, frozenset(known), frozenset(partners)), **fields)


def order_for(person: str, *lines: str | dict[str, Any], **fields: Any) -> NewOrder:
    """Fill in an order: a line is a sku, or more than that."""
    told = [{"sku": line} if isinstance(line, str) else line for line in lines]
    body = {"id": str(uuid4()), "person": person, "lines": told} | fields
    return msgspec.convert(body, NewOrder)


async def placed(
    by: Caller, person: str, *lines: str | dict[str, Any], at: datetime = NOW, **fields: Any
) -> Order:
    """Place an order; the answer."""
    return await place(by, order_for(person, *lines, **fields), at)


async def ordered(by: Caller, *lines: str | dict[str, Any], **fields: Any) -> Order:
    """Order for somebody new; a bed, where nothing is said."""
    return await placed(by, await somebody(), *(lines or ("BED01",)), **fields)


async def as_it_stands(order: UUID) -> Order:
    """Show an order as it is by now, to whom nothing is hidden."""
    async with transaction(viewer=EVERYONE):
        return await shown_order(order)


def line_statuses(order: Order) -> list[str]:
    """Where each line stands."""
    return [line.status for line in order.lines]
