"""A technician's day on a phone, with a filmed label before its camera and mostly no network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from scripts.benchmarks.film import shoot
from tests.journeys.phone import PIN, Phone, door, on_its_own, sign, switched_on
from tests.journeys.round_day import RoundDay, round_day

WIDTHS = (320, 390)


@pytest.fixture
def day() -> Iterator[RoundDay]:
    """A day with two stops."""
    with round_day() as made:
        yield made


def test_a_whole_stop_from_the_list_to_the_signature(
    day: RoundDay, browser: Browser, tmp_path: Path
) -> None:
    """Three labels, turned, half-lit and scratched: no network, and no press between."""
    codes = [*day.delivered[:2], *day.collected]
    manners = ("turned", "half-lit", "scratched")
    film = shoot(tmp_path / "film.mjpeg", [day.label(code) for code in codes], manners)
    phone = Phone(tmp_path / "phone", day, film, WIDTHS)
    with on_its_own(browser, phone):
        phone.set_up()
        _seen(phone, "day")
        phone.context.set_offline(offline=True)
        page = phone.page
        page.get_by_role("link", name="Ann Example").click()
        expect(page.get_by_text("Deliver 2 items:")).to_be_visible()
        expect(page.get_by_text("Collect 1 item:")).to_be_visible()
        _seen(phone, "stop")
        page.get_by_role("button", name="Scan first item").click()
        expect(page.get_by_role("button", name="Finish this stop")).to_be_visible()
        _seen(phone, "scanned")
        assert phone.unsent() == 3
        expect(page.get_by_text("We'll send it when you have signal.")).to_be_visible()
        page.get_by_role("button", name="Finish this stop").click()
        _seen(phone, "finish")
        page.get_by_role("button", name="Save and go on").click()
        expect(page.get_by_role("alert")).to_contain_text("Get a signature")
        _seen(phone, "unsigned")
        sign(page)
        page.get_by_label("Instructions handed over").check()
        page.get_by_role("button", name="Save and go on").click()
        expect(page.get_by_text("This stop is done.")).to_be_visible()
        _seen(phone, "done")
        # What is sent while a finger is down is not drawn from under it.
        page.get_by_role("link", name="All stops").hover()
        page.mouse.down()
        phone.context.set_offline(offline=False)
        expect(page.get_by_text("Everything has been sent.")).to_be_visible()
        page.mouse.up()
        expect(page.get_by_role("button", name="End the day")).to_be_visible()
        _seen(phone, "day-after")
    assert [day.actions(code) for code in codes] == [["deliver"], ["deliver"], ["collect"]]
    assert [day.item(code)["state"] for code in codes] == ["on_loan", "on_loan", "collected"]


def test_the_page_opens_without_a_network(day: RoundDay, browser: Browser, tmp_path: Path) -> None:
    """Once it was opened, a restart without a network shows the day to whoever has the PIN."""
    phone = Phone(tmp_path / "phone", day, widths=WIDTHS)
    with on_its_own(browser, phone):
        phone.set_up()
    with on_its_own(browser, phone):
        phone.context.set_offline(offline=True)
        phone.seen.open("/round")
        _seen(phone, "locked")
        phone.page.get_by_label("PIN").fill("000000")
        phone.page.get_by_role("button", name="Open", exact=True).click()
        expect(phone.page.get_by_role("alert")).to_contain_text("4 tries left")
        _seen(phone, "wrong-pin")
        phone.page.get_by_label("PIN").fill(PIN)
        phone.page.get_by_role("button", name="Open", exact=True).click()
        expect(phone.page.get_by_role("link", name="Ann Example")).to_be_visible()


def test_a_label_is_read_on_any_screen_and_by_the_phone_s_own_camera(
    day: RoundDay, browser: Browser, tmp_path: Path
) -> None:
    """A scanner's keystrokes at a stop, and the link that a label holds: without a network."""
    phone = Phone(tmp_path / "phone", day)
    # The commode of each: of two stops that cost the same either way, either may be the first, and
    # whoever still waits for a commode would take the other's.
    ann, bob = day.delivered[1], day.delivered[2]
    with switched_on(browser, phone):
        phone.set_up()
        phone.context.set_offline(offline=True)
        page = phone.page
        is_bob_first = "Bob" in page.locator("a[href^='#stop']").first.inner_text()
        first, second = (bob, ann) if is_bob_first else (ann, bob)
        page.get_by_role("button", name="Go to stop 1").click()
        page.evaluate(_SCANNER, first)
        expect(page.get_by_text("Delivered", exact=True)).to_be_visible()
        for code in (first, second):
            page.goto("about:blank")
            phone.seen.open(f"/8004/{day.item(code)['giai']}")
            page.get_by_label("PIN").fill(PIN)
            page.get_by_role("button", name="Open", exact=True).click()
            expect(page.get_by_role("status").first).to_contain_text(code[:4])
        expect(page.get_by_role("button", name="Load it on the van")).to_be_visible()
        expect(page.get_by_text("It is for stop 2.")).to_be_visible()
        _seen(phone, "label")
        assert phone.unsent() == 1
        phone.context.set_offline(offline=False)
        phone.wait_until_sent()
        phone.seen.open(f"/8004/{day.item(second)['giai']}")
        page.get_by_role("link", name="Scan it in my round").click()
        page.get_by_label("PIN").fill(PIN)
        page.get_by_role("button", name="Open", exact=True).click()
        expect(page.get_by_role("status").first).to_contain_text(second[:4])
    assert (day.actions(first), day.actions(second)) == (["deliver"], [])


def test_what_could_not_be_done_and_the_end_of_the_day(
    day: RoundDay, browser: Browser, tmp_path: Path
) -> None:
    """Lateness, loading, a wrong code, a stop that failed, an emptied van: then nobody is left."""
    phone = Phone(tmp_path / "phone", day)
    commode = day.delivered[2]
    with switched_on(browser, phone):
        phone.set_up()
        page = phone.page
        page.get_by_role("button", name="Running late").click()
        _seen(phone, "late")
        page.get_by_label("30 minutes").check()
        page.get_by_role("button", name="Tell the coordinator").click()
        expect(page.get_by_text("You are running 30 minutes late.")).to_be_visible()
        page.get_by_role("button", name="Load van").click()
        phone.type_code(mistyped(commode))
        expect(page.get_by_text("One character of this code is wrong.")).to_be_visible()
        _seen(phone, "mistyped")
        page.evaluate(_SCANNER, commode)
        expect(page.get_by_text("On the van")).to_be_visible()
        page.get_by_role("button", name="Stop loading").click()
        page.get_by_role("link", name="Bob Example 1").click()
        page.get_by_role("button", name="Could not do it").click()
        page.get_by_role("button", name="Save and go on").click()
        expect(page.get_by_role("alert")).to_contain_text("Say why it could not be done.")
        _seen(phone, "could-not")
        page.get_by_label("Nobody at home").check()
        page.get_by_label("Photo of the door").set_input_files(door(tmp_path))
        expect(page.get_by_role("img", name="The photo that was taken")).to_be_visible()
        with page.expect_response("**/round/photos*") as sent:
            page.get_by_role("button", name="Save and go on").click()
        assert sent.value.status == 200
        expect(page.get_by_text("it could not be done.")).to_be_visible()
        page.get_by_role("link", name="All stops").click()
        page.get_by_role("button", name="End the day").click()
        _seen(phone, "end")
        page.get_by_role("button", name="Scan it off the van").click()
        phone.type_code(commode)
        page.get_by_role("button", name="Take it off the van").click()
        expect(page.get_by_text("Off the van")).to_be_visible()
        _seen(phone, "emptied")
        page.get_by_role("button", name="Stop scanning").click()
        expect(page.get_by_text("Nothing is on the van.")).to_be_visible()
        page.get_by_role("button", name="Close the day").click()
        expect(page.get_by_role("heading", name="The day is closed")).to_be_visible()
        _seen(phone, "closed")
        assert not phone.keeps("day")
    assert day.actions(commode) == ["load", "unload"]


def test_a_fault_keeps_it_from_being_delivered(
    day: RoundDay, browser: Browser, tmp_path: Path
) -> None:
    """Put on hold without a network, it is refused by the phone itself, in plain words."""
    phone = Phone(tmp_path / "phone", day)
    bed = day.delivered[0]
    with switched_on(browser, phone):
        phone.set_up()
        phone.context.set_offline(offline=True)
        page = phone.page
        page.get_by_role("link", name="Ann Example").click()
        page.get_by_role("button", name="Report a fault").click()
        _seen(phone, "fault")
        page.get_by_label("profiling bed").check()
        page.get_by_label("What is wrong").fill("the brake slips")
        page.get_by_role("button", name="Put it on hold").click()
        expect(page.get_by_role("alert")).to_contain_text("Do not deliver this profiling bed")
        expect(page.get_by_role("alert")).to_contain_text("the brake slips. Call the depot.")
        _seen(phone, "held")
        page.get_by_role("button", name="Scan first item").click()
        phone.type_code(bed)
        expect(page.get_by_role("status").first).to_contain_text("Do not deliver this")
        _seen(phone, "held-scanned")
        phone.context.set_offline(offline=False)
        expect(page.get_by_text("Everything has been sent.")).to_be_visible()
    assert day.actions(bed) == ["hold"]


def test_five_wrong_pins_leave_nobody_on_the_phone(
    day: RoundDay, browser: Browser, tmp_path: Path
) -> None:
    """The day is gone; what was done and not sent is not, and goes out after a sign-in."""
    phone = Phone(tmp_path / "phone", day)
    with on_its_own(browser, phone):
        phone.set_up()
        phone.context.set_offline(offline=True)
        phone.page.get_by_role("link", name="Ann Example").click()
        phone.page.get_by_role("button", name="Scan first item").click()
        phone.type_code(day.delivered[0])
        expect(phone.page.get_by_text("Delivered", exact=True)).to_be_visible()
    with on_its_own(browser, phone):
        phone.seen.open("/round")
        for left in ("4 tries left", "3 tries left", "2 tries left", "1 try left", None):
            phone.page.get_by_label("PIN").fill("000000")
            phone.page.get_by_role("button", name="Open", exact=True).click()
            if left:
                expect(phone.page.get_by_role("alert")).to_contain_text(left)
        expect(_locked_out(phone.page)).to_be_visible()
        _seen(phone, "locked-out")
        assert not phone.keeps("day")
        assert phone.unsent() == 1
        phone.open_again()
        expect(_locked_out(phone.page)).to_be_visible()
        phone.page.get_by_role("button", name="Sign in").click()
        phone.give_password()
        phone.page.get_by_label("PIN").fill(PIN)
        phone.page.get_by_role("button", name="Open", exact=True).click()
        expect(phone.page.get_by_text("Everything has been sent.")).to_be_visible()
    assert day.actions(day.delivered[0]) == ["deliver"]


def test_things_are_mended_checked_and_swapped_at_home(browser: Browser, tmp_path: Path) -> None:
    """Each is the next thing to do at its stop; then the stop is finished."""
    kinds = ("repair", "service", "swap")
    with round_day(asked=kinds) as day:
        phone = Phone(tmp_path / "phone", day)
        with switched_on(browser, phone):
            phone.set_up()
            page = phone.page
            for kind, do in zip(kinds, (_mend, _check, _swap), strict=True):
                page.goto("about:blank")
                phone.unlock()
                _open_stop(phone, day.asked[kind][0])
                do(phone, *day.asked[kind])
            phone.wait_until_sent()
        mended, checked, (old, new) = (day.asked[kind] for kind in kinds)
        assert day.actions(mended[0]) == ["repair"]
        assert day.actions(checked[0]) == ["check"]
        assert (day.actions(old), day.actions(new)) == (["collect"], ["deliver"])
        assert day.item(new)["state"] == "on_loan"


def _open_stop(phone: Phone, code: str) -> None:
    """Look through the stops for the one that a thing is at."""
    page = phone.page
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your round,")
    links = page.locator("a[href^='#stop']").all()
    # By their addresses: the list may be drawn anew, with a day that has come, under a press.
    for stop in [link.get_attribute("href") for link in links]:
        page.evaluate("stop => { location.hash = stop; }", stop)
        page.get_by_role("link", name="All stops").wait_for()
        if page.get_by_text(code[:4]).count():
            return
        page.get_by_role("link", name="All stops").click()
        page.get_by_role("link", name="All stops").wait_for(state="detached")
    raise AssertionError(f"no stop is about {code}")


def _mend(phone: Phone, code: str, _: str) -> None:
    page = phone.page
    page.get_by_role("button", name="Mend commode").click()
    page.get_by_role("button", name="It is mended").click()
    expect(page.get_by_role("alert")).to_contain_text("how many minutes")
    _seen(phone, "mend")
    page.get_by_label("Minutes it took").fill("20")
    page.get_by_label("What was done").fill("Oiled the wheels")
    page.get_by_role("button", name="It is mended").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Stop")
    assert code


def _check(phone: Phone, code: str, _: str) -> None:
    page = phone.page
    page.get_by_role("button", name="Check commode").click()
    _seen(phone, "check")
    for passed in page.get_by_label("Passed").all():
        passed.check()
    page.get_by_role("button", name="Save the check").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Stop")
    assert code


def _swap(phone: Phone, old: str, new: str) -> None:
    page = phone.page
    page.get_by_role("button", name="Scan").first.click()
    phone.type_code(new)
    page.get_by_role("button", name="It stays here for the old commode").click()
    expect(page.get_by_text("Delivered", exact=True)).to_be_visible()
    phone.type_code(old)
    expect(page.get_by_text("Collected", exact=True)).to_be_visible()
    _seen(phone, "swapped")
    expect(page.get_by_role("list")).not_to_contain_text("Swap")


def test_a_revoked_phone_forgets_everything(
    day: RoundDay, browser: Browser, tmp_path: Path
) -> None:
    """At the next contact, what was not sent included; the page says so."""
    phone = Phone(tmp_path / "phone", day)
    with switched_on(browser, phone):
        phone.set_up()
        phone.context.set_offline(offline=True)
        phone.page.get_by_role("button", name="Load van").click()
        phone.type_code(day.delivered[0])
        expect(phone.page.get_by_text("On the van")).to_be_visible()
        _revoke(day, phone.device())
        phone.context.set_offline(offline=False)
        phone.page.evaluate("dispatchEvent(new Event('online'))")
        gone = phone.page.get_by_role("heading", name="This phone is no longer registered")
        expect(gone).to_be_visible()
        _seen(phone, "revoked")
        phone.page.wait_for_function("indexedDB.databases().then((all) => all.length === 0)")
    assert day.actions(day.delivered[0]) == []


def _revoke(day: RoundDay, device: str) -> None:
    day.post_as_admin(f"/admin/devices/{device}/revoke", {})


# Keys as quick as a hardware scanner's, and Enter.
_SCANNER = """(code) => {
    for (const key of [...code, "Enter"]) {
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    }
}"""


def _locked_out(page: Page) -> Locator:
    return page.get_by_role("heading", name="Too many wrong PINs")


def mistyped(code: str) -> str:
    """The code with its last character wrong."""
    return code[:-1] + ("2" if code[-1] != "2" else "3")


def _seen(phone: Phone, name: str) -> None:
    phone.shoot(name)
    phone.seen.check()
