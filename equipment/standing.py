"""The values that the lifecycle decides on: states, standings, acts. Pure.

They are msgspec's Structs, as a list of scans makes thousands of them: a dataclass takes six times
as long to be copied with a change.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class State(StrEnum):
    """Where an item stands. `given`, `scrapped`, `handed_back` and `lost` are not live."""

    AVAILABLE = "available"
    ALLOCATED = "allocated"
    LOADED = "loaded"
    ON_LOAN = "on_loan"
    GIVEN = "given"
    COLLECTED = "collected"
    RETURNED = "returned"
    CLEANED = "cleaned"
    IN_REPAIR = "in_repair"
    SCRAPPED = "scrapped"
    HANDED_BACK = "handed_back"
    LOST = "lost"


class Phase(StrEnum):
    """How far an item's newest loan is: it ends once, and is then decided once."""

    OPEN = "open"
    ENDED = "ended"
    REUSED = "reused"
    SCRAPPED = "scrapped"
    WRITTEN_OFF = "written_off"


class Check(msgspec.Struct, frozen=True):
    """A result of a portable appliance test, a LOLER thorough examination or a service."""

    kind: str
    passed: bool
    on: date


class Standing(msgspec.Struct, frozen=True):
    """How an item stands: the columns that an item shares with its newest movement."""

    state: State
    depot: str | None = None
    last_depot: str | None = None
    van: str | None = None
    person: UUID | None = None
    loan: UUID | None = None
    loan_funder: str | None = None
    loan_phase: Phase | None = None
    loans: int = 0
    held_at: datetime | None = None
    dirty_on: date | None = None
    pat_on: date | None = None
    loler_on: date | None = None
    service_on: date | None = None
    # When the newest loan's phase was recorded: what its end counted was recorded then.
    phase_at: datetime | None = None
    # Whether a recall holds it: `alone`, or `also` where it would be on hold without one.
    recalled: str | None = None


class Kind(msgspec.Struct, frozen=True):
    """What the rules need to know of an item's product, owner and age."""

    reuse: str
    pat: bool
    loler_months: int | None
    service_months: int | None
    pool_owned: bool = True
    received_on: date | None = None


class Act(msgspec.Struct, frozen=True):
    """What somebody did, its codes and people looked up. `day` is its day in London."""

    id: UUID
    action: str
    occurred_at: datetime
    recorded_at: datetime
    day: date
    depot: str | None = None
    van: str | None = None
    # The bay that the scan names, where there is one.
    bay: str | None = None
    person: UUID | None = None
    funder: str | None = None
    checks: tuple[Check, ...] = ()
