"""Visits are made of what is to be done at an address, and followed by what is done there."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest

from budget.years import london_day
from equipment.working_days import working_day_after
from logistics.visits import collecting
from logistics.visits.catching_up import catch_up
from logistics.visits.visit_form import NewVisit
from tests.api.members import member, scan, slug, wrong_fields
from tests.equipment.standing_data import ADMINISTRATOR
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
)

BEGINNING: Final = as_admin(open_rounds)


async def _visits(admin: httpx.AsyncClient, person: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await told(admin, f"visits?person={person}"))["results"]
    return found


async def test_an_authorised_order_has_its_visit_at_once(admin: httpx.AsyncClient) -> None:
    """With the promised day, and what is set aside for it."""
    [code] = await stock(admin)
    person = await somebody(admin)
    placed = await order(admin, person)
    [visit] = await _visits(admin, person)
    assert placed["visit"] == visit["id"]
    assert (visit["kind"], visit["status"]) == ("delivery", "open")
    assert visit["due_on"] == placed["due_on"]
    assert (visit["person"], visit["address"]) == (person, "1 High St")
    [line] = visit["lines"]
    assert (line["items"], line["order"], line["funder"]) == ([code], placed["id"], "04K")
    assert (await told(admin, f"orders/{placed['id']}"))["visit"] == visit["id"]


async def test_a_visit_whose_goods_were_taken_away_again_names_none(
    admin: httpx.AsyncClient,
) -> None:
    """Damaged on the shelf, for one: there is no item then, not an item that is nothing."""
    [code] = await stock(admin)
    ada = await somebody(admin)
    await order(admin, ada)
    [visit] = await _visits(admin, ada)
    await scanned(admin, scan(code, "withdraw", reason="Scratched"))
    assert (await told(admin, f"visits/{visit['id']}"))["lines"][0]["items"] == []


async def test_one_visit_takes_all_there_is_at_an_address(admin: httpx.AsyncClient) -> None:
    """Two orders and a collection are one; somebody else's are another."""
    await stock(admin, quantity=3)
    person, other = await somebody(admin), await somebody(admin)
    code = await on_loan(admin, person, "HST01")
    await order(admin, person)
    visit = await collection(admin, person, [code])
    await order(admin, person, "BED01")
    await order(admin, other)
    [same] = await _visits(admin, person)
    assert same["id"] == visit["id"]
    kinds = [line["kind"] for line in same["lines"]]
    assert kinds == ["delivery", "collection", "delivery"]
    assert (same["kind"], same["crew"], same["notes"]) == ("delivery", 2, "Better")
    assert len(await _visits(admin, other)) == 1


async def test_whoever_looks_at_once_makes_one_visit(admin: httpx.AsyncClient) -> None:
    """However many processes find the same news at the same time."""
    await stock(admin, quantity=5)
    people = [await somebody(admin) for _ in range(5)]
    for person in people:
        await order(admin, person)
    now = datetime.now(UTC)
    await asyncio.gather(*(catch_up(now) for _ in range(6)))
    for person in people:
        assert len(await _visits(admin, person)) == 1


async def test_an_order_that_is_called_off_has_no_visit_any_more(admin: httpx.AsyncClient) -> None:
    """Nobody is sent for nothing, and nobody pays."""
    await stock(admin)
    person = await somebody(admin)
    placed = await order(admin, person)
    await ask(admin, f"orders/{placed['id']}/cancel", {"reason": "Not wanted"})
    [visit] = await _visits(admin, person)
    assert visit["status"] == "cancelled"
    assert await activity(admin) == 0


async def test_a_scan_that_names_a_visit_is_followed_by_it(admin: httpx.AsyncClient) -> None:
    """Person and order come from the visit; it is done, and charged once, by its speed."""
    [code] = await stock(admin)
    person = await somebody(admin)
    placed = await order(admin, person)
    await scanned(admin, scan(code, "load", van="V1"))
    delivered = scan(code, "deliver", visit=placed["visit"])
    await scanned(admin, delivered)
    visit = await told(admin, f"visits/{placed['visit']}")
    assert (visit["status"], visit["lines"][0]["outcome"]) == ("done", "delivered")
    assert (await told(admin, f"orders/{placed['id']}"))["status"] == "delivered"
    assert await activity(admin) == 4_100
    again = (await admin.post("/api/scans", json={"scans": [delivered]})).json()["results"][0]
    assert again["status"] == "duplicate"
    said = await outcome(admin, placed["visit"], signature="data:image/png;base64,AAAA")
    assert said["status"] == "done"
    assert await activity(admin) == 4_100


async def test_what_is_handed_over_at_the_counter_costs_no_visit(admin: httpx.AsyncClient) -> None:
    """Nobody went there; but if the crew says they did, it is charged.

    Nor does what is asked for next go along on it.
    """
    [code] = await stock(admin)
    person = await somebody(admin)
    placed = await order(admin, person)
    await scanned(admin, scan(code, "deliver"))
    fetched = await collection(admin, person)
    assert (fetched["kind"], len(fetched["lines"])) == ("collection", 1)
    assert fetched["id"] != placed["visit"]
    assert (await told(admin, f"visits/{placed['visit']}"))["status"] == "cancelled"
    assert await activity(admin) == 0
    [line] = (await told(admin, f"visits/{placed['visit']}"))["lines"]
    said = await outcome(
        admin,
        placed["visit"],
        lines=[{"line": line["id"], "outcome": "done"}],
        signature="A. Jones",
    )
    assert (said["status"], said["lines"][0]["outcome"]) == ("done", "delivered")
    assert await activity(admin) == 4_100


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
            [visit] = [v for v in await _visits(admin, person) if v["status"] == "open"]
            assert visit["repeats"] == failed["id"]
    assert await activity(admin) == 3_000
    assert {v["status"] for v in await _visits(admin, person)} == {"failed"}
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
    [again] = [v for v in await _visits(admin, person) if v["status"] == "open"]
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
    [again] = [v for v in await _visits(admin, person) if v["status"] == "open"]
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
    [again] = [v for v in await _visits(admin, person) if v["status"] == "open"]
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
    assert [v["id"] for v in await _visits(admin, person)] == [placed["visit"]]
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


async def test_a_collection_asked_for_twice_is_one(admin: httpx.AsyncClient) -> None:
    """By id; and things on a visit already are not asked for again."""
    person = await somebody(admin)
    await on_loan(admin, person)
    body = {"id": str(uuid4()), "person": person, "items": "all", "reason": "Better"}
    answers = await asyncio.gather(*(admin.post("/api/collections", json=body) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    again = await admin.post("/api/collections", json=body | {"id": str(uuid4())})
    assert (again.status_code, slug(again)) == (409, "already-asked")
    assert again.json()["visit"] == answers[0].json()["id"]


async def test_a_repair_that_is_asked_for_again_after_its_day_is_the_same(
    admin: httpx.AsyncClient,
) -> None:
    """The first answer, not that its day is over."""
    person, now = await somebody(admin), datetime.now(UTC)
    items = [await on_loan(admin, person)]
    new = NewVisit(
        id=uuid4(), person=UUID(person), kind="repair", items=items, due_on=london_day(now)
    )
    first = await collecting.ask(ADMINISTRATOR, new, now)
    assert await collecting.ask(ADMINISTRATOR, new, now + timedelta(days=1)) == first


async def test_a_collection_of_what_somebody_does_not_have_is_refused(
    admin: httpx.AsyncClient,
) -> None:
    """Another's item, one of nobody's, and anything at all of who has nothing."""
    person, other = await somebody(admin), await somebody(admin)
    await on_loan(admin, person)
    theirs = await on_loan(admin, other)
    body: dict[str, Any] = {"id": str(uuid4()), "person": person, "reason": "Better"}
    for items, why in (([theirs], "item-not-with-person"), (["nonsense"], "item-not-with-person")):
        answer = await admin.post("/api/collections", json=body | {"items": items})
        assert (answer.status_code, slug(answer)) == (409, why)
    bare = await somebody(admin)
    answer = await admin.post("/api/collections", json=body | {"items": "all", "person": bare})
    assert (answer.status_code, slug(answer)) == (409, "nothing-on-loan")
    answer = await admin.post("/api/collections", json=body | {"items": "everything"})
    assert answer.status_code == 422
    window = {"from": "12:00", "to": "09:00"}
    answer = await admin.post("/api/collections", json=body | {"items": "all", "window": window})
    assert wrong_fields(answer) == ["window.to"]


async def test_another_partners_visits_and_people_are_not_there(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    """For a prescriber; and who loads the van sees no address."""
    person = await somebody(admin, "52R")
    await on_loan(admin, person)
    visit = await collection(admin, person)
    ours = await member(admin, "prescriber", partner="04K", level=4)
    nobody = await visitor.get(f"/api/visits/{uuid4()}", headers=ours)
    answer = await visitor.get(f"/api/visits/{visit['id']}", headers=ours)
    assert (answer.status_code, answer.json()) == (404, nobody.json())
    assert (await visitor.get("/api/visits", headers=ours)).json()["results"] == []
    body = {"id": str(uuid4()), "person": person, "items": "all", "reason": "x"}
    asked = await visitor.post("/api/collections", json=body, headers=ours)
    assert asked.status_code == 404
    storeman = await member(admin, "depot", depot="D1")
    seen = (await visitor.get(f"/api/visits/{visit['id']}", headers=storeman)).json()
    assert (seen["id"], seen["person"], seen["address"]) == (visit["id"], None, None)
    theirs = await member(admin, "prescriber", partner="52R", level=4)
    seen = (await visitor.get("/api/visits", headers=theirs)).json()["results"]
    assert [each["address"] for each in seen] == ["1 High St"]


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


async def test_two_coordinators_do_not_overwrite_each_other(admin: httpx.AsyncClient) -> None:
    """Who saw an earlier version is told so; a later day that was asked for is kept apart."""
    person = await somebody(admin)
    await on_loan(admin, person)
    visit = await collection(admin, person)
    later = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    change = {"version": visit["version"], "due_on": later, "deferred": True, "notes": "Ring twice"}
    path = f"/api/visits/{visit['id']}"
    changed = await admin.patch(path, json=change)
    assert changed.status_code == 200, changed.text
    body = changed.json()
    assert (body["due_on"], body["deferred_from"]) == (later, visit["due_on"])
    assert body["notes"] == "Ring twice"
    second = await admin.patch(path, json=change | {"notes": "Ring once"})
    assert (second.status_code, slug(second)) == (409, "visit-changed")


async def test_what_is_unsafe_on_loan_is_seen_to(admin: httpx.AsyncClient) -> None:
    """A hold makes a visit for a repair, the repair ends it, and the funder pays for the visit."""
    person = await somebody(admin)
    code = await on_loan(admin, person)
    await scanned(admin, scan(code, "hold", reason="Wobbles"))
    [visit] = await _visits(admin, person)
    assert (visit["kind"], visit["lines"][0]["why"]) == ("repair", "fault")
    await scanned(admin, scan(code, "repair", minutes=30, visit=visit["id"]))
    assert (await told(admin, f"visits/{visit['id']}"))["status"] == "done"
    assert len(await _visits(admin, person)) == 1
    assert await activity(admin) == 2_900


async def test_what_is_brought_back_needs_no_visit(admin: httpx.AsyncClient) -> None:
    """By anybody: nobody is sent for it."""
    person = await somebody(admin)
    code = await on_loan(admin, person)
    visit = await collection(admin, person)
    await scanned(admin, scan(code, "return", depot="D1"))
    assert (await told(admin, f"visits/{visit['id']}"))["status"] == "cancelled"
    assert await activity(admin) == 0
