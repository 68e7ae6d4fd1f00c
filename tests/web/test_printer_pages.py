"""Printers as an administrator sets them up and the store prints on them, without script."""

import httpx
import pytest
from litestar import Litestar

from budget.database import execute
from tests.web.conftest import signed_in
from tests.web.forms import forms_of
from tests.web.ordering import open_service, staff, stock, words


@pytest.fixture
async def bed(admin: httpx.AsyncClient) -> str:
    """A bed, two printers, and somebody of the store's."""
    await open_service(admin)
    await staff(admin, "dee", "depot", partner=None)
    for code in ("P1", "P2"):
        new = {"code": code, "name": f"Printer {code}", "depot": "D1", "host": "192.168.4.20"}
        assert (await admin.post("/api/printers", json=new)).status_code == 201
    return str((await stock(admin, "BED01"))[0]["code"])


async def test_a_printer_is_set_up_and_changed(
    app: Litestar, admin: httpx.AsyncClient, bed: str
) -> None:
    """What is wrong is said at its field, and whoever comes second is told."""
    del admin, bed
    new = {"code": "P3", "name": "Wash", "depot": "D1", "host": "127.0.0.1", "port": "9100"}
    new |= {"size": "76x51", "dpi": "300"}
    async with signed_in(app) as browser:
        refused = await browser.post("/depot/printers/new", data=new)
        assert refused.status_code == 422
        assert "Printers may not stand at this address" in words(refused)
        made = await browser.post("/depot/printers/new", data=new | {"host": "10.1.2.3"})
        assert made.headers["Location"] == "/depot/printers/P3"
        assert "76 by 51 mm, 300 dots per inch" in words(await browser.get("/depot/printers/P3"))

        page = await browser.get("/depot/printers/P3/change")
        [form] = [each for each in forms_of(page.text) if each.action.endswith("/change")]
        sent = dict(form.pairs) | {"name": "Wash hall"}
        assert (await browser.post("/depot/printers/P3/change", data=sent)).status_code == 303
        late = await browser.post("/depot/printers/P3/change", data=sent | {"name": "Mine"})
        assert late.status_code == 422
        assert "Somebody else has changed this" in words(late)
        assert "Wash hall" in words(await browser.get("/depot/printers/P3"))


async def test_places_are_marked_out_and_their_labels_printed(
    app: Litestar, admin: httpx.AsyncClient, bed: str
) -> None:
    """By whoever may; on sheets, to look at, and by a printer, which is told what none is."""
    del admin, bed
    async with signed_in(app) as browser:
        new = {"code": "A1", "name": "Beds <b>", "depot": "D1", "kind": "clean"}
        assert (
            await browser.post("/depot/places/bays/new", data={"code": "A1"})
        ).status_code == 422
        assert (await browser.post("/depot/places/bays/new", data=new)).status_code == 303
        assert (await browser.post("/depot/places/bays/new", data=new)).status_code == 422
    async with signed_in(app, "dee") as browser:
        page = await browser.get("/depot/places?kind=bay&depot=D1")
        assert "Clean bay: Beds <b>" in words(page)
        assert "Mark out a bay" not in words(page)
        assert "/depot/print?place=bay+A1" in page.text
        sheet = await browser.get("/depot/places/labels?kind=bay&depot=D1")
        assert (sheet.headers["content-type"], sheet.content[:5]) == ("application/pdf", b"%PDF-")
        assert (await browser.get("/depot/places/labels?kind=van")).status_code == 409
        assert "BAY:A1" not in (await browser.get("/depot/places?kind=depot")).text
        one = await browser.get("/depot/places/bay/A1/label")
        assert (one.status_code, b"<title>Bay A1 Beds" in one.content) == (200, True)
        for missing in ("bay/A9", "shelf/A1"):
            assert (await browser.get(f"/depot/places/{missing}/label")).status_code == 404
        page = await browser.get("/depot/print", params={"place": "bay A1"})
        [form] = [each for each in forms_of(page.text) if each.action.endswith("/depot/print")]
        assert "bay A1</textarea>" in page.text
        sent = dict(form.pairs) | {"printer": "P1", "places": "bay A1"}
        for wrong in ("A1", "bay A9", "shelf A1"):
            refused = await browser.post("/depot/print", data=sent | {"places": wrong})
            assert (refused.status_code, "places-error" in refused.text) == (422, True)
        assert (await browser.post("/depot/print", data=sent)).status_code == 303
        assert "A1" in words(await browser.get("/depot/printers/P1"))


async def test_the_store_prints_and_sees_to_what_waits(
    app: Litestar, admin: httpx.AsyncClient, bed: str
) -> None:
    """From the item's page; the same form twice is one job; it is moved, answered, called off."""
    del admin
    async with signed_in(app, "dee") as browser:
        item = await browser.get(f"/items/{bed}")
        assert f"/depot/print?item={bed}" in item.text
        page = await browser.get("/depot/print", params={"item": bed})
        assert bed in page.text
        [form] = [each for each in forms_of(page.text) if each.action.endswith("/depot/print")]
        sent = dict(form.pairs) | {"items": f"{bed}\n", "blank": "", "copies": "2"}
        refused = await browser.post("/depot/print", data=sent)
        assert "Choose a printer" in words(refused)
        nothing = sent | {"printer": "P1", "items": "nothing\n"}
        assert "No item has the code “nothing”" in words(
            await browser.post("/depot/print", data=nothing)
        )
        for _ in range(2):
            done = await browser.post("/depot/print", data=sent | {"printer": "P1"})
            assert done.headers["Location"] == "/depot/printers/P1"

        listed = words(await browser.get("/depot/printers"))
        assert "Not asked yet Labels waiting 2" in listed
        await execute("""update print_labels set state = 'sending', begun_at = now()
            where id = (select min(id) from print_labels)""")
        await execute("update print_labels set state = 'unsure' where state = 'sending'")
        page = await browser.get("/depot/printers/P1")
        assert "1 waiting, 1 to look for" in words(page)
        forms = {each.action.rsplit("/", 1)[-1]: each for each in forms_of(page.text)}
        assert forms.keys() >= {"try", "cancel", "move"}
        [doubt] = [each for each in forms_of(page.text) if "print-labels" in each.action]
        assert (await browser.post(doubt.action, data={"came_out": "maybe"})).status_code == 422
        assert (await browser.post(doubt.action, data={"came_out": "no"})).status_code == 303
        assert "Waits" in words(await browser.get(forms["cancel"].action.removesuffix("/cancel")))
        moved = await browser.post(forms["move"].action, data={"printer": "P2"})
        assert moved.headers["Location"] == "/depot/printers/P2"
        await browser.post(forms["cancel"].action, data={})
        assert "Nothing waits." in words(await browser.get("/depot/printers/P2"))
        assert (await browser.post(forms["try"].action, data={})).status_code == 303
