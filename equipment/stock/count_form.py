"""What a count is made of: as it is asked for, and as it is shown."""

from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from equipment.places import Code
from equipment.standing import State
from labels.identifiers import TEXT_CHARACTERS_MAX

LABELS_MAX: Final = 500
REASON_MAX: Final = 500

Status: TypeAlias = Literal["open", "compared", "settled", "cancelled"]
Kind: TypeAlias = Literal[
    "missing", "lost", "out", "elsewhere", "wrong_side", "gone", "back", "at_repairer"
]
"""`missing`: on record here, not found. Found, but on record `lost`, `out` with somebody or on a
van, `elsewhere` in another depot or bay, `back` from a repairer with whom it is on record, or
`gone` for good; `wrong_side`: dirty among clean things or the other way round. `at_repairer` is
no difference: it was not found, as it is with the one that `note` names."""

Outcome: TypeAlias = Literal["recorded", "case", "moved", "refused", "declined", "noted"]
"""What came of a difference: a movement or a case; nothing, as the item had moved meanwhile or a
rule refused it; or it was declined. What is with a repairer is `noted` as it is compared."""

Label: TypeAlias = Annotated[str, Meta(min_length=1, max_length=TEXT_CHARACTERS_MAX)]
Reason: TypeAlias = Annotated[str, Meta(min_length=1, max_length=REASON_MAX)]


class NewCount(msgspec.Struct, frozen=True):
    """Where is counted: all that stands at a depot, or in one of its bays."""

    id: UUID
    depot: Code
    bay: Code | None = None


class Labels(msgspec.Struct, frozen=True):
    """What was scanned, in its order; the same item twice is counted once."""

    labels: Annotated[list[Label], Meta(min_length=1, max_length=LABELS_MAX)]


class Decision(msgspec.Struct, frozen=True):
    """What becomes of the differences: all but those items are recorded, or none is."""

    approve: bool
    reason: Reason
    but: Annotated[list[Label], Meta(max_length=LABELS_MAX)] = []


class Counted(msgspec.Struct, frozen=True):
    """What became of a label: `counted`, `repeat` or `refused`; the problem's slug where it was."""

    label: str
    status: Literal["counted", "repeat", "refused"]
    item: str | None
    problem: str | None = None


class Difference(msgspec.Struct, frozen=True):
    """An item that is not as the record says, as it was on record when it was compared.

    `action` is what is recorded if it is approved; null where no scan can say it: then a case is
    raised.
    """

    item: str
    sku: str
    name: str
    kind: Kind
    state: State
    depot: str | None
    depot_name: str | None
    action: str | None
    outcome: Outcome | None
    movement: UUID | None
    note: str | None


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """A count as it stands.

    `scanned`: items so far. `expected` and `found`: how many were to be there when it was compared,
    and how many of these were. `differences`: how many there were. `away`: how many were not, as
    they were with repairers.
    """

    id: UUID
    seq: int
    depot: str
    depot_name: str
    bay: str | None
    bay_name: str | None
    status: Status
    opened_at: datetime
    opened_by: str
    scanned: int
    compared_at: datetime | None
    compared_by: str | None
    expected: int | None
    found: int | None
    differences: int
    away: int
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
