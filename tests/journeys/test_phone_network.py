"""Phones whose network, battery and clock fail: what was done is there, once, in order."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.journeys.phone import PIN, Phone, on_its_own, switched_on
from tests.journeys.round_day import TECHNICIAN, RoundDay, round_day
from tests.journeys.service import ask

STOPS: Final = 8
_SLOW_S: Final = 3
_numbers = count(1)


@pytest.fixture(scope="module")
def day() -> Iterator[RoundDay]:
    """A day with a stop for each test."""
    with round_day(people=STOPS) as made:
        yield made


@pytest.fixture
def stop(day: RoundDay) -> tuple[str, str]:
    """The name of somebody who waits for a commode, and its code; nobody else's test uses them."""
    number = next(_numbers)
    return f"Bob Example {number}", day.delivered[1 + number]


def _dropped(calls: Iterator[int], route: Route) -> None:
    if next(calls) % 2:
        route.abort()
    else:
        route.continue_()


def _unanswered(calls: Iterator[int], route: Route) -> None:
    if next(calls) < 4:
        route.fetch()
        route.abort()
    else:
        route.continue_()


def _late(calls: Iterator[int], route: Route) -> None:
    next(calls)
    answer = route.fetch()
    time.sleep(_SLOW_S)
    route.fulfill(response=answer)


@pytest.mark.parametrize("network", [_dropped, _unanswered, _late])
def test_a_bad_network_loses_and_doubles_nothing(
    day: RoundDay,
    stop: tuple[str, str],
    browser: Browser,
    tmp_path: Path,
    network: Callable[[Iterator[int], Route], None],
) -> None:
    """Each second request dropped, answers lost, answers late: the stop is done once, in order."""
    name, code = stop
    phone = Phone(tmp_path / "phone", day)
    calls = count(1)
    with switched_on(browser, phone):
        phone.set_up()
        phone.context.route("**/round/send", lambda route: network(calls, route))
        _do(phone, name, code)
        phone.wait_until_sent()
        assert next(calls) > 1
        phone.context.unroute_all(behavior="wait")
    assert day.actions(code) == ["load", "deliver"]
    assert _outcomes(day, code) == ["done"]


def test_the_network_is_cut_at_every_step(
    day: RoundDay, stop: tuple[str, str], browser: Browser, tmp_path: Path
) -> None:
    """There is one only for a moment between two steps."""
    name, code = stop
    phone = Phone(tmp_path / "phone", day)

    def blink() -> None:
        phone.context.set_offline(offline=False)
        phone.page.wait_for_timeout(150)
        phone.context.set_offline(offline=True)

    with switched_on(browser, phone):
        phone.set_up()
        phone.context.set_offline(offline=True)
        _do(phone, name, code, between=blink)
        phone.context.set_offline(offline=False)
        phone.wait_until_sent()
    assert day.actions(code) == ["load", "deliver"]
    assert _outcomes(day, code) == ["done"]


def test_forty_unsent_scans_survive_an_empty_battery(
    day: RoundDay, stop: tuple[str, str], browser: Browser, tmp_path: Path
) -> None:
    """The browser is killed, not closed; what it held goes out in order after the next start."""
    _, code = stop
    phone = Phone(tmp_path / "phone", day)
    with on_its_own(browser, phone):
        phone.set_up()
        phone.context.set_offline(offline=True)
        phone.page.get_by_role("button", name="Load van").click()
        for _ in range(20):
            phone.type_code(code)
            phone.page.get_by_role("button", name="Undo").click()
            expect(phone.page.get_by_text("Undone")).to_be_visible()
        before = phone.stored()
        phone.die()
    assert len(before) == 40
    with on_its_own(browser, phone):
        phone.context.set_offline(offline=True)
        phone.unlock()
        expect(phone.page.get_by_text("40 to send")).to_be_visible()
        assert phone.stored() == before
        # Whether the browser had its cookies on the disk by then is a matter of half a minute.
        phone.context.clear_cookies()
        phone.context.set_offline(offline=False)
        link = phone.page.get_by_role("link", name="Sign in to send what you did.")
        expect(link).to_be_visible()
        link.click()
        phone.give_password()
        phone.page.get_by_label("PIN").fill(PIN)
        phone.page.get_by_role("button", name="Open", exact=True).click()
        phone.wait_until_sent()
    assert day.actions(code) == ["load", "undo"] * 20
    rows = ask(day.client, "GET", f"/api/items/{code}/movements?limit=200")["results"]
    ours = [row["id"] for row in rows if row["actor"] == TECHNICIAN]
    assert ours == [entry["id"] for entry in before]


def test_two_phones_on_one_round(
    day: RoundDay, stop: tuple[str, str], browser: Browser, tmp_path: Path
) -> None:
    """What both loaded is loaded once; the other's is a case, and said on that phone."""
    _, code = stop
    phones = [Phone(tmp_path / name, day) for name in ("first", "second")]
    with switched_on(browser, *phones):
        for phone in phones:
            phone.set_up()
            phone.context.set_offline(offline=True)
        for phone in phones:
            phone.page.get_by_role("button", name="Load van").click()
            phone.type_code(code)
            expect(phone.page.get_by_text("On the van")).to_be_visible()
        for phone in phones:
            phone.context.set_offline(offline=False)
            phone.wait_until_sent()
            phone.page.get_by_role("link", name="Back").click()
        expect(phones[1].page.get_by_text("could not be taken as sent")).to_be_visible()
        phones[1].page.get_by_role("link", name="See what, and why").click()
        expect(phones[1].page.get_by_text("The service:")).to_be_visible()
        phones[1].shoot("refused")
        phones[1].seen.check()
    assert day.actions(code) == ["load"]
    cases = ask(day.client, "GET", "/api/cases?status=open")["results"]
    assert [case["item"] for case in cases].count(code) == 1


def test_a_clock_two_hours_fast_is_put_right(
    day: RoundDay, stop: tuple[str, str], browser: Browser, tmp_path: Path
) -> None:
    """What was done is on record at the time that it was."""
    _, code = stop
    phone = Phone(tmp_path / "phone", day, ahead=timedelta(hours=2))
    with switched_on(browser, phone):
        phone.set_up()
        began = day.now()
        phone.page.get_by_role("button", name="Load van").click()
        phone.type_code(code)
        expect(phone.page.get_by_text("On the van")).to_be_visible()
        phone.wait_until_sent()
        [entry] = phone.stored()
        assert datetime.fromisoformat(entry["at"]) > began + timedelta(minutes=90)
    [row] = _own(day, code)
    happened = datetime.fromisoformat(row["occurred_at"])
    assert abs(happened - began) < timedelta(minutes=2)


def _do(phone: Phone, name: str, code: str, between: Callable[[], None] = lambda: None) -> None:
    """Load it, deliver it and finish the stop."""
    page = phone.page
    page.get_by_role("button", name="Load van").click()
    phone.type_code(code)
    expect(page.get_by_text("On the van")).to_be_visible()
    between()
    page.get_by_role("button", name="Stop loading").click()
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="Scan first item").click()
    phone.type_code(code)
    expect(page.get_by_text("Delivered", exact=True)).to_be_visible()
    between()
    page.get_by_role("button", name="Finish this stop").click()
    page.get_by_label("Who signs").fill("Their neighbour")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_text("This stop is done.")).to_be_visible()
    between()


def _own(day: RoundDay, code: str) -> list[dict[str, Any]]:
    rows = ask(day.client, "GET", f"/api/items/{code}/movements")["results"]
    return [row for row in rows if row["actor"] == TECHNICIAN]


def _outcomes(day: RoundDay, code: str) -> list[str]:
    """How the visits ended that brought this item to whoever has it."""
    person = day.item(code)["person"]
    visits = ask(day.client, "GET", f"/api/visits?person={person}")["results"]
    return [visit["status"] for visit in visits if visit["kind"] == "delivery"]
