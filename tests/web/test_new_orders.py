"""The pages on which an order is made up, checked and sent."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from budget.years import london_day
from tests.filled import Filled, as_admin
from tests.web.conftest import browser_of, searched, signed_in
from tests.web.ordering import (
    NUMBER,
    draft,
    open_service,
    order_of,
    person,
    place,
    sent,
    staff,
    stock,
    words,
)


async def _furnish(admin: httpx.AsyncClient) -> str:
    """A service, a nurse who orders, and somebody whom she orders for."""
    await open_service(admin)
    await staff(admin, "nurse", "prescriber", level=1, order_limit_pence=50_000)
    return await person(
        admin, name="Ada <b>Lovelace</b>", nhs_number=NUMBER, born="1941-05-06", weight_kg=82
    )


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
async def nurse(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """A prescriber of level 1 who may order for £500."""
    async with signed_in(app, "nurse") as browser:
        yield browser


@pytest.fixture
def ada(begun: Filled[str]) -> str:
    """Somebody who weighs 82 kg."""
    return begun.told


async def test_the_check_says_all_that_the_order_will_be(
    admin: httpx.AsyncClient, nurse: httpx.AsyncClient, ada: str
) -> None:
    """For whom, how safe, what it costs, who pays, and why somebody has to approve of it."""
    await stock(admin, "BED01")
    pairs = draft(ada, "BED01", step="check")
    shown = words(await nurse.get("/orders/new", params=sent(pairs)))
    for said in (
        "Ada <b>Lovelace</b> Born 6 May 1941 NHS number 999 000 0018",
        "Safe up to 175kg; this person weighs 82kg.",
        "£661, including £41 delivery",
        "Paid by NHS Rushcliffe",
        "You need approval for this order.",
        "Profiling bed: above what you may order yourself (level 1).",
        "Your limit is £500.",
        "if you order today.",
        "Already at home Nothing from us",
        "Send for approval",
    ):
        assert said in shown, said


async def test_a_number_leads_to_the_person_and_stands_in_no_address(
    nurse: httpx.AsyncClient, ada: str
) -> None:
    """However it is spaced; an id of the order is made at once, and kept by the address."""
    answer = await searched(nurse, "/orders/new/person", {"nhs_number": "999 000 0018"})
    assert answer.headers["Location"] == f"/orders/new?person={ada}"
    answer = await nurse.get(answer.headers["Location"])
    assert "order=" in answer.headers["Location"]
    assert NUMBER not in answer.headers["Location"]
    assert "What do they need?" in words(await nurse.get(answer.headers["Location"]))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"nhs_number": ""}, "Type an NHS number, or a name and date of birth, or a postcode."),
        ({"nhs_number": "999 000 0019"}, "NHS number"),
        ({"name": "Ada"}, "Look by name and day of birth together."),
        ({"postcode": "nowhere"}, "Write a whole postcode"),
        ({"name": "Ada", "born-day": "31", "born-month": "2", "born-year": "1941"}, "There is"),
    ],
)
async def test_a_search_that_says_too_little_comes_back_as_it_was_typed(
    nurse: httpx.AsyncClient, typed: dict[str, str], said: str
) -> None:
    """With a summary of what is wrong, and every word still there."""
    answer = await searched(nurse, "/orders/new/person", typed)
    assert answer.status_code == 422
    assert "There is a problem" in words(answer)
    assert said in words(answer)
    for text in typed.values():
        assert f'value="{text}"' in answer.text


async def test_nobody_is_found_who_is_not_theirs_to_see(
    admin: httpx.AsyncClient, nurse: httpx.AsyncClient
) -> None:
    """Another partner's person is as absent as one who is not there, in address and form."""
    number = "9990000026"
    other = await person(admin, name="Bob", nhs_number=number, funder="52R")
    answer = await searched(nurse, "/orders/new/person", {"nhs_number": number})
    assert "We found nobody" in words(answer)
    assert 'href="/people/match"' in answer.text
    for somebody in (other, str(uuid4())):
        pairs = draft(somebody, "BED02")
        shown = await nurse.get("/orders/new", params=sent(pairs))
        assert (shown.status_code, "There is no such person." in words(shown)) == (404, True)
        answer = await nurse.post("/orders/new", data=sent(pairs))
        assert (answer.status_code, "Bob" in answer.text) == (404, False)


async def test_a_double_tap_makes_one_order(
    admin: httpx.AsyncClient, nurse: httpx.AsyncClient, ada: str
) -> None:
    """The second sending leads to the same order; other content under its id is not taken."""
    pairs = draft(ada, "BED02")
    first, second = [await nurse.post("/orders/new", data=sent(pairs)) for _ in range(2)]
    assert order_of(first) == order_of(second)
    found = (await admin.get("/api/orders")).json()["results"]
    assert [order["id"] for order in found] == [str(order_of(first))]
    answer = await nurse.post("/orders/new", data=sent([*pairs, ("sku", "CMD01"), ("n", "1")]))
    assert answer.status_code == 422
    assert "You have sent this order already" in words(answer)


async def test_warnings_ask_why_and_keep_what_was_answered(
    nurse: httpx.AsyncClient, ada: str
) -> None:
    """Unanswered ones come back beside their fields; answered, the order goes through."""
    pairs = draft(ada, "CMD01")
    answer = await nurse.post("/orders/new", data=sent([*pairs, ("reason", "falls at night")]))
    assert answer.status_code == 422
    assert "Commode: safe up to 60kg; this person weighs 82kg." in words(answer)
    assert 'href="#answer-over-weight"' in answer.text
    assert "falls at night" in answer.text
    why = ("answer-over-weight", "Reinforced frame")
    order = order_of(await nurse.post("/orders/new", data=sent([*pairs, why])))
    assert "nurse: Reinforced frame" in words(await nurse.get(f"/orders/{order}"))


@pytest.mark.parametrize("typed", ["0", "-1", "501", "two", "", "\u0661", "9" * 5000])
async def test_a_quantity_that_is_none_is_said_so_beside_it(
    nurse: httpx.AsyncClient, ada: str, typed: str
) -> None:
    """The order is not checked, let alone placed, before it is mended."""
    pairs = draft(ada, "BED02", n_BED02=typed)
    shown = await nurse.get("/orders/new", params=sent([*pairs, ("step", "check")]))
    assert (shown.status_code, "Write a number from 1 to 500" in words(shown)) == (422, True)
    answer = await nurse.post("/orders/new", data=sent(pairs))
    assert answer.status_code == 422


async def test_what_care_homes_are_not_given_is_said_before_it_is_sent(
    admin: httpx.AsyncClient, nurse: httpx.AsyncClient
) -> None:
    """When it is picked, and again at the check; a link leads to the line."""
    rule = {"sku": "CMD01", "provided": False, "reason": "The home has these", "from": "2018-04-01"}
    assert (await admin.post("/api/care-home-rules", json=rule)).status_code == 201
    resident = await person(admin, home="care_home")
    pairs = draft(resident, "BED02", "CMD01")
    shown = words(await nurse.get("/orders/new", params=sent(pairs)))
    assert "The home has these" in shown
    assert "Not for care homes" in shown
    answer = await nurse.get("/orders/new", params=sent([*pairs, ("step", "check")]))
    assert (answer.status_code, 'href="#n-1"' in answer.text) == (422, True)
    assert "Commode: not given to care homes. Take it off the order." in words(answer)


async def test_an_order_of_nothing_is_not_checked(nurse: httpx.AsyncClient, ada: str) -> None:
    """It says what is missing."""
    shown = await nurse.get("/orders/new", params=sent([*draft(ada), ("step", "check")]))
    assert "Add at least one product to the order." in words(shown)


async def test_products_are_added_once_more_and_taken_off(
    nurse: httpx.AsyncClient, ada: str
) -> None:
    """All that is picked is in the address: a reload or a step back shows the same again."""
    pairs = draft(ada, "BED02")
    shown = await nurse.get("/orders/new", params=sent([*pairs, ("add", "BED02"), ("add", "x")]))
    assert 'value="2"' in shown.text
    shown = await nurse.get("/orders/new", params=sent([*pairs, ("drop", "BED02")]))
    assert "On this order" not in words(shown)


async def test_what_is_short_has_its_equivalents_beside_it(
    admin: httpx.AsyncClient, nurse: httpx.AsyncClient, ada: str
) -> None:
    """Of which there are enough."""
    pairs = draft(ada, "BED01")
    shown = words(await nurse.get("/orders/new", params=sent(pairs)))
    assert "None in stock now" in shown
    assert "Serves as well" not in shown
    await stock(admin, "BED02")
    shown = words(await nurse.get("/orders/new", params=sent(pairs)))
    assert "Serves as well: Low bed, 1 in stock." in shown


async def test_dates_of_a_loan_are_kept_or_refused_beside_their_fields(
    nurse: httpx.AsyncClient, ada: str
) -> None:
    """A day that there is not, and an end before the review."""
    pairs = draft(ada, "BED02")
    wrong = [("review-0-day", "31"), ("review-0-month", "2"), ("review-0-year", "2027")]
    answer = await nurse.post("/orders/new", data=sent([*pairs, *wrong]))
    assert (answer.status_code, 'href="#review-0-day"' in answer.text) == (422, True)
    ends = london_day(datetime.now(UTC)) + timedelta(days=90)
    right = [(f"end-0-{part}", str(getattr(ends, part))) for part in ("day", "month", "year")]
    order = order_of(await nurse.post("/orders/new", data=sent([*pairs, *right])))
    assert f"Needed until {ends.day} {ends:%B %Y}" in words(await nurse.get(f"/orders/{order}"))


async def test_only_a_part_is_sent_to_a_page_that_is_open(
    nurse: httpx.AsyncClient, ada: str
) -> None:
    """What is searched as it is typed comes without the page around it."""
    pairs = [*draft(ada), ("q", "bed")]
    shown = await nurse.get("/orders/new", params=sent(pairs), headers={"HX-Request": "true"})
    assert "<html" not in shown.text
    assert "Low bed" in shown.text


HOSTILE = ["<script>alert(1)</script>", "{{ 7 * 7 }}", "'; drop table orders; --", "=1+1"]


@pytest.mark.parametrize("text", HOSTILE)
async def test_whatever_is_typed_comes_back_as_text(
    nurse: httpx.AsyncClient, ada: str, text: str
) -> None:
    """In searches, reasons and notes."""
    shown = await nurse.get("/orders/new", params=sent([*draft(ada), ("q", text)]))
    assert f"“{text}”" in words(shown)
    assert "<script>alert" not in shown.text
    order = await place(nurse, ada, "BED02", reason=text, notes=text)
    shown = await nurse.get(f"/orders/{order}")
    assert words(shown).count(text) >= 2
    assert "<script>alert" not in shown.text


@pytest.mark.parametrize(
    "pairs",
    [
        [("sku", "NONE"), ("n", "1")],
        [("sku", "\x00"), ("n", "1")],
        [("speed", "at once")],
        [("funder", "52R")],
        [("funder", "<b>")],
        [("sku", "BED01")] * 300,
    ],
)
async def test_an_address_that_was_tampered_with_is_refused_in_words(
    nurse: httpx.AsyncClient, ada: str, pairs: list[tuple[str, str]]
) -> None:
    """Never with a fault of ours."""
    shown = await nurse.get("/orders/new", params=sent([*draft(ada), *pairs]))
    assert shown.status_code in {200, 400, 422}
    answer = await nurse.post("/orders/new", data=sent([*draft(ada), *pairs]))
    assert answer.status_code == 422


async def test_whoever_has_died_gets_no_order(
    admin: httpx.AsyncClient, nurse: httpx.AsyncClient, ada: str
) -> None:
    """The page says so before anything is picked."""
    answer = await admin.patch(f"/api/people/{ada}", json={"died_on": "2026-01-01"})
    assert answer.is_success, answer.text
    shown = await nurse.get("/orders/new", params=sent(draft(ada)))
    assert (shown.status_code, "has died" in words(shown)) == (409, True)


@pytest.mark.parametrize("role", ["depot", "technician", "auditor", "budget_holder"])
async def test_nobody_else_orders(
    app: Litestar, admin: httpx.AsyncClient, ada: str, role: str
) -> None:
    """Neither by the page nor by a form made elsewhere."""
    await staff(admin, "other", role)
    async with signed_in(app, "other") as browser:
        for path in ("/orders/new", f"/orders/new?person={ada}", "/orders"):
            assert (await browser.get(path)).status_code == 403
        for path in ("/orders/new", "/orders/new/person"):
            answer = await browser.post(path, data=sent(draft(ada, "BED02")))
            assert answer.status_code == 403
    assert (await admin.get("/api/orders")).json()["results"] == []


async def test_whoever_is_not_signed_in_is_led_to_the_sign_in(app: Litestar, ada: str) -> None:
    """And from there back to the page, but a form is not sent by itself."""
    async with browser_of(app) as browser:
        answer = await browser.get(f"/orders/new?person={ada}")
        assert answer.headers["Location"].startswith("/sign-in?next=%2Forders%2Fnew")
        answer = await browser.post("/orders/new", data=sent(draft(ada, "BED02")))
        assert answer.headers["Location"] == "/sign-in"


async def test_each_look_at_the_page_is_a_look_at_the_person(
    admin: httpx.AsyncClient, nurse: httpx.AsyncClient, ada: str
) -> None:
    """On record, with who looked."""
    await nurse.get("/orders/new", params=sent(draft(ada)))
    looks: list[dict[str, Any]] = (await admin.get("/api/looks")).json()["results"]
    assert [look["user"] for look in looks if look["person"] == ada][:1] == ["nurse"]


async def test_a_kit_is_put_on_an_order_in_one_go(
    admin: httpx.AsyncClient, nurse: httpx.AsyncClient, ada: str
) -> None:
    """All its products, beside what is there already; one that is not there is said so."""
    lines = [{"sku": "BED02", "quantity": 1}, {"sku": "CMD01", "quantity": 2}]
    kit = {"name": "Discharge set", "lines": lines}
    answer = await admin.put("/api/kits/DISCHARGE", json=kit)
    assert answer.is_success, answer.text
    pairs = draft(ada, "BED02")
    assert "Discharge set" in words(await nurse.get("/orders/new", params=sent(pairs)))
    kitted = sent([*pairs, ("kit", "DISCHARGE")])
    answer = await nurse.get("/orders/new", params=kitted)
    assert "sku=BED02&n=2&sku=CMD01&n=2" in answer.headers["Location"]
    answer = await nurse.get("/orders/new", params=sent([*pairs, ("kit", "NONE")]))
    assert answer.status_code == 404


async def test_what_carries_them_and_is_in_stock_comes_first(
    admin: httpx.AsyncClient, nurse: httpx.AsyncClient, ada: str
) -> None:
    """Before what is not there, and before what is not strong enough."""
    for sku in ("BED01", "CMD01"):
        await stock(admin, sku)
    shown = await nurse.get("/orders/new", params=sent([*draft(ada), ("q", "0")]))
    found = re.findall(r'name="add" value="([A-Z0-9]+)"', shown.text)
    assert found == ["BED01", "BED02", "CMD01"]


async def test_what_waits_for_stock_is_promised_for_no_day(
    admin: httpx.AsyncClient, nurse: httpx.AsyncClient
) -> None:
    """An order says by when it arrives only of what there is."""
    order = await place(nurse, await person(admin), "CMD01")
    shown = words(await nurse.get(f"/orders/{order}"))
    assert "What waits for stock once there is some: nobody can say when" in shown
    assert "Was to come by" in shown
    await stock(admin, "CMD01")
    shown = words(await nurse.get(f"/orders/{order}"))
    assert "nobody can say when" not in shown
    assert "Arrives By" in shown
