"""The books kept in a browser without script: a charge two agree on, a month closed for good."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from budget.years import london_day, year_of
from tests.journeys.browser import Visit, visit
from tests.journeys.service import PASSWORD, ask, furnish, running, scan, signed_in

LAST: Final = london_day(datetime.now(UTC)).replace(day=1) - timedelta(days=1)
MONTH, YEAR = f"{LAST:%B %Y}", year_of(LAST)


@dataclass
class Store:
    """A service in which a bed was lent last month."""

    address: str


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Run it; two hold its budget."""
    with running() as service, signed_in(service) as client:
        person = furnish(client)
        goods = {"sku": "BED01", "depot": "D1", "quantity": 1}
        item = ask(client, "POST", "/api/items", json=goods)["items"][0]["code"]
        at = datetime(LAST.year, LAST.month, LAST.day, 12, tzinfo=UTC).isoformat()
        delivery = scan(item, "deliver", person=person, occurred_at=at)
        ask(client, "POST", "/api/scans", json={"scans": [delivery]})
        # Each test has a charge to look at, whichever is first.
        charge = {"id": str(uuid4()), "kind": "adjustment", "partner": "04K", "pence": 100}
        charge |= {"happened_on": LAST.isoformat(), "reason": "Rounding"}
        ask(client, "POST", "/api/charges", json=charge)
        for name in ("ada", "bob"):
            new: dict[str, Any] = {"username": name, "password": PASSWORD, "partner": "04K"}
            ask(client, "POST", "/api/users", json=new | {"roles": ["budget_holder"]})
        yield Store(service.address)


def sign_in(seen: Visit, username: str) -> Page:
    """Sign in."""
    page = seen.page
    seen.open("/sign-in")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    return page


def test_the_books_are_kept_without_script(store: Store, browser: Browser) -> None:
    """Ada proposes, Bob approves, an administrator closes the month; a late charge says so."""
    with visit(browser, store.address, widths=(390,), script=False) as seen:
        page = sign_in(seen, "ada")
        page.get_by_role("link", name="Charges").click()
        page.get_by_role("button", name="Propose a charge").click()
        page.get_by_role("button", name="Propose it").click()
        expect(page.get_by_role("alert")).to_contain_text("Choose a kind of charge.")
        page.get_by_label("Management fee").check()
        page.get_by_label("Partner", exact=True).select_option("04K")
        page.get_by_label("Amount").fill("2,500")
        for part, number in (("Day", LAST.day), ("Month", LAST.month), ("Year", LAST.year)):
            page.get_by_label(part, exact=True).fill(str(number))
        page.get_by_label("Reason").fill("Third quarter")
        page.get_by_role("button", name="Propose it").click()
        expect(page.get_by_text("somebody else decides")).to_be_visible()
        charge = page.url
    with visit(browser, store.address, widths=(390,), script=False) as seen:
        page = sign_in(seen, "bob")
        page.goto(charge)
        page.get_by_role("button", name="Approve").click()
        expect(page.get_by_text("The charge was approved.")).to_be_visible()
    with visit(browser, store.address, widths=(390,), script=False) as seen:
        page = sign_in(seen, "admin")
        seen.open("/budget")
        # What is folded on the screen is printed, without script as well.
        partners = page.locator("table", has_text="Where each partner stands")
        expect(partners).to_be_hidden()
        page.emulate_media(media="print")
        expect(partners).to_be_visible()
        page.emulate_media(media="screen")
        page.get_by_role("link", name="Close a month").click()
        expect(page.get_by_role("heading", name=f"Close {MONTH}")).to_be_visible()
        page.get_by_role("button", name="Close it for good").click()
        expect(page.get_by_role("alert")).to_contain_text("Tick that it is to be closed for good.")
        page.get_by_label(f"Close {MONTH} for good").check()
        page.get_by_role("button", name="Close it for good").click()
        expect(page.get_by_text(f"{MONTH} is closed.")).to_be_visible()
        seen.open(f"/budget/partner?year={YEAR}&partner=04K")
        page.get_by_role("link", name=MONTH).click()
        expect(page.get_by_text("Closed", exact=True)).to_be_visible()
        expect(page.get_by_text("Management fee: Third quarter")).to_be_visible()
        page.locator("dl").get_by_role("link").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Issues of")


RECYCLED = (
    "?by=partner&", "?by=month&", "/cohorts?", "/waiting?", "/variation?by=partner&",
    "/movements?count=issued&",
)  # fmt: skip


def test_the_pages_of_the_books_fit_everybody(store: Store, browser: Browser) -> None:
    """No sideways scrolling, nothing that axe finds fault with; refused forms, too."""
    with visit(browser, store.address) as seen:
        page = sign_in(seen, "admin")
        for path in (
            "/budget/charges?status=", "/budget/charges/new", "/budget/close",
            "/budget/reconciliation",
            f"/budget/reconciliation?year={YEAR}&month={LAST:%Y-%m}",
            f"/budget/statement?year={YEAR}&partner=04K&month={LAST:%Y-%m}",
            f"/budget/statement?year={YEAR}&partner=04K&figure=issues",
            f"/budget/statement?year={YEAR}&partner=04K&whole=yes",
            f"/budget/partner?year={YEAR}&partner=04K", "/budget",
            f"/budget/figure?year={YEAR}&figure=issues",
            f"/budget/month?year={YEAR}&month={LAST:%Y-%m}",
            f"/budget/committed?year={YEAR}&partner=04K",
            *(f"/budget/recycling{each}from={LAST.replace(day=1)}&to={LAST}" for each in RECYCLED),
        ):  # fmt: skip
            seen.open(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            seen.check()
        seen.open("/budget/charges/new")
        page.get_by_role("button", name="Propose it").click()
        expect(page.get_by_role("alert")).to_be_visible()
        seen.check()
        seen.open("/budget/charges?status=")
        page.locator("main table a").first.click()
        seen.check()
