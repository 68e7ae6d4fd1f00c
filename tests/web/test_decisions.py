"""The authoriser's queue, the decisions in it, and what becomes of an order on its pages."""

import re
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from tests.filled import Filled, as_admin
from tests.web.conftest import signed_in
from tests.web.ordering import open_service, person, place, staff, words

SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')


async def _furnish(admin: httpx.AsyncClient) -> str:
    """A service, a nurse who orders, somebody whom she orders for, and who decides."""
    await open_service(admin)
    await staff(admin, "nurse", "prescriber", level=1, order_limit_pence=50_000)
    await staff(admin, "boss", "authoriser", order_limit_pence=0)
    return await person(admin, name="Ada Lovelace", born="1941-05-06")


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
async def nurse(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """A prescriber of level 1 who may order for £500."""
    async with signed_in(app, "nurse") as browser:
        yield browser


@pytest.fixture
async def boss(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """An authoriser of 04K."""
    async with signed_in(app, "boss") as browser:
        yield browser


@pytest.fixture
def ada(begun: Filled[str]) -> str:
    """Somebody whom 04K pays for."""
    return begun.told


@pytest.fixture
async def order(nurse: httpx.AsyncClient, ada: str) -> UUID:
    """A bed above the nurse's level and limit."""
    return await place(nurse, ada, "BED01", reason="Falls at night")


async def test_what_waits_says_what_it_costs_and_why(boss: httpx.AsyncClient, order: UUID) -> None:
    """In the queue, and in full where it is decided."""
    shown = words(await boss.get("/authorise"))
    for said in ("Ada Lovelace", "Profiling bed", "£661", "Above their level", "by nurse"):
        assert said in shown, said
    shown = words(await boss.get(f"/authorise/{order}"))
    assert "It is above the level that nurse may order alone." in shown
    assert "£620 is above the limit of nurse." in shown
    assert "Falls at night" in shown
    assert "At home already Nothing from us" in shown


async def test_an_approved_order_goes_on(
    nurse: httpx.AsyncClient, boss: httpx.AsyncClient, order: UUID
) -> None:
    """Its orderer sees it, and the queue is empty."""
    answer = await boss.post(f"/authorise/{order}", data=await _form(boss, order, "approve"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/authorise")
    assert "Nothing waits for your approval." in words(await boss.get("/authorise"))
    shown = words(await nurse.get(f"/orders/{order}"))
    assert "Being prepared" in shown
    assert "What Approved By boss" in shown


async def test_a_declined_order_says_why(
    nurse: httpx.AsyncClient, boss: httpx.AsyncClient, order: UUID
) -> None:
    """Never without a reason; its orderer reads it on top of the page."""
    form = await _form(boss, order, "decline")
    answer = await boss.post(f"/authorise/{order}", data=form)
    assert (answer.status_code, 'href="#reason"' in answer.text) == (422, True)
    form["reason"] = "Try the <low> bed."
    assert (await boss.post(f"/authorise/{order}", data=form)).status_code == 303
    shown = words(await nurse.get(f"/orders/{order}"))
    assert "Why it was declined Try the <low> bed." in shown
    assert "Cost Nothing: none of it was delivered" in shown


async def test_other_numbers_need_a_reason(
    admin: httpx.AsyncClient, boss: httpx.AsyncClient, order: UUID
) -> None:
    """And are what is approved then."""
    form = await _form(boss, order, "approve") | {"quantity-0": "2"}
    answer = await boss.post(f"/authorise/{order}", data=form)
    assert (answer.status_code, "Say why you change the order." in words(answer)) == (422, True)
    assert 'value="2"' in answer.text
    form["reason"] = "One for upstairs"
    assert (await boss.post(f"/authorise/{order}", data=form)).status_code == 303
    shown = (await admin.get(f"/api/orders/{order}")).json()
    assert (shown["status"], shown["lines"][0]["quantity"]) == ("authorised", 2)


async def test_nobody_approves_of_what_they_have_not_seen(
    admin: httpx.AsyncClient, nurse: httpx.AsyncClient, boss: httpx.AsyncClient, order: UUID
) -> None:
    """An order that changed since its page was opened has to be looked at again."""
    form = await _form(boss, order, "approve")
    change = await _form(nurse, order, "", path=f"/orders/{order}/change") | {"quantity-0": "9"}
    answer = await nurse.post(f"/orders/{order}/change", data=change | {"speed": "next_day"})
    assert answer.status_code == 303, words(answer)
    answer = await boss.post(f"/authorise/{order}", data=form)
    assert (answer.status_code, "This order has changed" in words(answer)) == (422, True)
    shown = (await admin.get(f"/api/orders/{order}")).json()
    assert shown["status"] == "awaiting_authorisation"


async def test_a_decision_has_to_be_one(boss: httpx.AsyncClient, order: UUID) -> None:
    """Neither nothing nor anything else is taken for one."""
    for decision in ("", "maybe"):
        answer = await boss.post(f"/authorise/{order}", data=await _form(boss, order, decision))
        assert (answer.status_code, "Choose whether" in words(answer)) == (422, True)


async def test_nobody_decides_about_their_own_order(
    app: Litestar, admin: httpx.AsyncClient, ada: str
) -> None:
    """It is not in their queue, its page sends them on, and a form is refused."""
    await staff(admin, "both", "authoriser", roles=["authoriser", "prescriber"], level=1)
    async with signed_in(app, "both") as browser:
        own = await place(browser, ada, "BED01")
        assert "Nothing waits" in words(await browser.get("/authorise"))
        answer = await browser.get(f"/authorise/{own}")
        assert answer.headers["Location"] == f"/orders/{own}"
        answer = await browser.post(
            f"/authorise/{own}", data={"decision": "decline", "reason": "x"}
        )
        assert (answer.status_code, "You placed this order yourself" in words(answer)) == (
            403,
            True,
        )


async def test_another_partners_orders_are_not_there(
    app: Litestar, admin: httpx.AsyncClient, order: UUID
) -> None:
    """Neither in a queue, nor by their address, nor for a form."""
    await staff(admin, "elsewhere", "authoriser", partner="52R")
    async with signed_in(app, "elsewhere") as browser:
        assert "Ada" not in (await browser.get("/authorise")).text
        for path in (f"/authorise/{order}", f"/orders/{order}", f"/orders/{uuid4()}"):
            answer = await browser.get(path)
            assert (answer.status_code, "There is no such order." in words(answer)) == (404, True)
        for path in ("authorise/{}", "orders/{}/cancel", "orders/{}/chase", "orders/{}/change"):
            answer = await browser.post(f"/{path.format(order)}", data={"note": "x", "id": "x"})
            assert answer.status_code == 404
    assert (await admin.get(f"/api/orders/{order}")).json()["status"] == "awaiting_authorisation"


async def test_only_authorisers_decide(nurse: httpx.AsyncClient, order: UUID) -> None:
    """A prescriber has neither the queue nor the form."""
    for path in ("/authorise", f"/authorise/{order}"):
        assert (await nurse.get(path)).status_code == 403
    answer = await nurse.post(f"/authorise/{order}", data={"decision": "approve"})
    assert answer.status_code == 403


async def test_ones_own_orders_are_listed_by_what_becomes_of_them(
    nurse: httpx.AsyncClient, boss: httpx.AsyncClient, ada: str
) -> None:
    """The newest first, what happens next beside each; nobody else's are among them."""
    await place(nurse, ada, "BED01")
    await place(nurse, ada, "CMD01")
    shown = words(await nurse.get("/orders"))
    assert shown.index("Commode") < shown.index("Profiling bed")
    assert "With an authoriser." in shown
    shown = words(await nurse.get("/orders", params={"status": "delivered"}))
    assert "None of your orders is: delivered." in shown
    shown = words(await nurse.get("/orders", params={"status": "'; drop", "after": "\\"}))
    assert "Profiling bed" in shown
    assert "You have not ordered anything yet." in words(await boss.get("/orders"))


async def test_products_are_added_when_an_order_is_changed(
    nurse: httpx.AsyncClient, admin: httpx.AsyncClient, order: UUID
) -> None:
    """Looked for, added, counted; nothing is changed before the form is sent as a change."""
    path = f"/orders/{order}/change"
    form = await _form(nurse, order, "", path=path) | {"speed": "next_day"}
    found = await nurse.post(path, data=form | {"find": "yes", "q": "commode"})
    assert (found.status_code, 'name="add" value="CMD01"' in found.text) == (200, True)
    none = await nurse.post(path, data=form | {"find": "yes", "q": "qqqxyz"})
    assert "Nothing else matches “qqqxyz”." in words(none)
    added = await nurse.post(path, data=form | {"add": "CMD01", "q": "commode"})
    assert 'name="more-sku" value="CMD01"' in added.text
    form |= {"more-sku": "CMD01"}
    wrong = await nurse.post(path, data=form | {"more-0": "many"})
    assert (wrong.status_code, 'href="#more-0"' in wrong.text) == (422, True)
    assert "Commode: Write a number from 1 to 500" in words(wrong)
    assert len((await admin.get(f"/api/orders/{order}")).json()["lines"]) == 1
    out = await nurse.post(path, data=form | {"more-0": "0"})
    assert out.status_code == 303
    assert len((await admin.get(f"/api/orders/{order}")).json()["lines"]) == 1
    form = await _form(nurse, order, "", path=path) | {"speed": "next_day", "more-sku": "CMD01"}
    answer = await nurse.post(path, data=form | {"more-0": "2"})
    assert answer.status_code == 303, words(answer)
    lines = (await admin.get(f"/api/orders/{order}")).json()["lines"]
    assert [(line["sku"], line["quantity"]) for line in lines] == [("BED01", 1), ("CMD01", 2)]


async def test_an_order_is_changed_asked_after_and_cancelled(
    nurse: httpx.AsyncClient, order: UUID
) -> None:
    """Each with its words, kept with the order; a question sent twice is asked once."""
    form = await _form(nurse, order, "", path=f"/orders/{order}/change")
    form |= {"quantity-0": "2", "speed": "same_day"}
    answer = await nurse.post(f"/orders/{order}/change", data=form)
    assert answer.status_code == 303, words(answer)
    shown = words(await nurse.get(f"/orders/{order}"))
    assert "£1,330, including £90 delivery" in shown
    question = {"id": str(uuid4()), "note": "When will it come?"}
    for _ in range(2):
        answer = await nurse.post(f"/orders/{order}/chase", data=question)
        assert answer.status_code == 303
    answer = await nurse.post(f"/orders/{order}/chase", data={"id": "x", "note": ""})
    assert "Say what you want to know." in words(answer)
    answer = await nurse.post(f"/orders/{order}/cancel", data={"reason": " "})
    assert (answer.status_code, 'href="#reason"' in answer.text) == (422, True)
    answer = await nurse.post(f"/orders/{order}/cancel", data={"reason": "Went to hospital"})
    assert answer.status_code == 303
    shown = words(await nurse.get(f"/orders/{order}"))
    assert shown.count("When will it come?") == 1
    assert "Went to hospital" in shown
    assert "Cancel this order" not in shown
    again = await nurse.post(f"/orders/{order}/cancel", data={"reason": "Went to hospital"})
    assert (again.status_code, "it is too late" in words(again)) == (422, True)


async def _form(
    browser: httpx.AsyncClient, order: UUID, decision: str, *, path: str | None = None
) -> dict[str, str]:
    page = await browser.get(path or f"/authorise/{order}")
    assert page.status_code == 200, words(page)
    return {"seen": SEEN.findall(page.text)[0], "quantity-0": "1", "decision": decision}
