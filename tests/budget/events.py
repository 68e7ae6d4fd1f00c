"""Movements as the pool is told of them: each test sets only what it is about."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from budget.event import Event, LoanTerms

NOW = datetime(2018, 10, 1, 9, tzinfo=UTC)
TODAY = date(2018, 10, 1)
LOAN = LoanTerms(UUID(int=7), "04K", 62_000, 85)
TARIFF = {"clean": 845, "repair_hour": 3_850}


def event(action: str, **fields: Any) -> Event:
    """Tell of an action on an item whose loan is running."""
    usual: dict[str, Any] = {
        "before": "on_loan",
        "phase_before": "open",
        "phase_after": "open",
        "occurred_at": NOW,
        "recorded_at": NOW,
        "day": TODAY,
        "item": 1,
        "code": "AAAA0000",
        "sku": "BED01",
        "category": "Beds",
        "reuse": "reusable",
        "depot": "D1",
        "loan": LOAN,
        "tariff": TARIFF,
    }
    return Event(uuid4(), action, **usual | fields)
