"""Thorough examinations and files on an item's pages."""

import httpx
import pytest
from litestar import Litestar

from tests.api.members import receive
from tests.equipment.store import set_up, stock
from tests.web.conftest import signed_in
from tests.web.forms import forms_of
from tests.web.ordering import staff, words

REPORT = {
    "examined_on-day": "1", "examined_on-month": "10", "examined_on-year": "2018",
    "reported_on-day": "2", "reported_on-month": "10", "reported_on-year": "2018",
    "occasion": "six_months", "safe": "no", "employer": "Trent", "employer_address": "1 Road",
    "premises": "1 Road", "authenticated_by": "Bo", "authenticated_address": "2 Street",
    "examiner.name": "Ann <Exam>", "examiner.address": "2 Street",
    "examiner.qualifications": "LEEA", "defect.part": "Sling bar",
    "defect.description": "Cracked", "defect.remedy": "Renew", "defect.danger": "imminent",
}  # fmt: skip


@pytest.fixture
async def hoist(admin: httpx.AsyncClient) -> str:
    """A hoist, and somebody of the store's."""
    await set_up()
    await stock("HST01", loler_months=6)
    await staff(admin, "dee", "depot", partner=None)
    return str((await receive(admin, sku="HST01"))[0]["code"])


def _id(page: httpx.Response, end: str) -> str:
    [form] = [form for form in forms_of(page.text) if form.action.endswith(end)]
    return dict(form.pairs)["id"]


async def test_an_examination_is_reported_and_printed(app: Litestar, hoist: str) -> None:
    """What is wrong comes back; a dangerous defect holds the item and has a notice."""
    path = f"/items/{hoist}/examinations"
    async with signed_in(app, "dee") as browser:
        assert "Thorough examinations" in words(await browser.get(f"/items/{hoist}"))
        page = await browser.get(path)
        sent = REPORT | {"id": _id(page, "/examinations")}
        answer = await browser.post(path, data=sent | {"safe": "yes", "employer": ""})
        assert (answer.status_code, "There is a problem" in words(answer)) == (422, True)
        assert "Ann &lt;Exam&gt;" in answer.text
        for _ in range(2):
            answer = await browser.post(path, data=sent)
            assert answer.status_code == 303, words(answer)
        page = await browser.get(path)
        assert "on hold" in words(page)
        assert page.text.count("Notice of the defect") == 1
        for paper in ("report", "notice"):
            printed = await browser.get(f"/examinations/{sent['id']}/{paper}")
            assert printed.headers["content-type"] == "application/pdf"
            assert printed.content.startswith(b"%PDF-")
        assert "On hold" in words(await browser.get(f"/items/{hoist}"))


async def test_a_file_is_added_and_saved(app: Litestar, hoist: str) -> None:
    """One that is no picture comes back with why; one that is kept is saved, never shown."""
    path = f"/items/{hoist}/files"
    async with signed_in(app, "dee") as browser:
        sent = {"id": _id(await browser.get(path), "/files"), "name": "As <new>"}
        bad = {"file": ("a.png", b"<script>", "image/png")}
        answer = await browser.post(path, data=sent, files=bad)
        assert (answer.status_code, "neither a PDF nor" in words(answer)) == (422, True)
        good = {"file": ("../x.pdf", b"%PDF-1.4\n%%EOF", "text/html")}
        assert (await browser.post(path, data=sent, files=good)).status_code == 303
        page = await browser.get(path)
        assert "As &lt;new&gt;" in page.text
        saved = await browser.get(f"/files/{sent['id']}")
        assert saved.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in saved.headers["content-security-policy"]
