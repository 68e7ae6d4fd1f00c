"""What a crew said came of a visit is taken back: as if they had not said it."""

from typing import Any, Final
from uuid import uuid4

import httpx
from litestar import Litestar

from tests.api.members import member, scan, slug
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
from tests.logistics.test_undoing import broken
from tests.web.conftest import signed_in
from tests.web.forms import forms_of

BEGINNING: Final = as_admin(open_rounds)
FAILED: Final = {"reason": "Nobody in", "fault": "person", "next_step": "ring"}


async def _undo(admin: httpx.AsyncClient, visit: str, **fields: Any) -> httpx.Response:
    return await admin.post(f"/api/visits/{visit}/outcome/undo", json={"id": str(uuid4())} | fields)


async def _statuses(admin: httpx.AsyncClient, person: str) -> list[str]:
    return [v["status"] for v in (await told(admin, f"visits?person={person}"))["results"]]


async def _kinds(admin: httpx.AsyncClient) -> list[str]:
    return [case["kind"] for case in (await told(admin, "cases?status=open"))["results"]]


async def test_a_failure_that_was_none_is_taken_back(
    admin: httpx.AsyncClient, database: str
) -> None:
    """Its charge, the visit that was to follow, and what was to be asked; sent twice, once.

    What is said then counts as if nothing had been said before.
    """
    person = await somebody(admin)
    await on_loan(admin, person)
    visit = (await collection(admin, person))["id"]
    await outcome(admin, visit, "failed", **FAILED)
    assert (await activity(admin), await _kinds(admin)) == (1_500, ["visit-ring"])
    once = str(uuid4())
    first = await _undo(admin, visit, id=once)
    assert first.status_code == 200, first.text
    shown = first.json()
    assert (shown["status"], shown["fault"], shown["reason"]) == ("open", None, None)
    assert [line["outcome"] for line in shown["lines"]] == [None]
    assert (await activity(admin), await _kinds(admin)) == (0, [])
    assert sorted(await _statuses(admin, person)) == ["cancelled", "open"]
    assert await broken(database) == []
    assert (await _undo(admin, visit, id=once)).json() == shown
    again = await _undo(admin, visit)
    assert (again.status_code, slug(again)) == (409, "outcome-not-said")
    await outcome(admin, visit, "failed", **FAILED)
    assert (await activity(admin), await _kinds(admin)) == (1_500, ["visit-ring"])
    assert (await _undo(admin, visit)).json()["status"] == "open"
    assert (await outcome(admin, visit))["status"] == "done"
    assert (await activity(admin), await _kinds(admin)) == (2_000, [])
    assert await broken(database) == []


async def test_what_scans_say_was_done_stands(admin: httpx.AsyncClient, database: str) -> None:
    """And is charged: only what nobody scanned is to be done still."""
    person = await somebody(admin)
    await on_loan(admin, person, "HST01")
    [code] = await stock(admin)
    placed = await order(admin, person)
    visit = (await collection(admin, person))["id"]
    assert placed["visit"] in {visit, None}
    await scanned(admin, scan(code, "deliver", visit=visit))
    assert (await outcome(admin, visit))["status"] == "done"
    assert await activity(admin) == 6_100
    shown = (await _undo(admin, visit)).json()
    outcomes = {line["kind"]: line["outcome"] for line in shown["lines"]}
    assert outcomes == {"delivery": "delivered", "collection": None}
    assert (shown["status"], await activity(admin)) == ("open", 4_100)
    assert await broken(database) == []


async def test_who_may_take_it_back(admin: httpx.AsyncClient, visitor: httpx.AsyncClient) -> None:
    """Whoever said it, or a coordinator; not once the visit that follows is planned."""
    person = await somebody(admin)
    await on_loan(admin, person)
    visit = (await collection(admin, person))["id"]
    path = f"/api/visits/{visit}/outcome"
    crew, other = await member(admin, "technician"), await member(admin, "technician")
    office = await member(admin, "coordinator")
    said = {"id": str(uuid4()), "occurred_at": "2026-11-02T09:00:00Z", "outcome": "failed"}
    said |= {"reason": "Nobody in", "fault": "service"}
    for undoing in ((other, 403), (crew, 200)), ((office, 200),):
        sent = await visitor.post(path, json=said | {"id": str(uuid4())}, headers=crew)
        assert sent.is_success, sent.text
        for headers, status in undoing:
            undo = {"id": str(uuid4())}
            undone = await visitor.post(f"{path}/undo", json=undo, headers=headers)
            assert undone.status_code == status, undone.text
    await ask(admin, f"visits/{visit}/outcome", said | {"id": str(uuid4())})
    [follows] = [
        each
        for each in (await told(admin, f"visits?person={person}"))["results"]
        if each["status"] == "open"
    ]
    asked = {"depot": "D1", "date": follows["due_on"], "seconds": 0.2, "seed": 1}
    [drive] = (await ask(admin, "rounds/plan", asked))["rounds"]
    await ask(admin, f"rounds/{drive['id']}/publish", {})
    late = await _undo(admin, visit)
    assert (late.status_code, slug(late)) == (409, "visit-followed")


async def test_it_is_taken_back_by_a_form(app: Litestar, admin: httpx.AsyncClient) -> None:
    """Which stands on the visit's page as long as there is something to take back."""
    person = await somebody(admin)
    await on_loan(admin, person)
    path = f"/visits/{(await collection(admin, person))['id']}"
    async with signed_in(app) as browser:
        assert f'href="{path}/undo"' not in (await browser.get(path)).text
        await outcome(admin, path.rpartition("/")[2])
        assert f'href="{path}/undo"' in (await browser.get(path)).text
        form = forms_of((await browser.get(f"{path}/undo")).text)[-1]
        assert (await browser.post(f"{path}/undo", data=dict(form.pairs))).status_code == 303
        page = (await browser.get(path)).text
        assert "This was undone." in page
        assert f'href="{path}/undo"' not in page
        assert (await browser.post(f"{path}/undo", data=dict(form.pairs))).status_code == 303
        refused = await browser.post(f"{path}/undo", data={"id": str(uuid4())})
        assert (refused.status_code, "Nobody has said" in refused.text) == (422, True)
