"""What may be written of an order, and how one is shown. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from budget.refusals import Fault, Wrong
from budget.wording import one_line, text_faults
from equipment.catalogue.products import MOST_PENCE, Sku, Speed
from equipment.orders.order_lifecycle import LineStatus, Status
from equipment.places import Code

LINES_MAX: Final = 100
QUANTITY_MAX: Final = 500
QUOTES_MAX: Final = 10
REASON_MAX: Final = 1_000
NOTES_MAX: Final = 2_000
_FIRST_DAY: Final = date(2000, 1, 1)
_LAST_DAY: Final = date(2099, 12, 31)

Warned: TypeAlias = Literal[
    "already-has", "already-ordered", "over-weight", "does-not-fit", "returned-special"
]
Pence: TypeAlias = Annotated[int, Meta(ge=0, le=MOST_PENCE)]
Quantity: TypeAlias = Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]
Reason: TypeAlias = Annotated[str, Meta(min_length=1, max_length=REASON_MAX)]
Notes: TypeAlias = Annotated[str, Meta(max_length=NOTES_MAX)]


class Quote(msgspec.Struct, frozen=True):
    """What a supplier would take for a special."""

    supplier: Annotated[str, Meta(min_length=1, max_length=200)]
    price_pence: Pence


class Special(msgspec.Struct, frozen=True):
    """Something that is not in the catalogue: what it is, why it is needed, what it may cost."""

    description: Annotated[str, Meta(min_length=1, max_length=500)]
    reason: Reason
    price_pence: Pence
    quotes: Annotated[list[Quote], Meta(max_length=QUOTES_MAX)] = []


class NewLine(msgspec.Struct, frozen=True, kw_only=True):
    """So many of a product, or of a special; `charge_pence` is charged for each of them.

    A loan is looked at again on `review_on`, and is to end on `end_on`.
    """

    sku: Sku | None = None
    special: Special | None = None
    # So many kits: each of their products is a line of its own.
    kit: Code | None = None
    quantity: Quantity = 1
    charge_pence: Pence | None = None
    review_on: date | None = None
    end_on: date | None = None


class ChangedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it is to be.

    `id` says which of the order's it is, or else its sku; what is absent then stays. A quantity of
    0 drops it.
    """

    id: UUID | None = None
    sku: Sku | None = None
    special: Special | None = None
    quantity: Annotated[int, Meta(ge=0, le=QUANTITY_MAX)] | None = None
    charge_pence: Pence | None = None
    review_on: date | None = None
    end_on: date | None = None


class Answer(msgspec.Struct, frozen=True):
    """Why it is ordered although there is a warning: for all warnings of the kind."""

    warning: Warned
    reason: Reason


Lines: TypeAlias = Annotated[list[NewLine], Meta(min_length=1, max_length=LINES_MAX)]
ChangedLines: TypeAlias = Annotated[list[ChangedLine], Meta(min_length=1, max_length=LINES_MAX)]
Answers: TypeAlias = Annotated[list[Answer], Meta(max_length=20)]


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it is placed. Without a speed, the fastest of its products."""

    id: UUID
    person: UUID
    lines: Lines
    speed: Speed | None = None
    reason: Annotated[str, Meta(max_length=REASON_MAX)] | None = None
    funder: Annotated[str, Meta(max_length=10)] | None = None
    notes: Notes | None = None
    answers: Answers = []


class OrderChange(msgspec.Struct, frozen=True, kw_only=True):
    """What changes of an order: what is absent stays; lines are all that it is to have."""

    lines: ChangedLines | UnsetType = UNSET
    speed: Speed | UnsetType = UNSET
    notes: Notes | UnsetType | None = UNSET
    reason: Reason | None = None
    answers: Answers = []


class Authorisation(msgspec.Struct, frozen=True, kw_only=True):
    """Consent to an order: as it is, or with all the lines that it is to have.

    `total_pence` is what it came to when the authoriser saw it: should it have changed since, they
    are asked to look again.
    """

    total_pence: int | None = None
    lines: ChangedLines | None = None
    reason: Reason | None = None
    answers: Answers = []


class ShownLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an order; `items` are the codes of what is promised to it or was delivered.

    `equivalents` are offered while it waits: products that serve as well and are in stock.
    """

    id: UUID
    sku: str | None
    name: str
    quantity: int
    status: LineStatus
    items: list[str]
    delivered: int
    price_pence: int
    charge_pence: int | None
    special: Special | None
    equivalents: list[str]
    review_on: date | None
    end_on: date | None


class Next(msgspec.Struct, frozen=True):
    """What happens next to an order, by when, and whose turn it is."""

    what: str
    by: date | None
    who: str


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order (contract section 5). `total_pence` is what its lines cost, without delivery.

    `beyond`: why it is or was not within the authority of whoever placed it.
    """

    id: UUID
    status: Status
    person: UUID
    funder: str
    depot: str
    speed: Speed
    due_on: date
    ordered_at: datetime
    ordered_by: str
    total_pence: int
    delivery_pence: int | None
    beyond: list[str]
    reason: str | None
    notes: str | None
    lines: list[ShownLine]
    visit: UUID | None
    next: Next | None


class Answered(msgspec.Struct, frozen=True):
    """A warning that was answered."""

    warning: str
    detail: str
    reason: str
    answered_at: datetime
    answered_by: str


class Event(msgspec.Struct, frozen=True):
    """What was done about an order."""

    kind: str
    at: datetime
    actor: str
    reason: str | None


class OrderRecord(Order, frozen=True, kw_only=True):
    """An order with all that was said and done about it."""

    answers: list[Answered]
    history: list[Event]


def check_lines(lines: Iterable[NewLine]) -> None:
    """Raise Wrong where a line is neither of the catalogue nor a special, or cannot be kept."""
    faults = [fault for number, line in enumerate(lines) for fault in _line_faults(number, line)]
    if faults:
        raise Wrong(faults)


def _line_faults(number: int, line: NewLine) -> Iterator[Fault]:
    path = f"lines[{number}]"
    if sum(said is not None for said in (line.sku, line.special, line.kit)) != 1:
        words = "Name a product of the catalogue or a kit, or describe a special."
        yield Fault(f"{path}.sku", words)
    if line.kit is not None and line.charge_pence is not None:
        yield Fault(f"{path}.charge_pence", "A kit is charged product by product.")
    for name, day in (("review_on", line.review_on), ("end_on", line.end_on)):
        if day is not None and not is_likely(day):
            yield Fault(f"{path}.{name}", "Give a day of this century.")
    if line.review_on is not None and line.end_on is not None and line.review_on > line.end_on:
        yield Fault(f"{path}.review_on", "Lies after the end of the loan.")
    if line.special is None:
        return
    yield from text_faults(f"{path}.special.description", line.special.description, 500)
    yield from text_faults(f"{path}.special.reason", line.special.reason, REASON_MAX)
    for place, quote in enumerate(line.special.quotes):
        yield from text_faults(f"{path}.special.quotes[{place}].supplier", quote.supplier, 200)


def check_to_come(lines: Iterable[NewLine], today: date) -> None:
    """Raise Wrong for a loan that is to be looked at, or to end, on a day that has passed."""
    faults = [
        Fault(f"lines[{number}].{name}", "Lies in the past.")
        for number, line in enumerate(lines)
        for name, day in (("review_on", line.review_on), ("end_on", line.end_on))
        if day is not None and day < today
    ]
    if faults:
        raise Wrong(faults)


def is_likely(day: date) -> bool:
    """Whether a loan could be looked at, or end, on that day: a slip of the keyboard could not."""
    return _FIRST_DAY <= day <= _LAST_DAY


def tidied_words(field: str, text: str | None, longest: int) -> str | None:
    """A text as it is kept; a blank one is none. Wrong where it cannot be kept."""
    kept = (text or "").strip() or None
    if faults := list(text_faults(field, kept, longest)):
        raise Wrong(faults)
    return kept


def needed_words(field: str, text: str) -> str:
    """A text that has to be given, as it is kept; Wrong where it is blank."""
    kept = tidied_words(field, text, REASON_MAX)
    if kept is None:
        raise Wrong([Fault(field, "Say why.")])
    return kept


def described(special: Special) -> Special:
    """A special as it is kept."""
    return msgspec.structs.replace(special, description=one_line(special.description))
