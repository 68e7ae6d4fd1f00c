"""Goods that come in for a purchase: items with labels, at the price that was agreed.

They are received as all items are (equipment/items.py), so that what a pool that owns its stock is
charged follows by itself.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Meta

from budget.database import execute, fetch_one
from budget.refusals import Fault, Missing, Refused, Wrong
from equipment import items
from equipment.content import content_hash
from equipment.items import ITEMS_MAX, Delivery, Viewer
from equipment.parts.received import PartsOfOne
from equipment.places import Code
from equipment.staff.roles import check_may
from equipment.stock.purchase_form import COMING, Price, Short
from labels.identifiers import TEXT_CHARACTERS_MAX


class GoodsIn(msgspec.Struct, frozen=True):
    """What came of a line: a quantity, the serial numbers of each, or the blank labels of each.

    `parts` are those that each came with, in the same order. Without a price each cost what was
    agreed; without a depot it came to the purchase's.
    """

    id: UUID
    line: UUID
    quantity: Annotated[int, Meta(ge=1, le=ITEMS_MAX)] | None = None
    serials: Annotated[list[Short], Meta(min_length=1, max_length=ITEMS_MAX)] | None = None
    labels: (
        Annotated[
            list[Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)]],
            Meta(min_length=1, max_length=ITEMS_MAX),
        ]
        | None
    ) = None
    parts: Annotated[list[PartsOfOne], Meta(min_length=1, max_length=ITEMS_MAX)] | None = None
    batch: Short | None = None
    price_pence: Price | None = None
    received_at: Annotated[datetime, Meta(tz=True)] | None = None
    depot: Code | None = None


async def receive(viewer: Viewer, purchase: UUID, goods: GoodsIn) -> str:
    """Receive goods against a purchase: the JSON of the items, as items.receive().

    A repeat of its id gets the first answer again. Missing where there is no such purchase or
    line, Refused `more-than-ordered` with what is `left`, `purchase-not-ordered`; Wrong and
    otherwise Refused as items.receive().
    """
    check_may(viewer.caller, "receive items")
    line = await _line(purchase, goods.line)
    delivery = _delivery(goods, line, viewer.now)

    async def also(ids: Sequence[int]) -> None:
        await _count_in(viewer, purchase, goods, ids, delivery)

    return await items.receive(
        delivery, viewer, client_id=goods.id, content=content_hash([purchase, goods]), also=also
    )


def _delivery(goods: GoodsIn, line: asyncpg.Record, now: datetime) -> Delivery:
    if goods.quantity is not None and goods.serials is not None:
        raise Wrong([Fault("quantity", "Give either a quantity or the serial numbers.")])
    if (goods.quantity, goods.serials, goods.labels) == (None, None, None):
        raise Wrong([Fault("quantity", "Say how many, or give serial numbers or blank labels.")])
    return Delivery(
        sku=line["sku"],
        depot=goods.depot or line["depot"],
        serials=goods.serials or [None] * (goods.quantity or len(goods.labels or [])),
        batch=goods.batch,
        purchase_price_pence=line["price_pence"]
        if goods.price_pence is None
        else goods.price_pence,
        received_at=goods.received_at or now,
        dirty=False,
        owner="pool",
        labels=goods.labels or [],
        parts=goods.parts or [],
    )


async def _line(purchase: UUID, line: UUID) -> asyncpg.Record:
    row = await fetch_one(_LINE, purchase, line)
    if row is None:
        raise Missing("purchase-not-found", "There is no such line of a purchase.")
    return row


_LINE: Final = """
select l.sku, l.price_pence, b.depot from purchase_lines l join purchases b on b.id = l.purchase
where b.id = $1 and l.id = $2
"""


async def _count_in(
    viewer: Viewer, purchase: UUID, goods: GoodsIn, ids: Sequence[int], delivery: Delivery
) -> None:
    """Count the items as come, within the transaction that receives them."""
    held = await fetch_one(_HOLD, purchase)
    line = await fetch_one(_LEFT, goods.line)
    assert held is not None, "purchases are never deleted"
    assert line is not None, "nor are their lines"
    if held["status"] not in {*COMING, "received"}:
        raise Refused("purchase-not-ordered", "Nothing is awaited for this purchase.")
    left = line["left"]
    if len(ids) > left:
        words = f"Of this line {left:,} are still to come. Order the others, or send them back."
        raise Refused("more-than-ordered", words, left=left)
    await execute(
        _RECEIVED, goods.id, goods.line, len(ids), delivery.batch, delivery.received_at, viewer.now,
        viewer.caller.username,
    )  # fmt: skip
    await execute(_ITEMS, goods.id, ids)
    await execute(_COUNTED, goods.line, len(ids))
    await execute(_AS_FAR, purchase, viewer.now, viewer.caller.username)


# Whoever receives for the same purchase, or cancels it, waits for this, before its lines are read.
_HOLD: Final = "select status from purchases where id = $1 for update"
_LEFT: Final = "select quantity - received as left from purchase_lines where id = $1"
_RECEIVED: Final = """
insert into purchase_receipts (id, line, quantity, batch, received_at, recorded_at, received_by)
values ($1, $2, $3, $4, $5, $6, $7)
"""
_ITEMS: Final = """
insert into purchased_items (item, receipt) select item, $1 from unnest($2::bigint[]) as t (item)
"""
_COUNTED: Final = """
update purchase_lines set received = received + $2, awaited = received + $2 < quantity where id = $1
"""
_AS_FAR: Final = """
update purchases b set status = told.status,
    ended_at = case when told.status = 'received' then $2::timestamptz end,
    ended_by = case when told.status = 'received' then $3::varchar end
from (select case when exists (select from purchase_lines
        where purchase = $1 and received < quantity)
    then 'part_received' else 'received' end as status) told
where b.id = $1
"""
