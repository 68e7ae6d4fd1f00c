"""Cases on pages: both sides beside each other, settled by a person."""

import httpx
import pytest
from litestar import Litestar

from tests.api.members import scan, send
from tests.logistics.calling import on_loan, open_rounds, somebody, told
from tests.web.conftest import signed_in
from tests.web.ordering import staff, words


@pytest.fixture
async def case(admin: httpx.AsyncClient) -> str:
    """A phone's scan of a commode that was refused; the case."""
    await open_rounds(admin)
    await staff(admin, "dee", "depot", partner=None)
    ada = await somebody(admin)
    code = await on_loan(admin, ada)
    wrong = scan(code, "clean", device="phone 7", person=ada, note="Ada <b> was out")
    await send(admin, wrong)
    [case] = (await told(admin, "cases"))["results"]
    return str(case["id"])


async def test_a_case_shows_what_was_said_beside_how_it_stands(app: Litestar, case: str) -> None:
    """The scan as it was sent, the item as it is, and the newest of what happened to it."""
    async with signed_in(app, "admin") as browser:
        assert "Refused scan" in words(await browser.get("/cases"))
        page = await browser.get(f"/cases/{case}")
        text = words(page)
        for said in ("What was said", "Cleaned", "As it stands", "With a person", "Delivered"):
            assert said in text
        assert "Ada &lt;b&gt; was out" in page.text


async def test_a_store_sees_a_case_without_the_person(app: Litestar, case: str) -> None:
    """Neither who it was nor what was written of them."""
    async with signed_in(app, "dee") as browser:
        page = await browser.get(f"/cases/{case}")
        assert "What was said" in page.text
        assert "was out" not in page.text
        assert "Their record" not in page.text


async def test_a_case_is_settled_once_with_a_note(app: Litestar, case: str) -> None:
    """Without one it comes back; settled, it says by whom and how, and cannot be again."""
    async with signed_in(app, "dee") as browser:
        answer = await browser.post(f"/cases/{case}/settle", data={"note": " "})
        assert answer.status_code == 422
        assert "Say what was done" in words(answer)
        answer = await browser.post(f"/cases/{case}/settle", data={"note": "Wrong bed."})
        assert answer.headers["Location"] == "/cases"
        assert "Nothing is to be settled." in words(await browser.get("/cases"))
        page = words(await browser.get(f"/cases/{case}"))
        assert "Wrong bed." in page
        assert "by dee" in page
        assert "Settle it" not in page
        again = await browser.post(f"/cases/{case}/settle", data={"note": "Again."})
        assert (again.status_code, "dee has settled" in words(again)) == (422, True)
        assert "Refused scan" in words(await browser.get("/cases?status=settled"))
