"""The phone's queue against a model: whatever happens, each scan has one effect, in order."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, Route

from equipment.lifecycle import GIVEN_REUSE
from tests.journeys.browser import chromium

HERE: Final = Path(__file__).parent
SCRIPTS: Final = HERE.parents[1] / "web" / "static" / "kitback" / "round"
ORIGIN: Final = "https://phone.test"
ITEMS: Final = st.sampled_from(["bed", "hoist", "commode", "refused", "unreadable"])
NETWORKS: Final = st.lists(
    st.sampled_from(["ok", "cut", "busy", "answer lost", "half", "signed-out"]),
    min_size=1,
    max_size=4,
)
HAPPENINGS: Final = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["scan", "scan elsewhere", "die"]), ITEMS),
        st.tuples(st.sampled_from(["send", "send twice"]), NETWORKS),
    ),
    max_size=25,
)
_names = count(1)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page with the phone's own scripts, and no service behind it."""
    with chromium() as browser:
        made = browser.new_page()
        made.route(f"{ORIGIN}/**", _serve)
        made.goto(ORIGIN)
        yield made


def _serve(route: Route) -> None:
    path = route.request.url.removeprefix(ORIGIN)
    if path.startswith("/round/"):
        file = SCRIPTS / path.removeprefix("/round/")
    elif path == "/queue_model.js":
        file = HERE / "queue_model.js"
    else:
        route.fulfill(body="<!doctype html><title>Phone</title>", content_type="text/html")
        return
    route.fulfill(body=file.read_text(encoding="utf-8"), content_type="text/javascript")


@settings(max_examples=60, deadline=None)
@given(happenings=HAPPENINGS)
def test_whatever_happens_each_scan_has_one_effect_in_order(
    page: Page, happenings: list[tuple[str, Any]]
) -> None:
    """Any order of scan, send, lose, kill and answer, in two tabs: nothing lost, nothing twice."""
    told = page.evaluate(
        "([name, told]) => import('/queue_model.js').then(({ play }) => play(name, told))",
        [f"queue-{next(_names)}", json.loads(json.dumps(happenings))],
    )
    entries, effects = told["entries"], told["effects"]
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    stored = {entry["id"]: entry for entry in entries}
    # What was shown to be saved is there under its number; what died half-way may be.
    for scan in told["recorded"]:
        assert stored[scan["id"]]["seq"] == scan["seq"]
    bad = {"refused", "unreadable"}
    assert {entry["status"] for entry in entries if entry["item"] in bad} <= {"refused"}
    assert {entry["status"] for entry in entries if entry["item"] not in bad} <= {"done"}
    expected = [entry["id"] for entry in entries if entry["item"] not in bad]
    assert [effect["id"] for effect in effects] == expected


def test_what_is_used_up_is_given_on_the_phone_as_by_the_service(page: Page) -> None:
    """Delivered without a network, a consumable is nobody's loan."""
    kinds = ["reusable", *sorted(GIVEN_REUSE)]
    states = page.evaluate(
        "(kinds) => import('/round/standing.js').then(({ after }) => kinds.map((reuse) =>"
        " after({ state: 'loaded' }, 'deliver', { person: 'p' }, { reuse }).state))",
        kinds,
    )
    assert states == ["on_loan", *["given"] * len(GIVEN_REUSE)]
