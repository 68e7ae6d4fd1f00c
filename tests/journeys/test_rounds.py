"""A coordinator plans a day, moves a stop, takes a van off the road and publishes."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from budget.years import london_day
from equipment.working_days import working_day_after
from tests.journeys.browser import Visit, visit
from tests.journeys.service import PASSWORD, ask, furnish, running, scan, signed_in

POSTCODES = ("NG1 1AB", "NG2 1AA", "NG5 1QP", "NG7 2NR", "NG9 1GL", "NG3 5AA")


@dataclass
class Store:
    """A service whose coordinator has a day's deliveries to plan, and somebody with a bed."""

    address: str
    client: httpx.Client
    lent_to: str
    day: date


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Run the service for all of them."""
    with running() as service, signed_in(service) as client:
        lent_to = furnish(client)
        for code in ("V2", "V3"):
            van = {"code": code, "depot": "D1", "payload_kg": 700, "volume_l": 7_000, "crew": 2}
            shift = {"shift": {"from": "08:00", "to": "16:00"}}
            ask(client, "POST", "/api/vans", json=van | shift)
        new = {"sku": "BED01", "depot": "D1", "quantity": 20}
        items = ask(client, "POST", "/api/items", json=new)["items"]
        lend = [scan(item["code"], "deliver", person=lent_to, funder="04K") for item in items[:2]]
        ask(client, "POST", "/api/scans", json={"scans": lend})
        for name in ("coordinator", "prescriber"):
            user = {"username": name, "password": PASSWORD, "roles": [name], "partner": "04K"}
            ask(client, "POST", "/api/users", json=user)
        for postcode in POSTCODES:
            _order(client, postcode)
        # Somebody whose postcode nobody knows: they are on no van, with why.
        _order(client, "ZZ99 3VZ")
        day = working_day_after(london_day(datetime.now(UTC)), 1)
        yield Store(service.address, client, lent_to, day)


def _order(client: httpx.Client, postcode: str) -> None:
    who = {"name": "Ada Example", "funder": "04K", "postcode": postcode, "address": "1 High St"}
    person = ask(client, "POST", "/api/people", json=who)["id"]
    lines = [{"sku": "BED01", "quantity": 1}]
    order = {"id": str(uuid4()), "person": person, "lines": lines, "speed": "next_day"}
    ask(client, "POST", "/api/orders", json=order)


def test_a_day_is_planned_changed_and_published(store: Store, browser: Browser) -> None:
    """Every page on the way fits and meets WCAG; the map and the lanes are there."""
    day = f"/rounds?depot=D1&day={store.day}"
    with visit(browser, store.address, widths=(390, 1280)) as seen:
        page = _sign_in(seen, "coordinator", day)
        _seen(seen, "day-empty")
        page.get_by_role("button", name="Plan the day").click()
        expect(page.get_by_text("The day has been planned.")).to_be_visible()
        expect(page.get_by_role("img", name="Map of the stops")).to_be_visible()
        expect(page.get_by_role("table", name="On no van")).to_contain_text("ZZ99 3VZ")
        _seen(seen, "day-draft")
        page.get_by_role("link", name="Move").first.click()
        _seen(seen, "move")
        page.get_by_label("Where to").select_option("out")
        page.get_by_role("button", name="See what this would do").click()
        expect(page.get_by_text("The day would cost")).to_be_visible()
        _seen(seen, "move-seen")
        page.get_by_role("button", name="Keep this").click()
        expect(page.get_by_text("The draft has been changed.")).to_be_visible()
        _seen(seen, "day-moved")
        page.get_by_role("button", name="Publish the day").click()
        expect(page.get_by_text("The day has been published.")).to_be_visible()
        _seen(seen, "day-published")
        page.get_by_role("link", name="Off the road, or another crew").first.click()
        _seen(seen, "van")
        page.get_by_label("It goes nowhere on this day").check()
        page.get_by_label("Why", exact=True).fill("Broken down")
        page.get_by_role("button", name="Keep this").click()
        page.get_by_role("button", name="Plan the day anew").click()
        expect(page.get_by_text("The day has been planned.")).to_be_visible()
        _seen(seen, "day-changed")
        page.get_by_role("link", name="Sheets to print").or_(
            page.get_by_role("button", name="Sheets to print")
        ).first.click()
        _seen(seen, "sheets")


def test_a_stop_is_moved_by_keyboard_alone_without_script(store: Store, browser: Browser) -> None:
    """Plain forms and links: nothing has to be dragged."""
    with visit(browser, store.address, widths=(1280,), script=False) as seen:
        page = _sign_in(seen, "coordinator", f"/rounds?depot=D1&day={store.day}")
        _press(page, "button", "Plan the day")
        _press(page, "link", "Move")
        page.get_by_label("Where to").focus()
        page.keyboard.press("End")
        _press(page, "button", "See what this would do")
        _press(page, "button", "Keep this")
        expect(page.get_by_text("The draft has been changed.")).to_be_visible()


def test_a_stop_is_dragged_to_another_place(store: Store, browser: Browser) -> None:
    """It leads to what that would do; nothing is kept until somebody says so."""
    with visit(browser, store.address, widths=(1280,)) as seen:
        page = _sign_in(seen, "coordinator", f"/rounds?depot=D1&day={store.day}")
        page.get_by_role("button", name=re.compile("Plan the day")).click()
        expect(page.get_by_text("The day has been planned.")).to_be_visible()
        rows = page.locator(".kitback-lane tbody tr[draggable=true]")
        moved = rows.nth(0).locator("a[data-visit]").get_attribute("data-visit")
        after = rows.nth(1).locator("a[data-visit]").get_attribute("data-visit")
        rows.nth(0).drag_to(rows.nth(1))
        expect(page.get_by_text("The day would cost")).to_be_visible()
        asked = httpx.URL(page.url).params
        assert (asked["visit"], asked["place"].split(":")[1]) == (moved, after)
        seen.check()
        page.get_by_role("button", name="Keep this").click()
        expect(page.get_by_text("The draft has been changed.")).to_be_visible()
        order = [row.locator("a[data-visit]").get_attribute("data-visit") for row in rows.all()[:2]]
        assert order == [after, moved]


def test_a_collection_is_asked_for_and_fails(store: Store, browser: Browser) -> None:
    """From the person's page to the visit that follows the one that failed."""
    with visit(browser, store.address, widths=(1280, 390)) as seen:
        page = _sign_in(seen, "coordinator", f"/people/{store.lent_to}")
        page.get_by_role("link", name="Ask for a collection").click()
        _seen(seen, "collection")
        page.get_by_role("button", name="Ask for it").click()
        expect(page.get_by_text("There is a problem")).to_be_visible()
        _seen(seen, "collection-refused")
        page.get_by_role("checkbox").first.check()
        page.get_by_role("button", name="Ask for it").click()
        expect(page.get_by_text("The collection has been asked for.")).to_be_visible()
        _seen(seen, "visit")
        page.get_by_role("link", name="Change day, time or notes").click()
        _seen(seen, "visit-change")
        page.go_back()
        page.get_by_role("link", name="Say what came of it").click()
        _seen(seen, "outcome")
        page.get_by_label("It failed:").check()
        page.get_by_role("button", name="Keep this").click()
        _seen(seen, "outcome-refused")
        page.get_by_label("The person's").check()
        page.get_by_label("Why it failed").fill("Nobody at home")
        page.get_by_role("button", name="Keep this").click()
        expect(page.get_by_role("link", name="The visit that follows")).to_be_visible()
        _seen(seen, "visit-failed")
        page.get_by_role("link", name="Visits").first.click()
        _seen(seen, "visits")
        _send_fault(store)
        seen.open("/requests")
        _seen(seen, "requests")
        page.locator("table a").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Not safe")
        _seen(seen, "request")
        page.get_by_role("button", name="Settle").click()
        expect(page.get_by_text("There is a problem")).to_be_visible()
        _seen(seen, "request-refused")
        seen.open("/admin/jobs")
        page.get_by_role("button", name="Stale visits").click()
        expect(page.get_by_text("The job was run.")).to_be_visible()
        _seen(seen, "jobs")


def test_a_figure_opens_into_its_visits(store: Store, browser: Browser) -> None:
    """Definitions, sums and the visits behind them fit and meet WCAG; a slip is named."""
    ends = (("from", store.day), ("to", store.day))
    span = "&".join(
        f"{end}-{part}={getattr(day, part)}"
        for end, day in ends
        for part in ("day", "month", "year")
    )
    with visit(browser, store.address, widths=(320, 1280)) as seen:
        page = _sign_in(seen, "coordinator", f"/figures?by=depot&{span}")
        expect(page.get_by_role("heading", name="Delivered on time")).to_be_visible()
        _seen(seen, "figures")
        page.get_by_role("link", name="Still to come, All").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Still to come")
        expect(page.get_by_role("table")).to_contain_text("Delivery")
        _seen(seen, "figure-visits")
        seen.open("/figures?from-day=31&from-month=2&from-year=2026")
        expect(page.get_by_text("There is a problem")).to_be_visible()
        _seen(seen, "figures-refused")


def _send_fault(store: Store) -> None:
    """Say on the public page of something on loan that it is not safe."""
    on_loan = ask(store.client, "GET", "/api/items?state=on_loan")["results"]
    path = f"/8004/{on_loan[0]['giai']}/fault"
    headers = {"Accept": "text/html"}
    with httpx.Client(base_url=store.address, headers=headers, timeout=30) as stranger:
        [form] = re.findall(r'name="form" value="([^"]+)"', stranger.get(path).text)
        sent = stranger.post(path, data={"form": form, "message": "It wobbles"})
        assert sent.status_code == 303, sent.text


def _press(page: Page, role: str, name: str) -> None:
    target = page.get_by_role(role, name=name).first  # type: ignore[arg-type]  # one of its literals
    target.focus()
    page.keyboard.press("Enter")


def _seen(seen: Visit, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        seen.page.screenshot(path=f"{folder}/{name}-{seen.widths[0]}.png", full_page=True)
    seen.check()


def _sign_in(seen: Visit, username: str, path: str) -> Page:
    page = seen.page
    seen.open(path)
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    return page
