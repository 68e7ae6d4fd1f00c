"""The catalogue in a browser: found as it is typed, by keyboard alone, and without script."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import Visit, visit
from tests.journeys.service import PASSWORD, ROOT, Service, ask, furnish, running, signed_in

NURSE = {
    "username": "nurse", "password": PASSWORD, "roles": ["prescriber"], "partner": "04K",
    "level": 1,
}  # fmt: skip
WARD = {"code": "WARD7", "name": "Ward 7", "postcode": "NG5 1PB", "kind": "satellite"}
KIT = {"name": "Hospital discharge: bed", "lines": [{"sku": "BED01"}, {"sku": "TOI01"}]}
PAGES = (
    "/catalogue", "/catalogue?q=bed", "/catalogue?q=zzzz", "/catalogue/BED01", "/shelves",
    "/shelves/WARD7", "/emergencies", "/emergencies/new", "/admin/kits", "/admin/kits/new",
    "/admin/kits/DISCHARGE-BED", "/admin/compatibility", "/admin/compatibility/new",
)  # fmt: skip
FORMS = ("/emergencies/new", "/admin/kits/new", "/admin/compatibility/new")


@pytest.fixture(scope="module")
def stocked() -> Iterator[Service]:
    """A service with a bed in its depot and a commode on a ward's shelf, one of which is out."""
    with running() as service, signed_in(service) as client:
        furnish(client)
        rules = (ROOT / "data" / "compatibility.csv").read_bytes()
        csv = {"Content-Type": "text/csv"}
        ask(client, "POST", "/api/compatibility/import", content=rules, headers=csv)
        ask(client, "POST", "/api/depots", json=WARD)
        ask(client, "POST", "/api/users", json=NURSE)
        ask(client, "POST", "/api/items", json={"sku": "BED01", "depot": "D1", "quantity": 1})
        goods = {"sku": "TOI01", "depot": "WARD7", "quantity": 2}
        items = ask(client, "POST", "/api/items", json=goods)["items"]
        ask(client, "PUT", "/api/depots/WARD7/levels", json={"levels": {"TOI01": 4}})
        ask(client, "PUT", "/api/kits/DISCHARGE-BED", json=KIT)
        issue = {
            "item": items[0]["code"],
            "name": "Man in bay 3",
            "reason": "Fell",
            "funder": "04K",
        }
        ask(client, "POST", "/api/emergency-issues", json=issue | {"id": str(uuid4())})
        yield service


def _sign_in(visited: Visit, name: str) -> None:
    visited.open("/sign-in")
    visited.page.fill("#username", name)
    visited.page.fill("#password", PASSWORD)
    visited.page.press("#password", "Enter")
    visited.page.wait_for_url(lambda address: "/sign-in" not in address)


def test_every_page_of_the_catalogue_meets_wcag(stocked: Service, browser: Browser) -> None:
    """In every state: with and without anything on it, refused, on a telephone and on a desk."""
    with visit(browser, stocked.address, widths=(320, 1280)) as visited:
        _sign_in(visited, "admin")
        for path in PAGES:
            visited.open(path)
            visited.check()
        for path in FORMS:
            visited.open(path)
            visited.page.click("main form .nhsuk-button:not([type=button])")
            visited.page.wait_for_selector(".nhsuk-error-summary")
            visited.check()


def test_products_are_found_as_they_are_typed_by_keyboard_alone(
    stocked: Service, browser: Browser
) -> None:
    """A slip of the pen finds the commodes, and one of them opens."""
    with visit(browser, stocked.address, widths=(390,)) as visited:
        _sign_in(visited, "nurse")
        visited.open("/catalogue")
        visited.page.focus("#q")
        visited.page.keyboard.type("comode bariatric")
        visited.page.wait_for_url("**/catalogue?q=comode*bariatric*")
        # Not by a function to wait for, which would be an eval that the page's policy forbids.
        expect(visited.page.locator("#found h2").first).to_have_text("Commode bariatric")
        visited.check()
        for _ in range(12):
            visited.page.keyboard.press("Tab")
            if visited.page.evaluate("document.activeElement.closest('#found') !== null"):
                break
        visited.page.keyboard.press("Enter")
        visited.page.wait_for_url("**/catalogue/TOI03")
        assert "Needs approval" in visited.page.inner_text("main")
        visited.check()


def test_what_one_has_gone_on_to_is_not_drawn_anew(stocked: Service, browser: Browser) -> None:
    """Leaving what was typed searches no second time, and a search keeps the focus in its place."""
    with visit(browser, stocked.address, widths=(390,)) as visited:
        _sign_in(visited, "nurse")
        visited.open("/catalogue")
        page = visited.page
        page.focus("#q")
        found = page.locator("#found a", has_text="Commode bariatric")
        with page.expect_response("**/catalogue?q=comode*"):
            page.keyboard.type("comode")
        expect(page.locator("#found h2").first).to_contain_text("Commode")
        asked = len(visited.requested)
        found.focus()
        page.wait_for_timeout(600)
        assert not [url for url in visited.requested[asked:] if "/catalogue?" in url]
        with page.expect_response("**/catalogue?q=comode*"):
            page.evaluate("document.querySelector('.kitback-search').requestSubmit()")
        page.wait_for_timeout(100)
        expect(found).to_be_focused()


def test_products_are_found_without_script(stocked: Service, browser: Browser) -> None:
    """By the button."""
    with visit(browser, stocked.address, script=False) as visited:
        _sign_in(visited, "nurse")
        visited.open("/catalogue")
        visited.page.fill("#q", "comode")
        visited.page.click("main form button")
        assert "Commode bariatric" in visited.page.inner_text("main")
