"""Promises of items to lines: kept, ended and made as scans and decisions have it."""

from collections import Counter
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
from equipment.orders.order_hand import FOR_LINES, FREES, KEEPS, is_set_aside
from equipment.orders.order_reading import read_orders_again
from equipment.orders.order_standing import bring_up_to_date
from equipment.orders.queues import by_system, lock_queues, serve
from equipment.scan_form import Reading
from equipment.standing import Act, Standing, State


async def lock_concerned(hand: Hand, readings: Sequence[Reading]) -> set[str]:
    """Lock the queues that these scans may touch, and read anew what is promised.

    Answers the products that this list has to itself: those of items that may be taken from their
    lines, are named for a line, or may go back to the shelf where somebody waits. Lists that fill a
    shelf for which nobody waits, or deliver what is promised to those it is promised to, pass each
    other. In the open transaction, which has the items locked.
    """
    orders = hand.orders
    kept, put_back = _kept(hand, readings), _put_back(hand, readings)
    alone = {hand.items[item].sku for item in orders.promises if item not in kept}
    shared = {hand.items[item].sku for item in kept | put_back}
    for reading in readings:
        item = hand.item(reading.designation)
        if item is None or item.id not in kept:
            named = (orders.lines[line] for line in order_lines([reading]) if line in orders.lines)
            alone |= {line.sku for line in named if line.sku is not None}
        if item is None or reading.action not in FREES:
            continue
        if reading.action != "undo" or item.id not in kept | put_back:
            opens = reading.action == "undo" and _was_for_a_line(hand, item)
            (alone if opens or item.sku in orders.queued else shared).add(item.sku)
    await lock_queues(alone, with_others=shared)
    if alone or kept or put_back:
        await read_orders_again(hand, order_lines(readings))
    return alone


def _kept(hand: Hand, readings: Sequence[Reading]) -> set[int]:
    """The promised items that go to those they are promised to, whatever comes after that.

    Where a scan among these is refused, what comes after it may free the item all the same: the
    clock serves whoever waits for it then.
    """
    promises = hand.orders.promises
    kept, delivered, steps = set(promises), set[int](), Counter[int]()
    for reading in readings:
        item = hand.item(reading.designation)
        if item is None or item.id not in kept:
            continue
        line = None if reading.fields is None else reading.fields.order_line
        if reading.action in KEEPS and line in {None, promises[item.id]}:
            steps[item.id] += 1
            if reading.action == "deliver":
                delivered.add(item.id)
        elif reading.action == "undo" and steps[item.id] > 0:
            # Of a step towards its line, which leaves it set aside.
            steps[item.id] -= 1
        elif item.id in delivered and reading.action not in {"undo", *FOR_LINES}:
            steps[item.id] = 0
        else:
            kept.discard(item.id)
    return kept


def _put_back(hand: Hand, readings: Sequence[Reading]) -> set[int]:
    """The items of which a delivery alone is undone: before it they were set aside for its line."""
    first = dict[int, Reading]()
    for reading in readings:
        item = hand.item(reading.designation)
        if item is not None:
            first.setdefault(item.id, reading)
    return {
        item
        for item, reading in first.items()
        if reading.action == "undo" and _restores_what_was_set_aside(hand, item)
    }


def _restores_what_was_set_aside(hand: Hand, item: int) -> bool:
    pasts = hand.past.get(item, [])
    # As many are read as undone, and one more.
    return len(pasts) == _ONE_UNDONE and is_set_aside(pasts[0].standing)


_ONE_UNDONE: Final = 2


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
        await execute(_END, ended, sorted(orders.moved_on))
    if orders.spare:
        await give_back(orders.spare, now, orders.spare)
    if orders.moved_on:
        more = orders.more_delivered()
        wanted = [orders.lines[line].wanted for line in more]
        await execute(_DELIVERED, list(more), list(more.values()), wanted)
    await insert("promises", _PROMISE, made)
    await bring_up_to_date({orders.lines[line].order for line in orders.moved_on}, now)
    waited_for = orders.queued | {
        line.sku for line in orders.lines.values() if line.sku is not None and line.has_room
    }
    return await serve(waited_for & set(skus), now, orders.given_up)


# The lines first, in the order of their ids: another list may deliver for the same ones.
_END: Final = """
with lines as materialized (
    select id from order_lines where id = any($2::uuid[]) order by id for no key update
)
delete from promises where item = any($1::bigint[]) and (select count(*) from lines) >= 0
"""
_DELIVERED: Final = """
update order_lines l set delivered = l.delivered + n.more, wanted = n.wanted
from unnest($1::uuid[], $2::integer[], $3::boolean[]) n (id, more, wanted) where l.id = n.id
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
    of_lines = sorted(lines)
    rows = await fetch(_OF_LINES, of_lines)
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
    await execute(_END, [row["id"] for row in rows], of_lines)


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
