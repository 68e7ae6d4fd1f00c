"""The gate at a tablet: a hardware scanner types one label after another, and nothing is lost."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browser import chromium, visit
from tests.journeys.service import PASSWORD, ask, furnish, running, scan, signed_in

WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def gate() -> Iterator[tuple[str, httpx.Client, list[str]]]:
    """A service with six beds at home: its address, an administrator, the beds' codes."""
    folder = Path(tempfile.mkdtemp(prefix="kitback-gate-"))
    folder.chmod(0o755)
    with running(folder) as service, signed_in(service) as client:
        person = furnish(client)
        other = {"code": "D2", "name": "Other", "postcode": "NG1 1AA", "kind": "depot"}
        ask(client, "POST", "/api/depots", json=other)
        goods = {"sku": "BED01", "depot": "D1", "quantity": 6}
        codes = [each["code"] for each in ask(client, "POST", "/api/items", json=goods)["items"]]
        scans = [scan(code, "deliver", person=person) for code in codes]
        ask(client, "POST", "/api/scans", json={"scans": scans})
        new = {"username": "storeman", "password": PASSWORD, "roles": ["depot"]}
        ask(client, "POST", "/api/users", json=new)
        yield service.address, client, codes
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run one browser for all of them."""
    with chromium() as browser:
        yield browser


def _scanned(page: Page, text: str) -> None:
    """As a scanner does it: the keys at once, then Enter."""
    page.keyboard.type(text, delay=0)
    page.keyboard.press("Enter")


def _state(client: httpx.Client, code: str) -> str:
    return str(ask(client, "GET", f"/api/items/{code}")["state"])


@pytest.mark.parametrize("width", WIDTHS)
def test_labels_are_taken_in_one_after_another(
    browser: Browser, gate: tuple[str, httpx.Client, list[str]], width: int
) -> None:
    """Where it was chosen last, also while the network is away: then as soon as it is back."""
    address, client, codes = gate
    mine = codes[:3] if width == WIDTHS[0] else codes[3:]
    with visit(browser, address, width=width) as seen:
        page = seen.page
        seen.open("/sign-in")
        page.get_by_label("User name").fill("storeman")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1, name="Main")).to_be_visible()
        seen.check()
        page.get_by_role("link", name="Gate").click()
        expect(page.get_by_label("Label")).to_be_focused()
        seen.check()
        told = page.locator("[data-gate-told]")
        _scanned(page, mine[0])
        expect(told).to_contain_text(mine[0])
        expect(told).to_contain_text("Taken in.")
        page.get_by_label("Depot").select_option("D2")
        page.get_by_label("Label").focus()
        page.context.set_offline(True)
        _scanned(page, mine[1])
        _scanned(page, mine[2])
        expect(page.locator("[data-gate-unsent]")).to_contain_text("2 not sent yet")
        assert _state(client, mine[2]) == "on_loan"
        page.context.set_offline(False)
        expect(told).to_contain_text(mine[2], timeout=20_000)
        expect(page.locator("[data-gate-unsent]")).to_be_hidden()
        assert [_state(client, code) for code in mine] == ["returned"] * 3
        stand = [ask(client, "GET", f"/api/items/{code}")["depot"] for code in mine]
        assert stand == ["D1", "D2", "D2"]
        _scanned(page, "AAAAAAAA")
        expect(told).to_contain_text("Not taken in.")
        expect(page.get_by_label("Label")).to_be_focused()
        # The browser's own words for a network that was away, and for what was refused.
        seen.complaints.clear()
        seen.check()
