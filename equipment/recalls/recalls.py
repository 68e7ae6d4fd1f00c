"""Recalls: opened, closed, and an item of one cleared. Which items those are: holding.py."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from budget.changes import record
from budget.database import execute, fetch, fetch_one, transaction
from budget.refusals import Missing, Refused
from equipment import receipts
from equipment.content import content_hash
from equipment.naming import items_named
from equipment.orders.queues import lock_queues, serve
from equipment.recalls.holding import (
    end_promises,
    gather_in_memory,
    hold_all,
    let_go,
    lock_held,
    lock_recalls,
    products_set_aside,
)
from equipment.recalls.matching import Matching, find, matching
from equipment.recalls.recall_form import (
    Clearing,
    Closing,
    Found,
    Match,
    NewRecall,
    check_match,
    check_words,
    tidied,
)
from equipment.staff.roles import Caller, check_may

_RECEIPT: Final = "recall"
# A recall of everything may take its time; its items wait for it, nobody else.
_LONG_S: Final = 300
_TRIES: Final = 5


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What a recall has found and put on hold as it was opened, as Found says."""

    id: UUID
    items: int
    by_state: dict[str, int]
    with_people: int
    unsure: int


async def preview(caller: Caller, match: Match) -> Found:
    """What a recall would find now; nothing is held. Wrong where the match will not do."""
    check_may(caller, "recall items")
    return await find(await matching(check_match(match)))


async def open_recall(caller: Caller, new: NewRecall, now: datetime) -> Opened:
    """Hold all that a recall names, in one transaction: whatever its state, and what comes later.

    A repeat of `id` with equal content gets the first answer again. Raises Wrong where a field is.
    """
    check_may(caller, "recall items")
    new = tidied(new)
    content = content_hash(new)
    for _ in range(_TRIES - 1):
        try:
            return await _open_once(caller, new, content, now)
        except asyncpg.DeadlockDetectedError:
            # A list of scans that names items by further labels locks them out of order.
            continue
    return await _open_once(caller, new, content, now)


async def _open_once(caller: Caller, new: NewRecall, content: bytes, now: datetime) -> Opened:
    async with transaction(statement_s=_LONG_S):
        first = await receipts.earlier(_RECEIPT, new.id, caller, content)
        if first is not None:
            return msgspec.json.decode(first, type=Opened)
        opened, skus = await _open(caller, new, now)
        body = msgspec.json.encode(opened).decode()
        await receipts.keep(_RECEIPT, new.id, caller, content, body, now)
    await _serve(skus, now)
    return opened


async def _open(caller: Caller, new: NewRecall, now: datetime) -> tuple[Opened, list[str]]:
    await lock_recalls()
    await gather_in_memory()
    named = await matching(new.match)
    await _enter(caller, new, named, now)
    await hold_all(new.id, named.condition(3), now, named.values)
    skus = await products_set_aside(new.id)
    await lock_queues(skus)
    await end_promises(new.id)
    told = msgspec.to_builtins(new)
    await record(caller.username, "recall opened", str(new.id), told)
    found = await find(named)
    opened = Opened(
        id=new.id,
        items=found.items,
        by_state=found.by_state,
        with_people=found.with_people,
        unsure=found.unsure,
    )
    return opened, skus


async def _enter(caller: Caller, new: NewRecall, named: Matching, now: datetime) -> None:
    match = new.match
    keys = (named.batch_key, named.from_key, named.to_key, match.part)
    await execute(
        _ENTER, new.id, new.reference, new.title, new.severity, match.sku, match.batch,
        match.serial_from, match.serial_to, *keys, new.action, now, caller.username,
    )  # fmt: skip


_ENTER: Final = """
insert into recalls (id, reference, title, severity, sku, batch, serial_from, serial_to, batch_key,
    from_key, to_key, part, action, opened_at, opened_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""


async def clear(caller: Caller, recall: UUID, item: str, clearing: Clearing, now: datetime) -> None:
    """Let one item go though its recall goes on: it was checked, or put right; the reason says.

    Missing where there is no such recall, or it has not found that item; Refused `recall-closed`,
    `item-cleared` where it was let go before.
    """
    check_may(caller, "recall items")
    reason = check_words("reason", clearing.reason)
    async with transaction():
        await lock_recalls()
        await _check_open(recall)
        key = (await items_named([item])).get(item)
        row = await fetch_one(_ON_LIST, recall, key)
        if key is None or row is None:
            raise Missing("item-not-recalled", "This recall has no such item.")
        if row["ended_at"] is not None:
            raise Refused("item-cleared", f"{row['ended_by']} has cleared this item already.")
        await lock_held(recall, key)
        await let_go(recall, key, caller.username, reason, now)
        told = {"item": item, "reason": reason}
        await record(caller.username, "item cleared", str(recall), told)
    await _serve([row["sku"]], now)


_ON_LIST: Final = """
select n.ended_at, n.ended_by, i.sku from recall_items n join items i on i.id = n.item
where n.recall = $1 and n.item = $2
"""


async def close(caller: Caller, recall: UUID, closing: Closing, now: datetime) -> None:
    """Close a recall: what it holds and nothing else does is free again.

    Missing, or Refused `recall-closed`; `recall-outstanding` where an item is neither cleared nor
    gone and no reason is given.
    """
    check_may(caller, "recall items")
    reason = None if closing.reason is None else check_words("reason", closing.reason)
    async with transaction(statement_s=_LONG_S):
        await lock_recalls()
        await gather_in_memory()
        reference = await _check_open(recall)
        await lock_held(recall, None)
        outstanding = await _outstanding(recall)
        if outstanding and reason is None:
            words = (
                f"{outstanding:,} of its items are neither cleared nor gone."
                " Say why it is closed all the same: they are let go."
            )
            raise Refused("recall-outstanding", words, outstanding=outstanding)
        await execute(_CLOSE, recall, now, caller.username, reason)
        words = f"Recall {reference} is closed"
        await let_go(recall, None, caller.username, words, now)
        skus = [row["sku"] for row in await fetch(_PRODUCTS, recall)]
        await record(caller.username, "recall closed", str(recall), {"reason": reason})
    await _serve(skus, now)


_CLOSE: Final = """
update recalls set closed_at = $2, closed_by = $3, close_reason = $4 where id = $1
"""
_PRODUCTS: Final = """
select distinct i.sku from recall_items n join items i on i.id = n.item
where n.recall = $1 and i.state = 'available' order by i.sku limit 1000
"""


async def _check_open(recall: UUID) -> str:
    """The reference of an open recall, once nobody else can close it. Missing, or Refused."""
    row = await fetch_one("select reference, closed_by from recalls where id = $1", recall)
    if row is None:
        raise missing()
    if row["closed_by"] is not None:
        raise Refused("recall-closed", f"{row['closed_by']} has closed this recall already.")
    return str(row["reference"])


def missing() -> Missing:
    """That there is no such recall."""
    return Missing("recall-not-found", "There is no such recall.")


async def _outstanding(recall: UUID) -> int:
    row = await fetch_one(_OUTSTANDING, recall)
    assert row is not None
    return int(row["many"])


_OUTSTANDING: Final = """
select count(*) as many from recall_items n join items i on i.id = n.item
where n.recall = $1 and n.ended_at is null and i.state not in ('scrapped', 'handed_back')
"""


async def _serve(skus: Iterable[str], now: datetime) -> None:
    """Serve who waits for these products: a crash before this is mended by the clock."""
    for sku in skus:
        async with transaction():
            await lock_queues([sku])
            await serve([sku], now)
