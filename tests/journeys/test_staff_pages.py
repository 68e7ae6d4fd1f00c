"""Staff at a telephone and at a desk: every page fits, meets WCAG 2.2 AA, and works by keyboard."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from budget.years import london_day, year_of
from tests.journeys.browser import Visit, visit
from tests.journeys.service import PASSWORD, ask, furnish, running, scan, signed_in

NUMBER = "9990000018"
_TODAY = london_day(datetime.now(UTC))
YEAR, MONTH = year_of(_TODAY), f"{_TODAY:%Y-%m}"


@dataclass
class Store:
    """A furnished service with a bed at somebody's home."""

    address: str
    client: httpx.Client
    person: str
    twin: str
    item: str
    case: str
    device: str


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Run a service with a person who has a bed, and an auditor."""
    with running() as service, signed_in(service) as client:
        person = furnish(client)
        ask(client, "PATCH", f"/api/people/{person}", json={"nhs_number": NUMBER})
        twin = ask(client, "POST", "/api/people", json={"name": "Ann Twin", "funder": "04K"})["id"]
        goods = {"sku": "BED01", "depot": "D1", "quantity": 1}
        item = ask(client, "POST", "/api/items", json=goods)["items"][0]["code"]
        delivery = scan(item, "deliver", person=person)
        ask(client, "POST", "/api/scans", json={"scans": [delivery]})
        for name in ("auditor", "prescriber", "keyboard"):
            roles = ["auditor" if name == "keyboard" else name]
            new: dict[str, Any] = {"username": name, "password": PASSWORD, "roles": roles}
            ask(client, "POST", "/api/users", json=new | {"partner": "04K"})
        refused = scan(item, "clean", person=person, device="phone 7", note="Not at home")
        ask(client, "POST", "/api/scans", json={"scans": [refused]})
        case = ask(client, "GET", "/api/cases")["results"][0]["id"]
        device = _phone(service.address)
        yield Store(service.address, client, person, twin, item, case, device)


def _phone(address: str) -> str:
    """Register a phone that has lost the first of two notes; its id."""
    device = str(uuid4())
    now = datetime.now(UTC).isoformat()
    note = {"seq": 2, "id": str(uuid4()), "at": now, "kind": "note", "body": {"text": "A dog"}}
    with httpx.Client(base_url=address) as phone:
        phone.post("/sign-in", data={"username": "admin", "password": PASSWORD})
        told: dict[str, Any] = {"device": device, "name": "Chrome on Android"}
        assert phone.post("/round/device", json=told).is_success
        told = {"device": device, "sent_at": now, "unsent": 9, "entries": [note]}
        assert phone.post("/round/send", json=told).is_success
    return device


def _sign_in(seen: Visit, username: str = "admin", path: str = "/sign-in") -> Page:
    page = seen.page
    seen.open(path)
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    return page


def test_every_page_fits_and_can_be_used_by_everybody(store: Store, browser: Browser) -> None:
    """No sideways scrolling, nothing from other hosts, nothing that axe finds fault with."""
    with visit(browser, store.address, widths=(320, 390, 1280)) as seen:
        seen.open("/sign-in")
        seen.check()
        page = _sign_in(seen)
        seen.check()
        for path in (
            "/budget", "/budget/forecast?recycling=85", "/budget/forecast?need=x",
            "/budget/shares", "/budget/shares/new",
            "/budget/close", "/budget/charges", "/budget/charges/new",
            f"/budget/partner?year={YEAR}&partner=04K",
            f"/budget/statement?year={YEAR}&partner=04K&month={MONTH}",
            "/account", "/account/second-factor", "/items", "/items?q=bed&state=lost",
            f"/items/{store.item}", f"/items/{store.item}/acts/return",
            f"/items/{store.item}/acts/check", "/items/ABCD2345", "/people",
            f"/people/{store.person}",
            f"/people/{store.person}/change", f"/people/{store.person}/addresses",
            f"/people/{store.person}/addresses/new", f"/people/{store.person}/move",
            f"/people/{store.person}/key-safe", f"/people/{store.person}/merge",
            f"/people/{store.person}/merge/{store.twin}", "/people/new", "/people/match",
        ):  # fmt: skip
            _see(seen, path)
        for number in ("1", NUMBER):
            seen.open("/people")
            page.get_by_label("NHS number").fill(number)
            page.keyboard.press("Enter")
            page.wait_for_url("**/people/found")
            seen.check()
        page.locator("main table a").first.click()
        page.wait_for_url("**/people/*-*")
        page.go_back()
        expect(page).to_have_url(f"{store.address}/people/found")


def test_the_administrators_pages_fit_and_can_be_used_by_everybody(
    store: Store, browser: Browser
) -> None:
    """As every other page: users, the catalogue, partners, places, rules, and what was changed."""
    with visit(browser, store.address, widths=(320, 390, 1280)) as seen:
        _sign_in(seen)
        for path in (
            "/admin", "/admin/users", "/admin/users/new", "/admin/users/auditor",
            "/admin/products?q=bed", "/admin/products/BED01", "/admin/products/new",
            "/admin/products/import", "/admin/partners", "/admin/partners/new",
            "/admin/partners/04K", "/admin/places", "/admin/places/new", "/admin/vans",
            "/admin/vans/new", "/admin/vans/V1", "/admin/funder-rules", "/admin/funder-rules/new",
            "/admin/care-home-rules", "/admin/care-home-rules/new", "/admin/choices", "/changes",
            "/changes?key=nothing", "/looks",
        ):  # fmt: skip
            _see(seen, path)


def _see(seen: Visit, path: str) -> None:
    seen.open(path)
    expect(seen.page.get_by_role("heading", level=1)).to_be_visible()
    seen.check()


def test_cases_and_phones_fit_and_can_be_used_by_everybody(store: Store, browser: Browser) -> None:
    """As every other page: both sides of a case, what a phone holds, how a product is handled."""
    with visit(browser, store.address, widths=(320, 1280)) as seen:
        _sign_in(seen)
        for path in (
            "/cases", "/cases?status=settled", f"/cases/{store.case}", "/admin/devices",
            f"/admin/devices/{store.device}", "/admin/products/BED01/handling",
        ):  # fmt: skip
            _see(seen, path)


def test_the_depots_stations_fit_and_can_be_used_by_everybody(
    store: Store, browser: Browser
) -> None:
    """As every other page: what falls due, the wash, the bench, an item's parts and papers."""
    with visit(browser, store.address, widths=(320, 1280)) as seen:
        page = _sign_in(seen)
        for path in (
            "/depot/printers", "/depot/printers/new", "/depot/print",
            "/depot/checks?ahead=367", "/depot/wash", "/depot/repairs",
            "/depot/preparing/BED01/list", f"/depot/unreadable/{store.item}",
            "/depot/bench", "/depot/bench?item=nothing",
            f"/depot/bench?item={store.item}", f"/items/{store.item}/parts",
            f"/items/{store.item}/files", f"/items/{store.item}/examinations",
        ):  # fmt: skip
            _see(seen, path)
        # A scanner types the label and presses Enter, where the page has put the focus.
        seen.open("/depot/bench")
        expect(page.get_by_label("Scan or type the label")).to_be_focused()
        page.keyboard.type(store.item)
        page.keyboard.press("Enter")
        expect(page.get_by_text("What else to do with it")).to_be_visible()


def test_what_goes_wrong_is_said_where_it_is(store: Store, browser: Browser) -> None:
    """The summary has the focus, its links lead into the fields, and typing is not lost."""
    with visit(browser, store.address, widths=(390, 1280)) as seen:
        seen.open("/sign-in")
        seen.page.get_by_label("User name").fill("admin")
        seen.page.get_by_role("button", name="Sign in").click()
        expect(seen.page.locator(".nhsuk-error-summary")).to_be_focused()
        seen.check()
        page = _sign_in(seen)
        for path, button in (
            ("/admin/users/new", "Make the user"),
            ("/admin/products/new", "Add the product"),
            ("/admin/products/import", "Read the file"),
            ("/admin/partners/new", "Enter the partner"),
            ("/admin/places/new", "Open the depot"),
            ("/admin/vans/new", "Add the van"),
            ("/admin/funder-rules/new", "Enter the rule"),
            ("/admin/care-home-rules/new", "Enter the rule"),
            ("/people/new", "Make the record"),
            (f"/people/{store.person}/addresses/new", "Keep this address"),
            (f"/people/{store.person}/move", "Keep this address"),
            (f"/people/{store.person}/key-safe", "Keep this"),
            (f"/people/{store.person}/merge", "Find it"),
            (f"/people/{store.person}/merge/{store.twin}", "Make them one record"),
            (f"/items/{store.item}/acts/return", "Take back into a store"),
            ("/account/second-factor", "Set it up"),
        ):
            seen.open(path)
            page.get_by_role("button", name=button).click()
            summary = page.locator(".nhsuk-error-summary")
            expect(summary).to_be_focused()
            summary.get_by_role("link").first.click()
            assert page.evaluate("document.activeElement.matches('input, select, textarea')"), path
            seen.check()
        seen.open("/people/new")
        page.get_by_label("Name", exact=True).fill("Ann Example")
        page.get_by_label("Postcode").fill("NG1 1AB")
        page.get_by_role("button", name="Make the record").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Is it one of these people?")
        seen.check()


@pytest.mark.parametrize("script", [True, False])
def test_an_item_comes_back_by_hand(store: Store, browser: Browser, script: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """From its label's address to the store, on a telephone, with script and without."""
    goods = {"sku": "BED01", "depot": "D1", "quantity": 1}
    item = ask(store.client, "POST", "/api/items", json=goods)["items"][0]
    delivery = scan(item["code"], "deliver", person=store.person)
    ask(store.client, "POST", "/api/scans", json={"scans": [delivery]})
    with visit(browser, store.address, widths=(390,), script=script) as seen:
        page = _sign_in(seen)
        seen.open("/8004/" + item["giai"])
        expect(page.get_by_text("On loan").first).to_be_visible()
        page.get_by_role("link", name="Take back into a store").click()
        page.get_by_label("Depot").select_option("D1")
        page.get_by_role("button", name="Take back into a store").click()
        expect(page.get_by_text("The item is back in the store.")).to_be_visible()
        if script:
            seen.check()
    assert ask(store.client, "GET", f"/api/items/{item['code']}")["state"] == "returned"


def test_a_second_factor_is_set_up_and_asked_for(store: Store, browser: Browser) -> None:
    """What the telephone shows lets in; each of its pages can be used by everybody."""
    with visit(browser, store.address, widths=(390,)) as seen:
        page = _sign_in(seen, "auditor", "/sign-in?next=/account")
        page.get_by_role("button", name="Set up a second factor").click()
        key = page.locator(".kitback-key").inner_text().replace(" ", "")
        page.get_by_label("Code").fill(pyotp.TOTP(key).now())
        page.get_by_role("button", name="Set it up").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
        seen.check()
        recovery = page.locator(".kitback-codes .kitback-code").first.inner_text()
        page.get_by_role("button", name="I have kept them").click()
        page.get_by_role("button", name="Sign out", exact=True).click()
        expect(page.get_by_text("You have signed out.")).to_be_visible()
        seen.check()
        page.get_by_label("User name").fill("auditor")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your code")
        seen.check()
        page.get_by_label("Code").fill("000000")
        page.get_by_role("button", name="Continue").click()
        expect(page.locator(".nhsuk-error-summary")).to_be_focused()
        seen.check()
        page.get_by_label("Code").fill(recovery)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Changes")


def test_an_auditor_works_by_keyboard_alone(store: Store, browser: Browser) -> None:
    """Signs in, finds a change and signs out; whatever has the focus shows that it has."""
    with visit(browser, store.address, widths=(1280,)) as seen:
        page = seen.page
        seen.open("/sign-in")
        _tab_to(page, "username")
        page.keyboard.type("keyboard")
        _tab_to(page, "password")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Changes")
        _tab_to(page, "key")
        page.keyboard.type("BED01")
        page.keyboard.press("Enter")
        page.wait_for_url("**/changes?key=BED01")
        _tab_to(page, "Items")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Items")
        _tab_to(page, "Sign out")
        page.keyboard.press("Enter")
        expect(page.get_by_text("You have signed out.")).to_be_visible()


_FOCUS = """() => {
    const active = document.activeElement, style = getComputedStyle(active);
    return {
        name: active.name || active.innerText.trim(),
        shown: style.outlineStyle !== 'none' || style.boxShadow !== 'none'
    };
}"""


def _tab_to(page: Page, name: str) -> None:
    # A page whose scripts are not there yet may still move the focus.
    page.wait_for_load_state()
    for _ in range(40):
        page.keyboard.press("Tab")
        focus = page.evaluate(_FOCUS)
        assert focus["shown"], f"nothing shows that {focus['name']} has the focus"
        if focus["name"] == name:
            return
    raise AssertionError(f"Tab does not reach {name}")
