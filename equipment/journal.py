"""Writes what happened: the one place that writes an item's state.

Everything that a list of scans or a receipt of goods brings about is gathered in a Journal and
written in one statement, whatever its length. The rows travel as JSON: to tell PostgreSQL of a
movement takes a tenth of what an array for each column would.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import asdict, astuple

from budget.database import execute, fetch
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
    "phase_at": "timestamptz",
    "recalled": "varchar",
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
}
_LOAN: Final = {
    "id": "uuid",
    "item": "bigint",
    "person": "uuid",
    "funder": "varchar",
    "began_at": "timestamptz",
    "charged_pence": "bigint",
    "credit_percent": "smallint",
    "only_counted": "boolean",
    "order_line": "uuid",
    "team": "varchar",
    "age_years": "smallint",
    "previous": "uuid",
    "taken_over": "boolean",
}
_MISSED: Final = {
    "item": "bigint",
    "part": "varchar",
    "movement": "uuid",
    "noticed_at": "timestamptz",
    "noticed_by": "varchar",
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


class Movement(msgspec.Struct, frozen=True):
    """A movement to be written: what happened, and the standing that it leaves.

    `content` is the hash of the scan that told of it, in hexadecimal digits; None for what no scan
    did. `details` is JSON.
    """

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
    details: bytes = b"{}"
    # The depot that was named though the item is not at one, such as where it was handed over.
    said_depot: str | None = None
    content: str | None = None


class NewItem(msgspec.Struct, frozen=True):
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


class Loan(msgspec.Struct, frozen=True):
    """A delivery to a person, with what it cost on its day.

    `team` is that of whoever ordered it, `age_years` the item's age, `previous` its loan before.
    """

    id: UUID
    item: int
    person: UUID
    funder: str
    began_at: datetime
    charged_pence: int
    credit_percent: int
    only_counted: bool = False
    order_line: UUID | None = None
    team: str | None = None
    age_years: int | None = None
    previous: UUID | None = None
    taken_over: bool = False


def age_years(received_on: date | None, day: date) -> int | None:
    """An item's whole years since it was received; None where nobody knows, or it came later."""
    if received_on is None or received_on > day:
        return None
    birthday_to_come = (day.month, day.day) < (received_on.month, received_on.day)
    return day.year - received_on.year - birthday_to_come


class CheckDone(msgspec.Struct, frozen=True):
    """A check as it was recorded."""

    movement: UUID
    item: int
    kind: str
    result: str
    on: date
    examiner: str | None
    certificate: str | None


class PartMissed(msgspec.Struct, frozen=True):
    """A part without which an item came."""

    item: int
    part: str
    movement: UUID
    noticed_at: datetime
    noticed_by: str


@dataclass(slots=True)
class Journal:
    """All that one use case writes about items."""

    items: list[NewItem] = field(default_factory=list[NewItem])
    movements: list[Movement] = field(default_factory=list[Movement])
    loans: list[Loan] = field(default_factory=list[Loan])
    checks: list[CheckDone] = field(default_factory=list[CheckDone])
    missed: list[PartMissed] = field(default_factory=list[PartMissed])
    legs: list[Leg] = field(default_factory=list[Leg])
    tallies: list[Tally] = field(default_factory=list[Tally])


async def write(journal: Journal) -> None:
    """Write it all in the open transaction, in one statement.

    UniqueViolationError where a movement's id, or that of one to be undone, was taken meanwhile.
    """
    if journal.movements:
        given = _given(journal)
        await execute(_statement(tuple(given)), *given.values())


async def write_unchanged(journal: Journal, read_after: Mapping[int, UUID]) -> set[int]:
    """Write what is about items that are as they were read; those items. One statement of its own.

    `read_after` is each item's newest movement when it was read. Nothing is written of an item that
    has moved on since, or that somebody else has in hand: nobody is waited for. Makes no items.
    Raises as write() does.
    """
    assert not journal.items
    if not journal.movements:
        return set()
    given = _given(journal, read_after)
    sql = _statement(tuple(given), unchanged=True)
    return {row["item"] for row in await fetch(sql, *given.values(), by_index=True)}


def _given(journal: Journal, read_after: Mapping[int, UUID] | None = None) -> dict[str, str]:
    """The parts that there are, as JSON."""
    newest = {movement.item: movement for movement in journal.movements}
    after = read_after or {}
    parts: dict[str, Sequence[msgspec.Struct]] = {
        "moved": [
            _row(each, newest=newest[each.item] is each, after=after.get(each.item))
            for each in journal.movements
        ],
        "made": [_made(item, newest[item.id]) for item in journal.items],
        "lent": journal.loans,
        "checked": journal.checks,
        "missed": journal.missed,
        "posted": journal.legs,
        "counted": journal.tallies,
    }
    return {name: msgspec.json.encode(rows).decode() for name, rows in parts.items() if rows}


class _Row(Standing, frozen=True, kw_only=True, omit_defaults=True):
    """A movement as the statement takes it: the standing's fields beside its own."""

    id: UUID
    item: int
    action: str
    from_state: str | None
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    reason: str | None
    undoes: UUID | None
    details: msgspec.Raw
    said_depot: str | None
    content: str | None
    # Whether it is the item's newest, whose standing becomes the item's.
    newest: bool
    # The movement that the item was read after; None where it was locked.
    read_after: UUID | None


def _row(movement: Movement, *, newest: bool, after: UUID | None) -> _Row:
    return _Row(
        *astuple(movement.standing),
        id=movement.id,
        item=movement.item,
        action=movement.action,
        from_state=movement.from_state,
        occurred_at=movement.occurred_at,
        recorded_at=movement.recorded_at,
        actor=movement.actor,
        reason=movement.reason,
        undoes=movement.undoes,
        details=msgspec.Raw(movement.details),
        said_depot=movement.said_depot,
        content=movement.content,
        newest=newest,
        read_after=after,
    )


class _Made(Standing, frozen=True, kw_only=True, omit_defaults=True):
    """A new item as the statement takes it."""

    id: int
    code: str
    giai: str
    sku: str
    serial: str | None
    batch: str | None
    owner: str
    purchase_price_pence: int | None
    received_on: date | None
    newest_movement: UUID
    updated_at: datetime


def _made(item: NewItem, newest: Movement) -> _Made:
    return _Made(
        *astuple(newest.standing),
        **asdict(item),
        newest_movement=newest.id,
        updated_at=newest.recorded_at,
    )


def _recordset(parameter: int, columns: Mapping[str, str]) -> str:
    """The rows of a JSON parameter, in their order."""
    typed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    return f"json_to_recordset(${parameter}::json) as rows ({typed})"


def _names(columns: Iterable[str], prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{name}"' for name in columns)


def _told(columns: Iterable[str]) -> str:
    """The columns of a recordset; what is not told is null, but for the number of loans."""
    loans = 'coalesce("loans", 0) as "loans"'
    return ", ".join(loans if name == "loans" else f'"{name}"' for name in columns)


_ROW: Final = (
    _MOVEMENT
    | STANDING
    | {"said_depot": "varchar", "content": "varchar", "newest": "boolean", "read_after": "uuid"}
)
_MADE: Final = _ITEM | {"newest_movement": "uuid", "updated_at": "timestamptz"} | STANDING
_MOVED: Final = ", ".join(
    "coalesce(depot, said_depot)" if name == "depot" else f'"{name}"'
    for name in (*_MOVEMENT, *STANDING)
)
# Items in the order of their serials and receipts in that of their ids, so that two who write the
# same ones wait for each other and end, whatever order each was sent in. What no scan did has a
# receipt of nobody's, so that no scan may take its id; what is undone has one more, so that it is
# undone once.
_WRITE: Final = f"""
with {{moved}},
standing as (
    update items set (newest_movement, updated_at, {_names(STANDING)}) =
        (moved.id, moved.recorded_at, {_names(STANDING, "moved.")})
    from moved where items.id = moved.item and moved.newest
),
{{parts}}kept as (
    insert into receipts (kind, id, caller, content, item, recorded_at)
    select 'scan', id, case when content is null then '' else actor end,
        decode(coalesce(content, ''), 'hex'), item, recorded_at
    from moved
    union all
    select 'undo', undoes, actor, '', item, recorded_at from moved where undoes is not null
    order by 2, 1
)
insert into movements ({_names((*_MOVEMENT, *STANDING))}) select {_MOVED} from moved
"""  # noqa: S608 - column names from code
_ALL: Final = f"moved as materialized (select {_told(_ROW)} from {{rows}})"  # noqa: S608 - ours
# Locked in the order of their codes, as everybody does; whatever has moved on is not among them,
# nor what goes to a shelf for which somebody waits since it was read (equipment/orders/queues.py).
_UNCHANGED: Final = f"""told as materialized (select {_told(_ROW)} from {{rows}}),
free as materialized (
    select i.id from told join items i on i.id = told.item
    where told.newest and i.newest_movement = told.read_after
        and (told.state <> 'available' or told.held_at is not null or not exists (
            select from order_lines l where l.sku = i.sku and l.wanted
                and l.promised + l.delivered < l.quantity))
    order by i.code for update of i skip locked
),
moved as materialized (select * from told where item in (select id from free))"""  # noqa: S608 - ours
_PARTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "made": ("items", _MADE),
    "lent": ("loans", _LOAN),
    "checked": ("checks", _CHECK),
    "missed": ("missing_parts", _MISSED),
    "posted": ("postings", LEG_COLUMNS),
    "counted": ("tallies", TALLY_COLUMNS),
}


@cache
def _statement(given: tuple[str, ...], *, unchanged: bool = False) -> str:
    """What writes these parts: one that is not given is left out, with its table's triggers."""
    moved = (_UNCHANGED if unchanged else _ALL).format(rows=_recordset(1, _ROW))
    parts = [_part(name, place, unchanged) for place, name in enumerate(given, 1) if place > 1]
    written = " returning item" if unchanged else ""
    return _WRITE.format(moved=moved, parts="".join(parts)) + written


def _part(name: str, place: int, unchanged: bool) -> str:  # noqa: FBT001 - private
    table, columns = _PARTS[name]
    rows = f"select {_told(columns)} from {_recordset(place, columns)}"  # noqa: S608 - from code
    if unchanged:
        rows += " where item in (select id from free)"
    if name == "made":
        rows += " order by sku, serial"
    return f"{name} as (insert into {table} ({_names(columns)}) {rows}),\n"
