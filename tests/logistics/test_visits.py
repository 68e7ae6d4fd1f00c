"""Visits are made of what is to be done at an address, and followed by what is done there."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from budget.years import london_day
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
    visits_of,
)

BEGINNING: Final = as_admin(open_rounds)


async def test_an_authorised_order_has_its_visit_at_once(admin: httpx.AsyncClient) -> None:
    """With the promised day, and what is set aside for it."""
    [code] = await stock(admin)
    person = await somebody(admin)
    placed = await order(admin, person)
    [visit] = await visits_of(admin, person)
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
    [visit] = await visits_of(admin, ada)
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
    [same] = await visits_of(admin, person)
    assert same["id"] == visit["id"]
    kinds = [line["kind"] for line in same["lines"]]
    assert kinds == ["delivery", "collection", "delivery"]
    assert (same["kind"], same["crew"], same["notes"]) == ("delivery", 2, "Better")
    assert len(await visits_of(admin, other)) == 1


async def test_a_visit_goes_where_they_stay_on_its_day(admin: httpx.AsyncClient) -> None:
    """From the first day to the last, then home; also if another record of theirs says so."""
    ann, anne = await somebody(admin), await somebody(admin)
    await on_loan(admin, anne)
    visit = await collection(admin, anne)
    due = date.fromisoformat(visit["due_on"])
    stay = {"address": "5 Mill Lane", "postcode": "NG24 1AA", "reason": "At her daughter's"}
    stay |= {"from": f"{due}", "to": f"{due + timedelta(days=2)}"}
    await ask(admin, f"people/{anne}/addresses", stay)
    await admin.patch(f"/api/people/{ann}", json={"address": "2 Low St"})
    await ask(admin, f"people/{ann}/merge", {"duplicate": anne, "reason": "One and the same"})
    for days, address in ((0, "5 Mill Lane"), (2, "5 Mill Lane"), (3, "2 Low St")):
        seen = await told(admin, f"visits/{visit['id']}")
        change = {"version": seen["version"], "due_on": f"{due + timedelta(days=days)}"}
        assert (await admin.patch(f"/api/visits/{visit['id']}", json=change)).is_success
        await ask(admin, "rounds/plan", {"depot": "D1", "date": f"{due}", "seconds": 0.1})
        assert (await told(admin, f"visits/{visit['id']}"))["address"] == address


async def test_whoever_looks_at_once_makes_one_visit(admin: httpx.AsyncClient) -> None:
    """However many processes find the same news at the same time."""
    await stock(admin, quantity=5)
    people = [await somebody(admin) for _ in range(5)]
    for person in people:
        await order(admin, person)
    now = datetime.now(UTC)
    await asyncio.gather(*(catch_up(now) for _ in range(6)))
    for person in people:
        assert len(await visits_of(admin, person)) == 1


async def test_an_order_that_is_called_off_has_no_visit_any_more(admin: httpx.AsyncClient) -> None:
    """Nobody is sent for nothing, and nobody pays."""
    await stock(admin)
    person = await somebody(admin)
    placed = await order(admin, person)
    await ask(admin, f"orders/{placed['id']}/cancel", {"reason": "Not wanted"})
    [visit] = await visits_of(admin, person)
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
    [visit] = await visits_of(admin, person)
    assert (visit["kind"], visit["lines"][0]["why"]) == ("repair", "fault")
    await scanned(admin, scan(code, "repair", minutes=30, visit=visit["id"]))
    assert (await told(admin, f"visits/{visit['id']}"))["status"] == "done"
    assert len(await visits_of(admin, person)) == 1
    assert await activity(admin) == 2_900


async def test_what_is_brought_back_needs_no_visit(admin: httpx.AsyncClient) -> None:
    """By anybody: nobody is sent for it."""
    person = await somebody(admin)
    code = await on_loan(admin, person)
    visit = await collection(admin, person)
    await scanned(admin, scan(code, "return", depot="D1"))
    assert (await told(admin, f"visits/{visit['id']}"))["status"] == "cancelled"
    assert await activity(admin) == 0
