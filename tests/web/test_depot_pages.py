"""The depot on pages: what waits, and the gate as a form without any script."""

from typing import Any

import httpx
import pytest
from litestar import Litestar

from tests.web.conftest import signed_in
from tests.web.ordering import staff, words


@pytest.fixture
async def storeman(app: Litestar, admin: httpx.AsyncClient, item: dict[str, Any]) -> Any:
    """Somebody who works at the depot, at a tablet."""
    assert item["depot"] == "D1"
    await staff(admin, "storeman", "depot")
    async with signed_in(app, "storeman") as browser:
        yield browser


async def _lent(admin: httpx.AsyncClient, item: dict[str, Any]) -> None:
    new = {"name": "Ann Example", "funder": "04K"}
    person = (await admin.post("/api/people", json=new)).json()["id"]
    scan = {"id": person, "item": item["code"], "action": "deliver", "person": person}
    scan["occurred_at"] = "2026-01-05T09:00:00Z"
    answer = await admin.post("/api/scans", json={"scans": [scan]})
    assert answer.json()["results"][0]["status"] == "accepted", answer.text


async def test_a_label_at_the_gate_is_taken_in_and_said_what_next(
    storeman: httpx.AsyncClient, admin: httpx.AsyncClient, item: dict[str, Any]
) -> None:
    """By the link in the symbol; the form is there for the next, with what was chosen."""
    await _lent(admin, item)
    typed = {"depot": "S1", "bearer": "tip", "label": item["link"]}
    answer = await storeman.post("/depot/gate", data=typed)
    assert answer.status_code == 303, words(answer)
    page = await storeman.get(answer.headers["Location"])
    assert "Taken in." in words(page)
    assert "Put it with the dirty ones, to be washed." in words(page)
    assert '<option value="tip" selected>' in page.text
    assert '<option value="S1" selected>' in page.text
    assert "wasm-unsafe-eval" in page.headers["Content-Security-Policy"]
    kept = (await admin.get(f"/api/items/{item['code']}")).json()
    assert (kept["state"], kept["depot"]) == ("returned", "S1")
    again = await storeman.post("/depot/gate", data=typed)
    assert "It is here already." in words(await storeman.get(again.headers["Location"]))


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("", "Scan the label, or type its code."),
        ("nothing of ours", "Find it by product or serial number"),
        ("<script>alert(1)</script>", "Not taken in."),
        ("x" * 10_000, "Not taken in."),
    ],
)
async def test_a_label_that_names_nothing_is_said_so(
    storeman: httpx.AsyncClient, label: str, said: str
) -> None:
    """In the place of the news, with the field free for the next."""
    answer = await storeman.post("/depot/gate", data={"depot": "D1", "label": label})
    assert (answer.status_code, said in words(answer)) == (422, True), words(answer)
    assert "<script>alert" not in answer.text


async def test_a_depot_sees_what_waits_and_for_how_long(
    storeman: httpx.AsyncClient, admin: httpx.AsyncClient, item: dict[str, Any]
) -> None:
    """What came back long ago is old; what is not there is not found."""
    scan = {"id": item["giai"], "item": item["code"], "action": "withdraw", "reason": "dented"}
    scan |= {"id": "5f0c7e0e-5d0b-4b43-8f3c-1d5f6f0f3c11", "occurred_at": "2026-01-05T09:00:00Z"}
    answer = await admin.post("/api/scans", json={"scans": [scan]})
    assert answer.json()["results"][0]["status"] == "accepted", answer.text
    page = words(await storeman.get("/depot?depot=D1"))
    ages = "Items {0} For over a week {0} For over four weeks {0}"
    assert f"Dirty, to be washed {ages.format(1)}" in page
    assert f"Washed, to be inspected {ages.format(0)}" in page
    assert (await storeman.get("/depot?depot=D7")).status_code == 404
    assert (await storeman.get("/sign-in")).headers["Location"].endswith("/depot")
