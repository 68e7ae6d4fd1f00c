"""The values that the lifecycle decides on: states, standings, acts. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


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


@dataclass(frozen=True, slots=True)
class Check:
    """A result of a portable appliance test, a LOLER thorough examination or a service."""

    kind: str
    passed: bool
    on: date


@dataclass(frozen=True, slots=True)
class Standing:
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


@dataclass(frozen=True, slots=True)
class Kind:
    """What the rules need to know of an item's product, owner and age."""

    reuse: str
    pat: bool
    loler_months: int | None
    service_months: int | None
    pool_owned: bool = True
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did, its codes and people looked up. `day` is its day in London."""

    id: UUID
    action: str
    occurred_at: datetime
    recorded_at: datetime
    day: date
    depot: str | None = None
    van: str | None = None
    person: UUID | None = None
    funder: str | None = None
    checks: tuple[Check, ...] = ()
