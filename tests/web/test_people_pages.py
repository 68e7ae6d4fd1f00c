"""People on pages: found, registered once, and shown with what they have."""

import re
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from litestar import Litestar

from budget.years import LONDON
from tests.api.conftest import PASSWORD
from tests.api.members import scan, send
from tests.filled import Filled, as_admin
from tests.web.conftest import one_bed, searched, signed_in
from tests.web.forms import forms_of

ADA = {"name": "Ada <b>Example</b>", "born": "1941-05-06", "postcode": "NG1 5FS"}
TYPED = {
    "name": "Ada Example", "born-day": "6", "born-month": "5", "born-year": "1941",
    "postcode": "NG1 5FS", "weight_kg": "82",
}  # fmt: skip


async def _furnish(admin: httpx.AsyncClient) -> tuple[dict[str, Any], str]:
    """A bed, and somebody who has it at home."""
    item = await one_bed(admin)
    new = ADA | {"nhs_number": "9990000018", "funder": "04K"}
    person = str((await admin.post("/api/people", json=new)).json()["id"])
    [result] = await send(admin, scan(item["code"], "deliver", person=person))
    assert result["status"] == "accepted", result
    return item, person


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
def item(begun: Filled[tuple[dict[str, Any], str]]) -> dict[str, Any]:
    """One bed, at somebody's home."""
    return begun.told[0]


@pytest.fixture
def ada(begun: Filled[tuple[dict[str, Any], str]]) -> str:
    """Somebody with a bed at home; her id."""
    return begun.told[1]


async def test_somebody_is_found_each_way(app: Litestar, ada: str) -> None:
    """By number however it is grouped, by name and day of birth, by postcode."""
    async with signed_in(app) as browser:
        for query in (
            {"nhs_number": "999 000 0018"},
            {"name": "Ada Example", "born-day": "6", "born-month": "5", "born-year": "1941"},
            {"postcode": "ng15fs"},
        ):
            page = await searched(browser, "/people", query)
            assert page.status_code == 200
            assert f'href="/people/{ada}"' in page.text, query
            assert "<b>" not in page.text
        page = await searched(browser, "/people", {"nhs_number": "1"})
        assert (page.status_code, "There is a problem" in page.text) == (422, True)
        page = await searched(browser, "/people", {"name": "Ada"})
        assert page.status_code == 422
        assert "Nobody whom you may see" not in (await browser.get("/people")).text


async def test_what_was_looked_for_stands_in_no_address(
    app: Litestar, admin: httpx.AsyncClient, ada: str
) -> None:
    """What was found is there again after a reload; signed out, or for another, nothing is left."""
    await admin.post("/api/partners", json={"ods": "04K", "name": "City", "kind": "ccg"})
    other = {"username": "cora", "password": PASSWORD, "roles": ["coordinator"]}
    await admin.post("/api/users", json=other)
    async with signed_in(app) as browser:
        sent = await browser.post("/people", data={"nhs_number": "999 000 0018"})
        assert (sent.status_code, sent.headers["Location"]) == (303, "/people/found")
        for _ in range(2):
            assert f'href="/people/{ada}"' in (await browser.get("/people/found")).text
        assert "999 000 0018" not in (await browser.get("/people")).text
        kept = next(each for each in browser.cookies.jar if each.name == "kitback_search")
        assert (kept.path, kept.secure) == ("/people/found", True)
        async with signed_in(app, "cora") as next_one:
            next_one.cookies.jar.set_cookie(kept)
            assert (await next_one.get("/people/found")).headers["Location"] == "/people"
        await browser.post("/sign-out")
        assert "kitback_search" not in {each.name for each in browser.cookies.jar}
    async with signed_in(app) as browser:
        for odd in ("", "e30=", "{", "A" * 3_000):
            browser.cookies.set("kitback_search", odd, path="/people/found")
            assert (await browser.get("/people/found")).status_code == 303
        answer = await browser.post("/people", data={"name": " "})
        assert answer.headers["Location"] == "/people"


async def test_the_record_shows_what_is_at_home(
    app: Litestar, ada: str, item: dict[str, Any]
) -> None:
    """With the way to the item and to an order; the words are other people's and text."""
    async with signed_in(app) as browser:
        page = await browser.get(f"/people/{ada}")
        assert "Ada &lt;b&gt;Example&lt;/b&gt;" in page.text
        assert "999 000 0018" in page.text
        assert f'href="/items/{item["code"]}"' in page.text
        assert f'href="/orders/new?person={ada}"' in page.text
        assert (await browser.get(f"/items/{item['code']}")).text.count(f"/people/{ada}") == 1


async def test_the_record_tells_what_happened_and_where_they_stay(
    admin: httpx.AsyncClient, app: Litestar, ada: str, item: dict[str, Any]
) -> None:
    """The newest first, and a temporary address of today above all else."""
    today = datetime.now(LONDON).date()
    stay = {
        "address": "2 <i>Elm</i> Road", "postcode": "NG2 1AA",
        "from": str(today), "to": str(today + timedelta(days=3)),
    }  # fmt: skip
    made = await admin.post(f"/api/people/{ada}/addresses", json=stay)
    assert made.status_code < 300, made.text
    async with signed_in(app) as browser:
        text = (await browser.get(f"/people/{ada}")).text
        assert "2 &lt;i&gt;Elm&lt;/i&gt; Road, NG2 1AA" in text.split("NHS number", 1)[0]
        told = text.split("What happened", 1)[1]
        assert told.index(f"/items/{item['code']}") < told.index("Registered, by admin")
        nul = urlsafe_b64encode(b'["2026-01-01T00:00:00Z","\\u0000"]').decode()
        for after in ("nonsense", nul):
            nonsense = await browser.get(f"/people/{ada}", params={"after": after})
            assert nonsense.status_code < 500


async def test_who_is_not_theirs_is_not_there(
    admin: httpx.AsyncClient, app: Litestar, ada: str
) -> None:
    """To another partner's prescriber; and a budget holder opens no record at all."""
    await admin.post("/api/partners", json={"ods": "04L", "name": "North", "kind": "ccg"})
    for name, roles in (("pat", ["prescriber"]), ("bob", ["budget_holder"])):
        new = {"username": name, "password": PASSWORD, "roles": roles, "partner": "04L"}
        await admin.post("/api/users", json=new)
    async with signed_in(app, "pat") as browser:
        for part in ("", "/change", "/addresses", "/addresses/new", "/move", "/key-safe"):
            answer = await browser.get(f"/people/{ada}{part}")
            assert (answer.status_code, "Ada" in answer.text) == (404, False)
        page = await searched(browser, "/people", {"nhs_number": "9990000018"})
        assert (page.status_code, ada in page.text) == (200, False)
    async with signed_in(app, "bob") as browser:
        assert (await browser.get(f"/people/{ada}")).status_code == 403


async def test_likenesses_are_shown_before_a_record_is_made(
    admin: httpx.AsyncClient, app: Litestar, ada: str
) -> None:
    """Then one is made, once however often it is sent."""
    async with signed_in(app) as browser:
        form = await browser.get("/people/new")
        [made_id] = re.findall(r'name="id" value="([^"]+)"', form.text)
        answer = await browser.post("/people/new", data=TYPED | {"id": made_id})
        assert answer.status_code == 200
        assert "Is it one of these people?" in answer.text
        assert f'href="/people/{ada}"' in answer.text
        again = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
        assert again.items() >= TYPED.items()
        for _ in range(2):
            answer = await browser.post("/people/new", data=again)
            assert answer.headers["location"] == f"/people/{made_id}"
    found = (await admin.get("/api/people?postcode=NG1%205FS")).json()["results"]
    assert len(found) == 2


async def test_two_who_change_one_record_each_keep_what_they_wrote(
    admin: httpx.AsyncClient, app: Litestar, ada: str
) -> None:
    """What was left alone goes over nothing; where both wrote, the later is told what stands."""
    path = f"/people/{ada}/change"
    async with signed_in(app) as browser:
        [form] = [
            each for each in forms_of((await browser.get(path)).text) if "change" in each.action
        ]
        said = {"phone": "0115 496 0001", "weight_kg": "82", "address": "9 New Lane"}
        assert (await admin.patch(f"/api/people/{ada}", json=said | {"weight_kg": 82})).is_success
        sent = dict(form.pairs) | {"phone": "0115 496 0002", "carers": "family"}
        refused = await browser.post(path, data=sent)
        assert refused.status_code == 422
        assert "changed to “0115 496 0001” by somebody else meanwhile" in refused.text
        [again] = [each for each in forms_of(refused.text) if "change" in each.action]
        sent = dict(form.pairs) | {"phone": "0115 496 0002", "carers": "family"}
        sent |= {"filled_with": dict(again.pairs)["filled_with"]}
        assert (await browser.post(path, data=sent)).status_code == 303
    shown = (await admin.get(f"/api/people/{ada}")).json()
    kept = {name: shown[name] for name in ("phone", "weight_kg", "address", "carers")}
    assert kept == {
        "phone": "0115 496 0002", "weight_kg": 82, "address": "9 New Lane", "carers": "family",
    }  # fmt: skip


async def test_a_record_is_changed_and_a_slip_comes_back(
    admin: httpx.AsyncClient, app: Litestar, ada: str
) -> None:
    """What was emptied is taken away, what was left stays."""
    async with signed_in(app) as browser:
        path = f"/people/{ada}/change"
        typed = TYPED | {"nhs_number": "999 000 0018", "funder": "04K", "phone": "0115 496 0123"}
        answer = await browser.post(path, data=typed | {"weight_kg": "5000"})
        assert (answer.status_code, 'value="5000"' in answer.text) == (422, True)
        assert (await browser.post(path, data=typed)).headers["location"] == f"/people/{ada}"
        person = (await admin.get(f"/api/people/{ada}")).json()
        assert (person["name"], person["weight_kg"]) == ("Ada Example", 82)
        assert (person["born"], person["funder"]) == ("1941-05-06", "04K")
        await browser.post(path, data=typed | {"weight_kg": "", "phone": ""})
        person = (await admin.get(f"/api/people/{ada}")).json()
        assert (person["weight_kg"], person["phone"]) == (None, None)


async def test_another_partners_person_is_opened_by_who_knows_them(
    admin: httpx.AsyncClient, app: Litestar, ada: str
) -> None:
    """With number, day of birth and a reason; one answer for whatever is wrong."""
    await admin.post("/api/partners", json={"ods": "04L", "name": "North", "kind": "ccg"})
    new = {"username": "pat", "password": PASSWORD, "roles": ["prescriber"], "partner": "04L"}
    await admin.post("/api/users", json=new)
    born = {"born-day": "6", "born-month": "5", "born-year": "1941"}
    right = born | {"nhs_number": "999 000 0018", "reason": "A visit"}
    async with signed_in(app, "pat") as browser:
        assert 'href="/people/match"' in (await browser.get("/people")).text
        answers = [
            await browser.post("/people/match", data=right | wrong)
            for wrong in ({"born-day": "7"}, {"nhs_number": "9990000026"})
        ]
        assert [answer.status_code for answer in answers] == [422, 422]
        assert all("There is no such person." in answer.text for answer in answers)
        answer = await browser.post("/people/match", data=right | {"reason": ""})
        assert (answer.status_code, "Say why you need to see the record." in answer.text) == (
            422,
            True,
        )
        answer = await browser.post("/people/match", data=right)
        assert answer.headers["location"] == f"/people/{ada}"
        assert (await browser.get(f"/people/{ada}")).status_code == 200
    looks = (await admin.get("/api/looks", params={"user": "pat"})).json()["results"]
    assert "A visit" in {look["reason"] for look in looks}


async def test_a_record_that_is_not_ones_own_is_no_dead_end(
    admin: httpx.AsyncClient, app: Litestar
) -> None:
    """Whoever has another partner pay is told where the record went, not that there is none."""
    for ods in ("04K", "04L"):
        await admin.post("/api/partners", json={"ods": ods, "name": ods, "kind": "ccg"})
    new = {"username": "pat", "password": PASSWORD, "roles": ["prescriber"], "partner": "04L"}
    await admin.post("/api/users", json=new)
    async with signed_in(app, "pat") as browser:
        answer = await browser.post("/people/new", data=TYPED | {"funder": "04K"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/people")
        page = await browser.get("/people")
        assert "The record was made. Another partner pays for this person" in page.text
