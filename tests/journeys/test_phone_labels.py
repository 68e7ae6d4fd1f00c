"""What the phone reads of a label is what the service reads of it."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page

from labels.code import ALPHABET, CODES, parse_code, shown, write_code
from labels.digital_link import digital_link
from labels.identifiers import giai_for, parse_designation
from labels.places import place_text
from tests.journeys.browser import chromium

SCRIPTS: Final = Path(__file__).parents[2] / "web" / "static" / "kitback" / "round"
ORIGIN: Final = "https://phone.test"
_SCRIPT: Final = "text/javascript"
_HTML: Final = "text/html"
_READ: Final = (
    "(texts) => import('/labels.js').then(({ readLabel }) => texts.map((each) => readLabel(each)))"
)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page with the phone's reader."""
    labels = (SCRIPTS / "labels.js").read_text(encoding="utf-8")
    with chromium() as browser:
        made = browser.new_page()
        made.route(f"{ORIGIN}/labels.js", lambda r: r.fulfill(body=labels, content_type=_SCRIPT))
        made.route(f"{ORIGIN}/", lambda r: r.fulfill(body="<!doctype html>", content_type=_HTML))
        made.goto(ORIGIN)
        yield made


def test_a_code_is_read_and_a_mistyped_one_caught(page: Page) -> None:
    """Whatever its form; any one wrong character is noticed, as by the service."""
    chance = random.Random(7)
    for code in [write_code(chance.randrange(CODES)) for _ in range(50)]:
        giai = giai_for("9521234", code)
        link = digital_link("https://kit.example.org/base", giai)
        forms = [code, shown(code).lower(), link, giai, f"(8004){giai}", f"]Q38004{giai}"]
        assert all(parse_designation(form) for form in forms)
        assert {each["code"] for each in _read(page, forms)} == {code}
        place = chance.randrange(len(code))
        wrong = code[:place] + chance.choice(ALPHABET.replace(code[place], "")) + code[place + 1 :]
        assert parse_code(wrong) is None
        assert [each["kind"] for each in _read(page, [wrong])] == ["none"]


@pytest.mark.parametrize("kind", ["depot", "van", "bay"])
def test_the_label_of_a_place_is_no_item(page: Page, kind: Any) -> None:
    """It says which place it is."""
    [read] = _read(page, [place_text("9521234", kind, "NOTTM")])
    assert read == {"kind": "place", "place": kind, "code": "NOTTM"}


def test_what_is_no_label_of_ours_is_none(page: Page) -> None:
    """Nor is a link that leads elsewhere; a label of an earlier system may be known by its text."""
    none = _read(page, ["", "https://example.org/", "https://example.org/8004/", "x" * 2_001])
    assert {each["kind"] for each in none} == {"none"}
    [earlier] = _read(page, ["old-000123"])
    assert (earlier["kind"], earlier["code"], earlier["alias"]) == ("item", None, "OLD000123")


def _read(page: Page, texts: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(_READ, texts)
    return found
