"""What scripts/verify finds of visits, once somebody has changed rows by hand."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest

from scripts.verifying.every import EVERY
from scripts.verifying.visits import UNTARIFFED_VISITS, VISIT_INVARIANTS
from tests.api.conftest import admin, app
from tests.logistics.calling import (
    collection,
    on_loan,
    open_rounds,
    order,
    outcome,
    somebody,
    stock,
)

__all__ = ["admin", "app"]

_LOOSE = "set session_replication_role = replica; "
_TWICE = """
drop index visit_lines_item_open; drop index visit_lines_order_line_open;
insert into visit_lines select gen_random_uuid(), seq + 1000, visit, kind, order_line, item, loan,
    sku, funder, delivered, quantity, checks, request, why, due_on, made_at
from visit_lines where closed_at is null
"""
_OPEN_AGAIN = """
update visits set status = 'open', ended_at = null, ended_by = null, happened_on = null
where status = 'done'
"""
BREAKS = [
    ("visit-lines", "delete from visit_lines where closed_at is null"),
    ("visit-lines", "update visit_lines set outcome = 'refused' where outcome = 'collected'"),
    ("visit-lines", _OPEN_AGAIN),
    ("visit-once", _TWICE),
    ("visit-said", _LOOSE + "delete from visit_outcomes"),
    ("visit-said", "delete from visit_places"),
    ("visit-asked", "delete from cases where kind = 'visit-ring'"),
    ("visit-charged", _LOOSE + "delete from postings where kind = 'collection'"),
    ("visit-charged", "update postings set kind = 'swap' where kind = 'failed_visit'"),
    (
        "visit-charged",
        "update postings set amount_pence = amount_pence + 1 where kind = 'collection'",
    ),
    ("visit-charged", "update postings set posted_on = posted_on + 1 where visit is not null"),
    ("visit-dated", "update visits set promised_on = promised_on - 1"),
    ("visit-dated", "update visits set asked_on = null"),
    ("van-in-use", _LOOSE + "update depots set closed_from = '2030-01-01'"),
    ("order-scheduled", "update orders set status = 'scheduled'"),
    ("append-only", "grant update on visit_outcomes to kitback_app"),
]


@pytest.fixture
async def whole(admin: httpx.AsyncClient) -> None:
    """Make a store with a visit of each end, and one still to come."""
    await open_rounds(admin)
    person = await somebody(admin)
    for came in ("done", "failed"):
        await on_loan(admin, person)
        visit = await collection(admin, person)
        failed = {"reason": "Nobody in", "fault": "person", "next_step": "ring"}
        more = {} if came == "done" else failed
        await outcome(admin, visit["id"], came, **more)
    await stock(admin)
    await order(admin, await somebody(admin))


async def test_an_untouched_service_keeps_them_all(database: str, whole: None) -> None:
    """And nothing was charged without a tariff."""
    del whole
    store = await asyncpg.connect(database)
    for invariant in EVERY:
        assert await store.fetch(invariant.query) == [], invariant.name
    assert await store.fetch(UNTARIFFED_VISITS) == []
    await store.close()


@pytest.mark.parametrize(("name", "sql"), BREAKS)
async def test_what_is_broken_is_found(database: str, whole: None, name: str, sql: str) -> None:
    """By the invariant that it breaks."""
    del whole
    store = await asyncpg.connect(database)
    await store.execute(sql)
    [invariant] = [each for each in EVERY if each.name == name]
    assert await store.fetch(invariant.query) != []
    await store.close()


async def test_what_is_charged_without_a_tariff_is_listed(
    admin: httpx.AsyncClient, database: str
) -> None:
    """It is no fault, and costs nobody anything."""
    await open_rounds(admin)
    today = datetime.now(UTC).date()
    for year in range(today.year - 1, today.year + 1):
        body: dict[str, Any] = {"contributions": {}, "tariff": {}}
        await admin.put(f"/api/budgets/{year}-{(year + 1) % 100:02d}", json=body)
    person = await somebody(admin)
    await on_loan(admin, person)
    await outcome(admin, (await collection(admin, person))["id"])
    store = await asyncpg.connect(database)
    assert len(await store.fetch(UNTARIFFED_VISITS)) == 1
    assert {each.name for each in VISIT_INVARIANTS} <= {each.name for each in EVERY}
    await store.close()
