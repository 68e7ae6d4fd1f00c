"""People, over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from tests.api.conftest import PASSWORD, client_of
from tests.api.members import receive, scan, send
from tests.api.members import slug as slug_of
from tests.filled import as_admin

NUMBER = "9990000018"
ANN = {
    "name": "Ann Smith", "nhs_number": NUMBER, "born": "1941-05-06", "address": "1 High Street",
    "postcode": "NG24 1AA", "phone": "0115 496 0000", "funder": "04K", "needs": ["two carers"],
}  # fmt: skip

User = Callable[..., Awaitable[httpx.AsyncClient]]


async def _furnish(admin: httpx.AsyncClient) -> None:
    """Two partners."""
    for ods in ("04K", "04L"):
        await admin.post("/api/partners", json={"ods": ods, "name": ods, "kind": "ccg"})


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
def user(app: Litestar, admin: httpx.AsyncClient) -> User:
    """Make and sign in a user with these roles, of a partner of the two that there are."""

    async def sign_in(*roles: str, **fields: Any) -> httpx.AsyncClient:
        who = {"username": f"u{uuid4().hex[:8]}", "password": PASSWORD}
        made = await admin.post("/api/users", json=who | {"roles": roles} | fields)
        assert made.status_code == 201
        client = client_of(app)
        token = (await client.post("/api/login", json=who)).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    return sign_in


async def test_a_person_is_registered_found_and_changed(user: User) -> None:
    """With every field of the contract."""
    prescriber = await user("prescriber", partner="04K")
    answer = await prescriber.post("/api/people", json=ANN)
    assert answer.status_code == 201
    registered = answer.json()
    assert registered.pop("possible_duplicates") == []
    assert registered == registered | ANN | {"died_on": None}
    path = f"/api/people/{registered['id']}"
    assert (await prescriber.get(path)).json() == registered
    found = await prescriber.get("/api/people", params={"nhs_number": NUMBER})
    assert found.json() == {"results": [registered], "next": None}
    changed = await prescriber.patch(path, json={"phone": None, "died_on": "2018-07-01"})
    expected = registered | {"phone": None, "died_on": "2018-07-01"}
    assert (changed.status_code, changed.json()) == (200, expected)


async def test_a_prescriber_s_people_are_their_partner_s(user: User) -> None:
    """Unless they name another payer."""
    prescriber = await user("prescriber", partner="04L")
    assert (await prescriber.post("/api/people", json={"name": "B"})).json()["funder"] == "04L"
    assert (await prescriber.post("/api/people", json=ANN)).json()["funder"] == "04K"


async def test_another_partner_s_person_is_as_good_as_not_there(user: User) -> None:
    """One answer for both, by id, by number and to a change."""
    registered = (
        await (await user("prescriber", partner="04K")).post("/api/people", json=ANN)
    ).json()
    stranger = await user("prescriber", partner="04L")
    answers = [
        await stranger.request(method, f"/api/people/{person}", json=body)
        for person in (registered["id"], str(uuid4()))
        for method, body in (("GET", None), ("PATCH", {"name": "X"}))
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    found = await stranger.get("/api/people", params={"nhs_number": NUMBER})
    assert found.json() == {"results": [], "next": None}
    also = await user("prescriber", partner="04L", also=["04K"])
    assert (await also.get(f"/api/people/{registered['id']}")).status_code == 200


async def test_a_repeated_number_shows_nothing_of_the_other(user: User) -> None:
    """409 `exists`, with their id only for those who may see them."""
    first = (await (await user("prescriber", partner="04K")).post("/api/people", json=ANN)).json()
    stranger = await user("prescriber", partner="04L")
    unseen = await stranger.post("/api/people", json=ANN | {"name": "Other"})
    assert unseen.status_code == 409
    assert unseen.json()["type"].endswith("/exists")
    assert not any(str(first[field]) in unseen.text for field in ("id", "name", "born", "address"))
    coordinator = await user("coordinator")
    seen = await coordinator.post("/api/people", json=ANN | {"name": "Other"})
    assert (seen.status_code, seen.json()["person"]) == (409, first["id"])


async def test_a_registration_sent_again_gets_the_same_answer(user: User) -> None:
    """Byte for byte, though fields come in another order; another caller's is refused."""
    prescriber = await user("prescriber", partner="04K")
    body = ANN | {"id": str(uuid4())}
    first = await prescriber.post("/api/people", json=body)
    again = await prescriber.post("/api/people", json=dict(reversed(body.items())))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.text == again.text
    for client, other in (
        (prescriber, body | {"name": "Other"}),
        (await user("prescriber", partner="04L"), body),
    ):
        refused = await client.post("/api/people", json=other)
        assert refused.status_code == 409
        assert refused.json()["type"].endswith("/id-reused")
        assert "Ann" not in refused.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"nhs_number": "9990000019"}, "nhs_number"),
        ({"nhs_number": "1111111111"}, "nhs_number"),
        ({"nhs_number": 9990000018}, "nhs_number"),
        ({"name": None}, "name"),
        ({"born": "1941-05-06T00:00:00Z"}, "born"),
        ({"born": "2999-01-01"}, "born"),
        ({"funder": "XXX"}, "funder"),
        ({"postcode": "nowhere"}, "postcode"),
        ({"address": "a\0"}, "address"),
        ({"needs": "two carers"}, "needs"),
    ],
)
async def test_a_wrong_field_is_named_at_registration_and_at_change(
    user: User, change: dict[str, Any], field: str
) -> None:
    """422 for both, and nothing is done."""
    coordinator = await user("coordinator")
    person = (await coordinator.post("/api/people", json={"name": "Bob"})).json()
    for answer in (
        await coordinator.post("/api/people", json=ANN | change),
        await coordinator.patch(f"/api/people/{person['id']}", json=change),
    ):
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_search_needs_a_whole_number(user: User) -> None:
    """People are not listed: without a right NHS number it is a 422."""
    coordinator = await user("coordinator")
    for params in ({}, {"nhs_number": ""}, {"nhs_number": "999"}, {"nhs_number": "9990000019"}):
        answer = await coordinator.get("/api/people", params=params)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "nhs_number"


@pytest.mark.parametrize(
    ("role", "read", "write"),
    [
        ("depot", 403, 403),
        ("budget_holder", 403, 403),
        ("auditor", 404, 403),
        ("technician", 404, 403),
        ("authoriser", 404, 422),
    ],
)
async def test_each_role_reads_and_writes_people_as_its_work_needs(
    user: User, role: str, read: int, write: int
) -> None:
    """Who may not at all is told so before anything is looked for."""
    client = await user(role)
    assert (await client.get(f"/api/people/{uuid4()}")).status_code == read
    assert (await client.post("/api/people", json={})).status_code == write


async def test_people_are_found_by_name_and_day_and_by_postcode(user: User) -> None:
    """A page at a time; what is no way to look is named."""
    prescriber = await user("prescriber", partner="04K")
    registered = (await prescriber.post("/api/people", json=ANN)).json()
    await prescriber.post("/api/people", json=ANN | {"nhs_number": None})
    by_name = {"name": "anne smith", "born": "1941-05-06"}
    for query in (by_name, {"postcode": "NG241AA"}):
        first = (await prescriber.get("/api/people", params=query | {"limit": 1})).json()
        rest = (await prescriber.get("/api/people", params=query | {"after": first["next"]})).json()
        ids = {each["id"] for each in first["results"] + rest["results"]}
        assert (len(first["results"]), len(ids), rest["next"]) == (1, 2, None)
        assert registered["id"] in ids
    answer = await prescriber.get("/api/people", params={"name": "Ann"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "born")


async def test_likenesses_are_asked_for_before_registering(user: User) -> None:
    """What a form shows before it makes a record."""
    prescriber = await user("prescriber", partner="04K")
    registered = (await prescriber.post("/api/people", json=ANN)).json()
    sketch = {"name": "Anne Smith", "born": "1941-05-06"}
    answer = await prescriber.post("/api/people/likenesses", json=sketch)
    assert (answer.status_code, answer.json()["next"]) == (200, None)
    assert [each["id"] for each in answer.json()["results"]] == [registered["id"]]


async def test_a_match_opens_another_partner_s_person_and_auditors_read_why(user: User) -> None:
    """404 for any other number or day, 429 when there were too many."""
    owner = await user("prescriber", partner="04K")
    registered = (await owner.post("/api/people", json=ANN)).json()
    del registered["possible_duplicates"]
    path = f"/api/people/{registered['id']}"
    stranger = await user("prescriber", partner="04L")
    right = {"nhs_number": NUMBER, "born": "1941-05-06", "reason": "on holiday here"}
    wrong = right | {"born": "1941-05-07"}
    assert (await stranger.post("/api/people/match", json=wrong)).status_code == 404
    answer = await stranger.post("/api/people/match", json=right)
    assert (answer.status_code, answer.json()) == (200, registered)
    assert (await stranger.get(path)).status_code == 200
    for _ in range(10):
        answer = await stranger.post("/api/people/match", json=wrong)
    assert (answer.status_code, slug_of(answer)) == (429, "too-many-attempts")
    assert int(answer.headers["Retry-After"]) > 0

    auditor = await user("auditor")
    looks = (await auditor.get("/api/looks", params={"person": registered["id"]})).json()["results"]
    assert [(look["door"], look["reason"]) for look in looks] == [
        ("record", None), ("match", "on holiday here"),
    ]  # fmt: skip
    one = looks[0]["user"]
    by_user = (await auditor.get("/api/looks", params={"user": one, "limit": 1})).json()
    assert (by_user["results"], by_user["next"] is None) == (looks[:1], False)
    assert (await owner.get("/api/looks")).status_code == 403


async def test_what_a_person_has_on_loan_is_listed(user: User, admin: httpx.AsyncClient) -> None:
    """What was delivered, with its product, until it has come back; theirs alone."""
    for path, body in (
        ("/api/depots", {"code": "D1", "name": "D", "postcode": "NG1 5FS", "kind": "depot"}),
        ("/api/products", {"sku": "BED01", "name": "Bed", "category": "Beds", "price_pence": 1,
            "reuse": "reusable", "credit_percent": 0}),
    ):  # fmt: skip
        assert (await admin.post(path, json=body)).status_code == 201
    prescriber = await user("prescriber", partner="04K")
    person = (await prescriber.post("/api/people", json=ANN)).json()["id"]
    one, two = await receive(admin, quantity=2)
    for item in (one, two):
        [result] = await send(admin, scan(item["code"], "deliver", person=person))
        assert result["status"] == "accepted"
    await send(admin, scan(two["code"], "return", depot="D1"))
    listed = (await prescriber.get(f"/api/people/{person}/loans")).json()
    assert [(loan["item"], loan["name"], loan["state"]) for loan in listed["results"]] == [
        (one["code"], "Bed", "on_loan"),
    ]  # fmt: skip
    stranger = await user("prescriber", partner="04L")
    assert (await stranger.get(f"/api/people/{person}/loans")).status_code == 404
