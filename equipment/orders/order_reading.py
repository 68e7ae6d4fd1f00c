"""Reads what is promised, and for whom, beside the items that scans name."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

import msgspec

from budget.database import fetch
from equipment.hand import Hand
from equipment.orders.order_hand import LineInHand


class _Promise(msgspec.Struct, frozen=True):
    item: int
    line: UUID


class OrdersKnown(msgspec.Struct, frozen=True):
    """What a statement says of orders: promises of items, lines, products that are waited for."""

    promises: list[_Promise]
    lines: list[LineInHand]
    queued: list[str]


_FROM: Final = msgspec.json.Decoder(OrdersKnown)


def orders_sql(items: str, lines: str) -> str:
    """What says it, of a table of items (id, sku) and a parameter that has lines' ids."""
    return f"""
    with promised as materialized (
        select p.item, p.line from promises p where p.item in (select id from {items})
    )
    select json_build_object(
        'promises', (select coalesce(json_agg(p), '[]') from promised p),
        'lines', (select coalesce(json_agg(each), '[]') from (
            select l.id, l."order", l.sku, o.person, o.funder, l.charge_pence,
                o.status as order_status, l.wanted, l.quantity, l.promised, l.delivered, u.team
            from order_lines l join order_standings o on o.id = l."order"
                join users u on u.id = o.ordered_by
            where l.id in (select unnest({lines}::uuid[]) union select line from promised)
        ) each),
        'queued', (select coalesce(json_agg(sku), '[]') from (
            select distinct sku from {items}) skus
            where exists (select from order_lines l where l.sku = skus.sku and l.wanted
                and l.promised + l.delivered < l.quantity)))
    """  # noqa: S608 - our own names


def put_orders(hand: Hand, known: OrdersKnown) -> None:
    """Put it in hand."""
    orders = hand.orders
    orders.lines = {line.id: line for line in known.lines}
    orders.promises = {each.item: each.line for each in known.promises}
    orders.promised_before = dict(orders.promises)
    orders.delivered_before = {line.id: line.delivered for line in known.lines}
    orders.queued = set(known.queued)


async def read_orders_again(hand: Hand, lines: Iterable[UUID]) -> None:
    """Read it anew, of the items in hand and further lines: once their queues are locked.

    With the lines for which items were delivered, which an undo may open again.
    """
    wanted = {*lines, *hand.orders.fulfilled.values()}
    rows = await fetch(_AGAIN, list(hand.items), list(wanted))
    put_orders(hand, _FROM.decode(rows[0]["known"]))


_AGAIN: Final = f"""
with named as materialized (select id, sku from items where id = any($1::bigint[])),
    known as ({orders_sql("named", "$2")})
select json_build_object::text as known from known
"""  # noqa: S608 - our own names
