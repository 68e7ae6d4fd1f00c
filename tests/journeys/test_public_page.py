"""A stranger's telephone reads a label, and the item comes home."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browser import Visit, visit
from tests.journeys.service import ask, furnish, running, scan, signed_in

COLLECT = "Ask us to collect it"
SEND = "Ask for a collection"
WIDTHS = (320, 1280)


@dataclass
class Store:
    """A furnished service, its administrator, and a new bed for each test that wants one."""

    address: str
    client: httpx.Client
    person: str

    def bed(self) -> dict[str, Any]:
        """A bed out on loan."""
        goods = {"sku": "BED01", "depot": "D1", "quantity": 1}
        item: dict[str, Any] = ask(self.client, "POST", "/api/items", json=goods)["items"][0]
        delivery = scan(item["code"], "deliver", person=self.person)
        ask(self.client, "POST", "/api/scans", json={"scans": [delivery]})
        return item

    def requests(self, item: dict[str, Any]) -> list[dict[str, Any]]:
        """What a coordinator sees of what was asked for an item."""
        found = ask(self.client, "GET", "/api/requests", params={"limit": "200"})["results"]
        return [request for request in found if request["item"] == item["code"]]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Run a service that believes the tests which network they come from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KITBACK_TRUSTED_PROXIES", "127.0.0.1")
        with running() as service, signed_in(service) as client:
            yield Store(service.address, client, furnish(client))


def path_of(item: dict[str, Any]) -> str:
    """Where a camera goes that reads the item's label."""
    return urlsplit(str(item["link"])).path


def test_every_page_fits_and_can_be_used_by_everybody(store: Store, browser: Browser) -> None:
    """No sideways scrolling, nothing from other hosts, nothing that axe finds fault with."""
    bed = store.bed()
    path = path_of(bed)
    with visit(browser, store.address, widths=WIDTHS) as seen:
        for address in ("", "/collection", "/fault", "/collection/sent", "/fault/sent", "/other"):
            seen.open(path + address)
            seen.check()
        seen.open("/nothing/here")
        seen.check()
        _send_wrongly(seen, path)
        seen.check()
    token = store.client.headers["Authorization"]
    with visit(browser, store.address, widths=WIDTHS, token=token) as seen:
        seen.open(path)
        expect(seen.page.get_by_text(store.person)).to_be_visible()
        seen.check()


def _send_wrongly(seen: Visit, path: str) -> None:
    seen.open(f"{path}/collection")
    seen.page.get_by_label("telephone").fill("call me")
    seen.page.get_by_label("first name").fill("A" * 100)
    seen.page.get_by_role("button", name=SEND).click()
    expect(seen.page.get_by_role("alert")).to_contain_text("There is a problem")


def test_whoever_comes_too_often_gets_a_page_that_all_can_use(
    store: Store, browser: Browser
) -> None:
    """It fits, too, and has the number to ring."""
    path = path_of(store.bed())
    with visit(browser, store.address, widths=WIDTHS) as seen:
        # Two windows' worth: were a new minute to begin now, the second would still be used up.
        # Not by the browser, which takes so long on a busy machine that windows pass.
        network = {"X-Forwarded-For": "198.51.100.7"}
        seen.page.set_extra_http_headers(network)
        with httpx.Client(base_url=store.address, headers=network) as hurry:
            for _ in range(2 * 120 + 1):
                answer = hurry.get(path)
        assert answer.status_code == 429
        seen.open(path)
        expect(seen.page.get_by_role("heading", level=1)).to_have_text("Too many requests at once")
        seen.check()


def test_two_taps_take_an_item_home_without_script(store: Store, browser: Browser) -> None:
    """From the page to a request that a coordinator sees and settles; the item has not moved."""
    bed = store.bed()
    with visit(browser, store.address, script=False) as seen:
        seen.open(path_of(bed))
        seen.page.get_by_role("button", name=COLLECT).click()
        seen.page.get_by_role("button", name=SEND).click()
        expect(seen.page.get_by_role("heading", level=1)).to_have_text("We have your request")
    [request] = store.requests(bed)
    assert (request["kind"], request["status"]) == ("collection", "open")
    assert request["everything"] is True
    assert ask(store.client, "GET", f"/api/items/{bed['code']}")["state"] == "on_loan"
    done = {"note": "Visit booked for Tuesday."}
    settled = ask(store.client, "POST", f"/api/requests/{request['id']}/settle", json=done)
    assert (settled["status"], settled["settled_by"]) == ("settled", "admin")


@pytest.mark.parametrize("script", [True, False])
def test_an_impatient_thumb_sends_one_request(store: Store, browser: Browser, script: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A double tap, a reload of the thanks, and going back to send it again are all one."""
    bed = store.bed()
    with visit(browser, store.address, script=script) as seen:
        seen.open(f"{path_of(bed)}/collection")
        seen.page.get_by_role("button", name=SEND).dblclick()
        expect(seen.page.get_by_role("heading", level=1)).to_have_text("We have your request")
        seen.page.reload()
        expect(seen.page.get_by_role("heading", level=1)).to_have_text("We have your request")
    assert len(store.requests(bed)) == 1


def test_a_fault_is_reported_by_keyboard_alone(store: Store, browser: Browser) -> None:
    """Each thing that takes the focus shows that it has it; what was typed survives an error."""
    bed = store.bed()
    with visit(browser, store.address) as seen:
        page = seen.page
        seen.open(path_of(bed))
        _tab_to(page, "It is not safe")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Tell us that it is not safe")
        _tab_to(page, "message")
        page.keyboard.type("The brake slips")
        _tab_to(page, "telephone")
        page.keyboard.type("none")
        _tab_to(page, "Report that it is not safe")
        page.keyboard.press("Enter")
        expect(page.locator(".nhsuk-error-summary")).to_be_focused()
        expect(page.get_by_label("What is wrong")).to_have_value("The brake slips")
        _tab_to(page, "Enter a telephone number, like 0115 496 0123, or leave this empty")
        page.keyboard.press("Enter")
        expect(page.get_by_label("telephone")).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.type("0115 496 0123")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("We have your report")
    [request] = store.requests(bed)
    assert (request["urgent"], request["message"]) == (True, "The brake slips")
    assert request["telephone"] == "0115 496 0123"


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
    for _ in range(20):
        page.keyboard.press("Tab")
        focus = page.evaluate(_FOCUS)
        assert focus["shown"], f"nothing shows that {focus['name']} has the focus"
        if focus["name"] == name:
            return
    raise AssertionError(f"Tab does not reach {name}")
