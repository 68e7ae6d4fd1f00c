"""Recalls as programs enter and read them (contract section 4)."""

from typing import Any
from uuid import uuid4

import httpx

from tests.api.members import Headers, member, scan
from tests.web.ordering import open_service, person, stock

Body = dict[str, Any]


def new(**fields: Any) -> Body:
    """Fill in a recall of beds."""
    told = {"reference": "FSN-7", "title": "Motor", "severity": "high", "action": "hold"}
    return {"id": str(uuid4()), "match": {"sku": "BED01"}} | told | fields


async def lent(admin: httpx.AsyncClient) -> tuple[str, str]:
    """A bed that somebody has: its code and who that is."""
    whose = await person(admin)
    [bed] = await stock(admin, "BED01")
    deliver = scan(bed["code"], "deliver", depot="D1", person=whose)
    answer = await admin.post("/api/scans", json={"scans": [deliver]})
    assert answer.json()["results"][0]["status"] == "accepted", answer.text
    return bed["code"], whose


async def test_a_recall_is_answered_with_what_it_found_and_shows_how_far_it_is(
    admin: httpx.AsyncClient,
) -> None:
    """The same request twice is one recall; a cleared and a scrapped item are closed."""
    await open_service(admin)
    code, whose = await lent(admin)
    shelf = (await stock(admin, "BED01"))[0]["code"]
    body = new()
    opened = await admin.post("/api/recalls", json=body)
    assert opened.status_code == 201, opened.text
    told = opened.json()
    assert told["id"] == body["id"]
    assert (told["items"], told["with_people"]) == (2, 1)
    assert told["by_state"] == {"on_loan": 1, "available": 1}
    assert (await admin.post("/api/recalls", json=body)).json() == told
    path = f"/api/recalls/{body['id']}"
    shown = (await admin.get(path)).json()
    counts = ("found", "held", "with_people", "contacted", "collected", "closed")
    assert [shown[name] for name in counts] == [2, 2, 1, 0, 0, 0]
    assert {each["item"]: each["person"] for each in shown["outstanding"]} == {
        code: whose, shelf: None,
    }  # fmt: skip
    item = (await admin.get(f"/api/items/{shelf}")).json()
    assert (item["on_hold"], item["recalled"]) == (True, True)
    assert "release" not in item["allowed"]
    returned = scan(code, "return", depot="D1")
    await admin.post("/api/scans", json={"scans": [returned, scan(code, "scrap", reason="melted")]})
    cleared = await admin.post(f"{path}/items/{shelf}/clear", json={"reason": "New motor"})
    assert cleared.status_code == 200, cleared.text
    shown = cleared.json()
    assert [shown[name] for name in counts] == [2, 0, 0, 0, 1, 2]
    assert shown["outstanding"] == []
    closed = (await admin.post(f"{path}/close", json={})).json()
    assert (closed["status"], closed["closed_by"]) == ("closed", "admin")


async def test_people_are_named_to_those_who_may_see_them_only(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    """The store sees where the items are, and nobody's name."""
    await open_service(admin)
    code, whose = await lent(admin)
    body = new()
    await admin.post("/api/recalls", json=body)
    heads: dict[str, Headers] = {
        role: await member(admin, role, partner="52R") for role in ("depot", "prescriber")
    }
    for headers in heads.values():
        for tail in ("", "/items"):
            answer = await visitor.get(f"/api/recalls/{body['id']}{tail}", headers=headers)
            [item] = answer.json()["outstanding" if not tail else "results"]
            assert (item["item"], item["person"], item["told"]) == (code, None, None)
            assert whose not in answer.text


async def test_what_cannot_be_meant_is_refused_in_words(admin: httpx.AsyncClient) -> None:
    """With the field; and of a recall that is not there, that."""
    await open_service(admin)
    for fields, wrong in (
        ({"match": {}}, "match.sku"),
        ({"match": {"sku": "NO-SUCH"}}, "match.sku"),
        ({"match": {"sku": 7}}, "match.sku"),
        ({"action": "burn"}, "action"),
        ({"title": " "}, "title"),
        ({"match": {"sku": "BED01", "serial_from": "B" * 81}}, "match.serial_from"),
    ):
        answer = await admin.post("/api/recalls", json=new(**fields))
        assert answer.status_code == 422, answer.text
        assert [each["field"] for each in answer.json()["errors"]] == [wrong]
    answer = await admin.get(f"/api/recalls/{uuid4()}")
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (
        404, "recall-not-found",
    )  # fmt: skip


async def test_who_was_told_is_on_record_and_the_most_urgent_come_first(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    """Whoever lives without carers before whoever has them; whoever was told comes last."""
    await open_service(admin)
    (_, first), (_, second) = await lent(admin), await lent(admin)
    stranger = await person(admin)
    await admin.patch(f"/api/people/{first}", json={"carers": "paid"})
    await admin.patch(f"/api/people/{second}", json={"carers": "none"})
    body = new()
    await admin.post("/api/recalls", json=body)
    path = f"/api/recalls/{body['id']}"
    told = (await admin.get(f"{path}/people")).json()["results"]
    assert [each["person"] for each in told] == [second, first]
    call = {"how": "phone", "outcome": "told", "contacted_at": "2026-11-28T09:00:00Z"}
    call |= {"id": str(uuid4()), "person": second, "note": "Will not use it"}
    answers = [await admin.post(f"{path}/contacts", json=call) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    again = await admin.post(f"{path}/contacts", json=call | {"outcome": "refused"})
    assert (again.status_code, again.json()["type"].rsplit("/", 1)[-1]) == (409, "id-reused")
    page = (await admin.get(f"{path}/people?limit=1")).json()
    rest = (await admin.get(f"{path}/people?limit=1&after={page['next']}")).json()
    shown = [*page["results"], *rest["results"]]
    assert [(each["person"], each["told"]) for each in shown] == [(first, False), (second, True)]
    assert [each["note"] for each in shown[1]["tries"]] == ["Will not use it"]
    assert (await admin.get(path)).json()["contacted"] == 1
    for wrong, slug in (
        ({"person": stranger}, "person-not-concerned"),
        ({"person": str(uuid4())}, "person-not-found"),
        ({"contacted_at": "2099-01-01T00:00:00Z"}, "invalid-field"),
    ):
        answer = await admin.post(f"{path}/contacts", json=call | {"id": str(uuid4())} | wrong)
        assert answer.json()["type"].rsplit("/", 1)[-1] == slug, answer.text
    store = await member(admin, "depot")
    assert (await visitor.get(f"{path}/people", headers=store)).status_code == 403
