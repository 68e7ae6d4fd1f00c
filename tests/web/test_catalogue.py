"""The catalogue, kits, rules and shelves as pages."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from tests.api.conftest import PASSWORD
from tests.api.members import receive
from tests.web.conftest import BROWSER, browser_of, signed_in

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)
SCRIPT = "<script>alert(1)</script>{{7*7}}"
NURSE = {"username": "nurse", "password": PASSWORD, "roles": ["prescriber"], "partner": "04K"}
HIGH = {
    "sku": "BED03", "name": "Wide bed", "category": "Beds", "price_pence": 1, "reuse": "reusable",
    "credit_percent": 85, "level": 4,
}  # fmt: skip
FORM = {"name": "Bed set", "lines": "BED01\nRAIL1 x 2", "active": "true"}


@pytest.fixture
async def browser(
    app: Litestar, admin: httpx.AsyncClient, item: dict[str, Any]
) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator's browser, in a store with a bed on a depot's shelf and one on a ward's."""
    assert item
    await receive(admin, depot="S1")
    assert (await admin.post("/api/users", json=NURSE | {"level": 1})).status_code == 201
    async with signed_in(app) as browser:
        browser.headers.update(BROWSER)
        yield browser


async def text_of(browser: httpx.AsyncClient, path: str, **more: Any) -> str:
    """A page that opens."""
    answer = await browser.get(path, **more)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_products_are_found_with_and_without_script(browser: httpx.AsyncClient) -> None:
    """Asked for by htmx, what was found comes alone; a slip of the pen finds all the same."""
    whole = await text_of(browser, "/catalogue?q=bd+rails")
    assert "Bed &amp; rails" in whole
    assert "1 in stock" in whole
    assert "<html" in whole
    part = await text_of(browser, "/catalogue?q=bed", headers={"HX-Request": "true"})
    assert "Bed &amp; rails" in part
    assert "<html" not in part
    assert "Nothing in the catalogue is like this" in await text_of(browser, "/catalogue?q=xyzzy")
    for odd in ("%", "' or 1=1 --", SCRIPT, "a" * 500, "\ud7ff"):
        shown = await text_of(browser, "/catalogue", params={"q": odd, "after": odd})
        assert "<script>alert" not in shown
        assert "</script>49" not in shown


async def test_a_product_says_whether_its_reader_may_order_it(
    app: Litestar, admin: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    """Above their level it needs approval, or is not there, as was chosen."""
    assert "Needs approval" not in await text_of(browser, "/catalogue/BED01")
    await admin.post("/api/products", json=HIGH)
    async with signed_in(app, "nurse") as nurse:
        assert "Needs approval" not in await text_of(nurse, "/catalogue/BED01")
        assert "A new picture" not in await text_of(nurse, "/catalogue/BED01")
        assert "Needs approval" in await text_of(nurse, "/catalogue/BED03")
        await admin.put("/api/settings/catalogue", json={"above_level": "hide"})
        assert (await nurse.get("/catalogue/BED03")).status_code == 404
        assert (await nurse.get("/catalogue/NONE")).status_code == 404


async def test_a_picture_is_kept_and_shown(browser: httpx.AsyncClient) -> None:
    """As WebP, to whoever is signed in; until then what stands for its category."""
    first = await browser.get("/products/BED01/picture")
    assert first.status_code == 302
    assert first.headers["Location"].endswith("/kitback/pictograms/beds.svg")
    drawn = await browser.get(first.headers["Location"].removeprefix("https://kit.example.org"))
    assert drawn.headers["Content-Type"].startswith("image/svg+xml")
    refused = await browser.post("/catalogue/BED01/picture", files={"picture": b"<svg/>"})
    assert refused.status_code == 422
    assert "There is a problem" in refused.text
    kept = await browser.post("/catalogue/BED01/picture", files={"picture": PNG})
    assert kept.status_code == 303
    shown = await browser.get("/products/BED01/picture")
    assert shown.headers["Content-Type"] == "image/webp"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert (await browser.get("/products/NONE/picture")).status_code == 404


async def test_pages_are_for_those_who_may(app: Litestar, browser: httpx.AsyncClient) -> None:
    """Nobody who is not signed in; administration for administrators."""
    paths = (
        "/catalogue", "/catalogue/BED01", "/products/BED01/picture", "/shelves", "/shelves/S1",
        "/emergencies", "/emergencies/new", "/admin/kits", "/admin/kits/new",
        "/admin/compatibility", "/admin/compatibility/new",
    )  # fmt: skip
    async with browser_of(app) as stranger:
        for path in paths:
            answer = await stranger.get(path)
            assert (answer.status_code, "/sign-in" in answer.headers["Location"]) == (303, True)
    async with signed_in(app, "nurse") as nurse:
        for path in paths:
            expected = 403 if path.startswith("/admin") else {302, 200}
            status = (await nurse.get(path)).status_code
            assert status == expected or (isinstance(expected, set) and status in expected), path
        assert (await nurse.post("/shelves/S1", data={"levels": ""})).status_code == 403
    assert browser is not None


async def test_a_kit_is_made_and_changed(browser: httpx.AsyncClient) -> None:
    """What is wrong comes back as it was typed, with a summary."""
    wrong = await browser.post("/admin/kits/new", data=FORM | {"code": "SET", "lines": SCRIPT})
    assert wrong.status_code == 422
    assert "There is a problem" in wrong.text
    assert "<script>alert" not in wrong.text
    assert (await browser.post("/admin/kits/new", data=FORM | {"code": "SET"})).status_code == 303
    again = await browser.post("/admin/kits/new", data=FORM | {"code": "SET"})
    assert "There is already a kit" in again.text
    assert "BED01, RAIL1 x 2" in await text_of(browser, "/admin/kits")
    changed = await browser.post("/admin/kits/SET", data={"name": "Other", "lines": "BED01 x 3"})
    assert changed.status_code == 303
    listed = await text_of(browser, "/admin/kits")
    assert "BED01 x 3" in listed
    assert "Other" in await text_of(browser, "/admin/kits/SET")


async def test_a_rule_is_made_and_put_out_of_force(browser: httpx.AsyncClient) -> None:
    """Shown as a sentence."""
    new = {
        "subject": "sku:RAIL1", "relation": "needs", "others": "sku:BED01", "words": "Take a bed."
    }  # fmt: skip
    wrong = await browser.post("/admin/compatibility/new", data=new | {"subject": "sku:NONE"})
    assert "The catalogue has no sku:NONE" in wrong.text
    made = await browser.post("/admin/compatibility/new", data=new)
    assert made.status_code == 303
    listed = await text_of(browser, "/admin/compatibility?relation=needs")
    assert "RAIL1: needs BED01" in listed
    [path] = {
        part.partition('"')[0] for part in listed.split('href="')
        if part.startswith("/admin/compatibility/") and "-" in part.partition('"')[0]
    }  # fmt: skip
    assert "In force" in await text_of(browser, path)
    assert (await browser.post(path, data={"words": ""})).status_code == 422
    assert (await browser.post(path, data={"words": "Look again."})).status_code == 303
    assert "Out of force" in await text_of(browser, "/admin/compatibility")


async def test_a_shelf_is_given_levels_and_says_what_it_lacks(browser: httpx.AsyncClient) -> None:
    """A line that is none comes back with what was typed."""
    assert "Nobody has said yet" in await text_of(browser, "/shelves/S1")
    for wrong in ("BED01", "NONE x 4", SCRIPT):
        answer = await browser.post("/shelves/S1", data={"levels": wrong})
        assert answer.status_code == 422
        assert "There is a problem" in answer.text
        assert "<script>alert" not in answer.text
    assert (await browser.post("/shelves/S1", data={"levels": "BED01 x 4"})).status_code == 303
    assert "BED01 x 4" in await text_of(browser, "/shelves/S1")
    listed = await text_of(browser, "/shelves")
    assert "Store D1 (1 free)" in listed
    assert (await browser.get("/shelves/NONE")).status_code == 404


async def test_an_item_is_handed_out_in_an_emergency(
    app: Litestar, admin: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    """Once, however often the form is sent; and it is listed until its record is complete."""
    assert browser is not None
    items = (await admin.get("/api/items?depot=S1")).json()["results"]
    form = {"item": items[0]["code"], "name": "Man in bay 3", "reason": SCRIPT, "funder": ""}
    async with signed_in(app, "nurse") as nurse:
        fresh = await text_of(nurse, "/emergencies/new")
        form["id"] = fresh.partition('name="id" value="')[2].partition('"')[0]
        wrong = await nurse.post("/emergencies/new", data=form | {"item": "NOSUCH"})
        assert wrong.status_code == 422
        for _ in range(2):
            assert (await nurse.post("/emergencies/new", data=form)).status_code == 303
        listed = await text_of(nurse, "/emergencies")
        assert listed.count("It is complete") == 1
        assert "<script>alert" not in listed
        path = "/emergencies/" + form["id"] + "/complete"
        assert (await nurse.post(path)).status_code == 409
        emergency = (await admin.get("/api/emergency-issues")).json()["results"][0]
        born = await admin.patch(f"/api/people/{emergency['person']}", json={"born": "1941-05-06"})
        assert born.status_code == 200
        assert (await nurse.post(path)).status_code == 303
        assert "It is known of everything" in await text_of(nurse, "/emergencies")
