"""The gate and the wash at a tablet: one label after another, said aloud, and nothing is lost."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from labels.code import shown
from scripts.benchmarks.film import shoot
from tests.journeys.browser import Visit, chromium, visit
from tests.journeys.phone import CAMERA
from tests.journeys.service import PASSWORD, ask, furnish, running, scan, signed_in

WIDTHS = (390, 1280)
# In the place of a loudspeaker.
_RECORDER: Final = """
window.said = [];
Object.defineProperty(window, 'speechSynthesis', {value: {
    cancel() {}, speak(each) { window.said.push(each.text); }}});
"""
_CUT: Final = ("Failed to load resource: net::", "Failed to load resource: the server")


@dataclass(frozen=True)
class Depot:
    """A service with beds at home: its address, an administrator, the beds' codes, a film."""

    address: str
    client: httpx.Client
    codes: list[str]
    person: str
    film: Path

    def state(self, code: str) -> str:
        """How an item stands."""
        return str(ask(self.client, "GET", f"/api/items/{code}")["state"])

    def actions(self, code: str) -> list[str]:
        """What happened to an item, oldest first."""
        moves = ask(self.client, "GET", f"/api/items/{code}/movements")["results"]
        return [each["action"] for each in moves]

    def bay(self, code: str) -> str:
        """What a scanner reads from the label of a bay."""
        zpl = self.client.get(f"/api/bays/{code}/label", params={"format": "zpl"}).text
        found = re.search(rf"KITBACK:[0-9]+:BAY:{code}", zpl)
        assert found is not None, zpl
        return found[0]


@pytest.fixture(scope="module")
def depot() -> Iterator[Depot]:
    """Ten beds at home, of which the label of one is filmed."""
    with running() as service, signed_in(service) as client:
        person = furnish(client)
        other = {"code": "D2", "name": "Other", "postcode": "NG1 1AA", "kind": "depot"}
        ask(client, "POST", "/api/depots", json=other)
        for kind in ("clean", "dirty"):
            bay = {"code": kind.upper(), "depot": "D1", "name": f"The {kind} side", "kind": kind}
            ask(client, "POST", "/api/bays", json=bay)
        goods = {"sku": "BED01", "depot": "D1", "quantity": 11}
        codes = [each["code"] for each in ask(client, "POST", "/api/items", json=goods)["items"]]
        scans = [scan(code, "deliver", person=person) for code in codes]
        ask(client, "POST", "/api/scans", json={"scans": scans})
        for name, role in (("storeman", "depot"), ("lead", "coordinator")):
            new = {"username": name, "password": PASSWORD, "roles": [role]}
            ask(client, "POST", "/api/users", json=new)
        label = client.get(f"/api/items/{codes[6]}/label", params={"format": "png"}).content
        film = shoot(service.data / "film.mjpeg", [label])
        yield Depot(service.address, client, codes, person, film)


@pytest.fixture(scope="module")
def browser(depot: Depot) -> Iterator[Browser]:
    """Run one browser for all of them, the film before its camera."""
    with chromium(*CAMERA, f"--use-file-for-fake-video-capture={depot.film}") as browser:
        yield browser


def _scanned(page: Page, text: str) -> None:
    """As a scanner does it: the keys at once, then Enter."""
    page.keyboard.type(text, delay=0)
    page.keyboard.press("Enter")


def _enter(seen: Visit, path: str, username: str = "storeman") -> None:
    """Sign in, with somebody to note what is said aloud, and open a page."""
    seen.expected = (*seen.expected, *_CUT)
    page = seen.page
    page.context.add_init_script(_RECORDER)
    seen.open("/sign-in")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_attached()
    seen.open(path)


def _at_gate(seen: Visit) -> Locator:
    """Open the gate, ready for a label; where it is told what became of one."""
    _enter(seen, "/depot/gate?depot=D1")
    expect(seen.page.get_by_label("Label")).to_be_focused()
    return seen.page.locator("[data-gate-told]")


def _said(page: Page) -> list[str]:
    said: list[str] = page.evaluate("window.said")
    return said


@pytest.mark.parametrize("width", WIDTHS)
def test_labels_are_taken_in_one_after_another(browser: Browser, depot: Depot, width: int) -> None:
    """Where it was chosen last, also while the network is away: then as soon as it is back."""
    mine = depot.codes[:3] if width == WIDTHS[0] else depot.codes[3:6]
    with visit(browser, depot.address, widths=(width,)) as seen:
        page, told = seen.page, _at_gate(seen)
        seen.check()
        _scanned(page, mine[0])
        expect(told).to_contain_text(shown(mine[0]))
        expect(told).to_contain_text("Taken in.")
        page.get_by_label("Depot").select_option("D2")
        page.get_by_label("Label").focus()
        page.context.set_offline(True)
        _scanned(page, mine[1])
        _scanned(page, mine[2])
        expect(page.locator("[data-gate-unsent]")).to_contain_text("2 not sent yet")
        assert depot.state(mine[2]) == "on_loan"
        page.context.set_offline(False)
        expect(told).to_contain_text(shown(mine[2]), timeout=20_000)
        expect(page.locator("[data-gate-unsent]")).to_be_hidden()
        assert [depot.state(code) for code in mine] == ["returned"] * 3
        stand = [ask(depot.client, "GET", f"/api/items/{code}")["depot"] for code in mine]
        assert stand == ["D1", "D2", "D2"]
        assert _said(page) == []
        _scanned(page, "AAAAAAAA")
        expect(told).to_contain_text("Not taken in.")
        expect(page.get_by_label("Label")).to_be_focused()
        [said] = _said(page)
        assert said.startswith("Not taken in."), said
        seen.check()


def test_the_camera_reads_a_label_and_says_what_is_not_as_usual(
    browser: Browser, depot: Depot
) -> None:
    """What a recall or anything else holds is not washed with the others."""
    code = depot.codes[6]
    scans = [scan(code, "hold", reason="The motor smells")]
    ask(depot.client, "POST", "/api/scans", json={"scans": scans})
    with visit(browser, depot.address, widths=(390,)) as seen:
        page, told = seen.page, _at_gate(seen)
        page.get_by_role("button", name="Use the camera").click()
        expect(told).to_contain_text("It is on hold.", timeout=20_000)
        page.get_by_role("button", name="Close the camera").click()
        expect(page.locator("[data-gate-video]")).to_be_hidden()
        assert "It is on hold. Do not wash or lend it" in _said(page)[0]
        seen.check()
    assert depot.actions(code)[-2:] == ["hold", "return"]


def test_what_was_read_outlives_the_page(browser: Browser, depot: Depot) -> None:
    """Closed without a network, it is sent when the gate is opened again, each label once."""
    first, second = depot.codes[7:9]
    with visit(browser, depot.address, widths=(390,)) as seen:
        page, told = seen.page, _at_gate(seen)
        gate = page.url
        lost = list[str]()

        def lose_the_answer(route: Route) -> None:
            if lost:
                route.continue_()
                return
            lost.append(str(route.fetch().status))
            route.abort()

        # The service has it, and nobody knows.
        page.route("**/depot/gate", lose_the_answer)
        _scanned(page, first)
        expect(page.locator("[data-gate-unsent]")).to_contain_text("1 not sent yet")
        assert lost == ["200"]
        page.context.set_offline(True)
        _scanned(page, second)
        expect(page.locator("[data-gate-unsent]")).to_contain_text("2 not sent yet. This device")
        page.close()
        again = page.context.new_page()
        page.context.set_offline(False)
        again.goto(gate)
        told = again.locator("[data-gate-told]")
        expect(told).to_contain_text(shown(second))
        expect(told).to_contain_text("Taken in.")
        expect(again.locator("[data-gate-unsent]")).to_be_hidden()
        again.reload()
        expect(again.get_by_label("Label")).to_be_focused()
    assert [depot.actions(each)[-2:] for each in (first, second)] == [["deliver", "return"]] * 2


def test_the_wash_says_aloud_what_does_not_belong_there(browser: Browser, depot: Depot) -> None:
    """A dirty bay, and what is not dirty; the rest is clean once the load is."""
    dirty, lent = depot.codes[9:11]
    back = scan(dirty, "return", depot="D1")
    ask(depot.client, "POST", "/api/scans", json={"scans": [back]})
    with visit(browser, depot.address, widths=(1280,)) as seen:
        _enter(seen, "/depot/wash")
        page = seen.page
        told = page.locator("[data-wash-told]")
        expect(page.get_by_label("Scan a bay")).to_be_focused()
        _scanned(page, depot.bay("DIRTY"))
        expect(told).to_contain_text("Stop: it is on the dirty side.")
        _scanned(page, dirty)
        expect(told).to_contain_text("Not into the load.")
        assert "Take it to the clean side." in _said(page)[-1]
        _scanned(page, depot.bay("CLEAN"))
        expect(told).to_contain_text("It is on the clean side.")
        _scanned(page, lent)
        expect(told).to_contain_text("is not waiting to be cleaned")
        aloud = len(_said(page))
        for _ in range(2):
            _scanned(page, dirty)
            expect(told).to_contain_text("1 item in the load.")
        assert len(_said(page)) == aloud
        seen.check()
        assert depot.state(dirty) == "returned"
        page.get_by_role("button", name="These are clean").click()
        expect(page.get_by_role("status").filter(has_text="1 item clean")).to_be_visible()
    assert depot.state(dirty) == "cleaned"
    assert depot.actions(lent)[-1] == "deliver"


def test_what_fails_at_the_bench_is_mended_and_passes(browser: Browser, depot: Depot) -> None:
    """By the scanner in the hand: the label finds the item, its job, and the item once more."""
    client = depot.client
    goods = {"sku": "TOI01", "depot": "D1", "quantity": 1, "condition": "dirty"}
    [item] = ask(client, "POST", "/api/items", json=goods)["items"]
    ask(client, "POST", "/api/scans", json={"scans": [scan(item["code"], "clean")]})
    with visit(browser, depot.address, widths=WIDTHS) as seen:
        _enter(seen, "/depot/bench")
        page = seen.page
        label = page.get_by_label("Scan or type the label")
        expect(label).to_be_focused()
        _scanned(page, item["link"])
        wrong = page.get_by_label("What else is wrong with it")
        wrong.fill("The seat is cracked")
        page.get_by_role("button", name="Keep what was found").click()
        job = page.get_by_role("link", name="The seat is cracked")
        expect(job).to_be_visible()
        seen.check()
        job.click()
        page.get_by_role("link", name="It is mended").click()
        page.get_by_label("What was done").fill("A new seat")
        page.get_by_label("Minutes").fill("20")
        page.get_by_role("button", name="It is mended").click()
        expect(page.get_by_text("It is mended.", exact=True)).to_be_visible()
        seen.check()
        seen.open("/depot/bench")
        expect(label).to_be_focused()
        _scanned(page, item["code"])
        expect(wrong).to_be_visible()
        page.get_by_role("button", name="Keep what was found").click()
        expect(page.get_by_text("is safe: to the shelf")).to_be_visible()
    assert depot.actions(item["code"])[1:] == ["clean", "fail", "repair", "pass"]


def test_a_recall_from_its_notice_to_its_report(browser: Browser, depot: Depot) -> None:
    """Looked at, then held; who is most at risk is called first; closed with why it may be."""
    client = depot.client
    alone = {"name": "Zoe Alone", "funder": "04K", "postcode": "NG1 1AB", "carers": "none"}
    whose = [str(ask(client, "POST", "/api/people", json=alone)["id"]), depot.person]
    goods = {"sku": "HOI01", "depot": "D1", "quantity": 3, "batch": "M-7"}
    codes = [each["code"] for each in ask(client, "POST", "/api/items", json=goods)["items"]]
    scans: list[Any] = [scan(c, "deliver", person=p) for c, p in zip(codes, whose, strict=False)]
    ask(client, "POST", "/api/scans", json={"scans": scans})
    with visit(browser, depot.address, widths=(1280,)) as seen:
        _enter(seen, "/depot/recalls/new", "lead")
        page = seen.page
        page.get_by_label("Reference").fill("FSN-2026-7")
        page.get_by_label("What is wrong").fill("Motors overheat")
        page.get_by_label("Product").fill("HOI01")
        page.get_by_label("Batch").fill("m 7")
        page.get_by_role("button", name="Show what it would hold").click()
        expect(page.get_by_role("heading", name="What would be held")).to_be_visible()
        seen.check()
        page.get_by_role("button", name="Hold all of this now").click()
        expect(page.get_by_text("Everything that it names is on hold.")).to_be_visible()
        seen.check()
        assert [ask(client, "GET", f"/api/items/{c}")["on_hold"] for c in codes] == [True] * 3
        page.get_by_role("link", name="Whom to tell").click()
        calls = page.get_by_role("link", name="Record a call to")
        expect(calls).to_have_text(["Record a call to Zoe Alone", "Record a call to Ann Example"])
        seen.check()
        calls.first.click()
        page.get_by_label("They were told").check()
        page.get_by_label("Note").fill("Uses the old one until Tuesday")
        page.get_by_role("button", name="Keep").click()
        expect(page.get_by_text("The attempt is on record.")).to_be_visible()
        # Whoever has been told comes last.
        expect(calls).to_have_text(["Record a call to Ann Example", "Record a call to Zoe Alone"])
        page.get_by_role("link", name="The recall").click()
        page.get_by_label("Why").fill("All told; the maker mends them at home.")
        page.get_by_role("button", name="Close it and let go of what it holds").click()
        expect(page.get_by_text("The recall is closed.")).to_be_visible()
        expect(page.get_by_role("main")).to_contain_text("the maker mends them at home")
        seen.check()
    assert [ask(client, "GET", f"/api/items/{c}")["on_hold"] for c in codes] == [False] * 3


def test_a_count_is_scanned_one_label_after_another(browser: Browser, depot: Depot) -> None:
    """The same item twice is one, what is none of ours is said aloud, what is missing shows."""
    client = depot.client
    other = {"code": "D3", "name": "Counted", "postcode": "NG1 1AA", "kind": "depot"}
    ask(client, "POST", "/api/depots", json=other)
    goods = {"sku": "BED01", "depot": "D3", "quantity": 2}
    codes = [each["code"] for each in ask(client, "POST", "/api/items", json=goods)["items"]]
    count = ask(client, "POST", "/api/counts", json={"id": str(uuid4()), "depot": "D3"})["id"]
    with visit(browser, depot.address, widths=(WIDTHS[0],)) as seen:
        _enter(seen, f"/depot/counts/{count}/scan")
        page = seen.page
        expect(page.get_by_label("Label")).to_be_focused()
        seen.check()
        told = page.locator("[data-scan-told]")
        for words in ("Counted.", "Counted before."):
            _scanned(page, codes[0])
            expect(told).to_contain_text(words)
            expect(told).to_contain_text("1 item counted.")
        _scanned(page, "AAAAAAAA")
        expect(told).to_contain_text("Not counted.")
        assert len(_said(page)) == 1
        seen.check()
        seen.open(f"/depot/counts/{count}")
        page.get_by_role("button", name="All is scanned").click()
        expect(page.get_by_role("heading", name="Settle it")).to_be_visible()
        expect(page.get_by_role("table")).to_contain_text("On record here, and not found")
        seen.check()
    assert depot.state(codes[1]) == "available"
