"""Writes what happened: the one place that writes an item's state.

Everything that a list of scans or a receipt of goods brings about is gathered in a Journal and
written in a fixed handful of statements, whatever its length, inside the caller's transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from budget.database import execute, insert
from budget.ledger import COLUMNS as LEG_COLUMNS
from budget.ledger import Leg
from budget.tallies import COLUMNS as TALLY_COLUMNS
from budget.tallies import Tally
from equipment.standing import Standing

STANDING: Final = {
    "state": "varchar",
    "depot": "varchar",
    "last_depot": "varchar",
    "van": "varchar",
    "person": "uuid",
    "loan": "uuid",
    "loan_funder": "varchar",
    "loan_phase": "varchar",
    "loans": "integer",
    "held_at": "timestamptz",
    "dirty_on": "date",
    "pat_on": "date",
    "loler_on": "date",
    "service_on": "date",
}
_MOVEMENT: Final = {
    "id": "uuid",
    "item": "bigint",
    "action": "varchar",
    "from_state": "varchar",
    "occurred_at": "timestamptz",
    "recorded_at": "timestamptz",
    "actor": "varchar",
    "reason": "varchar",
    "undoes": "uuid",
    "details": "jsonb",
}
_ITEM: Final = {
    "id": "bigint",
    "code": "varchar",
    "giai": "varchar",
    "sku": "varchar",
    "serial": "varchar",
    "batch": "varchar",
    "owner": "varchar",
    "purchase_price_pence": "bigint",
    "received_on": "date",
    "newest_movement": "uuid",
    "updated_at": "timestamptz",
}
_LOAN: Final = {
    "id": "uuid",
    "item": "bigint",
    "person": "uuid",
    "funder": "varchar",
    "began_at": "timestamptz",
    "charged_pence": "bigint",
    "credit_percent": "smallint",
}
_CHECK: Final = {
    "movement": "uuid",
    "item": "bigint",
    "kind": "varchar",
    "result": "varchar",
    "on": "date",
    "examiner": "varchar",
    "certificate": "varchar",
}
_RECEIPT: Final = {
    "kind": "varchar",
    "id": "uuid",
    "caller": "varchar",
    "content": "bytea",
    "item": "bigint",
    "recorded_at": "timestamptz",
}


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement to be written: what happened, and the standing that it leaves."""

    id: UUID
    item: int
    action: str
    from_state: str | None
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    standing: Standing
    reason: str | None = None
    undoes: UUID | None = None
    details: str = "{}"
    # The depot that was named though the item is not at one, such as where it was handed over.
    said_depot: str | None = None


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to be created; its standing is that of its first movement."""

    id: int
    code: str
    giai: str
    sku: str
    serial: str | None
    batch: str | None
    owner: str
    purchase_price_pence: int | None
    received_on: date | None


@dataclass(frozen=True, slots=True)
class Loan:
    """A delivery to a person, with what it cost on its day."""

    id: UUID
    item: int
    person: UUID
    funder: str
    began_at: datetime
    charged_pence: int
    credit_percent: int


@dataclass(frozen=True, slots=True)
class CheckDone:
    """A check as it was recorded."""

    movement: UUID
    item: int
    kind: str
    result: str
    on: date
    examiner: str | None
    certificate: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a scan was accepted: from whom, with what content, for which item."""

    id: UUID
    caller: str
    content: bytes
    item: int
    recorded_at: datetime


@dataclass(slots=True)
class Journal:
    """All that one use case writes about items."""

    items: list[NewItem] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    loans: list[Loan] = field(default_factory=list)
    checks: list[CheckDone] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)


_NAMES: Final = ", ".join(STANDING)
_ARRAYS: Final = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(STANDING.values(), 4))
_UPDATE: Final = f"""
update items set (newest_movement, updated_at, {_NAMES}) =
    (new.newest_movement, new.updated_at, {", ".join(f"new.{name}" for name in STANDING)})
from unnest($1::bigint[], $2::uuid[], $3::timestamptz[], {_ARRAYS})
    as new(id, newest_movement, updated_at, {_NAMES})
where items.id = new.id
"""  # noqa: S608 - column names from code


async def write(journal: Journal) -> None:
    """Write it all in the open transaction; at most eight statements."""
    newest = {movement.item: movement for movement in journal.movements}
    # In the order of their serials, so that two receipts of the same ones wait for each other
    # and end, whatever order each was sent in.
    items = sorted(journal.items, key=lambda item: (item.sku, item.serial or ""))
    await insert("items", _ITEM | STANDING, [_item_row(item, newest[item.id]) for item in items])
    new = {item.id for item in items}
    await _update_items([m for m in newest.values() if m.item not in new])
    await insert("movements", _MOVEMENT | STANDING, [_movement_row(m) for m in journal.movements])
    await insert("loans", _LOAN, _rows(journal.loans))
    await insert("checks", _CHECK, _rows(journal.checks))
    await insert("postings", LEG_COLUMNS, [leg.row() for leg in journal.legs])
    await insert("tallies", TALLY_COLUMNS, [tally.row() for tally in journal.tallies])
    # In the order of their ids, so that two lists with the same ids cannot wait for each other.
    kept = sorted(_receipts(journal), key=lambda row: (row[1], row[0]))
    await insert("receipts", _RECEIPT, kept)


def _receipts(journal: Journal) -> list[Any]:
    """A receipt for each movement's id, and one for what each undo takes back: none comes twice."""
    kept: list[list[object]] = [["scan", *row] for row in _rows(journal.receipts)]
    for m in journal.movements:
        if m.action in {"receive", "open"}:
            kept.append(["scan", m.id, "", b"", m.item, m.recorded_at])
        if m.undoes is not None:
            kept.append(["undo", m.undoes, m.actor, b"", m.item, m.recorded_at])
    return kept


async def _update_items(newest: list[Movement]) -> None:
    if not newest:
        return
    head = [[m.item for m in newest], [m.id for m in newest], [m.recorded_at for m in newest]]
    standings = zip(*(_standing_row(m.standing) for m in newest), strict=True)
    await execute(_UPDATE, *head, *(list(values) for values in standings))


def _item_row(item: NewItem, first: Movement) -> list[object]:
    own = _rows([item])[0]
    return [*own, first.id, first.recorded_at, *_standing_row(first.standing)]


def _movement_row(movement: Movement) -> list[object]:
    own = [getattr(movement, name) for name in _MOVEMENT]
    standing = _standing_row(movement.standing)
    if movement.standing.depot is None:
        standing[1] = movement.said_depot
    return own + standing


def _standing_row(standing: Standing) -> list[object]:
    return [getattr(standing, name) for name in STANDING]


def _rows(records: Iterable[NewItem | Loan | CheckDone | Receipt]) -> list[list[object]]:
    return [[getattr(record, f.name) for f in fields(record)] for record in records]
