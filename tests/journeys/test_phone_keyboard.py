"""A technician's day for whoever sees little or holds no finger to a screen."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.phone import PIN, Phone, on_its_own
from tests.journeys.round_day import TECHNICIAN, RoundDay, round_day
from tests.journeys.service import PASSWORD

_STEPS_MAX: Final = 60
_SIZE: Final = "parseFloat(getComputedStyle(document.body).fontSize)"
_FOCUSED: Final = """() => {
    const at = document.activeElement;
    const named = at.matches("a, button, input, textarea, select, summary");
    return named ? (at.labels?.[0] ?? at).textContent.trim() : "";
}"""


@pytest.fixture
def day() -> Iterator[RoundDay]:
    """A day with two stops."""
    with round_day() as made:
        yield made


def test_a_whole_round_by_keyboard_alone_in_letters_twice_as_large(
    day: RoundDay, browser: Browser, tmp_path: Path
) -> None:
    """On the smallest screen, from the sign-in to the end of the day; no page is wider than it."""
    phone = Phone(tmp_path / "phone", day, widths=(320,), text=2)
    with on_its_own(browser, phone):
        phone.seen.open("/round")
        page = phone.page
        assert float(page.evaluate(_SIZE)) >= 2 * 16
        _fill(page, "User name", TECHNICIAN)
        _fill(page, "Password", PASSWORD, send=True)
        expect(page.get_by_role("heading", name="Set up this phone")).to_be_visible()
        _fill(page, "New PIN", PIN)
        _fill(page, "The same PIN again", PIN, send=True)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Your round,")
        _seen(phone, "day")
        for name in ("Ann Example", "Bob Example 1"):
            _go(page, "All stops" if page.url.count("#stop") else "", name)
            _finish_stop(phone, day, name)
        _press(page, "All stops")
        _press(page, "End the day")
        expect(page.get_by_text("Every stop is finished.")).to_be_visible()
        expect(page.get_by_text("Everything has been sent.")).to_be_visible()
        _press(page, "Close the day all the same")
        expect(page.get_by_role("heading", name="The day is closed")).to_be_visible()
        _seen(phone, "closed")
    codes = [*day.delivered[:2], *day.collected]
    assert [day.actions(code) for code in codes] == [["deliver"], ["deliver"], ["collect"]]
    assert day.item(day.delivered[2])["state"] == "allocated"


def _finish_stop(phone: Phone, day: RoundDay, name: str) -> None:
    """Deliver and collect at Ann's; nobody is at home at Bob's."""
    page = phone.page
    _seen(phone, "stop")
    if name != "Ann Example":
        _press(page, "Could not do it")
        _press(page, "Nobody at home", "Space")
        _fill(page, "What happened", "No answer")
        _seen(phone, "could-not")
        _press(page, "Save and go on")
        expect(page.get_by_text("it could not be done.")).to_be_visible()
        return
    _press(page, "Scan first item")
    for code in (*day.delivered[:2], *day.collected):
        _fill(page, "Or type the code", code, send=True)
        expect(page.get_by_role("status").first).to_contain_text(code[:4])
    _seen(phone, "scan")
    _press(page, "Finish this stop")
    _press(page, "Instructions handed over and explained", "Space")
    _fill(page, "Who signs", "Their neighbour")
    _seen(phone, "finish")
    _press(page, "Save and go on")
    expect(page.get_by_text("This stop is done.")).to_be_visible()


def _go(page: Page, *names: str) -> None:
    for name in filter(None, names):
        _press(page, name)


def _fill(page: Page, label: str, text: str, *, send: bool = False) -> None:
    _reach(page, label)
    page.keyboard.type(text)
    if send:
        page.keyboard.press("Enter")


def _press(page: Page, name: str, key: str = "Enter") -> None:
    _reach(page, name)
    page.keyboard.press(key)


def _reach(page: Page, name: str) -> None:
    """Go on to what has this name, as somebody does who only has the tabulator."""
    for _ in range(_STEPS_MAX):
        page.keyboard.press("Tab")
        if name in page.evaluate(_FOCUSED):
            return
    raise AssertionError(f"the keyboard does not lead to {name}")


def _seen(phone: Phone, name: str) -> None:
    phone.shoot(f"large-{name}")
    phone.seen.check()
