"""`POST /api/scans` over HTTP (contract section 4); the rules are in tests/equipment."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from equipment.lifecycle import ACTIONS
from equipment.staff.roles import ACTION_ROLES, ADMINISTRATOR, ROLES
from tests.api.members import member, receive, scan, send, slug, wrong_fields
from tests.equipment.store import count, set_up, somebody

RESULT_FIELDS = {"id", "status", "item", "state", "problem", "allowed"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def store(admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """The administrator, in a store that is set up."""
    await set_up()
    return admin


async def test_each_scan_has_its_result_in_order(store: httpx.AsyncClient) -> None:
    """Accepted, duplicate or refused, with the item as it is now."""
    [item] = await receive(store)
    code = item["code"]
    first, wrong = scan(code, "withdraw", reason="wet"), scan(code, "collect", van="V1")
    accepted, duplicate, refused, unknown = await send(
        store, first, first, wrong, scan("AAAA-AAA2", "hold", reason="?")
    )
    for result in (accepted, duplicate, refused, unknown):
        assert result.keys() == RESULT_FIELDS
    assert accepted == {
        "id": first["id"],
        "status": "accepted",
        "item": code,
        "state": "returned",
        "problem": None,
        "allowed": accepted["allowed"],
    }
    assert "clean" in accepted["allowed"]
    assert duplicate == accepted | {"status": "duplicate"}
    assert (refused["status"], refused["item"], refused["state"]) == ("refused", code, "returned")
    assert refused["problem"]["type"].endswith("/item-not-on-loan")
    assert refused["problem"].keys() >= {"type", "title", "status", "detail"}
    assert refused["problem"]["status"] == 409
    assert (unknown["item"], unknown["state"], unknown["allowed"]) == (None, None, [])


async def test_a_wrong_field_is_named_in_its_scans_problem(store: httpx.AsyncClient) -> None:
    """With the status that it would have alone."""
    [item] = await receive(store)
    [result] = await send(store, scan(item["code"], "repair", minutes=-1))
    assert result["problem"]["status"] == 422
    assert [error["field"] for error in result["problem"]["errors"]] == ["minutes"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"scans": []},
        {"scans": None},
        {"scans": {}},
        {"scans": [1]},
        {"scans": [{}, "x"]},
        {"scans": [{}] * 501},
        "scans",
    ],
    ids=str,
)
async def test_only_what_is_no_list_of_objects_is_refused_whole(
    store: httpx.AsyncClient, body: Any
) -> None:
    """From one to five hundred."""
    assert wrong_fields(await store.post("/api/scans", json=body))


async def test_what_stands_beside_the_list_is_no_reason_to_refuse_it(
    store: httpx.AsyncClient,
) -> None:
    """A member that nobody knows, whatever is in it: every scan counts."""
    [item] = await receive(store)
    good = json.dumps(scan(item["code"], "hold", reason="?"))
    body = f'{{"sent_by": "\\u0000", "scans": [{good}], "n": [1e400]}}'
    answer = await store.post("/api/scans", content=body, headers=JSON)
    assert answer.status_code == 200, answer.text
    assert [each["status"] for each in answer.json()["results"]] == ["accepted"]


async def test_a_body_that_is_no_json_or_too_large_is_refused(store: httpx.AsyncClient) -> None:
    """Each by its own status."""
    for content, status in (
        (b"{", 400),
        (b"", 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b" " * 10_000_000, 413),
    ):
        answer = await store.post("/api/scans", content=content, headers=JSON)
        assert (answer.status_code, bool(slug(answer))) == (status, True)
    answer = await store.post("/api/scans", content="{}", headers={"Content-Type": "text/plain"})
    assert (answer.status_code, slug(answer)) == (415, "unsupported-media-type")
    answer = await store.get("/api/scans")
    assert (answer.status_code, slug(answer)) == (405, "method-not-allowed")


STRANGE = [
    '"note": "\\u0000"',
    '"note": "\\ud800"',
    '"no\\u0000te": 1',
    '"mood": 1e400',
    '"mood": -1e400',
    f'"mood": {"9" * 30}',
    f'"mood": {"9" * 6_000}',
    f'"mood": {"[" * 400}{"]" * 400}',
    '"minutes": 1e400',
    f'"minutes": {"9" * 6_000}',
    '"occurred_at": "9999-12-31T23:59:59-14:00"',
    '"checks": [null]',
    f'"note": "{"x" * 30_000}"',
]


@pytest.mark.parametrize("member", STRANGE, ids=[str(n) for n in range(len(STRANGE))])
async def test_a_fault_inside_a_scan_refuses_that_scan_alone(
    store: httpx.AsyncClient, member: str
) -> None:
    """Whatever JSON can say."""
    bad, good = await receive(store, quantity=2)
    wrong = json.dumps(scan(bad["code"], "hold", reason="?"))[:-1] + f", {member}}}"
    right = json.dumps(scan(good["code"], "hold", reason="?"))
    body = f'{{"scans": [{wrong}, {right}]}}'
    answer = await store.post("/api/scans", content=body, headers=JSON)
    assert answer.status_code == 200, answer.text
    assert [each["status"] for each in answer.json()["results"]] == ["refused", "accepted"]


async def test_five_hundred_scans_are_taken_at_once(store: httpx.AsyncClient) -> None:
    """Each for itself."""
    codes = [item["code"] for item in await receive(store, quantity=250)]
    scans = [scan(code, action, reason="?") for code in codes for action in ("hold", "release")]
    assert {result["status"] for result in await send(store, *scans)} == {"accepted"}


async def test_one_scan_sent_ten_times_at_once_is_accepted_once(store: httpx.AsyncClient) -> None:
    """And of twenty who scan one item, one wins."""
    [item] = await receive(store)
    sent = scan(item["code"], "withdraw", reason="wet")
    answers = await asyncio.gather(*(send(store, sent) for _ in range(10)))
    statuses = [result["status"] for [result] in answers]
    assert sorted(statuses) == ["accepted", *["duplicate"] * 9]
    scans = [scan(item["code"], "clean") for _ in range(20)]
    answers = await asyncio.gather(*(send(store, each) for each in scans))
    told = [result["problem"] for [result] in answers if result["status"] == "refused"]
    assert len(told) == 19
    assert {problem["type"].rsplit("/", 1)[-1] for problem in told} == {"item-not-returned"}


async def test_an_accepted_id_is_shown_to_nobody_else(store: httpx.AsyncClient) -> None:
    """Another caller's repeat is refused without a word of the item."""
    [item] = await receive(store)
    sent = scan(item["code"], "withdraw", reason="wet")
    await send(store, sent)
    [result] = await send(store, sent, headers=await member(store, "coordinator"))
    assert (result["status"], result["item"], result["state"]) == ("refused", None, None)
    assert result["problem"]["type"].endswith("/id-reused")
    assert result["problem"]["status"] == 409
    assert item["code"] not in json.dumps(result)


async def test_each_role_may_do_its_actions_and_no_others(store: httpx.AsyncClient) -> None:
    """A refusal by role is a 403 of that scan; who scans nothing at all is refused whole."""
    [item] = await receive(store)
    for role in sorted(ROLES):
        headers = await member(store, role)
        scans = [scan(item["code"], action, occurred_at="never") for action in sorted(ACTIONS)]
        may = {a for a in ACTIONS if role == ADMINISTRATOR or role in ACTION_ROLES[a]}
        if not may:
            answer = await store.post("/api/scans", json={"scans": scans}, headers=headers)
            assert (answer.status_code, slug(answer)) == (403, "not-allowed")
            continue
        results = await send(store, *scans, headers=headers)
        barred = {
            sent["action"]
            for sent, result in zip(scans, results, strict=True)
            if result["problem"]["status"] == 403
        }
        assert barred == ACTIONS - may, role


async def test_a_person_in_a_scan_is_there_only_for_those_who_see_them(
    store: httpx.AsyncClient,
) -> None:
    """One answer for who is not there and who is not theirs."""
    ada = await somebody("52R")
    [item] = await receive(store)
    headers = await member(store, "prescriber", partner="04K")
    scans = [scan(item["code"], "deliver", person=each) for each in (ada, str(uuid4()))]
    for result in await send(store, *scans, headers=headers):
        assert result["problem"]["status"] == 404
        assert result["problem"]["type"].endswith("/unknown-person")
    assert await count("loans") == 0
