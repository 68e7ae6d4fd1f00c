"""Visits against their charges: what agrees, and the name of what does not."""

from datetime import UTC, datetime

import asyncpg
import httpx

from budget.years import london_day, year_of
from logistics.visits.reconciling import VisitsReconciled, visits_reconciled
from tests.logistics.calling import (
    TARIFF,
    collection,
    on_loan,
    open_rounds,
    order,
    outcome,
    somebody,
    stock,
)


async def test_what_differs_from_what_was_done_says_why(
    admin: httpx.AsyncClient, database: str
) -> None:
    """Nothing at first; then another tariff, and a charge that is gone."""
    await open_rounds(admin)
    person = await somebody(admin)
    await stock(admin)
    await outcome(admin, (await order(admin, person))["visit"])
    await on_loan(admin, person)
    fetched = await collection(admin, person)
    await outcome(admin, fetched["id"], "failed", reason="Nobody in", fault="person")
    found = await of_this_month()
    assert (found.visits, found.posted_pence, found.counted_pence) == (2, 5_600, 5_600)
    assert (found.by_reason, found.differences) == ({}, [])

    today = london_day(datetime.now(UTC))
    body = {"contributions": {"04K": 0}, "tariff": TARIFF | {"failed_visit": 1_900}}
    assert (await admin.put(f"/api/budgets/{year_of(today)}", json=body)).is_success
    found = await of_this_month()
    assert found.by_reason == {"another tariff": -400}
    [told] = found.differences
    assert (str(told.visit), told.posted_pence, told.counted_pence) == (
        fetched["id"], 1_500, 1_900,
    )  # fmt: skip

    owner = await asyncpg.connect(database)
    await owner.execute("delete from postings where kind = 'delivery'")
    await owner.close()
    found = await of_this_month()
    assert found.by_reason == {"another tariff": -400, "lacks its charge": -4_100}
    assert [each.reason for each in found.differences] == ["lacks its charge", "another tariff"]


async def of_this_month() -> VisitsReconciled:
    """The visits of today's month."""
    today = london_day(datetime.now(UTC))
    return await visits_reconciled(year_of(today), f"{today:%Y-%m}")
