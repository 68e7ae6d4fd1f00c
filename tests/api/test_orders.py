"""Orders over HTTP: what the contract fixes of them."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from tests.api.members import Headers, member, slug, wrong_fields
from tests.filled import Filled, as_admin

PARTNER = {"ods": "04K", "name": "City", "kind": "ccg"}
DEPOT = {"code": "D1", "name": "North", "postcode": "NG1 5FS", "kind": "depot"}
BED = {
    "sku": "BED01", "name": "Bed", "category": "Beds", "price_pence": 62000, "reuse": "reusable",
    "credit_percent": 85,
}  # fmt: skip


@dataclass(frozen=True)
class There:
    """Who there is."""

    person: str
    nurse: Headers
    boss: Headers


async def _furnish(admin: httpx.AsyncClient) -> There:
    """Two partners, a depot, a bed; who orders and decides, and for whom."""
    for path, body in (("partners", PARTNER), ("depots", DEPOT), ("products", BED)):
        assert (await admin.post(f"/api/{path}", json=body)).status_code == 201
    other = PARTNER | {"ods": "52R"}
    assert (await admin.post("/api/partners", json=other)).status_code == 201
    answer = await admin.post("/api/people", json={"name": "Ada", "funder": "04K"})
    limits: dict[str, Any] = {"level": 1, "order_limit_pence": 62_000}
    return There(
        person=answer.json()["id"],
        nurse=await member(admin, "prescriber", partner="04K", **limits),
        boss=await member(admin, "authoriser", partner="04K"),
    )


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
def person(begun: Filled[There]) -> str:
    """Somebody whom 04K pays for."""
    return begun.told.person


@pytest.fixture
def nurse(begun: Filled[There]) -> Headers:
    """A prescriber of 04K who may order one bed."""
    return begun.told.nurse


@pytest.fixture
def boss(begun: Filled[There]) -> Headers:
    """An authoriser of 04K."""
    return begun.told.boss


async def test_an_order_is_shown_as_the_contract_says(
    admin: httpx.AsyncClient, nurse: Headers, person: str
) -> None:
    """With every field that others rely on, at placing and later."""
    answer = await admin.post("/api/orders", json=_order(person), headers=nurse)
    assert answer.status_code == 201, answer.text
    order = answer.json()
    contracted = {"id", "status", "total_pence", "due_on", "funder", "lines", "visit"}
    assert order.keys() >= contracted
    assert order["lines"][0].keys() >= {"id", "sku", "quantity", "status", "items"}
    assert (order["status"], order["total_pence"]) == ("authorised", 62_000)
    shown = (await admin.get(f"/api/orders/{order['id']}", headers=nurse)).json()
    assert {name: shown[name] for name in order} == order
    assert shown["next"]["by"] == order["due_on"]


async def test_warnings_come_as_a_problem_with_each_of_them(
    admin: httpx.AsyncClient, nurse: Headers, person: str
) -> None:
    """And their answers let the order through; a refused id may be sent again."""
    assert (await admin.post("/api/orders", json=_order(person), headers=nurse)).is_success
    second = _order(person)
    answer = await admin.post("/api/orders", json=second, headers=nurse)
    assert (answer.status_code, slug(answer)) == (409, "warnings-unanswered")
    [warning] = answer.json()["warnings"]
    assert warning.keys() >= {"warning", "detail"}
    assert warning["warning"] == "already-ordered"
    answers = [{"warning": "already-ordered", "reason": "for upstairs"}]
    answer = await admin.post("/api/orders", json=second | {"answers": answers}, headers=nurse)
    assert answer.status_code == 201, answer.text


async def test_an_order_beyond_a_limit_goes_to_an_authoriser(
    admin: httpx.AsyncClient, nurse: Headers, boss: Headers, person: str
) -> None:
    """Who finds it in a list, and needs to say nothing to consent."""
    sent = _order(person, lines=[{"sku": "BED01", "quantity": 2}])
    order = (await admin.post("/api/orders", json=sent, headers=nurse)).json()
    path = f"/api/orders/{order['id']}"
    assert order["status"] == "awaiting_authorisation"
    queue = await admin.get("/api/orders?status=awaiting_authorisation", headers=boss)
    assert [each["id"] for each in queue.json()["results"]] == [order["id"]]
    assert (await admin.post(f"{path}/authorise", headers=nurse)).status_code == 403
    answer = await admin.post(f"{path}/authorise", headers=boss)
    assert (answer.status_code, answer.json()["status"]) == (200, "authorised")
    again = await admin.post(f"{path}/decline", json={"reason": "no"}, headers=boss)
    assert (again.status_code, slug(again)) == (409, "order-not-open")


async def test_consent_is_to_what_was_seen(
    admin: httpx.AsyncClient, nurse: Headers, boss: Headers, person: str
) -> None:
    """What was changed since is not authorised with it."""
    order = _order(person) | {"lines": [{"sku": "BED01", "quantity": 2}]}
    seen = (await admin.post("/api/orders", json=order, headers=nurse)).json()["total_pence"]
    path = f"/api/orders/{order['id']}"
    more = {"lines": [{"sku": "BED01", "quantity": 500}]}
    assert (await admin.patch(path, json=more, headers=nurse)).is_success
    consent = {"total_pence": seen}
    answer = await admin.post(f"{path}/authorise", json=consent, headers=boss)
    assert (answer.status_code, slug(answer)) == (409, "order-changed")
    consent = {"total_pence": answer.json()["total_pence"]}
    assert (await admin.post(f"{path}/authorise", json=consent, headers=boss)).is_success


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_review_is_on_a_day_that_can_come(
    admin: httpx.AsyncClient, nurse: Headers, person: str, day: str
) -> None:
    """In an order as in the list of what is due."""
    order = _order(person)
    order["lines"][0] |= {"review_on": day}
    answer = await admin.post("/api/orders", json=order, headers=nurse)
    assert wrong_fields(answer) == ["lines[0].review_on"]
    assert wrong_fields(await admin.get(f"/api/reviews?before={day}")) == ["before"]


async def test_a_reason_is_needed_to_decline_and_to_cancel(
    admin: httpx.AsyncClient, nurse: Headers, boss: Headers, person: str
) -> None:
    """In words; chasing needs them too."""
    sent = _order(person, lines=[{"sku": "BED01", "quantity": 2}])
    path = f"/api/orders/{sent['id']}"
    assert (await admin.post("/api/orders", json=sent, headers=nurse)).is_success
    for act, headers in (("decline", boss), ("cancel", nurse)):
        for body in ({}, {"reason": ""}, {"reason": " "}, {"reason": 7}, {"reason": "x" * 1001}):
            answer = await admin.post(f"{path}/{act}", json=body, headers=headers)
            assert wrong_fields(answer) == ["reason"]
    asked = await admin.post(f"{path}/chase", json={"note": "when?"}, headers=nurse)
    assert wrong_fields(asked) == ["id"]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"lines": []}, ["lines"]),
        ({"lines": [{"sku": "BED01", "quantity": 0}]}, ["lines[0].quantity"]),
        ({"lines": [{"sku": "BED01", "quantity": 501}]}, ["lines[0].quantity"]),
        ({"lines": [{"sku": "BED01", "charge_pence": -1}]}, ["lines[0].charge_pence"]),
        ({"lines": [{"sku": "BED01", "price": 1}]}, ["lines[0].price"]),
        ({"lines": [{"sku": "BED01"}] * 101}, ["lines"]),
        ({"lines": [{"sku": "NONE"}]}, ["lines[0].sku"]),
        ({"speed": "2_day"}, ["speed"]),
        ({"person": "Ada"}, ["person"]),
        ({"id": None}, ["id"]),
        ({"funder": "52R"}, ["funder"]),
        ({"funder": "NONE"}, ["funder"]),
        ({"notes": "x" * 2001}, ["notes"]),
        ({"notes": "\x07"}, ["notes"]),
        ({"reason": "x" * 1001}, ["reason"]),
        ({"status": "authorised"}, ["status"]),
        ({"beyond": []}, ["beyond"]),
        ({"answers": [{"warning": "rain", "reason": "x"}]}, ["answers[0].warning"]),
    ],
)
async def test_what_is_wrong_with_an_order_is_named(
    admin: httpx.AsyncClient,
    nurse: Headers,
    person: str,
    change: dict[str, Any],
    fields: list[str],
) -> None:
    """Field by field, and nothing is written."""
    answer = await admin.post("/api/orders", json=_order(person) | change, headers=nurse)
    assert wrong_fields(answer) == fields
    assert (await admin.get("/api/orders")).json()["results"] == []


async def test_people_and_orders_that_are_not_theirs_are_not_there(
    admin: httpx.AsyncClient, nurse: Headers
) -> None:
    """In the body and in the path: the same answer as for what does not exist."""
    body = {"name": "Bob", "funder": "52R"}
    theirs = (await admin.post("/api/people", json=body)).json()["id"]
    answers = [
        await admin.post("/api/orders", json=_order(who), headers=nurse)
        for who in (theirs, str(uuid4()))
    ]
    assert {(answer.status_code, slug(answer)) for answer in answers} == {(404, "person-not-found")}
    order = (await admin.post("/api/orders", json=_order(theirs))).json()["id"]
    assert (await admin.get(f"/api/orders?person={theirs}", headers=nurse)).json() == {
        "results": [],
        "next": None,
    }
    for unseen in (order, str(uuid4())):
        path = f"/api/orders/{unseen}"
        assert slug(await admin.get(path, headers=nurse)) == "order-not-found"
        answer = await admin.patch(path, json={"speed": "same_day"}, headers=nurse)
        assert (answer.status_code, slug(answer)) == (404, "order-not-found")


def _order(person: str, **fields: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "person": person, "lines": [{"sku": "BED01"}]} | fields
