"""What a crew says of a visit: what it costs, who goes again, and what somebody has to settle."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from budget.database import fetch_one
from budget.years import london_day
from equipment.requests import Form, Labelled, send
from equipment.working_days import working_day_after
from logistics.visits.catching_up import catch_up
from tests.api.conftest import PASSWORD, client_of
from tests.api.members import scan, slug, wrong_fields
from tests.filled import as_admin
from tests.logistics.calling import (
    activity,
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
    visits_of,
)
from tests.logistics.phoning import published, technician

BEGINNING: Final = as_admin(open_rounds)


async def test_a_done_visit_charges_each_funder_and_kind_once(admin: httpx.AsyncClient) -> None:
    """Two commodes fetched for one funder are one collection; a hoist of another's is one more."""
    person = await somebody(admin)
    for sku in ("CMD01", "CMD01"):
        await on_loan(admin, person, sku)
    [code] = await stock(admin, "HST01")
    await scanned(admin, scan(code, "deliver", person=person, funder="52R"))
    visit = await collection(admin, person)
    assert len(visit["lines"]) == 3
    for line in visit["lines"]:
        await scanned(admin, scan(line["items"][0], "collect", van="V1", visit=visit["id"]))
    assert (await told(admin, f"visits/{visit['id']}"))["status"] == "done"
    assert [await activity(admin, ods) for ods in ("04K", "52R")] == [2_000, 2_000]


async def test_a_failed_visit_is_tried_again_and_charged_by_fault(admin: httpx.AsyncClient) -> None:
    """Three times; then it is somebody's to settle. The service's own fault costs nobody.

    Whoever sends the request again gets the first answer, though that visit has ended.
    """
    person, wish = await somebody(admin), str(uuid4())
    await on_loan(admin, person)
    asked = visit = await collection(admin, person, id=wish)
    for attempt, fault in enumerate(("service", "person", "prescriber"), 1):
        assert (visit["attempt"], visit["status"]) == (attempt, "open")
        failed = await outcome(admin, visit["id"], "failed", reason="Nobody in", fault=fault)
        assert (failed["status"], failed["fault"]) == ("failed", fault)
        assert {line["outcome"] for line in failed["lines"]} == {"failed"}
        if attempt < 3:
            [visit] = [v for v in await visits_of(admin, person) if v["status"] == "open"]
            assert visit["repeats"] == failed["id"]
    assert await activity(admin) == 3_000
    assert {v["status"] for v in await visits_of(admin, person)} == {"failed"}
    cases = (await told(admin, "cases?status=open"))["results"]
    assert [case["kind"] for case in cases] == ["visit-failed"]
    assert await collection(admin, person, id=wish) == asked


@pytest.mark.parametrize(
    ("step", "kind"),
    [("ring", "visit-ring"), ("prescriber", "visit-prescriber"), ("call_off", "visit-call-off")],
)
async def test_nobody_goes_again_before_whom_the_crew_names_was_asked(
    admin: httpx.AsyncClient, step: str, kind: str
) -> None:
    """A case says so, and no plan takes the visit until it is settled: nobody has to remember."""
    await stock(admin)
    person = await somebody(admin)
    placed = await order(admin, person)
    why: dict[str, Any] = {"reason": "No room", "fault": "prescriber", "next_step": step}
    failed = await outcome(admin, placed["visit"], "failed", **why)
    await catch_up(datetime.now(UTC))
    [again] = [v for v in await visits_of(admin, person) if v["status"] == "open"]
    assert (again["repeats"], again["notes"]) == (failed["id"], "The last visit failed: No room")
    [case] = (await told(admin, "cases?status=open"))["results"]
    assert (case["kind"], case["content"]["visit"]) == (kind, failed["id"])
    asked = {"depot": "D1", "date": again["due_on"], "seconds": 0.3}
    [left] = (await ask(admin, "rounds/plan", asked))["unplanned"]
    assert (left["visit"], left["code"]) == (again["id"], "ask-first")
    await ask(admin, f"cases/{case['id']}/settle", {"note": "They have made room."})
    assert (await ask(admin, "rounds/plan", asked))["unplanned"] == []


async def test_the_next_visit_is_made_on_the_day_that_suits_them(admin: httpx.AsyncClient) -> None:
    """With what the crew was told before; a day that is over already is none."""
    person = await somebody(admin)
    await on_loan(admin, person)
    visit = await collection(admin, person, notes="Use the back door")
    day = working_day_after(london_day(datetime.now(UTC)), 8)
    why: dict[str, Any] = {"reason": "Nobody in", "fault": "person", "next_step": "again"}
    for bad in (london_day(datetime.now(UTC)), day + timedelta(days=400)):
        said = why | {"id": str(uuid4()), "occurred_at": datetime.now(UTC).isoformat()}
        said |= {"outcome": "failed", "again_on": bad.isoformat()}
        answer = await admin.post(f"/api/visits/{visit['id']}/outcome", json=said)
        assert wrong_fields(answer) == ["again_on"]
    failed = await outcome(admin, visit["id"], "failed", **why, again_on=day.isoformat())
    [again] = [v for v in await visits_of(admin, person) if v["status"] == "open"]
    assert (again["ready_from"], again["due_on"]) == (day.isoformat(), day.isoformat())
    assert again["repeats"] == failed["id"]
    assert again["notes"] == "Better\nUse the back door\nThe last visit failed: Nobody in"
    assert (await told(admin, "cases?status=open"))["results"] == []


async def test_an_order_whose_visit_failed_is_brought_again(admin: httpx.AsyncClient) -> None:
    """By one visit, whoever looks for news; sent again, the order is answered as it was placed."""
    await stock(admin)
    person, wish = await somebody(admin), str(uuid4())
    placed = await order(admin, person, id=wish)
    await outcome(admin, placed["visit"], "failed", reason="Nobody in", fault="person")
    await catch_up(datetime.now(UTC))
    [again] = [v for v in await visits_of(admin, person) if v["status"] == "open"]
    assert again["repeats"] == placed["visit"]
    assert again["lines"][0]["order"] == placed["id"]
    assert await activity(admin) == 1_500
    assert await order(admin, person, id=wish) == placed


async def test_what_is_refused_or_not_there_is_somebodys_to_settle(
    admin: httpx.AsyncClient,
) -> None:
    """Nobody is sent again for it, and nobody pays for what was not done."""
    await stock(admin)
    person = await somebody(admin)
    code = await on_loan(admin, person, "HST01")
    placed = await order(admin, person)
    visit = await collection(admin, person, [code])
    outcomes = {"delivery": "refused", "collection": "not_found"}
    lines = [{"line": x["id"], "outcome": outcomes[x["kind"]]} for x in visit["lines"]]
    ended = await outcome(admin, visit["id"], lines=lines)
    assert ended["status"] == "cancelled"
    assert {line["outcome"] for line in ended["lines"]} == {"refused", "not_found"}
    await catch_up(datetime.now(UTC))
    assert [v["id"] for v in await visits_of(admin, person)] == [placed["visit"]]
    kinds = {case["kind"] for case in (await told(admin, "cases?status=open"))["results"]}
    assert kinds == {"visit-refused", "visit-not-found"}
    assert await activity(admin) == 0


async def test_an_outcome_sent_twice_is_recorded_once(admin: httpx.AsyncClient) -> None:
    """The first answer again; other content under its id shows nothing of it."""
    person = await somebody(admin)
    await on_loan(admin, person)
    visit = await collection(admin, person)
    body: dict[str, Any] = {
        "id": str(uuid4()), "occurred_at": datetime.now(UTC).isoformat(), "outcome": "done",
    }  # fmt: skip
    path = f"/api/visits/{visit['id']}/outcome"
    answers = await asyncio.gather(*(admin.post(path, json=body) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert await activity(admin) == 2_000
    other = await admin.post(path, json=body | {"reason": "another"})
    assert (other.status_code, slug(other)) == (409, "id-reused")
    fresh = await admin.post(path, json=body | {"id": str(uuid4())})
    assert (fresh.status_code, slug(fresh)) == (409, "visit-ended")


async def test_an_outcome_says_what_is_wrong_with_it(admin: httpx.AsyncClient) -> None:
    """And nothing is half recorded."""
    person = await somebody(admin)
    await on_loan(admin, person)
    visit = await collection(admin, person)
    now = datetime.now(UTC)
    body = {"id": str(uuid4()), "occurred_at": now.isoformat(), "outcome": "failed"}
    path = f"/api/visits/{visit['id']}/outcome"
    assert wrong_fields(await admin.post(path, json=body)) == ["reason", "fault"]
    done = body | {"outcome": "done"}
    line = {"line": str(uuid4()), "outcome": "collected"}
    assert wrong_fields(await admin.post(path, json=done | {"lines": [line]})) == ["lines[0].line"]
    line = {"line": visit["lines"][0]["id"], "outcome": "delivered"}
    wrong = await admin.post(path, json=done | {"lines": [line]})
    assert wrong_fields(wrong) == ["lines[0].outcome"]
    ahead = (now + timedelta(hours=1)).isoformat()
    future = await admin.post(path, json=done | {"occurred_at": ahead})
    assert slug(future) == "time-in-future"
    naive = await admin.post(path, json=done | {"occurred_at": "2026-01-01T10:00:00"})
    assert wrong_fields(naive) == ["occurred_at"]
    assert (await told(admin, f"visits/{visit['id']}"))["status"] == "open"


@pytest.mark.parametrize("by", ["admin", "pat"])
async def test_whoever_made_the_visit_has_settled_what_was_asked_for(
    admin: httpx.AsyncClient, app: Litestar, by: str
) -> None:
    """Also a technician, who may not read what strangers send."""
    now = datetime.now(UTC)
    code = await on_loan(admin, await somebody(admin))
    await _asked_for(code, now)
    await catch_up(now)
    [visit] = (await told(admin, "visits"))["results"]
    await technician(admin)
    await published(admin, [visit["id"]], "pat")
    async with client_of(app) as client:
        given = {"username": by, "password": PASSWORD}
        client.headers["Authorization"] = f"Bearer {(await ask(client, 'login', given))['token']}"
        assert (await outcome(client, visit["id"]))["status"] == "done"
    [request] = (await told(admin, "requests"))["results"]
    assert (request["status"], request["note"]) == ("settled", "A visit was made.")


async def _asked_for(code: str, now: datetime) -> None:
    row = await fetch_one("select id, code, giai from items where code = $1", code)
    assert row is not None
    item = Labelled(row["id"], row["code"], row["giai"], "Commode")
    await send(
        item, Form(id=uuid4(), kind="collection", first_name="Zoe", telephone="0115 496 0123"), now
    )
