"""What is not in the catalogue is ordered on pages, with its reason and its quotes."""

import re
from typing import Final
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from tests.filled import Filled, as_admin
from tests.web.conftest import signed_in
from tests.web.ordering import draft, open_service, order_of, person, sent, staff, words

PATH = "/orders/new/special"
CHAIR = {
    "special-description": "Riser chair, 76cm <b>wide</b>",
    "special-reason": "None of ours is wide enough",
    "special-price": "1,250.50",
    "special-quantity": "1",
    "supplier-0": "Chairs Ltd",
    "quote-0": "1,250.50",
    "supplier-2": "Seats & Co",
    "quote-2": "1400",
}


async def _furnish(admin: httpx.AsyncClient) -> str:
    """A nurse, an authoriser, and somebody who needs a chair."""
    await open_service(admin)
    await staff(admin, "nurse", "prescriber", level=4, order_limit_pence=900_000)
    await staff(admin, "boss", "authoriser")
    return await person(admin)


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
def ada(begun: Filled[str]) -> str:
    """Somebody who needs a chair; there are a nurse and an authoriser."""
    return begun.told


def typed(person: str, *skus: str, **fields: str) -> dict[str, list[str]]:
    """What the form sends; underscores stand for hyphens."""
    more = CHAIR | {name.replace("_", "-"): text for name, text in fields.items()}
    return sent([*draft(person, *skus), *more.items()])


async def test_a_special_is_checked_placed_decided_and_shown_with_its_price(
    admin: httpx.AsyncClient, app: Litestar, ada: str
) -> None:
    """With what is in the catalogue on the same order; the authoriser sees reason and quotes."""
    async with signed_in(app, "nurse") as nurse, signed_in(app, "boss") as boss:
        pick = await nurse.get("/orders/new", params=dict(draft(ada)))
        assert PATH in pick.text
        fields = typed(ada, "CMD01")
        check = words(await nurse.post(PATH, data=fields))
        for said in ("Check your order", "Riser chair, 76cm <b>wide</b>", "£1,250.50",
                     "not in the catalogue always needs approval", "Commode"):  # fmt: skip
            assert said in check
        order = order_of(await nurse.post(PATH, data=fields | {"step": ["send"]}))
        assert order_of(await nurse.post(PATH, data=fields | {"step": ["send"]})) == order
        shown = await boss.get(f"/authorise/{order}")
        for said in ("Why nothing else will do: None of ours is wide enough",
                     "Quote of Chairs Ltd: £1,250.50", "Quote of Seats & Co: £1,400"):  # fmt: skip
            assert said in words(shown)
        assert "<b>wide" not in shown.text
        assert "£1,250.50" in words(await nurse.get(f"/orders/{order}"))
        [seen] = re.findall(r'name="seen" value="([^"]+)"', shown.text)
        consent = {"decision": "approve", "seen": seen, "quantity-0": "1", "quantity-1": "1"}
        assert (await boss.post(f"/authorise/{order}", data=consent)).status_code == 303
    answer = (await admin.get(f"/api/orders/{order}")).json()
    assert answer["status"] in {"authorised", "scheduled"}
    prices = {line["name"]: line["price_pence"] for line in answer["lines"]}
    assert prices[CHAIR["special-description"]] == 125_050


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"special_description": ""}, "Enter the description."),
        ({"special_reason": ""}, "Say why nothing in the catalogue will do."),
        ({"special_price": "a lot"}, "Price must be an amount such as 12 or 12.50."),
        ({"special_price": ""}, "Enter the price."),
        ({"special_quantity": "0"}, "Number must be at least 1."),
        ({"quote_2": ""}, "Enter the quote 3: price."),
        ({"supplier_2": ""}, "Enter the quote 3: supplier."),
        ({"special_description": "x\x01y"}, "Description has a control character in it."),
    ],
)
async def test_a_slip_in_a_special_leads_to_its_field(
    app: Litestar, ada: str, wrong: dict[str, str], said: str
) -> None:
    """And what was typed stays."""
    async with signed_in(app, "nurse") as nurse:
        answer = await nurse.post(PATH, data=typed(ada, **wrong))
        assert (answer.status_code, said in words(answer)) == (422, True), words(answer)
        [name] = wrong
        assert f'href="#{name.replace("_", "-")}"' in answer.text
        assert "Chairs Ltd" in answer.text


async def test_the_form_can_be_gone_back_to(app: Litestar, ada: str) -> None:
    """From the check, with all that was typed."""
    async with signed_in(app, "nurse") as nurse:
        page = await nurse.post(PATH, data=typed(ada, step="edit"))
        for text in ("Riser chair", "None of ours", "1,250.50", "Seats &amp; Co"):
            assert text in page.text
        assert (await nurse.get(PATH)).headers["Location"] == "/orders/new"
        assert (await nurse.post(PATH, data={"x": "1"})).headers["Location"] == "/orders/new"


async def test_nobody_asks_for_somebody_whom_they_may_not_see(
    admin: httpx.AsyncClient, app: Litestar, ada: str
) -> None:
    """One answer for a stranger's person and for nobody."""
    del ada
    other = await person(admin, name="Zoe", funder="52R")
    async with signed_in(app, "nurse") as nurse:
        for whom in (other, str(uuid4())):
            assert (await nurse.get(PATH, params={"person": whom})).status_code == 404
            assert (await nurse.post(PATH, data=typed(whom))).status_code == 404


async def test_who_pays_is_asked_where_it_is_not_known(
    admin: httpx.AsyncClient, app: Litestar, ada: str
) -> None:
    """Beside the rest of the form, and the order is then theirs."""
    del ada
    nobodys = (await admin.post("/api/people", json={"name": "Eve"})).json()["id"]
    async with signed_in(app, "admin") as browser:
        answer = await browser.post(PATH, data=typed(nobodys))
        assert (answer.status_code, "Say who pays." in words(answer)) == (422, True)
        placed = await browser.post(PATH, data=typed(nobodys, funder="04K", step="send"))
        assert (await admin.get(f"/api/orders/{order_of(placed)}")).json()["funder"] == "04K"


async def test_what_was_bought_before_is_found_first(
    admin: httpx.AsyncClient, app: Litestar, ada: str
) -> None:
    """With how many are there, and the way to order one of these."""
    async with signed_in(app, "nurse") as nurse, signed_in(app, "boss") as boss:
        order = order_of(await nurse.post(PATH, data=typed(ada, step="send")))
        shown = await boss.get(f"/authorise/{order}")
        [seen] = re.findall(r'name="seen" value="([^"]+)"', shown.text)
        consent = {"decision": "approve", "seen": seen, "quantity-0": "1"}
        assert (await boss.post(f"/authorise/{order}", data=consent)).status_code == 303
        line = (await admin.get(f"/api/orders/{order}")).json()["lines"][0]["id"]
        path = f"/api/orders/{order}/lines/{line}/bought"
        bought = await admin.post(path, json={"sku": "SPC1", "name": "Wide chair"})
        assert bought.is_success, bought.text
        page = await nurse.get(PATH, params={"person": ada, "q": "wide chair"})
        assert "none is free" in words(page)
        assert 'name="add" value="SPC1"' in page.text
        nothing = await nurse.get(PATH, params={"person": ada, "q": "boat"})
        assert "Nothing that was bought before matches “boat”." in words(nothing)
