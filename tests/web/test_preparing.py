"""How products are checked and cleaned, set on pages; and items whose label cannot be read."""

from typing import Any

import httpx
import pytest
from litestar import Litestar

from tests.web.conftest import signed_in
from tests.web.forms import forms_of
from tests.web.ordering import staff, words


@pytest.fixture
async def lead(app: Litestar, admin: httpx.AsyncClient, item: dict[str, Any]) -> Any:
    """Somebody who answers for the store, and works in it."""
    assert item["sku"] == "BED01"
    await staff(admin, "lee", "coordinator", partner=None)
    async with signed_in(app, "lee") as browser:
        yield browser


def sent(page: httpx.Response) -> dict[str, str]:
    """What the form of a page sends as it is."""
    [found] = [each for each in forms_of(page.text) if each.action.startswith("http") or
        "/depot/" in each.action]  # fmt: skip
    return dict(found.pairs)


async def test_a_list_is_looked_at_set_and_not_written_over(
    lead: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    """What lacks one is found; what somebody else set meanwhile is told, and then replaced."""
    assert "BED01" in words(await lead.get("/depot/preparing?lacking=list&q=bed"))
    path = "/depot/preparing/BED01/list"
    form = sent(await lead.get(path)) | {"lines": "Brakes hold\r\n\r\nNo <b>cracks</b>"}
    empty = await lead.post(path, data=form | {"lines": " ", "do": "set"})
    assert "Say what is looked at." in words(empty)
    looked = await lead.post(path, data=form | {"do": "look"})
    assert "The bench will ask Brakes hold No <b>cracks</b> Nothing has been set yet." in words(
        looked
    )
    assert "<b>cracks" not in looked.text
    assert (await lead.post(path, data=form | {"do": "set"})).status_code == 303
    assert "BED01" not in words(await lead.get("/depot/preparing?lacking=list"))
    assert "BED01" in words(await lead.get("/depot/preparing?lacking=method"))
    form = sent(await lead.get(path)) | {"lines": "Mine"}
    theirs = {"lines": ["Theirs"]}
    await admin.put("/api/products/BED01/inspection", json=theirs)
    told = await lead.post(path, data=form | {"do": "set"})
    assert (told.status_code, "admin has changed this list meanwhile" in words(told)) == (422, True)
    assert "Mine" in told.text
    assert (await admin.get("/api/products/BED01/inspection")).json()["lines"] == ["Theirs"]
    form = sent(told) | {"lines": "Mine"}
    assert (await lead.post(path, data=form | {"do": "set"})).status_code == 303
    assert (await admin.get("/api/products/BED01/inspection")).json()["version"] == 3
    assert (await lead.post(path, data=form | {"lines": "x" * 201})).status_code == 422
    assert (await lead.get("/depot/preparing/NONE/list")).status_code == 404


async def test_how_a_product_is_cleaned_is_set_on_a_page(
    lead: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    """Its versions stand below; by any method is a version, too, and has to be chosen."""
    path = "/depot/preparing/BED01/cleaning"
    form = sent(await lead.get(path))
    assert "Choose a method." in words(await lead.post(path, data=form))
    nothing = {"method": "any", "cycle": "", "temperature_c": "", "minutes": ""}
    assert (await lead.post(path, data=form | nothing)).status_code == 303
    assert "BED01" not in words(await lead.get("/depot/preparing?lacking=method"))
    form = sent(await lead.get(path))
    hot = {"method": "washer", "cycle": "Bedframe", "temperature_c": "80", "minutes": "3"}
    wrong = await lead.post(path, data=form | hot | {"temperature_c": "hot"})
    assert wrong.status_code == 422
    assert (await lead.post(path, data=form | hot)).status_code == 303
    page = await lead.get(path)
    assert "Washer-disinfector, cycle Bedframe, 80 °C, 3 min" in words(page)
    assert (await lead.post(path, data=sent(page) | nothing)).status_code == 303
    now = (await admin.get("/api/products/BED01/cleaning")).json()
    assert (now["version"], now["method"], now["set_by"]) == (3, None, "lee")


async def test_an_item_is_found_without_its_label_and_labelled_anew(
    lead: httpx.AsyncClient, admin: httpx.AsyncClient, item: dict[str, Any]
) -> None:
    """By its product and number; its own label is printed again, or a blank one becomes its."""
    page = words(await lead.get("/depot/unreadable"))
    assert "Say a part of the product's name" in page
    serial = (item["serial"] or "")[-3:]
    query = f"product=bed&serial={serial}&depot=D1&state=available&back-day=&batch="
    assert item["name"] in words(await lead.get(f"/depot/unreadable?{query}"))
    since = "/depot/unreadable?product=bed&back-month=1&back-year=2026&back-day="
    assert "Nothing fits." in words(await lead.get(f"{since}1"))
    assert "Came back since must be a day that there is" in words(await lead.get(f"{since}32"))
    path = f"/depot/unreadable/{item['code']}"
    form = sent(await lead.get(path)) | {"reason": "Washed off"}
    again = await lead.post(path, data=form | {"how": "print"})
    assert again.headers["Location"] == f"/items/{item['code']}/label"
    [change] = (await admin.get("/api/changes?what=label printed again")).json()["results"]
    assert (change["key"], change["content"]) == (item["code"], {"reason": "Washed off"})
    await admin.post("/api/labels/blank", json={"count": 1, "format": "zpl"})
    [blank] = (await admin.get("/api/labels/blank")).json()["results"]
    unknown = await lead.post(path, data=form | {"how": "blank", "label": "nothing"})
    assert unknown.status_code == 422
    for _ in range(2):
        stuck = await lead.post(path, data=form | {"how": "blank", "label": blank["link"]})
        assert stuck.status_code == 303, words(stuck)
    labelled = (await admin.get(f"/api/items/{blank['code']}")).json()
    assert (labelled["code"], labelled["labels"][0]["reason"]) == (item["code"], "Washed off")
