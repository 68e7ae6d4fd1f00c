"""A nurse orders from her telephone, and her authoriser decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browser import Visit, visit
from tests.journeys.service import PASSWORD, ask, furnish, running, signed_in

PHONE, DESK = 390, 1280
NUMBERS = iter(
    ("9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069",
     "9990000085", "9990000093", "9990000107", "9990000115")
)  # fmt: skip
BED = "Profiling bed electric standard"


@dataclass
class Store:
    """A service with beds on the shelf, a nurse who may order for £700, and her authoriser."""

    address: str
    client: httpx.Client

    def person(self, **fields: Any) -> str:
        """Somebody new, who weighs 82 kg; the NHS number."""
        number = next(NUMBERS)
        new = {"name": "Ada Example", "born": "1941-05-06", "weight_kg": 82, "funder": "04K"}
        body = new | {"nhs_number": number, "postcode": "NG1 1AB"} | fields
        ask(self.client, "POST", "/api/people", json=body)
        return number


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Run the service for all of them."""
    with running() as service, signed_in(service) as client:
        furnish(client)
        ask(client, "POST", "/api/items", json={"sku": "BED01", "depot": "D1", "quantity": 20})
        for name, role, limit in (("nurse", "prescriber", 70_000), ("boss", "authoriser", 0)):
            new = {"username": name, "password": PASSWORD, "roles": [role], "partner": "04K"}
            ask(client, "POST", "/api/users", json=new | {"level": 3, "order_limit_pence": limit})
        yield Store(service.address, client)


def test_a_bed_within_her_limit_is_on_its_way(store: Store, browser: Browser) -> None:
    """Found by number, picked, checked, sent: every page on the way fits and meets WCAG."""
    number = store.person()
    with visit(browser, store.address, widths=(PHONE, DESK)) as seen:
        page = _sign_in(seen, "nurse", "/orders/new")
        seen.check()
        _find(seen, number)
        page.get_by_label("Search by name").fill("profiling bed")
        expect(page.get_by_role("button", name=f"Add {BED}")).to_be_visible()
        seen.check()
        page.get_by_role("button", name=f"Add {BED}").click()
        seen.check()
        page.get_by_role("button", name="Check the order").click()
        expect(page.get_by_text("Safe up to 175kg; this person weighs 82kg.")).to_be_visible()
        expect(page.get_by_text("You need approval")).to_have_count(0)
        seen.check()
        page.get_by_role("button", name="Place order").click()
        _expect_said(page, "The order has been placed.")
        seen.check()
        page.get_by_role("link", name="My orders").first.click()
        expect(page.locator("table").get_by_text("Being prepared").first).to_be_visible()
        seen.check()


def test_above_her_limit_her_authoriser_decides(store: Store, browser: Browser) -> None:
    """One order is approved, another declined with a reason that she reads."""
    number = store.person()
    with visit(browser, store.address, widths=(DESK, PHONE)) as seen:
        page = _sign_in(seen, "nurse", "/orders/new")
        orders = []
        for quantity in ("2", "3"):
            _pick(seen, number, quantity)
            expect(page.get_by_text("You need approval for this order.")).to_be_visible()
            _answer(seen, "Send for approval")
            _expect_said(page, "The order has been sent for approval.")
            orders.append(UUID(page.url.rsplit("/", 1)[-1]))
        with visit(browser, store.address, widths=(DESK, PHONE)) as other:
            _decide(other, orders)
        seen.open(f"/orders/{orders[0]}")
        expect(page.get_by_text("Being prepared").first).to_be_visible()
        seen.open(f"/orders/{orders[1]}")
        expect(page.get_by_text("Two are enough.").first).to_be_visible()
        seen.check()


def _decide(other: Visit, orders: list[UUID]) -> None:
    page = _sign_in(other, "boss", "/authorise")
    other.check()
    other.open(f"/authorise/{orders[0]}")
    other.check()
    page.get_by_label("Approve").check()
    page.get_by_role("button", name="Send your decision").click()
    _expect_said(page, "The order has been approved.")
    other.open(f"/authorise/{orders[1]}")
    page.get_by_label("Decline").check()
    page.get_by_role("button", name="Send your decision").click()
    expect(page.locator(".nhsuk-error-summary")).to_be_focused()
    other.check()
    page.get_by_label("Why?").fill("Two are enough.")
    page.get_by_role("button", name="Send your decision").click()
    _expect_said(page, "The order has been declined.")


def test_it_goes_by_keyboard_alone(store: Store, browser: Browser) -> None:
    """From sign-in to the order without a mouse; Enter in a field never takes anything off."""
    number = store.person()
    with visit(browser, store.address, widths=(390,)) as seen:
        page = seen.page
        seen.open("/sign-in?next=/orders/new")
        _tab_to(page, "username")
        page.keyboard.type("nurse")
        _tab_to(page, "password")
        page.keyboard.type(PASSWORD)
        _press_enter(page)
        _tab_to(page, "nhs_number")
        page.keyboard.type(number)
        _press_enter(page)
        expect(page.get_by_role("heading", level=1)).to_contain_text("What do they need?")
        _tab_to(page, "q")
        page.keyboard.type(BED)
        _press_enter(page)
        _tab_to(page, "add")
        _press_enter(page)
        _tab_to(page, "n")
        _press_enter(page)
        expect(page.get_by_role("heading", name="On this order")).to_be_visible()
        _tab_to(page, "step")
        _press_enter(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Check your order")
        _tab_to(page, "", "Place order")
        _press_enter(page)
        _expect_said(page, "The order has been placed.")


def test_without_script_warnings_are_answered_and_a_double_tap_is_one_order(
    store: Store, browser: Browser
) -> None:
    """What she typed is still there when a reason is missing."""
    number = store.person(weight_kg=200)
    with visit(browser, store.address, widths=(390,), script=False) as seen:
        page = _sign_in(seen, "nurse", "/orders/new")
        _pick(seen, number, "1")
        page.get_by_label("Why do they need it?").fill("Falls at night")
        page.get_by_role("button", name="Place order").click()
        expect(page.get_by_text("There is a problem")).to_be_visible()
        expect(page.get_by_label("Why do they need it?")).to_have_value("Falls at night")
        page.get_by_label("Why is it safe for this person?").fill("Reinforced, by the maker")
        page.get_by_role("button", name="Place order").dblclick()
        _expect_said(page, "The order has been placed.")
        expect(page.get_by_text("Reinforced, by the maker")).to_be_visible()
    [person] = ask(store.client, "GET", "/api/people", params={"nhs_number": number})["results"]
    found = ask(store.client, "GET", "/api/orders", params={"person": person["id"]})["results"]
    assert len(found) == 1


def test_what_is_not_in_the_catalogue_is_asked_for(store: Store, browser: Browser) -> None:
    """Described, refused, mended, checked, changed and sent; each state meets WCAG."""
    number = store.person()
    with visit(browser, store.address, widths=(DESK, PHONE)) as seen:
        page = _sign_in(seen, "nurse", "/orders/new")
        _find(seen, number)
        page.get_by_role("link", name="It is not in the catalogue").click()
        seen.check()
        page.get_by_label("Search what was bought before").fill("chair")
        page.get_by_role("button", name="Search").click()
        seen.check()
        page.get_by_role("button", name="Check the order").click()
        expect(page.locator(".nhsuk-error-summary")).to_be_focused()
        seen.check()
        page.get_by_label("What they need").fill("Riser chair, 76cm wide")
        page.get_by_label("Why nothing in the catalogue").fill("None is wide enough")
        page.get_by_label("What one of it costs").fill("1250")
        page.get_by_role("button", name="Check the order").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Check your order")
        seen.check()
        page.get_by_role("button", name="Change something").click()
        expect(page.get_by_label("What they need")).to_have_value("Riser chair, 76cm wide")
        page.get_by_role("button", name="Check the order").click()
        page.get_by_role("button", name="Send for approval").click()
        _expect_said(page, "The order has been sent for approval.")
        seen.check()


def test_each_state_of_an_order_can_be_used_by_everybody(store: Store, browser: Browser) -> None:
    """Looked for in vain, asked after and cancelled without a word, changed wrongly, then right."""
    number = store.person()
    with visit(browser, store.address, widths=(PHONE, DESK)) as seen:
        page = _sign_in(seen, "nurse", "/orders/new")
        page.get_by_role("button", name="Find", exact=True).click()
        expect(page.locator(".nhsuk-error-summary")).to_be_focused()
        seen.check()
        page.get_by_label("NHS number", exact=True).fill("9990000077")
        page.get_by_role("button", name="Find", exact=True).click()
        seen.check()
        _pick(seen, number, "1")
        _answer(seen, "Place order")
        _expect_said(page, "The order has been placed.")
        address = page.url
        for button in ("Ask", "Cancel the order"):
            page.goto(address)
            for summary in page.locator("summary").all():
                summary.click()
            page.get_by_role("button", name=button, exact=True).click()
            expect(page.locator(".nhsuk-error-summary")).to_be_focused()
            seen.check()
        page.goto(f"{address}/change")
        seen.check()
        page.get_by_label(BED).fill("many")
        page.get_by_role("button", name="Change the order").click()
        expect(page.locator(".nhsuk-error-summary")).to_be_focused()
        seen.check()
        page.get_by_label(BED).fill("1")
        page.get_by_label("Search by name").fill("commode")
        _press_enter(page)
        expect(page.get_by_role("button", name="Add ").first).to_be_visible()
        seen.check()
        with page.expect_navigation():
            page.get_by_role("button", name="Add ").first.click()
        expect(page.get_by_text("0 leaves it out.")).to_be_visible()
        seen.check()
        page.get_by_role("button", name="Change the order").click()
        _expect_said(page, "The order has been changed.")


def _sign_in(seen: Visit, username: str, path: str) -> Page:
    page = seen.page
    seen.open(path)
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    return page


def _find(seen: Visit, number: str) -> None:
    page = seen.page
    page.get_by_label("NHS number", exact=True).fill(number)
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What do they need?")
    assert number not in page.url


def _pick(seen: Visit, number: str, quantity: str) -> None:
    page = seen.page
    seen.open("/orders/new")
    _find(seen, number)
    page.get_by_label("Search by name").fill("profiling bed")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("button", name=f"Add {BED}").click()
    page.get_by_label("How many of").fill(quantity)
    page.get_by_role("button", name="Check the order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your order")


def _answer(seen: Visit, button: str) -> None:
    """Answer the warning that there is one on order already, where there is one; then send."""
    why = seen.page.get_by_label("Why do they need more than is on order?")
    if why.count():
        why.fill("For both floors")
        seen.check()
    seen.page.get_by_role("button", name=button, exact=True).click()


def _expect_said(page: Page, words: str) -> None:
    expect(page.locator(".nhsuk-notification-banner")).to_contain_text(words)


def _press_enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _tab_to(page: Page, name: str, text: str | None = None) -> None:
    # A page whose scripts are not there yet may still move the focus.
    page.wait_for_load_state()
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate("[document.activeElement.name, document.activeElement.innerText]")
        if at[0] == name and (text is None or text in at[1]):
            return
    raise AssertionError(f"{name or text} is not reached by the Tab key")
