"""Figures of visits: each counts what its definition says, and opens into just these visits."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
from litestar import Litestar

from budget.database import execute
from budget.years import london_day
from equipment.working_days import working_day_after
from tests.api.members import member, wrong_fields
from tests.filled import as_admin
from tests.logistics.calling import (
    ask,
    collection,
    on_loan,
    open_rounds,
    order,
    outcome,
    somebody,
    stock,
    told,
)
from tests.web.conftest import signed_in
from tests.web.ordering import staff, words


def _today() -> date:
    return london_day(datetime.now(UTC))


# Of the day on which the tests were read: a run may go on into the next.
TODAY = _today()
WIDE = f"from={TODAY - timedelta(days=40)}&to={TODAY + timedelta(days=40)}"


_ALL = "/figures?by=partner&" + "&".join(
    f"{end}-{part}={getattr(TODAY + timedelta(days=days), part)}"
    for end, days in (("from", -40), ("to", 40))
    for part in ("day", "month", "year")
)


BEGINNING: Final = as_admin(open_rounds)


async def _figure(admin: httpx.AsyncClient, name: str, asked: str = WIDE) -> dict[str, Any]:
    report = await told(admin, f"figures?{asked}")
    [figure] = [each for each in report["figures"] if each["name"] == name]
    found: dict[str, Any] = figure
    return found


async def _behind(admin: httpx.AsyncClient, name: str, more: str = "") -> set[str]:
    rows = (await told(admin, f"figures/visits?figure={name}&{WIDE}{more}"))["results"]
    return {row["visit"] for row in rows}


async def _promised(visit: str, days: int) -> None:
    """Have a delivery have been promised for so many days from today."""
    day = _today() + timedelta(days=days)
    await execute(
        """
        update order_lines l set due_on = $2
        from visit_lines n where n.order_line = l.id and n.visit = $1
        """,
        UUID(visit),
        day,
    )


async def _delivery(admin: httpx.AsyncClient, days: int = 0, funder: str = "04K") -> str:
    await stock(admin)
    placed = await order(admin, await somebody(admin, funder))
    await _promised(placed["visit"], days)
    return str(placed["visit"])


async def test_on_time_is_by_the_promised_day(admin: httpx.AsyncClient) -> None:
    """In time, late, overdue and to come; what was put off by the person is apart."""
    kept, late, overdue, coming, deferred = [
        await _delivery(admin, days) for days in (0, -3, -3, 3, 0)
    ]
    for visit in (kept, late):
        await outcome(admin, visit)
    seen = await told(admin, f"visits/{deferred}")
    body = {
        "version": seen["version"],
        "due_on": str(_today() + timedelta(days=9)),
        "deferred": True,
    }
    assert (await admin.patch(f"/api/visits/{deferred}", json=body)).is_success
    figure = await _figure(admin, "on_time")
    total = figure["total"]
    assert total["parts"] == {"kept": 1, "missed": 2, "deferred": 1, "to_come": 1}
    assert (total["numerator"], total["denominator"], total["share"]) == (1, 3, 1 / 3)
    assert await _behind(admin, "on_time", "&part=kept") == {kept}
    assert await _behind(admin, "on_time", "&part=missed") == {late, overdue}
    assert await _behind(admin, "on_time", "&part=deferred") == {deferred}
    assert await _behind(admin, "on_time", "&part=to_come") == {coming}


async def test_moving_a_visit_moves_no_promise(admin: httpx.AsyncClient) -> None:
    """A coordinator's other day does not make what comes late come in time."""
    visit = await _delivery(admin, -2)
    seen = await told(admin, f"visits/{visit}")
    body = {"version": seen["version"], "due_on": str(_today() + timedelta(days=5))}
    assert (await admin.patch(f"/api/visits/{visit}", json=body)).is_success
    await outcome(admin, visit)
    assert (await _figure(admin, "on_time"))["total"]["parts"]["missed"] == 1


async def test_a_failed_visit_and_its_repeat_are_one_promise(admin: httpx.AsyncClient) -> None:
    """Kept once the repeat is done by the day, and two visits made."""
    visit = await _delivery(admin, 0)
    await outcome(admin, visit, "failed", reason="Nobody in", fault="person")
    assert (await _figure(admin, "on_time"))["total"]["parts"]["to_come"] == 1
    [again] = (await told(admin, "visits?status=open"))["results"]
    await outcome(admin, again["id"])
    assert (await _figure(admin, "on_time"))["total"]["parts"]["kept"] == 1
    failed = (await _figure(admin, "failed"))["total"]
    assert failed["parts"] == {"service": 0, "prescriber": 0, "person": 1, "done": 1}
    assert (failed["numerator"], failed["denominator"]) == (1, 2)
    assert await _behind(admin, "failed", "&part=person") == {visit}


async def test_collections_are_counted_from_the_day_of_asking(
    admin: httpx.AsyncClient, database: str
) -> None:
    """Or from the day from which it can be fetched; in the working days that are asked for."""
    visits = []
    connection = await asyncpg.connect(database)
    for days in (0, 28, 28):
        person = await somebody(admin)
        await on_loan(admin, person)
        visit = (await collection(admin, person))["id"]
        day = _today() - timedelta(days=days)
        asked = datetime.now(UTC) - timedelta(days=days)
        ago = "update visit_lines set made_at = $2 where visit = $1"
        await connection.execute(ago, UUID(visit), asked)
        await execute("update visits set ready_on = $2 where id = $1", UUID(visit), day)
        visits.append(visit)
    await connection.close()
    soon, late, later = visits
    for visit in (soon, late):
        await outcome(admin, visit)
    ready = _today() - timedelta(days=1)
    await execute("update visits set ready_on = $2 where id = $1", UUID(later), ready)
    total = (await _figure(admin, "collected"))["total"]
    assert total["parts"] == {"kept": 1, "missed": 1, "deferred": 0, "to_come": 1}
    total = (await _figure(admin, "collected", f"{WIDE}&within=30"))["total"]
    assert total["parts"] == {"kept": 2, "missed": 0, "deferred": 0, "to_come": 1}


async def test_what_is_called_off_counts_nowhere(admin: httpx.AsyncClient) -> None:
    """Nor does what was handed over at the counter."""
    await stock(admin)
    person = await somebody(admin)
    placed = await order(admin, person)
    await ask(admin, f"orders/{placed['id']}/cancel", {"reason": "Not wanted"})
    report = await told(admin, f"figures?{WIDE}")
    assert [each["total"]["denominator"] for each in report["figures"]] == [0, 0, 0]
    assert [each["total"]["share"] for each in report["figures"]] == [None] * 3
    assert await _behind(admin, "on_time") == set()


async def test_rows_by_anything_sum_to_the_total(admin: httpx.AsyncClient) -> None:
    """By depot, partner and month; narrowed to one of them, it is that row."""
    for funder in ("04K", "52R", "52R"):
        await outcome(admin, await _delivery(admin, 0, funder))
    for by in ("depot", "partner", "month"):
        figure = await _figure(admin, "on_time", f"{WIDE}&by={by}")
        assert sum(row["denominator"] for row in figure["rows"]) == 3
    figure = await _figure(admin, "on_time", f"{WIDE}&by=partner")
    assert {row["key"]: row["numerator"] for row in figure["rows"]} == {"04K": 1, "52R": 2}
    assert (await _figure(admin, "on_time", f"{WIDE}&partner=52R"))["total"]["numerator"] == 2
    assert (await _figure(admin, "on_time", f"{WIDE}&depot=D2"))["total"]["numerator"] == 0


async def test_a_vans_stops_and_kilometres_are_of_what_it_made(
    admin: httpx.AsyncClient, database: str
) -> None:
    """Of published rounds up to today, and only of visits that were made."""
    visits = [await _delivery(admin, 0) for _ in range(3)]
    day = str(working_day_after(TODAY, 1))
    body = {"depot": "D1", "date": day, "seconds": 1, "seed": 1}
    planned = await ask(admin, "rounds/plan", body)
    seen = {"depot": "D1", "date": day, "version": planned["version"]}
    published = await ask(admin, "rounds/publish", seen)
    made = [stop["visit"] for each in published["rounds"] for stop in each["stops"]]
    assert made
    assert set(made) <= set(visits)
    await outcome(admin, made[0])
    assert (await told(admin, f"figures?{WIDE}"))["vans"]["total"]["stops"] == 0
    # That day has come: whatever hour it is now, today's vans may be home already.
    owner = await asyncpg.connect(database)
    await owner.execute("update rounds set day = $1", TODAY)
    await owner.close()
    vans = (await told(admin, f"figures?{WIDE}"))["vans"]
    assert vans["total"]["stops"] == 1
    assert vans["total"]["days"] == len(published["rounds"])
    assert vans["total"]["distance_m"] == sum(r["distance_m"] for r in published["rounds"])
    assert await _behind(admin, "vans") == {made[0]}


async def test_pages_of_what_is_behind_follow_each_other(admin: httpx.AsyncClient) -> None:
    """Each visit once, by day."""
    visits = {await _delivery(admin, days) for days in (1, 0, 1)}
    seen: list[str] = []
    after = ""
    for _ in range(3):
        path = f"figures/visits?figure=on_time&{WIDE}&limit=1{after}"
        found = await told(admin, path)
        seen += [row["visit"] for row in found["results"]]
        after = f"&after={found['next']}"
    assert found["next"] is None
    assert set(seen) == visits


async def test_a_span_that_is_none_says_so(admin: httpx.AsyncClient) -> None:
    """Backwards, too long, of another age, of no such figure."""
    for asked, field in (
        ("from=2026-02-01&to=2026-01-01", "to"),
        ("from=2020-01-01&to=2026-01-01", "to"),
        ("from=9999-12-31&to=9999-12-31", "from"),
        ("to=0001-01-01", "from"),
        ("within=99", "within"),
        ("by=colour", "by"),
    ):
        assert field in wrong_fields(await admin.get(f"/api/figures?{asked}"))
    assert wrong_fields(await admin.get("/api/figures/visits?figure=all")) == ["figure"]


async def test_whoever_pays_sees_figures_and_nobodys_name(
    app: Litestar, admin: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    """A number leads to the visits behind it, which name nobody; prescribers see neither."""
    visit = await _delivery(admin, 0)
    await outcome(admin, visit)
    payer = await member(admin, "budget_holder", partner="04K")
    answer = await visitor.get(f"/api/figures/visits?figure=on_time&{WIDE}", headers=payer)
    assert [row["visit"] for row in answer.json()["results"]] == [visit]
    nurse = await member(admin, "prescriber", partner="04K", level=4)
    assert (await visitor.get("/api/figures", headers=nurse)).status_code == 403
    await staff(admin, "payer", "budget_holder")
    await staff(admin, "planner", "coordinator")
    for name, sees in (("payer", False), ("planner", True)):
        async with signed_in(app, name) as browser:
            page = await browser.get(_ALL)
            assert "1 of 1 (100.0%)" in words(page)
            assert "The promised day is the order" in words(page)
            address = _first_link(page.text)
            behind = await browser.get(address)
            assert behind.status_code == 200
            assert (f'href="/visits/{visit}"' in behind.text) is sees
            assert "High St" not in behind.text
            assert "Ada" not in behind.text
            wrong = await browser.get("/figures?from-day=31&from-month=2&from-year=2026")
            assert wrong.status_code == 422


def _first_link(text: str) -> str:
    start = text.index('href="/figures/visits?') + len('href="')
    return text[start : text.index('"', start)].replace("&amp;", "&")
