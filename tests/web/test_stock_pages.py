"""Stock on pages: what is bought, what comes in, what is counted, and what is moved."""

import re

import httpx
import pytest
from litestar import Litestar

from equipment.catalogue.handling import Handling, set_handling
from tests.api.members import scan, send
from tests.equipment.standing_data import ADMINISTRATOR
from tests.logistics.calling import ask, open_rounds, stock, told
from tests.web.conftest import signed_in
from tests.web.forms import forms_of
from tests.web.ordering import staff, words


@pytest.fixture
async def beds(admin: httpx.AsyncClient) -> list[str]:
    """Three beds of which one waits to be washed; two of the store's, and another depot."""
    await open_rounds(admin)
    other = {"code": "D2", "name": "Other", "postcode": "NG5 1PB", "kind": "satellite"}
    await ask(admin, "depots", other)
    for name in ("dee", "dan"):
        await staff(admin, name, "depot", partner=None)
    codes = [code for _ in range(3) for code in await stock(admin, "BED01")]
    await send(admin, scan(codes[0], "withdraw", reason="Dirty"))
    return codes


def form(page: httpx.Response, action: str) -> dict[str, str]:
    """What a form of the page sends as it is."""
    [found] = [each for each in forms_of(page.text) if each.action.endswith(action)]
    return dict(found.pairs)


async def test_a_purchase_says_what_waits_before_it_is_ordered(
    app: Litestar, admin: httpx.AsyncClient, beds: list[str]
) -> None:
    """The advice leads to it; what waits has to be answered; its goods come in with labels."""
    async with signed_in(app, "dee") as browser:
        page = await browser.get("/depot/stock?q=bed&depot=D1")
        assert "Reorder point" in words(page)
        new = await browser.get("/depot/purchases/new?sku=BED01&quantity=4")
        sent = form(new, "/purchases/new")
        assert (sent["sku-0"], sent["quantity-0"]) == ("Bed (BED01)", "4")
        wrong = sent | {"supplier": "Beds Ltd", "sku-2": "NONE", "quantity-2": "x"}
        refused = await browser.post("/depot/purchases/new", data=wrong)
        assert refused.status_code == 422
        assert "Product 3" in words(refused)
        made = await browser.post("/depot/purchases/new", data=sent | {"supplier": "Beds <b>Ltd"})
        assert made.status_code == 303, words(made)
        address = made.headers["Location"]
        page = await browser.get(address)
        assert "1 of Bed wait" in words(page)
        again = await browser.post(f"{address}/order", data=form(page, "/order"))
        assert again.status_code == 422
        answered = form(page, "/order") | {"answer-BED01": "It is worn out"}
        assert (await browser.post(f"{address}/order", data=answered)).status_code == 303
        page = await browser.get(address)
        assert "1 was waiting: It is worn out (dee)" in words(page)
        [way] = re.findall(r'href="([^"]+/receive)"', page.text)
        goods = form(await browser.get(way), "/receive") | {"serials": "S1\nS2\n", "batch": "B7"}
        for _ in range(2):
            assert (await browser.post(way, data=goods)).status_code == 303
        too_many = form(await browser.get(way), "/receive") | {"quantity": "9"}
        assert "2 are still to come" in words(await browser.post(way, data=too_many))
        assert "Part received" in words(await browser.get("/depot/purchases"))
        assert len((await told(admin, "items?batch=B7"))["results"]) == 2
    assert beds


async def bought(browser: httpx.AsyncClient, **more: str) -> str:
    """A draft of two beds; its address."""
    sent = form(await browser.get("/depot/purchases/new?sku=CMD01&quantity=2"), "/purchases/new")
    made = await browser.post("/depot/purchases/new", data=sent | {"supplier": "Beds Ltd"} | more)
    assert made.status_code == 303, words(made)
    return made.headers["Location"]


async def test_a_purchase_says_its_products_by_name(app: Litestar, beds: list[str]) -> None:
    """By a name, or a part of one and a choice, which is of that part alone."""
    assert beds
    new = "/depot/purchases/new"
    typed = {"sku-0": "o", "sku-1": "BED", "sku-2": "cmd01", "sku-3": "nothing of the kind"}
    rest = {f"{name}-{n}": "1" for n in range(4) for name in ("quantity", "price_pence")}
    async with signed_in(app, "dee") as browser:
        sent = form(await browser.get(new), "/purchases/new") | {"supplier": "Beds Ltd"}
        asked = await browser.post(new, data=sent | typed | rest)
        assert asked.status_code == 422
        said = words(asked)
        for text in ("Choose which product “o” is.", "no product like “nothing of the kind”"):
            assert text in said
        assert 'name="meant-sku-1"' not in asked.text
        assert "Hoist (HST01), £100" in said
        nothing = dict.fromkeys(("sku-3", "quantity-3", "price_pence-3"), "")
        chosen = form(asked, "/purchases/new") | {"meant-sku-0": "HST01"} | nothing
        for wrong in ({"meant-sku-0": "BED01"}, {"sku-0": "oi"}, {"meant-sku-0": "'x"}):
            assert (await browser.post(new, data=chosen | wrong)).status_code == 422
        made = await browser.post(new, data=chosen)
        assert made.status_code == 303, words(made)
        shown = words(await browser.get(made.headers["Location"]))
        assert {"Hoist", "Bed", "Commode"} <= set(shown.split())


async def test_who_comes_second_to_a_draft_is_shown_what_it_says_now(
    app: Litestar, beds: list[str]
) -> None:
    """And is taken at their word when they send it again; what was asked for is not changed."""
    assert beds
    async with signed_in(app, "dee") as browser, signed_in(app, "dan") as other:
        address = await bought(browser, note="By <b>Friday")
        assert f"{address}/change" in (await browser.get(address)).text
        page = await browser.get(f"{address}/change")
        assert "By &lt;b&gt;Friday</textarea>" in page.text
        first = form(page, "/change") | {"note": "By <b>Friday"}
        assert (first["sku-0"], first["quantity-0"]) == ("Commode (CMD01)", "2")
        wrong = first | {"quantity-0": "many", "price_pence-0": "", "supplier": ""}
        refused = words(await browser.post(f"{address}/change", data=wrong))
        for fault in ("Enter the supplier", "How many of product 1", "Enter the price of one"):
            assert fault in refused
        theirs = await other.post(f"{address}/change", data=first | {"quantity-0": "7"})
        assert theirs.status_code == 303
        mine = first | {"supplier": "Other Ltd"}
        late = await browser.post(f"{address}/change", data=mine)
        assert late.status_code == 422
        assert "dan has changed this purchase meanwhile" in words(late)
        assert "7 of Commode" in words(late)
        again = form(late, "/change")
        assert again["supplier"] == "Other Ltd"
        assert (await browser.post(f"{address}/change", data=again)).status_code == 303
        page = await browser.get(address)
        assert "Other Ltd" in words(page)
        await browser.post(f"{address}/order", data=form(page, "/order"))
        assert (await browser.get(f"{address}/change")).status_code == 409
        assert (await browser.post(f"{address}/change", data=again)).status_code == 422


async def test_goods_are_scanned_in_one_by_one_with_their_parts(
    app: Litestar, admin: httpx.AsyncClient, beds: list[str]
) -> None:
    """A field after the other, without a script; what is left empty has no number."""
    assert beds
    await set_handling(ADMINISTRATOR, "CMD01", Handling(parts=["Motor", "Handset"]))
    async with signed_in(app, "dee") as browser:
        address = await bought(browser)
        page = await browser.get(address)
        await browser.post(f"{address}/order", data=form(page, "/order"))
        [way] = re.findall(r'href="([^"]+/each)"', (await browser.get(address)).text)
        page = await browser.get(way)
        for name, number in (("serial", "S1"), ("part-0", "M1"), ("part-1", "")):
            assert re.search(rf'name="{name}"[^>]* autofocus', page.text), name
            sent = form(page, "/each") | {name: number, "how": "next", "batch": "B7"}
            page = await browser.post(way, data=sent)
        assert page.status_code == 303, words(page)
        repeat = await browser.post(way, data=sent)
        assert repeat.headers["Location"] == page.headers["Location"]
        page = await browser.get(page.headers["Location"])
        assert "Serial number S1. Batch B7." in words(page)
        assert "1 is still to come" in words(page)
        nothing = form(page, "/each") | {"how": "receive"}
        assert "Scan a number" in words(await browser.post(way, data=nothing))
        taken = nothing | {"serial": "S2", "part-0": "M1"}
        refused = await browser.post(way, data=taken)
        assert "fitted to another item already" in words(refused)
        last = await browser.post(way, data=taken | {"part-0": "M2"})
        assert (await browser.get(last.headers["Location"])).status_code == 303
        [first, _] = (await told(admin, "items?batch=B7"))["results"]
        parts = (await told(admin, f"items/{first['code']}/parts"))["parts"]
        assert {(each["part"], each["serial"]) for each in parts} == {
            ("Motor", "M1"), ("Handset", None),
        }  # fmt: skip


async def test_a_count_is_scanned_compared_and_settled_by_somebody_else(
    app: Litestar, admin: httpx.AsyncClient, beds: list[str]
) -> None:
    """Label by label without a script; what is missing is lost once another has said so."""
    async with signed_in(app, "dee") as browser:
        new = form(await browser.get("/depot/counts/new?depot=D1"), "/counts/new")
        scanning = (await browser.post("/depot/counts/new", data=new)).headers["Location"]
        for code in (*beds[:2], beds[0]):
            shown = await browser.post(scanning, data={"label": code})
            page = await browser.get(shown.headers["Location"])
        assert "Counted before." in words(page)
        assert "2 items counted" in words(page)
        assert (await browser.post(scanning, data={"label": "AAAAAAAA"})).status_code == 422
        address = scanning.removesuffix("/scan")
        await browser.post(f"{address}/compare")
        page = await browser.get(address)
        assert "On record here, and not found" in words(page)
        own = await browser.post(f"{address}/settle", data={"approve": "yes", "reason": "Seen"})
        assert "somebody else decides" in words(own)
    async with signed_in(app, "dan") as browser:
        assert "1 count to be settled" in words(await browser.get("/depot"))
        page = await browser.get(address)
        empty = await browser.post(f"{address}/settle", data=form(page, "/settle"))
        assert empty.status_code == 422
        said = {"approve": "yes", "reason": "Looked twice"}
        await browser.post(f"{address}/settle", data=said)
        assert "Looked twice" in words(await browser.get(address))
    assert (await told(admin, f"items/{beds[2]}"))["state"] == "lost"


async def test_what_arrives_at_another_store_is_there_once_it_is_scanned(
    app: Litestar, admin: httpx.AsyncClient, beds: list[str]
) -> None:
    """Twice is once; what is on loan stays with whoever has it."""
    async with signed_in(app, "dee") as browser:
        for expected in ("Moved to Other.", "It is here already."):
            sent = {"depot": "D2", "label": beds[1]}
            shown = await browser.post("/depot/move", data=sent)
            assert expected in words(await browser.get(shown.headers["Location"]))
        lost = scan(beds[2], "lose", reason="Gone")
        await send(admin, lost)
        refused = await browser.post("/depot/move", data={"depot": "D2", "label": beds[2]})
        assert (refused.status_code, "Not moved." in words(refused)) == (422, True)
    assert (await told(admin, f"items/{beds[1]}"))["depot"] == "D2"
