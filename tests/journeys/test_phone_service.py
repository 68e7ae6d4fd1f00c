"""Phones whose service is killed, slow or another by tomorrow: what was done is there, once."""

import shutil
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.journeys.phone import Phone, switched_on
from tests.journeys.round_day import TECHNICIAN, RoundDay, round_day
from tests.journeys.service import ROOT, ask

# A list of scans is answered within some tens of milliseconds: before, amid, and after its writes.
KILLED_AFTER_S: Final = (0.01, 0.04, 0.12)
TAPS: Final = 8
_WORDS: Final = "web/static/kitback/round/words.js"
_WASM: Final = "web/static/barcode-detector-3.2.2/zxing_reader.wasm"
_SLOW_S: Final = 30
# The first answer comes so late; the page's own patience ends it as it would any other.
_LATE: Final = """(() => {
    const real = globalThis.fetch;
    let left = 1;
    globalThis.lateAnswers = 0;
    globalThis.fetch = async (address, how) => {
        const answer = await real(address, how);
        if (!String(address).endsWith("/round/send") || !left--) return answer;
        await new Promise((resolve, reject) => {
            setTimeout(resolve, SLOW_MS);
            how.signal.addEventListener("abort", () => reject(how.signal.reason));
        });
        globalThis.lateAnswers += 1;
        return answer;
    };
})()""".replace("SLOW_MS", str(1000 * _SLOW_S))
_KEPT_WASM: Final = """() => caches.open("kitback-scanner")
    .then((kept) => kept.keys().then((all) => Promise.all(all.map((each) => kept.match(each)))))
    .then((all) => Promise.all(all.map((each) => each.arrayBuffer())))
    .then((all) => all.map((each) => each.byteLength))"""


@pytest.fixture
def day() -> Iterator[RoundDay]:
    """A day with two stops, of a service that is started again where it was."""
    with round_day() as made:
        made.service.port = urlsplit(made.address).port or 0
        yield made


def test_a_service_killed_while_it_takes_a_list_does_each_thing_once(
    day: RoundDay, browser: Browser, tmp_path: Path
) -> None:
    """Three times, each a little later into it; the phone goes on by itself."""
    code = day.delivered[2]
    phone = Phone(tmp_path / "phone", day)
    with switched_on(browser, phone):
        phone.set_up()
        before = _tap(phone, code)
        for seconds in KILLED_AFTER_S:
            phone.context.route("**/round/send", partial(_kill, day, seconds))
            phone.context.set_offline(offline=False)
            phone.page.evaluate("dispatchEvent(new Event('online'))")
            _wait_until_ended(day, phone)
            phone.context.unroute_all(behavior="ignoreErrors")
            phone.context.set_offline(offline=True)
            day.service.start()
        phone.context.set_offline(offline=False)
        phone.wait_until_sent()
    assert _done(day, code) == [entry["id"] for entry in before]


def test_an_answer_after_half_a_minute_is_waited_for(
    day: RoundDay, browser: Browser, tmp_path: Path
) -> None:
    """Meanwhile nothing else waits: what is scanned is stored and shown."""
    code = day.delivered[2]
    phone = Phone(tmp_path / "phone", day)
    with switched_on(browser, phone):
        phone.context.add_init_script(_LATE)
        phone.set_up()
        began = time.monotonic()
        before = _tap(phone, code, offline=False)
        assert time.monotonic() - began < _SLOW_S
        phone.wait_until_sent()
        assert phone.page.evaluate("lateAnswers") == 1
    assert _done(day, code) == [entry["id"] for entry in before]


def test_a_newer_page_takes_over_what_was_not_sent(
    day: RoundDay, browser: Browser, tmp_path: Path
) -> None:
    """Its files are others, the queue is the same; the scanner is not loaded a second time."""
    code = day.delivered[2]
    phone = Phone(tmp_path / "phone", day)
    with switched_on(browser, phone):
        phone.set_up()
        before = _tap(phone, code)
        # The network brings the newer page, and none of what was done.
        phone.context.route("**/round/send", lambda route: route.abort())
        day.service.stop()
        day.service.root = _newer(tmp_path / "newer")
        day.service.start()
        phone.context.set_offline(offline=False)
        old = _version(phone)
        for _ in range(20):
            phone.unlock()
            expect(phone.page.get_by_role("heading", level=1)).to_contain_text("Your round,")
            if _version(phone) != old:
                break
            phone.page.evaluate(
                "navigator.serviceWorker.getRegistration().then((kept) => kept.update())"
            )
            phone.page.wait_for_timeout(3_000)
        assert _version(phone) != old
        expect(phone.page.get_by_text(f"{len(before)} to send")).to_be_visible()
        assert phone.stored() == before
        assert phone.page.evaluate(_KEPT_WASM) == [(ROOT / _WASM).stat().st_size]
        phone.context.unroute_all(behavior="ignoreErrors")
        phone.wait_until_sent()
    assert _done(day, code) == [entry["id"] for entry in before]


def _tap(phone: Phone, code: str, *, offline: bool = True) -> list[dict[str, str]]:
    """Load it and take it off again, some times; what is stored then."""
    phone.context.set_offline(offline=offline)
    phone.page.get_by_role("button", name="Load van").click()
    for _ in range(TAPS // 2):
        phone.type_code(code)
        phone.page.get_by_role("button", name="Undo").click()
        expect(phone.page.get_by_text("Undone")).to_be_visible()
    stored = phone.stored()
    assert len(stored) == TAPS
    return stored


def _kill(day: RoundDay, seconds: float, route: Route) -> None:
    route.continue_()
    if day.service.process is not None:
        time.sleep(seconds)
        day.service.kill()


def _wait_until_ended(day: RoundDay, phone: Phone) -> None:
    for _ in range(1_200):
        if day.service.process is None:
            return
        phone.page.wait_for_timeout(100)
    raise AssertionError("nothing was sent")


def _newer(folder: Path) -> Path:
    """The same code with one other script, and a scanner that would be noticed."""
    folder.mkdir()
    for path in ROOT.iterdir():
        if path.name != "web" and not path.name.startswith("."):
            (folder / path.name).symlink_to(path)
    shutil.copytree(ROOT / "web", folder / "web", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / _WORDS).open("a", encoding="utf-8") as script:
        script.write("\n// A newer one.\n")
    (folder / _WASM).write_bytes(b"not the scanner")
    return folder


def _version(phone: Phone) -> str:
    """The folder that the page's files come from."""
    address = phone.page.evaluate("document.querySelector('script[type=module]').src")
    return str(address).partition("/static/")[2].partition("/")[0]


def _done(day: RoundDay, code: str) -> list[str]:
    """What the technician has done to an item, by its ids, in the order of the service."""
    rows = ask(day.client, "GET", f"/api/items/{code}/movements?limit=200")["results"]
    return [row["id"] for row in rows if row["actor"] == TECHNICIAN]
