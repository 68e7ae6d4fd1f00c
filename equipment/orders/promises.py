"""Promises of items to lines: kept, ended and made as scans and decisions have it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from budget.database import execute, fetch, insert
from budget.years import london_day
from equipment.hand import Hand, InHand, kind_of, standing_of
from equipment.journal import STANDING, Journal, write
from equipment.known import order_lines
from equipment.lifecycle import decide
from equipment.orders.order_hand import FREES
from equipment.orders.order_reading import read_orders_again
from equipment.orders.order_standing import bring_up_to_date
from equipment.orders.queues import by_system, lock_queues, serve
from equipment.scan_form import Reading
from equipment.standing import Act, Standing, State


async def lock_concerned(hand: Hand, readings: Sequence[Reading]) -> set[str]:
    """Lock the queues that these scans may touch, and read anew what is promised; the products.

    Those of items that are promised, named for a line, or may go back to the shelf where somebody
    waits. Where nobody does, lists that fill one shelf pass each other. In the open transaction,
    which has the items locked.
    """
    orders = hand.orders
    skus = {hand.items[item].sku for item in orders.promises}
    skus |= {line.sku for line in orders.lines.values() if line.sku is not None}
    freed: set[str] = set()
    for reading in readings:
        item = hand.item(reading.designation)
        if item is not None and reading.action in FREES:
            alone = item.sku in orders.queued or _was_for_a_line(hand, item)
            (skus if alone else freed).add(item.sku)
    await lock_queues(skus, nobody_waits=freed)
    if skus:
        await read_orders_again(hand, order_lines(readings))
    return skus


def _was_for_a_line(hand: Hand, item: InHand) -> bool:
    """Whether what an undo takes back may have been delivered for a line of an order."""
    standings = [item.standing, *(past.standing for past in hand.past.get(item.id, ()))]
    return any(standing.loan in hand.orders.fulfilled for standing in standings)


def needs_more_than_a_glance(hand: Hand, reading: Reading) -> bool:
    """Whether a scan may touch a promise, or free what somebody waits for."""
    item = hand.item(reading.designation)
    if item is None:
        return False
    orders = hand.orders
    named = bool(order_lines([reading]))
    return (
        named
        or item.id in orders.promises
        or (reading.action in FREES and item.sku in orders.queued)
    )


async def keep(hand: Hand, skus: Collection[str], now: datetime) -> dict[int, Standing]:
    """Write what has become of promises, and serve those who wait; the items served.

    After the movements are written, in their transaction; `skus` are those whose queues are locked.
    """
    orders = hand.orders
    ended = [
        item for item, line in orders.promised_before.items() if orders.promises.get(item) != line
    ]
    made = [
        (item, line, now)
        for item, line in orders.promises.items()
        if orders.promised_before.get(item) != line
    ]
    if ended:
        await execute(_END, ended)
    if orders.spare:
        await give_back(orders.spare, now, orders.spare)
    if orders.moved_on:
        lines = [orders.lines[line] for line in orders.moved_on]
        await execute(_DELIVERED, [line.id for line in lines], [line.delivered for line in lines],
            [line.wanted for line in lines])  # fmt: skip
    await insert("promises", _PROMISE, made)
    await bring_up_to_date({orders.lines[line].order for line in orders.moved_on}, now)
    waited_for = orders.queued | {
        line.sku for line in orders.lines.values() if line.sku is not None and line.has_room
    }
    return await serve(waited_for & set(skus), now, orders.given_up)


_END: Final = "delete from promises where item = any($1::bigint[])"
_DELIVERED: Final = """
update order_lines l set delivered = n.delivered, wanted = n.wanted
from unnest($1::uuid[], $2::integer[], $3::boolean[]) n (id, delivered, wanted) where l.id = n.id
"""
_PROMISE: Final = {"item": "bigint", "line": "uuid", "promised_at": "timestamptz"}


async def lock_promised(order: UUID) -> None:
    """Lock the items that are promised to an order, in the order of their codes."""
    await fetch(_PROMISED, order)


_PROMISED: Final = """
select from items where id in (
    select p.item from promises p join order_lines l on l.id = p.line where l."order" = $1
) order by code for update
"""


async def give_back(
    lines: Iterable[UUID], now: datetime, at_most: Mapping[UUID, int] | None = None
) -> None:
    """End the promises of lines, or so many of each: what is set aside goes back to the shelf.

    What is on a van already stays there, promised to nobody, and is the last to be taken. Within
    the caller's open transaction, who has locked the items and the queues.
    """
    rows = await fetch(_OF_LINES, list(lines))
    if at_most is not None:
        rows = _so_many(rows, at_most)
    journal = Journal()
    for row in rows:
        if row["state"] == State.ALLOCATED:
            at = max(now, row["updated_at"])
            act = Act(uuid4(), "deallocate", at, at, london_day(at))
            before = standing_of(row)
            after = decide(before, act, kind_of(row))
            said = {"order_line": row["line"]}
            journal.movements.append(by_system(act, row["id"], before, after, said))
    await write(journal)
    await execute(_END, [row["id"] for row in rows])


def _so_many(rows: Iterable[asyncpg.Record], at_most: Mapping[UUID, int]) -> list[asyncpg.Record]:
    """So many of each line, what is in the store first. Pure."""
    left, taken = dict(at_most), list[asyncpg.Record]()
    for row in sorted(rows, key=lambda row: row["state"] != State.ALLOCATED):
        if left[row["line"]]:
            left[row["line"]] -= 1
            taken.append(row)
    return taken


_OF_LINES: Final = f"""
select i.id, p.line, i.received_on, i.updated_at, i.owner,
    {", ".join(f"i.{name}" for name in STANDING)},
    g.reuse, g.pat, g.loler_months, g.service_months
from promises p join items i on i.id = p.item join products g on g.sku = i.sku
where p.line = any($1::uuid[]) order by i.code for update of i
"""  # noqa: S608 - column names from code


async def items_of(lines: Sequence[UUID]) -> list[asyncpg.Record]:
    """The codes of what is promised to lines, or was delivered for them, and not taken back."""
    return await fetch(_ITEMS_OF, lines)


_ITEMS_OF: Final = """
select p.line, i.code from promises p join items i on i.id = p.item
where p.line = any($1::uuid[])
union all
select l.order_line, i.code from loans l join items i on i.id = l.item
where l.order_line = any($1::uuid[])
    and not exists (select from receipts r where r.id = l.id and r.kind = 'undo')
order by 1, 2
"""
