"""Purchases of stock: ordered, approved where they are large, cancelled.

Nobody buys what waits to be washed without saying why: before a purchase is ordered, what could be
made fit instead is looked for, and has to be answered. How one is written:
equipment/stock/drafting.py; what comes in: equipment/stock/goods_in.py.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from budget.changes import record
from budget.database import execute, fetch, fetch_one, insert, transaction
from budget.narrowing import narrowed
from budget.refusals import Missing, Refused, Wrong
from budget.wording import text_faults
from equipment.staff.roles import Caller, check_may
from equipment.stock.purchase_form import (
    COMING,
    LARGE_PENCE,
    REASON_MAX,
    Answered,
    Ordering,
    Purchase,
    PurchaseLine,
    Received,
    Saying,
    Status,
)
from equipment.stock.waiting import StockWaiting, check_answered, waiting_stock


async def order(caller: Caller, purchase: UUID, told: Ordering, now: datetime) -> Purchase:
    """Order what was drafted; a large one waits for somebody else's approval. Twice, it is once.

    Missing; Refused `stock-waits` with what could be made fit instead and nothing answers,
    `purchase-not-draft`, `changed-meanwhile`; Wrong where an answer is no words.
    """
    check_may(caller, "buy stock")
    async with transaction():
        held = await hold(purchase)
        if held["asked_by"] == caller.username and held["status"] in _ASKED:
            return await _found(purchase)
        check_draft(held)
        check_version(held, told.version)
        skus = [row["sku"] for row in await fetch(_SKUS, purchase)]
        answered = check_answered(skus, await waiting_stock(skus), told.answers)
        await _keep_answers(caller, purchase, answered, now)
        is_large = held["total_pence"] >= LARGE_PENCE
        await execute(_ASK, purchase, now, caller.username)
        if is_large:
            await execute(_SET_STATUS, purchase, "awaiting_approval")
        else:
            await _place(caller, purchase, now)
        await record(caller.username, "purchase asked for", str(purchase), told)
        return await _found(purchase)


def check_draft(held: asyncpg.Record) -> None:
    """Raise Refused `purchase-not-draft` for what has been asked for already."""
    if held["status"] != "draft":
        raise Refused("purchase-not-draft", f"This purchase is {_WORDS[held['status']]}.")


def check_version(held: asyncpg.Record, version: int | None) -> None:
    """Raise Refused `changed-meanwhile` where somebody has written in it since; None is any."""
    if version is None or held["version"] == version:
        return
    by = held["changed_by"] or "Somebody"
    words = f"{by} has changed this purchase meanwhile. Look at it before you go on."
    raise Refused("changed-meanwhile", words, version=held["version"])


_ASKED: Final = ("awaiting_approval", *COMING, "received")
_WORDS: Final[dict[Status, str]] = {
    "draft": "not ordered yet",
    "awaiting_approval": "waiting for approval",
    "ordered": "ordered",
    "part_received": "ordered, and part of it has come",
    "received": "complete",
    "cancelled": "cancelled",
}
_SKUS: Final = "select sku from purchase_lines where purchase = $1 order by place"
_ASK: Final = "update purchases set asked_at = $2, asked_by = $3, reason = null where id = $1"
_SET_STATUS: Final = "update purchases set status = $2 where id = $1"


async def _keep_answers(
    caller: Caller, purchase: UUID, answered: Sequence[tuple[StockWaiting, str]], now: datetime
) -> None:
    rows = [
        (purchase, each.sku, each.waiting, reason, now, caller.username)
        for each, reason in answered
    ]
    await insert("purchase_answers", _ANSWER_COLUMNS, rows)


_ANSWER_COLUMNS: Final = {
    "purchase": "uuid",
    "sku": "varchar",
    "waiting": "integer",
    "reason": "varchar",
    "answered_at": "timestamptz",
    "answered_by": "varchar",
}


async def _place(caller: Caller, purchase: UUID, now: datetime) -> None:
    """From now on its goods are awaited."""
    await execute(_PLACE, purchase, now, caller.username)
    await execute("update purchase_lines set awaited = true where purchase = $1", purchase)


_PLACE: Final = """
update purchases set status = 'ordered', ordered_at = $2, ordered_by = $3 where id = $1
"""


async def approve(
    caller: Caller, purchase: UUID, now: datetime, version: int | None = None
) -> Purchase:
    """Order what somebody else asked for, as it was looked at; once more, it changes nothing.

    Missing; Refused `own-purchase` for who has written in it or asked for it,
    `purchase-not-awaiting`, `changed-meanwhile`.
    """
    check_may(caller, "approve purchases")
    async with transaction():
        held = await hold(purchase)
        if held["status"] in COMING and held["ordered_by"] == caller.username:
            return await _found(purchase)
        _check_decides(caller, held)
        check_version(held, version)
        await _place(caller, purchase, now)
        await record(caller.username, "purchase approved", str(purchase), {})
        return await _found(purchase)


async def send_back(caller: Caller, purchase: UUID, told: Saying, now: datetime) -> Purchase:
    """Do not approve it, and say why: it is a draft again. Raises as approve(), and Wrong."""
    del now
    check_may(caller, "approve purchases")
    _check_reason(told)
    async with transaction():
        _check_decides(caller, await hold(purchase))
        await execute(_SEND_BACK, purchase, told.reason)
        await record(caller.username, "purchase sent back", str(purchase), told)
        return await _found(purchase)


_SEND_BACK: Final = """
update purchases set status = 'draft', reason = $2, asked_at = null, asked_by = null where id = $1
"""


def _check_decides(caller: Caller, held: asyncpg.Record) -> None:
    if held["status"] != "awaiting_approval":
        words = f"This purchase is {_WORDS[held['status']]}."
        raise Refused("purchase-not-awaiting", words)
    if caller.username in {held["asked_by"], *held["authors"]}:
        words = "You have written or asked for this yourself: somebody else decides."
        raise Refused("own-purchase", words)


async def cancel(caller: Caller, purchase: UUID, told: Saying, now: datetime) -> Purchase:
    """Cancel what has not come yet; what has come stays. Once more, it changes nothing.

    Missing; Refused `purchase-complete`; Wrong where the reason is no words.
    """
    check_may(caller, "buy stock")
    _check_reason(told)
    async with transaction():
        held = await hold(purchase)
        if held["status"] == "received":
            raise Refused("purchase-complete", "All of it has come: there is nothing to cancel.")
        if held["status"] != "cancelled":
            await execute(_CANCEL, purchase, now, caller.username, told.reason)
            await execute("update purchase_lines set awaited = false where purchase = $1", purchase)
            await record(caller.username, "purchase cancelled", str(purchase), told)
        return await _found(purchase)


_CANCEL: Final = """
update purchases set status = 'cancelled', ended_at = $2, ended_by = $3, reason = $4 where id = $1
"""


def _check_reason(told: Saying) -> None:
    if faults := list(text_faults("reason", told.reason, REASON_MAX)):
        raise Wrong(faults)


async def hold(purchase: UUID) -> asyncpg.Record:
    """The purchase, held until the transaction ends; or Missing."""
    row = await fetch_one(_HELD, purchase)
    if row is None:
        raise _missing()
    return row


_HELD: Final = """
select status, total_pence, authors, asked_by, ordered_by, version, changed_by
from purchases where id = $1 for update
"""


def _missing() -> Missing:
    return Missing("purchase-not-found", "There is no such purchase.")


async def look_up(caller: Caller, purchase: UUID) -> Purchase:
    """One purchase, or Missing."""
    check_may(caller, "read purchases")
    return await _found(purchase)


async def _found(purchase: UUID) -> Purchase:
    found = await _shown(await fetch(_PURCHASES + " where id = $1", purchase))
    if not found:
        raise _missing()
    return found[0]


async def listed(
    caller: Caller, status: Status | None, *, overdue_on: date | None, after: int, limit: int
) -> list[Purchase]:
    """Purchases after a sequence number, oldest first: of a status, or overdue on a day."""
    check_may(caller, "read purchases")
    conditions = {
        "seq > {}": after,
        "status = {}": status,
        "(status in ('ordered', 'part_received') and due_on < {})": overdue_on,
    }
    sql, values = narrowed(_PURCHASES + " where {where} order by seq limit $1", conditions, limit)
    return await _shown(await fetch(sql, *values))


_COLUMNS: Final = [
    name
    for name in Purchase.__struct_fields__
    if name not in {"depot_name", "lines", "answers", "receipts"}
]
_PURCHASES: Final = f"""
select {", ".join(_COLUMNS)},
    (select name from depots d where d.code = purchases.depot) as depot_name
from purchases
"""  # noqa: S608 - column names from code


async def _shown(rows: Sequence[asyncpg.Record]) -> list[Purchase]:
    """The purchases with their lines, answers and receipts: three statements for all."""
    ids = [row["id"] for row in rows]
    if not ids:
        return []
    lines = _grouped(await fetch(_LINES, ids))
    answers = _grouped(await fetch(_ANSWERS, ids))
    came = _grouped(await fetch(_RECEIVED, ids))
    return [
        Purchase(
            **row,
            lines=[PurchaseLine(**each) for each in lines.get(row["id"], ())],
            answers=[Answered(**each) for each in answers.get(row["id"], ())],
            receipts=[Received(**each) for each in came.get(row["id"], ())],
        )
        for row in rows
    ]


def _grouped(rows: Sequence[asyncpg.Record]) -> dict[UUID, list[dict[str, Any]]]:
    groups: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        fields = dict(row)
        groups.setdefault(fields.pop("purchase"), []).append(fields)
    return groups


_LINES: Final = """
select l.purchase, l.id, l.sku, p.name, l.quantity, l.price_pence, l.received
from purchase_lines l join products p on p.sku = l.sku
where l.purchase = any($1::uuid[]) order by l.purchase, l.place
"""
_ANSWERS: Final = """
select purchase, sku, waiting, reason, answered_at, answered_by from purchase_answers
where purchase = any($1::uuid[]) order by id
"""
_RECEIVED: Final = """
select l.purchase, r.id, r.line, r.quantity, r.batch, r.received_at, r.received_by
from purchase_receipts r join purchase_lines l on l.id = r.line
where l.purchase = any($1::uuid[]) order by r.recorded_at, r.id
"""


async def overdue(caller: Caller, today: date) -> int:
    """How many purchases were to have come before today."""
    check_may(caller, "read purchases")
    row = await fetch_one(_OVERDUE, today)
    assert row is not None
    return int(row["many"])


_OVERDUE: Final = """
select count(*) as many from purchases where status in ('ordered', 'part_received') and due_on < $1
"""


async def awaiting(caller: Caller) -> int:
    """How many purchases wait for somebody's approval."""
    check_may(caller, "read purchases")
    row = await fetch_one(_AWAITING)
    assert row is not None
    return int(row["many"])


_AWAITING: Final = "select count(*) as many from purchases where status = 'awaiting_approval'"
