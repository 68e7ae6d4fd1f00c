"""Recalls on pages: looked at before they hold, told, cleared and closed."""

import re
from uuid import uuid4

import httpx
from litestar import Litestar

from tests.api.test_recalls import lent, new
from tests.web.conftest import signed_in
from tests.web.ordering import open_service, staff, stock

TYPED = {
    "reference": "FSN-9",
    "title": "Frames crack",
    "severity": "critical",
    "sku": "BED01",
    "part": "",
    "batch": "",
    "serial_from": "",
    "serial_to": "",
    "action": "hold",
}


async def test_a_recall_is_shown_before_it_holds_anything(
    app: Litestar, admin: httpx.AsyncClient
) -> None:
    """Sent, it says what it would hold; agreed to, it holds it, once however often it is sent."""
    await open_service(admin)
    await lent(admin)
    [bed] = await stock(admin, "BED01")
    await staff(admin, "jo", "depot")
    async with signed_in(app, "jo") as browser:
        typed = TYPED | {"id": str(uuid4())}
        wrong = await browser.post("/depot/recalls/new", data=typed | {"sku": "NONE"})
        assert wrong.status_code == 422
        assert "There is no product like “NONE”" in wrong.text
        part = await browser.post("/depot/recalls/new", data=typed | {"sku": "be"})
        assert "Choose which product “be” is." in part.text
        chosen = {"sku": "be", "about-sku": "be", "meant-sku": "BED01"}
        asked = await browser.post("/depot/recalls/new", data=typed | chosen)
        assert 'value="Profiling bed (BED01)"' in asked.text
        asked = await browser.post("/depot/recalls/new", data=typed)
        assert "What would be held" in asked.text
        assert (await admin.get("/api/recalls")).json()["results"] == []
        agreed = {"agreed": "Profiling bed (BED01) /  /  /  /  / hold"}
        assert agreed["agreed"] in asked.text
        other = await browser.post("/depot/recalls/new", data=typed | agreed | {"batch": "7"})
        assert "What would be held" in other.text
        for _ in range(2):
            sent = await browser.post("/depot/recalls/new", data=typed | agreed)
            assert sent.status_code == 303, sent.text
        [recall] = (await admin.get("/api/recalls")).json()["results"]
        assert sent.headers["location"].endswith(recall["id"])
        listed = await browser.get("/depot/recalls")
        assert "FSN-9: Frames crack" in listed.text
        shown = await browser.get(f"/depot/recalls/{recall['id']}")
        assert "With a person" in shown.text
        assert f"/items/{bed['code']}" in shown.text
        item = await browser.get(f"/items/{bed['code']}")
        assert "A recall holds it." in item.text


async def test_an_item_is_cleared_and_the_recall_closed_with_reasons(
    app: Litestar, admin: httpx.AsyncClient
) -> None:
    """Without one the form comes back; the file has every item and names nobody."""
    await open_service(admin)
    code, whose = await lent(admin)
    shelf = (await stock(admin, "BED01"))[0]["code"]
    body = new()
    await admin.post("/api/recalls", json=body)
    path = f"/depot/recalls/{body['id']}"
    await staff(admin, "jo", "coordinator")
    async with signed_in(app, "jo") as browser:
        assert (await browser.post(f"{path}/items/{shelf}", data={"reason": ""})).status_code == 422
        cleared = await browser.post(f"{path}/items/{shelf}", data={"reason": "=New motor"})
        assert cleared.status_code == 303
        refused = await browser.post(f"{path}/close", data={"reason": ""})
        assert refused.status_code == 422
        assert "1 of its items are neither cleared nor gone" in refused.text
        people = await browser.get(f"{path}/people")
        assert "Record a call" in people.text
        form = await browser.get(f"{path}/people/{whose}")
        hidden = dict(re.findall(r'name="(id|opened_at)" value="([^"]+)"', form.text))
        told = hidden | {"how": "phone", "outcome": "told", "note": ""}
        for _ in range(2):
            kept = await browser.post(f"{path}/people/{whose}", data=told)
            assert kept.status_code == 303, kept.text
        assert (await admin.get(f"/api/recalls/{body['id']}")).json()["contacted"] == 1
        closed = await browser.post(f"{path}/close", data={"reason": "Told, and scrapped there"})
        assert closed.status_code == 303
        file = await browser.get(f"{path}/items.csv")
    rows = file.text.splitlines()
    assert len(rows) == 3
    assert any(code in row and "with_person" in row for row in rows)
    assert any(shelf in row and "'=New motor" in row for row in rows)
    assert whose not in file.text
