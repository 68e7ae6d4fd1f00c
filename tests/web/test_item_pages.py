"""Items on pages: found, and what is done with them as plain forms."""

import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from litestar import Litestar

from budget.years import london_day
from equipment.lifecycle import ACTIONS
from tests.api.conftest import PASSWORD
from tests.api.members import receive
from tests.web.conftest import signed_in
from web.items.item_act_words import ACTS

Item = dict[str, Any]


async def _form(browser: httpx.AsyncClient, item: Item, action: str) -> dict[str, str]:
    page = await browser.get(f"/items/{item['code']}/acts/{action}")
    assert page.status_code == 200, page.text
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))


async def _act(browser: httpx.AsyncClient, item: Item, action: str, **typed: Any) -> httpx.Response:
    given = await _form(browser, item, action) | typed
    return await browser.post(f"/items/{item['code']}/acts/{action}", data=given)


def _errors(answer: httpx.Response) -> list[str]:
    return re.findall(r"error-summary__list.*?</ul>", answer.text, re.DOTALL)


def test_every_action_has_its_form() -> None:
    """The page offers what the lifecycle allows."""
    assert set(ACTS) == ACTIONS


async def test_an_item_goes_round_by_hand(
    admin: httpx.AsyncClient, app: Litestar, item: Item
) -> None:
    """Each step is a form with the fields it needs; the next page says that it is done."""
    new = {"name": "Ann Example", "funder": "04K", "nhs_number": "9990000018"}
    await admin.post("/api/people", json=new)
    day = london_day(datetime.now(UTC))
    today = {"on-day": day.day, "on-month": day.month, "on-year": day.year}
    steps: list[tuple[str, dict[str, Any], str]] = [
        ("allocate", {}, "allocated"),
        ("load", {"van": "V1"}, "loaded"),
        ("deliver", {"nhs_number": "999 000 0018"}, "on_loan"),
        ("repair", {"minutes": "10", "parts_pence": "12.50"}, "on_loan"),
        ("hold", {"reason": "It creaks <b>"}, "on_loan"),
        ("release", {}, "on_loan"),
        ("collect", {"van": "V1"}, "collected"),
        ("return", {"depot": "D1"}, "returned"),
        ("clean", {"note": "steam"}, "cleaned"),
        ("pass", {"checks": ["pat"], **today}, "available"),
        ("undo", {"reason": "the wrong one"}, "cleaned"),
        ("scrap", {"reason": "rust"}, "scrapped"),
    ]
    async with signed_in(app) as browser:
        for action, typed, state in steps:
            answer = await _act(browser, item, action, **typed)
            assert answer.headers.get("location") == f"/items/{item['code']}", _errors(answer)
            page = await browser.get(answer.headers["location"])
            assert ACTS[action].done in page.text
            assert (await admin.get(f"/api/items/{item['code']}")).json()["state"] == state
        assert "It creaks &lt;b&gt;" in page.text


@pytest.mark.usefixtures("admin")
async def test_what_is_refused_comes_back_with_why(app: Litestar, item: Item) -> None:
    """A missing field beside its field, a rule in the summary; what was typed stays."""
    async with signed_in(app) as browser:
        answer = await _act(browser, item, "withdraw")
        assert (answer.status_code, answer.text.count("Say why.")) == (422, 2)
        answer = await _act(browser, item, "clean", note="<i>steam</i>")
        assert answer.status_code == 422
        assert "is not waiting to be cleaned" in answer.text
        assert "&lt;i&gt;steam&lt;/i&gt;" in answer.text
        answer = await _act(browser, item, "deliver", nhs_number="9990000018")
        assert "Nobody whom you may see has this NHS number." in answer.text


async def test_a_double_tap_is_one_movement(
    admin: httpx.AsyncClient, app: Litestar, item: Item
) -> None:
    """The form's id makes it one scan."""
    async with signed_in(app) as browser:
        given = await _form(browser, item, "allocate")
        for _ in range(2):
            answer = await browser.post(f"/items/{item['code']}/acts/allocate", data=given)
            assert answer.status_code == 303
    movements = (await admin.get(f"/api/items/{item['code']}/movements")).json()["results"]
    assert [each["action"] for each in movements] == ["receive", "allocate"]


async def test_each_is_offered_what_their_role_may_do(
    admin: httpx.AsyncClient, app: Litestar, item: Item
) -> None:
    """An auditor nothing; what is no action, or not theirs, is not there."""
    for name in ("auditor", "technician"):
        new = {"username": name, "password": PASSWORD, "roles": [name]}
        await admin.post("/api/users", json=new)
    path = f"/items/{item['code']}"
    async with signed_in(app, "auditor") as browser:
        assert "/acts/" not in (await browser.get(path)).text
        assert (await browser.post(f"{path}/acts/allocate")).status_code == 403
    async with signed_in(app, "technician") as browser:
        page = (await browser.get(path)).text
        assert f"{path}/acts/withdraw" in page
        assert f"{path}/acts/allocate" not in page
        assert (await browser.get(f"{path}/acts/allocate")).status_code == 404
        assert (await browser.get(f"{path}/acts/dance")).status_code == 404


async def test_items_are_found_by_what_stands_on_them(
    admin: httpx.AsyncClient, app: Litestar, item: Item
) -> None:
    """One code leads to its item; several make a list, a page at a time."""
    await receive(admin, quantity=30)
    async with signed_in(app) as browser:
        code = f"{item['code'][:4]}-{item['code'][4:]}".lower()
        answer = await browser.get("/items", params={"q": code})
        assert answer.headers["location"] == f"/items/{item['code']}"
        page = await browser.get("/items", params={"q": "bed", "state": "available"})
        assert page.text.count('class="kitback-code nhsuk') + page.text.count("kitback-code") >= 25
        [after] = re.findall(r"after=([^&\"]+)\" rel=\"next\"", page.text.replace("&amp;", "&"))
        page = await browser.get("/items", params={"q": "bed", "after": after})
        assert "Back to the start" in page.text
        assert (await browser.get("/items", params={"after": "broken"})).status_code == 200
        page = await browser.get("/items", params={"q": "<script>", "state": "nonsense"})
        assert "No item matches this." in page.text
        assert "&lt;script&gt;" in page.text


@pytest.mark.usefixtures("admin")
async def test_a_label_is_printed_from_its_page(app: Litestar, item: Item) -> None:
    """As a drawing, to whoever is signed in."""
    async with signed_in(app) as browser:
        answer = await browser.get(f"/items/{item['code']}/label")
        assert answer.headers["content-type"] == "image/svg+xml"
        assert item["code"][:4] in answer.text
