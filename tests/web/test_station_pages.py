"""The wash and the bench, as a scanner and a tablet use them."""

import httpx
import pytest
from litestar import Litestar

from equipment.inspection.inspections import NewLines, set_list
from tests.api.members import scan, send
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import NOW
from tests.logistics.calling import on_loan, open_rounds, somebody, told
from tests.web.conftest import signed_in
from tests.web.forms import forms_of
from tests.web.ordering import staff, words


@pytest.fixture
async def bed(admin: httpx.AsyncClient) -> str:
    """A bed that somebody has, for whose product a list is set; somebody of the store's."""
    await open_rounds(admin)
    await staff(admin, "dee", "depot", partner=None)
    await set_list(ADMINISTRATOR, "BED01", NewLines(["Brakes hold"]), NOW)
    return await on_loan(admin, await somebody(admin), "BED01")


def form(page: httpx.Response, action: str) -> dict[str, str]:
    """What a form of the page sends as it is."""
    [found] = [
        each
        for each in forms_of(page.text)
        if each.action.endswith(action) and each.method == "post"
    ]
    return dict(found.pairs)


async def test_what_came_in_is_cleaned_and_inspected_station_by_station(
    app: Litestar, admin: httpx.AsyncClient, bed: str
) -> None:
    """By its label as a scanner types it; each station says what came of it, and what is next."""
    await send(admin, scan(bed, "return", depot="D1"))
    link = (await told(admin, f"items/{bed}"))["link"]
    async with signed_in(app, "dee") as browser:
        wash = form(await browser.get("/depot/wash"), "/wash")
        wash |= {"depot": "D1", "method": "washer", "machine": "W1", "items": f"{link}\nnothing\n"}
        page = await browser.post("/depot/wash", data=wash)
        assert "1 item clean, 1 item not" in words(page)
        assert "This is not one of our codes" in words(page)
        assert form(page, "/wash")["machine"] == "W1"

        page = await browser.get("/depot/bench", params={"item": link})
        assert "Brakes hold" in words(page)
        sent = form(page, "/bench")
        answer = await browser.post("/depot/bench", data=sent | {"wrong-0": "They slip <b>"})
        assert answer.headers["Location"] == f"/depot/bench?item={bed}"
        assert "to be mended" in words(await browser.get("/depot/bench"))
    item = await told(admin, f"items/{bed}")
    assert item["state"] == "in_repair"


async def test_the_bench_passes_what_is_whole_and_says_why_not(
    app: Litestar, admin: httpx.AsyncClient, bed: str
) -> None:
    """What lacks a part does not pass; a label of nothing shows nothing."""
    await send(
        admin, scan(bed, "return", depot="D1"), scan(bed, "clean", missing_parts=["Motor"]),
    )  # fmt: skip
    async with signed_in(app, "dee") as browser:
        assert "There is no item" in words(await browser.get("/depot/bench?item=nothing"))
        page = await browser.get("/depot/bench", params={"item": bed})
        assert "Missing: Motor" in words(page)
        answer = await browser.post("/depot/bench", data=form(page, "/bench"))
        assert (answer.status_code, "came without: Motor" in words(answer)) == (422, True)
        answer = await browser.post("/depot/bench", data={"item": "<i>", "id": "x"})
        assert answer.status_code == 200


async def test_what_falls_due_is_listed_for_the_store(
    app: Litestar, admin: httpx.AsyncClient, bed: str
) -> None:
    """Narrowed by what the address says, whatever it says."""
    del bed, admin
    async with signed_in(app, "dee") as browser:
        for query in ("", "?ahead=367&where=home&kind=loler&depot=D1", "?ahead=x&after=y&where=z"):
            page = await browser.get(f"/depot/checks{query}")
            assert (page.status_code, "What falls due" in words(page)) == (200, True)
