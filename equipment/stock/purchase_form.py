"""What a purchase is made of: as it is asked for, and as it is shown."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from budget.refusals import Fault
from budget.wording import text_faults
from equipment.places import Code

LINES_MAX: Final = 50
QUANTITY_MAX: Final = 10_000
PRICE_MAX: Final = 100_000_00
REASON_MAX: Final = 500
SUPPLIER_MAX: Final = 200
SHORT_MAX: Final = 80
_VERSION_MAX: Final = 2**31 - 2
LARGE_PENCE: Final = 5_000_00
"""From this sum on, somebody else than who asked for it approves a purchase."""

Status: TypeAlias = Literal[
    "draft", "awaiting_approval", "ordered", "part_received", "received", "cancelled"
]
COMING: Final[tuple[Status, ...]] = ("ordered", "part_received")
"""Of these, goods are still to come."""

Version: TypeAlias = Annotated[int, Meta(ge=1, le=_VERSION_MAX)]
Reason: TypeAlias = Annotated[str, Meta(min_length=1, max_length=REASON_MAX)]
Note: TypeAlias = Annotated[str, Meta(min_length=1, max_length=REASON_MAX)]
Short: TypeAlias = Annotated[str, Meta(min_length=1, max_length=SHORT_MAX)]
Sku: TypeAlias = Annotated[str, Meta(min_length=1, max_length=40)]
Quantity: TypeAlias = Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]
Price: TypeAlias = Annotated[int, Meta(ge=0, le=PRICE_MAX)]


class NewLine(msgspec.Struct, frozen=True):
    """So many of a product, each at this price."""

    sku: Sku
    quantity: Quantity
    price_pence: Price


class NewPurchase(msgspec.Struct, frozen=True):
    """What is to be bought of whom, and where it is to be delivered by when."""

    id: UUID
    supplier: Annotated[str, Meta(min_length=1, max_length=SUPPLIER_MAX)]
    depot: Code
    lines: Annotated[list[NewLine], Meta(min_length=1, max_length=LINES_MAX)]
    reference: Short | None = None
    due_on: date | None = None
    note: Note | None = None


class PurchaseChange(msgspec.Struct, frozen=True):
    """A draft as it is to be from now on: all of it; `version` is the one that was looked at."""

    version: Version
    supplier: Annotated[str, Meta(min_length=1, max_length=SUPPLIER_MAX)]
    depot: Code
    lines: Annotated[list[NewLine], Meta(min_length=1, max_length=LINES_MAX)]
    reference: Short | None = None
    due_on: date | None = None
    note: Note | None = None


class StockAnswer(msgspec.Struct, frozen=True):
    """Why new ones of a product are ordered while some wait to be made fit."""

    sku: Sku
    reason: Reason


class Ordering(msgspec.Struct, frozen=True):
    """Order what is drafted, with an answer for each product that waits.

    `version` is the one that was looked at, where nobody may have changed it since.
    """

    answers: Annotated[list[StockAnswer], Meta(max_length=LINES_MAX)] = []
    version: Version | None = None


class Saying(msgspec.Struct, frozen=True):
    """Why it is cancelled or sent back."""

    reason: Reason


class PurchaseLine(msgspec.Struct, frozen=True):
    """A line, and how much of it has come."""

    id: UUID
    sku: str
    name: str
    quantity: int
    price_pence: int
    received: int


class Answered(msgspec.Struct, frozen=True):
    """What was answered, of how many that waited."""

    sku: str
    waiting: int
    reason: str
    answered_at: datetime
    answered_by: str


class Received(msgspec.Struct, frozen=True):
    """What came in of a line at one time."""

    id: UUID
    line: UUID
    quantity: int
    batch: str | None
    received_at: datetime
    received_by: str


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase as it stands; `reason` is why it was cancelled, or sent back last.

    `authors` are all who have written in it, and `version` says how often that was.
    """

    id: UUID
    seq: int
    supplier: str
    reference: str | None
    depot: str
    depot_name: str
    due_on: date | None
    note: str | None
    status: Status
    total_pence: int
    drafted_at: datetime
    drafted_by: str
    version: int
    changed_at: datetime | None
    changed_by: str | None
    authors: list[str]
    asked_at: datetime | None
    asked_by: str | None
    ordered_at: datetime | None
    ordered_by: str | None
    ended_at: datetime | None
    ended_by: str | None
    reason: str | None
    lines: list[PurchaseLine]
    answers: list[Answered]
    receipts: list[Received]


def purchase_faults(new: NewPurchase | PurchaseChange) -> Iterator[Fault]:
    """What is wrong with the texts of a purchase, and a line that stands there twice."""
    yield from text_faults("supplier", new.supplier, SUPPLIER_MAX)
    yield from text_faults("reference", new.reference, SHORT_MAX)
    yield from text_faults("note", new.note, REASON_MAX)
    if len({line.sku for line in new.lines}) != len(new.lines):
        yield Fault("lines", "A product stands there twice.")
    if not 1 <= len(new.lines) <= LINES_MAX:
        yield Fault("lines", f"Order from 1 to {LINES_MAX} products at a time.")
