"""Jobs of repair as they are asked for and shown. Pure."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from budget.refusals import Fault
from budget.wording import text_faults

FAULT_MAX: Final = 500
DONE_MAX: Final = 1_000
NAME_MAX: Final = 120
PARTS_MAX: Final = 20

Minutes: TypeAlias = Annotated[int, Meta(ge=0, le=10_000)]
Pence: TypeAlias = Annotated[int, Meta(ge=0, le=10_000_000)]
PartQuantity: TypeAlias = Annotated[int, Meta(ge=1, le=1_000)]
Words: TypeAlias = Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]
Place: TypeAlias = Literal["depot", "home", "outside"]
Outcome: TypeAlias = Literal[
    "mended", "scrapped", "lost", "handed_back", "came_in", "called_off", "undone"
]


class Warranty(msgspec.Struct, frozen=True):
    """Who mends it for nothing, and the last day of that."""

    supplier: Words
    until: date


class NewWarranty(msgspec.Struct, frozen=True):
    """Its warranty; null where it has none."""

    warranty: Warranty | None


class NewJob(msgspec.Struct, frozen=True):
    """What is to be mended at somebody's home."""

    id: UUID
    fault: Annotated[str, Meta(min_length=1, max_length=FAULT_MAX)]
    warranty: Warranty | None = None


class UsedPart(msgspec.Struct, frozen=True):
    """A part: one of the list by its code, at its price, or another by its name and price."""

    part: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    name: Words | None = None
    quantity: PartQuantity = 1
    price_pence: Pence | None = None


Parts: TypeAlias = Annotated[list[UsedPart], Meta(max_length=PARTS_MAX)]


class NewQuote(msgspec.Struct, frozen=True):
    """What a repair would take."""

    minutes: Minutes = 0
    parts: Parts = []


class Closing(msgspec.Struct, frozen=True):
    """What was done; a job at somebody's home may also be called off.

    `mended_by` is whoever mended it, where that is not who says so: they do not examine it.
    """

    id: UUID
    outcome: Literal["mended", "called_off"]
    done: Annotated[str, Meta(min_length=1, max_length=DONE_MAX)]
    occurred_at: Annotated[datetime, Meta(tz=True)]
    minutes: Minutes = 0
    parts: Parts = []
    mended_by: Words | None = None


class JobPart(msgspec.Struct, frozen=True):
    """A part with its price then; `cost_pence` is what was paid for it: nothing in warranty."""

    part: str | None
    name: str
    quantity: int
    price_pence: int
    cost_pence: int


class JobQuote(msgspec.Struct, frozen=True):
    """A quote as it was recorded, at the prices of then."""

    minutes: int
    parts: list[JobPart]
    parts_pence: int
    quoted_at: datetime
    quoted_by: str


class Trip(msgspec.Struct, frozen=True):
    """A stay with an outside repairer; `file` is the declaration that went with it."""

    id: UUID
    repairer: str
    address: str
    due_back: date
    overdue: bool
    sent_at: datetime
    sent_by: str
    decontaminated: bool
    file: UUID
    back_at: datetime | None
    back_by: str | None


class RepairJob(msgspec.Struct, frozen=True):
    """A job as it stands.

    `list_pence` is what its parts come to at their prices, `parts_pence` what was paid for them,
    `labour_pence` its minutes by the tariff of that day, `cost_pence` both; null until it is
    mended. In warranty they are nothing, and only counted.
    """

    id: UUID
    seq: int
    item: str
    sku: str
    name: str
    state: str
    depot: str | None
    place: Place
    fault: str
    opened_at: datetime
    opened_by: str
    warranty: Warranty | None
    in_warranty: bool
    quote: JobQuote | None
    trip: Trip | None
    outcome: Outcome | None
    ended_at: datetime | None
    ended_by: str | None
    mended_at: datetime | None
    mended_by: str | None
    done: str | None
    minutes: int | None
    parts: list[JobPart]
    list_pence: int | None
    parts_pence: int | None
    labour_pence: int | None
    cost_pence: int | None


def part_faults(parts: list[UsedPart]) -> Iterator[Fault]:
    """What is wrong with parts, but for codes that no list has."""
    for place, each in enumerate(parts):
        field = f"parts[{place}]"
        yield from text_faults(f"{field}.name", each.name, NAME_MAX)
        yield from text_faults(f"{field}.part", each.part, 40)
        if each.part is None and each.name is None:
            yield Fault(f"{field}.name", "Name the part, or choose one of the list.")
        if each.part is None and each.name is not None and each.price_pence is None:
            yield Fault(f"{field}.price_pence", "Say what it costs.")


def warranty_faults(warranty: Warranty | None) -> Iterator[Fault]:
    """What is wrong with a warranty."""
    if warranty is not None:
        yield from text_faults("warranty.supplier", warranty.supplier, NAME_MAX)
