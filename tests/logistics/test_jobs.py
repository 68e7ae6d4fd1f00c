"""The clock's jobs: one process leads, each slot is done once, and nothing is forgotten."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from budget.database import execute, fetch
from budget.years import london_day
from equipment.working_days import working_day_after
from logistics.clock.jobs import JOBS, Job, next_slot, slot_of
from logistics.clock.leading import Leader
from logistics.clock.tidying import raise_stale_visits
from logistics.rounds.depot_days import Ways
from logistics.visits.news import LEFT_WITHIN, raise_checks, raise_loan_ends
from tests.api.members import scan
from tests.logistics.calling import (
    ask,
    collection,
    on_loan,
    open_rounds,
    order,
    outcome,
    scanned,
    somebody,
    stock,
    told,
)

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC)
NIGHT = Job("Nothing.", time(5), JOBS["due-checks"].work)


def test_a_slot_is_the_newest_moment_at_which_a_job_was_to_be_done() -> None:
    """By the clocks of London, whatever the season."""
    summer = datetime(2026, 7, 1, 3, 59, tzinfo=UTC)
    assert slot_of(NIGHT, summer).astimezone(UTC) == datetime(2026, 6, 30, 4, tzinfo=UTC)
    assert next_slot(NIGHT, summer).astimezone(UTC) == datetime(2026, 7, 1, 4, tzinfo=UTC)
    winter = datetime(2026, 1, 10, 5, tzinfo=UTC)
    assert slot_of(NIGHT, winter) == winter
    often = Job("Nothing.", timedelta(seconds=10), NIGHT.work)
    assert slot_of(often, winter + timedelta(seconds=19)) == winter + timedelta(seconds=10)


async def test_each_slot_is_done_once_and_a_missed_one_is_caught_up_with_once(
    database: str,
) -> None:
    """However many days the service was away."""
    del database
    done = []

    async def work(now: datetime, ways: Ways) -> str:
        del ways
        done.append(now)
        return "Done."

    leader = Leader(Ways(), {"nightly": Job("Counts.", time(5), work)}, "one")
    for days in (0, 0, 1, 9):
        await leader.tick(NOW + timedelta(days=days))
    await leader.end()
    assert len(done) == 3
    rows = await fetch("select failed, detail, ended_at from job_runs order by id")
    assert [(row["failed"], row["detail"]) for row in rows] == [(False, "Done.")] * 3
    assert all(row["ended_at"] for row in rows)


async def test_what_goes_wrong_in_one_job_keeps_no_other_from_being_done(database: str) -> None:
    """It is on record, and not tried until its next slot."""
    del database

    async def fail(now: datetime, ways: Ways) -> str:
        raise ValueError(f"{now} {ways}")

    jobs = {"broken": Job("Fails.", time(5), fail), "checks": JOBS["due-checks"]}
    leader = Leader(Ways(), jobs, "one")
    await leader.tick(NOW)
    await leader.tick(NOW)
    await leader.end()
    rows = await fetch("select job, failed, detail from job_runs order by id")
    assert [(row["job"], row["failed"]) for row in rows] == [("broken", True), ("checks", False)]
    assert rows[0]["detail"] == "ValueError: see the log."


async def test_what_was_cut_off_is_done_once_more(database: str) -> None:
    """By whoever leads next."""
    del database
    slot = slot_of(JOBS["due-checks"], NOW)
    await execute(
        "insert into job_runs (job, slot, begun_at, asked_by, leader)"
        " values ('due-checks', $1, $1, 'system', 'another')",
        slot,
    )
    leader = Leader(Ways(), {"due-checks": JOBS["due-checks"]}, "one")
    await leader.tick(NOW)
    await leader.end()
    [row] = await fetch("select leader, ended_at, failed from job_runs")
    assert (row["leader"], row["failed"]) == ("one", False)
    assert row["ended_at"] is not None


@contextmanager
def _clockwork(dsn: str, folder: Path, name: str) -> Iterator["subprocess.Popen[bytes]"]:
    with (folder / name).open("wb") as said:
        command = [sys.executable, "-m", "tests.logistics.clockwork", dsn]
        process = subprocess.Popen(command, cwd=ROOT, stdout=said)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _leads(folder: Path, name: str) -> bool:
    return "leads" in (folder / name).read_text(encoding="utf-8")


async def _leader(folder: Path, names: set[str]) -> str:
    for _ in range(300):
        leading = [name for name in names if _leads(folder, name)]
        if leading:
            assert len(leading) == 1
            return leading[0]
        await asyncio.sleep(0.1)
    pytest.fail("nobody leads")


async def test_of_three_processes_one_leads_and_another_where_it_is_killed(
    database: str, tmp_path: Path
) -> None:
    """Within seconds; and each slot was done once, by one of them."""
    names = {"a", "b", "c"}
    with (
        _clockwork(database, tmp_path, "a") as a,
        _clockwork(database, tmp_path, "b") as b,
        _clockwork(database, tmp_path, "c") as c,
    ):
        processes = {"a": a, "b": b, "c": c}
        first = await _leader(tmp_path, names)
        await asyncio.sleep(2.5)
        processes[first].kill()
        killed_at = datetime.now(UTC)
        second = await _leader(tmp_path, names - {first})
        assert datetime.now(UTC) - killed_at < timedelta(seconds=5)
        await asyncio.sleep(2.5)
        assert not _leads(tmp_path, (names - {first, second}).pop())
    said = [
        line
        for name in names
        for line in (tmp_path / name).read_text(encoding="utf-8").splitlines()
        if line.startswith("slot ")
    ]
    rows = await fetch("select slot, detail from job_runs")
    assert len(said) == len(set(said)) == len(rows) >= 4


@pytest.fixture
async def service(admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """Open a service with rounds."""
    await open_rounds(admin)
    return admin


async def test_a_check_that_falls_due_on_loan_is_a_visit(service: httpx.AsyncClient) -> None:
    """Once, however often it is looked for; it is due when the check is."""
    person = await somebody(service)
    await on_loan(service, person, "HST01")
    months_on = NOW + timedelta(days=165)
    assert await raise_checks(NOW) == 0
    assert await raise_checks(months_on) == 1
    assert await raise_checks(months_on) == 0
    [visit] = (await told(service, f"visits?person={person}"))["results"]
    assert (visit["kind"], visit["needs"]) == ("service", ["examiner"])
    assert visit["lines"][0]["checks"] == ["loler"]


async def test_a_loan_that_ends_is_fetched(service: httpx.AsyncClient) -> None:
    """Once; its order said until when."""
    [code] = await stock(service)
    person = await somebody(service)
    line = {
        "sku": "CMD01",
        "quantity": 1,
        "end_on": london_day(NOW + timedelta(days=3)).isoformat(),
    }
    body = {"id": "5f0c9c1e-4a57-4d62-9a53-0f6a2d3f6a11", "person": person, "lines": [line]}
    placed = await ask(service, "orders", body)
    await scanned(service, scan(code, "deliver", visit=placed["visit"]))
    assert await raise_loan_ends(NOW) == 0
    assert [await raise_loan_ends(NOW + timedelta(days=3)) for _ in range(2)] == [1, 0]
    visits = (await told(service, f"visits?person={person}&status=open"))["results"]
    assert [(visit["kind"], visit["lines"][0]["why"]) for visit in visits] == [
        ("collection", "loan-end")
    ]


async def test_what_somebody_who_died_still_has_is_fetched(service: httpx.AsyncClient) -> None:
    """Without anybody's asking, once, by a day far enough off for a round that passes anyway."""
    person = await somebody(service)
    await on_loan(service, person)
    assert await raise_loan_ends(NOW) == 0
    died = {"died_on": london_day(NOW).isoformat()}
    assert (await service.patch(f"/api/people/{person}", json=died)).is_success
    assert [await raise_loan_ends(NOW) for _ in range(2)] == [1, 0]
    [visit] = (await told(service, f"visits?person={person}&status=open"))["results"]
    assert (visit["kind"], visit["lines"][0]["why"]) == ("collection", "loan-end")
    assert visit["due_on"] == working_day_after(london_day(NOW), LEFT_WITHIN).isoformat()
    await ask(service, f"visits/{visit['id']}/cancel", {"reason": "The family keeps it a while"})
    assert await raise_loan_ends(NOW) == 0


async def test_a_visit_of_a_day_that_is_over_is_open_again(service: httpx.AsyncClient) -> None:
    """Nobody has to remember it; and its order is no longer scheduled."""
    await stock(service)
    placed = await order(service, await somebody(service))
    day = placed["due_on"]
    plan: Any = await ask(service, "rounds/plan", {"depot": "D1", "date": day, "seconds": 0.2})
    await ask(service, f"rounds/{plan['rounds'][0]['id']}/publish", {})
    assert await raise_stale_visits(NOW) == 0
    over = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC) + timedelta(days=1)
    assert await raise_stale_visits(over) == 1
    assert (await told(service, f"visits/{placed['visit']}"))["status"] == "open"
    assert (await told(service, f"orders/{placed['id']}"))["status"] == "authorised"


async def test_what_is_said_to_be_delivered_and_was_not_scanned_is_a_case(
    service: httpx.AsyncClient,
) -> None:
    """No second visit is made for it."""
    await stock(service)
    placed = await order(service, await somebody(service))
    await outcome(service, placed["visit"])
    # A day has 25 hours when the clocks go back.
    assert await raise_stale_visits(datetime.now(UTC) + timedelta(hours=25)) == 1
    kinds = {case["kind"] for case in (await told(service, "cases?status=open"))["results"]}
    assert kinds == {"visit-unscanned"}


async def test_any_job_can_be_run_now_and_is_on_record(service: httpx.AsyncClient) -> None:
    """What it did, when, how long it took, who asked for it."""
    person = await somebody(service)
    await on_loan(service, person)
    await collection(service, person)
    for name in JOBS:
        run = await ask(service, f"jobs/{name}/run", {})
        assert (run["failed"], run["asked_by"]) == (False, "admin"), run
        assert run["seconds"] >= 0
    jobs = (await told(service, "jobs"))["results"]
    assert [each["name"] for each in jobs] == list(JOBS)
    assert all(len(each["runs"]) == 1 and each["next_at"] for each in jobs)
    [planned] = [each for each in jobs if each["name"] == "plan-tomorrow"]
    assert planned["runs"][0]["detail"].endswith("for 1 depots.")
    assert (await service.post("/api/jobs/nothing/run")).status_code == 404
