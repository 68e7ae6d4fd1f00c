"""What a crew notes at a stop, from its phone to the visit's page."""

import os
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.journeys.browser import Visit, visit
from tests.journeys.phone import Phone, door, sign, switched_on
from tests.journeys.round_day import RoundDay, round_day
from tests.journeys.service import PASSWORD, ask


def test_what_is_said_at_a_stop_stands_on_the_visit_s_page(
    browser: Browser, tmp_path: Path
) -> None:
    """Checked, missing, condition, instructions, signature and photo, for the office to see."""
    with round_day() as day:
        _say(day, browser, tmp_path)


def _say(day: RoundDay, browser: Browser, tmp_path: Path) -> None:
    said = {
        "BED01": {
            "checklist": "Brakes hold\nRises and lowers",
            "instructions": "Show the handset.",
        },
        "TOI01": {"parts": "Lid\nPan"},
    }
    for sku, told in said.items():
        day.post_as_admin(f"/admin/products/{sku}/handling", told)
    phone = Phone(tmp_path / "phone", day)
    with switched_on(browser, phone):
        phone.set_up()
        phone.context.set_offline(offline=True)
        page = phone.page
        page.get_by_role("link", name="Ann Example").click()
        page.get_by_role("button", name="Scan first item").click()
        for code in (*day.delivered[:2], *day.collected):
            phone.type_code(code)
            expect(page.get_by_role("status").first).to_contain_text(code[:4])
        page.get_by_role("button", name="Finish this stop").click()
        expect(page.get_by_text("Show the handset.")).to_be_visible()
        page.get_by_label("Brakes hold").check()
        page.get_by_label("Pan").check()
        page.get_by_role("group", name="Condition").last.get_by_label("Damaged or soiled").check()
        page.get_by_label("Instructions handed over").check()
        page.get_by_label("Who signs").fill("Ann's sister")
        sign(page)
        page.get_by_label("Photo, if it helps").set_input_files(door(tmp_path))
        expect(page.get_by_role("img", name="The photo that was taken")).to_be_visible()
        page.get_by_role("button", name="Save and go on").click()
        expect(page.get_by_role("alert")).to_contain_text("Rises and lowers.")
        phone.shoot("unchecked")
        phone.seen.check()
        page.get_by_label("Rises and lowers").check()
        page.get_by_role("button", name="Save and go on").click()
        expect(page.get_by_text("This stop is done.")).to_be_visible()
        phone.context.set_offline(offline=False)
        phone.wait_until_sent()
    person = day.item(day.delivered[0])["person"]
    [done] = ask(day.client, "GET", f"/api/visits?person={person}")["results"]
    assert done["status"] == "done"
    with visit(browser, day.address, widths=(390, 1280)) as office:
        _look_at_visit(office, done["id"])


def _look_at_visit(office: Visit, number: str) -> None:
    """As a coordinator reads it."""
    page = office.page
    office.open(f"/sign-in?next=%2Fvisits%2F{number}")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    crew = page.get_by_role("table", name="What the crew said")
    for words in (
        "Signed for.",
        "Signed by: Ann's sister",
        "Instructions handed over: yes",
        "Checked: Brakes hold, Rises and lowers",
        "Condition: damaged; Missing: Pan",
    ):
        expect(crew).to_contain_text(words)
    drawn = crew.get_by_role("img", name="What was signed")
    expect(drawn).to_be_visible()
    assert drawn.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 600
    expect(crew.get_by_role("link", name="Photograph 1")).to_be_visible()
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/visit-{office.widths[0]}.png", full_page=True)
    office.check()
