"""Purchases as they are drafted, and written anew until they are asked for.

What a draft said before stands in the record of changes; whoever has written in a large one does
not approve it.
"""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from budget.changes import record
from budget.database import execute, fetch, insert, transaction
from budget.refusals import Fault, Wrong
from budget.wording import one_line, sought
from equipment import receipts
from equipment.content import content_hash
from equipment.places import unusable
from equipment.staff.roles import Caller, check_may
from equipment.stock.purchase_form import (
    NewLine,
    NewPurchase,
    Purchase,
    PurchaseChange,
    purchase_faults,
)
from equipment.stock.purchases import check_draft, check_version, hold, look_up

_RECEIPT: Final = "purchase"
_TASK: Final = "buy stock"


async def draft(caller: Caller, new: NewPurchase, now: datetime) -> Purchase:
    """Draft a purchase; nothing is ordered yet. A repeat of its id changes nothing.

    Wrong where a field is, or there is no such depot or product; Refused `id-reused`.
    """
    check_may(caller, _TASK)
    _check(new)
    content = content_hash(new)
    async with transaction():
        if await receipts.earlier(_RECEIPT, new.id, caller, content) is None:
            await _check_known(new)
            await _write(caller, new, now)
            await record(caller.username, "purchase drafted", str(new.id), new)
            await receipts.keep(_RECEIPT, new.id, caller, content, "", now)
    return await look_up(caller, new.id)


def _check(told: NewPurchase | PurchaseChange) -> None:
    if faults := list(purchase_faults(told)):
        raise Wrong(faults)


async def _check_known(told: NewPurchase | PurchaseChange) -> None:
    skus = [line.sku for line in told.lines]
    known = {row["sku"] for row in await fetch(_KNOWN, [sought(sku) for sku in skus])}
    faults = [
        Fault(f"lines[{n}].sku", f"There is no product “{sku}”.")
        for n, sku in enumerate(skus)
        if sku not in known
    ]
    if faults := [*faults, *await unusable(told.depot)]:
        raise Wrong(faults)


_KNOWN: Final = "select sku from products where sku = any($1::varchar[])"


async def _write(caller: Caller, new: NewPurchase, now: datetime) -> None:
    await execute(
        _DRAFT, new.id, one_line(new.supplier), new.reference, new.depot, new.due_on, new.note,
        _total(new.lines), now, caller.username,
    )  # fmt: skip
    await _write_lines(new.id, 1, new.lines)


def _total(lines: list[NewLine]) -> int:
    return sum(line.quantity * line.price_pence for line in lines)


async def _write_lines(purchase: UUID, version: int, lines: list[NewLine]) -> None:
    rows = [
        (uuid5(purchase, f"{version}.{n}"), purchase, n, line.sku, line.quantity, line.price_pence)
        for n, line in enumerate(lines)
    ]
    await insert("purchase_lines", _LINE_COLUMNS, rows)


_DRAFT: Final = """
insert into purchases (id, supplier, reference, depot, due_on, note, total_pence, drafted_at,
    drafted_by, authors)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, array[$9::varchar])
"""
_LINE_COLUMNS: Final = {
    "id": "uuid",
    "purchase": "uuid",
    "place": "smallint",
    "sku": "varchar",
    "quantity": "integer",
    "price_pence": "bigint",
}


async def change(caller: Caller, purchase: UUID, told: PurchaseChange, now: datetime) -> Purchase:
    """Write a draft anew; sent twice, it is once.

    Missing; Wrong as draft(); Refused `purchase-not-draft` once it was asked for,
    `changed-meanwhile` where somebody else has written in it since that version.
    """
    check_may(caller, _TASK)
    _check(told)
    async with transaction():
        held = await hold(purchase)
        check_draft(held)
        if held["version"] != told.version:
            shown = await look_up(caller, purchase)
            if held["changed_by"] == caller.username and _says(shown, told):
                return shown
        check_version(held, told.version)
        await _check_known(told)
        await _rewrite(caller, purchase, told, now)
        await record(caller.username, "purchase changed", str(purchase), told)
        return await look_up(caller, purchase)


def _says(shown: Purchase, told: PurchaseChange) -> bool:
    """Whether the draft is what was sent: then it was sent before."""
    lines = [NewLine(each.sku, each.quantity, each.price_pence) for each in shown.lines]
    return (told.version + 1, one_line(told.supplier), told.depot, told.lines, told.reference,
            told.due_on, told.note) == (
        shown.version, shown.supplier, shown.depot, lines, shown.reference, shown.due_on,
        shown.note,
    )  # fmt: skip


async def _rewrite(caller: Caller, purchase: UUID, told: PurchaseChange, now: datetime) -> None:
    await execute("delete from purchase_lines where purchase = $1", purchase)
    await execute(
        _CHANGE, purchase, one_line(told.supplier), told.reference, told.depot, told.due_on,
        told.note, _total(told.lines), now, caller.username,
    )  # fmt: skip
    await _write_lines(purchase, told.version + 1, told.lines)


_CHANGE: Final = """
update purchases set supplier = $2, reference = $3, depot = $4, due_on = $5, note = $6,
    total_pence = $7, version = version + 1, changed_at = $8, changed_by = $9::varchar,
    authors = case when $9::varchar = any(authors) then authors else authors || $9::varchar end
where id = $1
"""
