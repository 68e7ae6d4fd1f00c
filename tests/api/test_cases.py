"""Cases over HTTP (contract section 4)."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from tests.api.members import member, receive, scan, send, slug, wrong_fields
from tests.equipment.store import set_up

CASE_FIELDS = {"id", "kind", "item", "scan", "detail", "status"}


@pytest.fixture
async def store(admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """The administrator, in a store that is set up."""
    await set_up()
    return admin


async def test_a_case_is_listed_until_it_is_settled(store: httpx.AsyncClient) -> None:
    """By whom and how, and only once."""
    [item] = await receive(store)
    wrong = scan(item["code"], "clean", device="phone 7")
    await send(store, wrong, wrong)
    [case] = (await store.get("/api/cases?status=open")).json()["results"]
    assert case.keys() >= CASE_FIELDS
    assert (case["item"], case["scan"], case["status"]) == (item["code"], wrong["id"], "open")
    path = f"/api/cases/{case['id']}/settle"
    settled = await store.post(path, json={"note": "It was the other bed."})
    assert settled.status_code == 200
    assert (settled.json()["status"], settled.json()["id"]) == ("settled", case["id"])
    again = await store.post(path, json={"note": "Again."})
    assert (again.status_code, slug(again)) == (409, "case-settled")
    assert (await store.get("/api/cases?status=open")).json() == {"results": [], "next": None}
    [kept] = (await store.get("/api/cases?status=settled")).json()["results"]
    assert (kept["note"], kept["settled_by"]) == ("It was the other bed.", "admin")


async def test_a_case_is_settled_by_one_of_two(store: httpx.AsyncClient) -> None:
    """At once, one is told that it is settled."""
    [item] = await receive(store)
    await send(store, scan(item["code"], "clean", device="phone 7"))
    [case] = (await store.get("/api/cases")).json()["results"]
    path = f"/api/cases/{case['id']}/settle"
    both = await asyncio.gather(*(store.post(path, json={"note": n}) for n in ("a", "b")))
    assert sorted(answer.status_code for answer in both) == [200, 409]


async def test_cases_are_paged_oldest_first(store: httpx.AsyncClient) -> None:
    """Each once."""
    [item] = await receive(store)
    scans = [scan(item["code"], "clean", device="phone 7") for _ in range(5)]
    await send(store, *scans)
    seen, after = [], ""
    while after is not None:
        page = (await store.get(f"/api/cases?status=open&limit=2{after}")).json()
        seen += [case["scan"] for case in page["results"]]
        after = page["next"] and f"&after={page['next']}"
    assert seen == [sent["id"] for sent in scans]
    assert wrong_fields(await store.get("/api/cases?status=lost")) == ["status"]


async def test_a_case_shows_nobody_whom_its_reader_may_not_see(store: httpx.AsyncClient) -> None:
    """Neither in the list nor to whoever settles it; all else of the scan is shown."""
    [item] = await receive(store)
    person = (await store.post("/api/people", json={"name": "Ada", "funder": "04K"})).json()["id"]
    told = {"person": person, "address": "1 High Street", "note": "Key at No. 3", "van": "V1"}
    # Whom it names matters, not whether anybody is that.
    nobody = told | {"person": "Ada of the High Street"}
    await send(store, *(scan(item["code"], "clean", device="1", **each) for each in (told, nobody)))
    hidden = {"van": "V1"}
    for roles, partner, expected in (
        (["coordinator"], None, [told, nobody]),
        (["auditor"], None, [told, nobody]),
        (["depot"], None, [hidden, hidden]),
        (["depot", "prescriber"], "04K", [told, hidden]),
    ):
        headers = await member(store, *roles, partner=partner)
        listed = (await store.get("/api/cases", headers=headers)).json()["results"]
        shown = [{name: case["content"].get(name) for name in told} for case in listed]
        assert shown == [dict.fromkeys(told) | each for each in expected]
    headers = await member(store, "depot")
    path = f"/api/cases/{listed[0]['id']}/settle"
    settled = await store.post(path, json={"note": "Done."}, headers=headers)
    assert (settled.status_code, "High Street" in settled.text) == (200, False)


async def test_only_the_store_settles_cases(store: httpx.AsyncClient) -> None:
    """Auditors read them; others see none. What is not there is not there."""
    path = f"/api/cases/{uuid4()}/settle"
    roles = {
        "coordinator": (200, 404),
        "depot": (200, 404),
        "auditor": (200, 403),
        "technician": (403, 403),
        "prescriber": (403, 403),
        "budget_holder": (403, 403),
    }
    for role, (reads, settles) in roles.items():
        headers = await member(store, role)
        assert (await store.get("/api/cases", headers=headers)).status_code == reads
        answer = await store.post(path, json={"note": "x"}, headers=headers)
        assert answer.status_code == settles, role
    assert wrong_fields(await store.post(path, json={"note": ""})) == ["note"]
    assert wrong_fields(await store.post(path, json={})) == ["note"]
    assert (await store.post("/api/cases/x/settle", json={"note": "x"})).status_code in {404, 422}
