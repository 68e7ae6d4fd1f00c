"""What is said of visits: as they are shown, and as they are asked for (contract section 5)."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from budget.refusals import Fault
from equipment.places import TimeOfDay

Kind: TypeAlias = Literal["delivery", "collection", "repair", "service", "swap"]
Status: TypeAlias = Literal["open", "planned", "under_way", "done", "failed", "cancelled"]
LineOutcome: TypeAlias = Literal[
    "delivered",
    "collected",
    "repaired",
    "checked",
    "swapped",
    "refused",
    "not_found",
    "not_done",
    "failed",
    "cancelled",
]
Fault_: TypeAlias = Literal["service", "prescriber", "person"]
NextStep: TypeAlias = Literal["again", "ring", "prescriber", "call_off"]
"""What the crew of a failed visit says should happen: whom to ask first, or nobody."""

Why: TypeAlias = Literal["order", "asked", "public", "check", "fault", "recall", "loan-end", "way"]
Skill: TypeAlias = Literal["tail_lift", "examiner"]

REASON_MAX: Final = 500
NOTES_MAX: Final = 2_000
ITEMS_MAX: Final = 500
PROOF_MAX: Final = 900_000
"""A signature or a photograph, as a data URL, or a word about it."""

DONE: Final[dict[Kind, LineOutcome]] = {
    "delivery": "delivered",
    "collection": "collected",
    "repair": "repaired",
    "service": "checked",
    "swap": "swapped",
}
"""What has become of a line of each kind once it is done."""

STILL_TO_COME: Final = ("open", "planned", "under_way")
DAY_FROM, DAY_TO = time(8), time(18)
"""When somebody is called on who has not said when it suits them."""


class TimeWindow(msgspec.Struct, frozen=True):
    """When the crew may begin, as HH:MM in London."""

    start: TimeOfDay = msgspec.field(name="from")
    end: TimeOfDay = msgspec.field(name="to")


class ShownLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do on a visit. `why` is where it came from; `outcome` what became of it.

    Of a delivery `items` are those set aside for it; of every other kind, the one to see to.
    """

    id: UUID
    kind: Kind
    order: UUID | None
    order_line: UUID | None
    sku: str | None
    name: str
    quantity: int
    items: list[str]
    funder: str | None
    checks: list[str]
    why: Why
    due_on: date
    outcome: LineOutcome | None


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """All there is to do at an address in one go (contract section 5).

    Who it is for and where it goes is null for those who may not see the person. `round` is the
    published round that it is on, else the draft. `minutes` on site, `crew` and `needs` follow
    from what its lines are about.
    """

    id: UUID
    kind: Kind
    status: Status
    person: UUID | None
    address: str | None
    postcode: str | None
    phone: str | None
    access_notes: str | None
    notes: str | None
    lines: list[ShownLine]
    due_on: date
    ready_from: date
    deferred_from: date | None
    window: TimeWindow
    crew: int
    needs: list[Skill]
    minutes: int
    round: UUID | None
    depot: str
    funder: str | None
    attempt: int
    repeats: UUID | None
    made_at: datetime
    ended_at: datetime | None
    reason: str | None
    fault: Fault_ | None
    version: int


class Event(msgspec.Struct, frozen=True):
    """What was done about a visit."""

    kind: str
    at: datetime
    actor: str


class VisitRecord(Visit, frozen=True, kw_only=True):
    """A visit with all that was done about it."""

    history: list[Event]


Reason: TypeAlias = Annotated[str, Meta(max_length=REASON_MAX)]
Notes: TypeAlias = Annotated[str, Meta(max_length=NOTES_MAX)]
Codes: TypeAlias = Annotated[
    list[Annotated[str, Meta(max_length=200)]], Meta(min_length=1, max_length=ITEMS_MAX)
]


class NewCollection(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be fetched from somebody: items by their codes, or all that they have on loan."""

    id: UUID
    person: UUID
    items: Codes | Literal["all"]
    reason: Reason | None = None
    ready_from: date | None = None
    window: TimeWindow | None = None
    notes: Notes | None = None


class NewVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A repair, service or swap of items that somebody has on loan."""

    id: UUID
    person: UUID
    kind: Literal["repair", "service", "swap"]
    items: Codes
    reason: Reason | None = None
    ready_from: date | None = None
    due_on: date | None = None
    window: TimeWindow | None = None
    notes: Notes | None = None


class VisitChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be another in an open visit; `version` is the one that was seen.

    `deferred`: that the person asked for the other day; figures count these apart.
    """

    version: int
    ready_from: date | msgspec.UnsetType = msgspec.UNSET
    due_on: date | msgspec.UnsetType = msgspec.UNSET
    deferred: bool = False
    window: TimeWindow | msgspec.UnsetType = msgspec.UNSET
    crew: Annotated[int, Meta(ge=1, le=2)] | msgspec.UnsetType = msgspec.UNSET
    notes: Notes | msgspec.UnsetType | None = msgspec.UNSET


class LineDone(msgspec.Struct, frozen=True):
    """What became of one line; `done` is what its kind is when it is done."""

    line: UUID
    outcome: LineOutcome | Literal["done"]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a visit, by whoever was there. Lines that it does not name went as planned.

    A failed one says why, whose fault it was, and may say what is next: `next_step` other than
    `again` is a case, and the next visit waits until it is settled; `again_on` is the day that
    suits them. `signature` and `photo` are data URLs of pictures, or else a word about them, such
    as who signed. `details` is what else the crew says, such as what was checked.
    """

    id: UUID
    occurred_at: Annotated[datetime, Meta(tz=True)]
    outcome: Literal["done", "failed"]
    lines: Annotated[list[LineDone], Meta(max_length=ITEMS_MAX)] = []
    reason: Reason | None = None
    fault: Fault_ | None = None
    next_step: NextStep | None = None
    again_on: date | None = None
    signature: Annotated[str, Meta(max_length=PROOF_MAX)] | None = None
    photo: Annotated[str, Meta(max_length=PROOF_MAX)] | None = None
    details: dict[str, Any] | None = None


def window_faults(window: TimeWindow | None) -> Iterator[Fault]:
    """What is wrong with a window; written as HH:MM, times compare as texts do."""
    if window is not None and window.start >= window.end:
        yield Fault("window.to", "Write a time after it begins, on the same day.")
