"""What the pool is told of a movement: everything it needs, so that it asks nobody. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import msgspec


class LoanTerms(msgspec.Struct, frozen=True):
    """A loan as the pool sees it: who pays now, what was charged, what of it comes back.

    `credit_percent` is that of the day of issue.
    """

    id: UUID
    funder: str
    charged_pence: int
    credit_percent: int
    # Issued in a year on pool-owned stock: counted at that price, and never charged.
    only_counted: bool = False


class Event(msgspec.Struct, frozen=True):
    """One movement with what the posting and counting rules ask of it.

    `before` is the item's state before it; `phase_before` and `phase_after` are those of its newest
    loan, which `loan` describes as it stands before (at a `deliver`: the new one).
    """

    movement: UUID
    action: str
    before: str
    phase_before: str | None
    phase_after: str | None
    occurred_at: datetime
    recorded_at: datetime
    day: date
    item: int
    code: str
    sku: str
    category: str
    reuse: str
    depot: str | None
    loan: LoanTerms | None
    lent_before: bool = False
    new_funder: str | None = None
    minutes: int = 0
    parts_pence: int = 0
    # Whether the event's own year runs on pool-owned stock: issues and credits are only counted.
    pool_stock: bool = False
    # The tariff of the event's own year; None where none was set.
    tariff: Mapping[str, int] | None = None
