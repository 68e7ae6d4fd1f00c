"""A depot's day on pages: planned, a stop moved, a van off, published, printed."""

import re
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from budget.years import london_day
from equipment.working_days import working_day_after
from labels.places import place_text
from labels.qr import matrix, path
from settings import DEMONSTRATION_GCP
from tests.api.conftest import application
from tests.filled import Filled, as_admin
from tests.logistics.calling import open_rounds, order, somebody, stock, told
from tests.web.conftest import SERVICE, signed_in
from tests.web.ordering import staff, words

POSTCODES = ("NG1 1AB", "NG2 1AA", "NG5 1QP", "NG7 2NR")


def _day() -> date:
    """The day on which what is ordered today for the next working day is due."""
    return working_day_after(london_day(datetime.now(UTC)), 1)


def _asked(**fields: Any) -> dict[str, Any]:
    return {"depot": "D1", "day": _day().isoformat()} | fields


def _page(**fields: Any) -> str:
    return "/rounds?" + str(httpx.QueryParams(_asked(**fields)))


async def _version(browser: httpx.AsyncClient) -> str:
    page = await browser.get(_page())
    return str(re.findall(r'name="version" value="(\d+)"', page.text)[0])


async def _furnish(admin: httpx.AsyncClient) -> dict[str, Any]:
    """Four people each wait for a commode, due on the day; one has a name to be escaped."""
    await open_rounds(admin)
    for role in ("coordinator", "technician", "depot"):
        await staff(admin, role, role)
    await staff(admin, "other", "coordinator")
    await stock(admin, quantity=len(POSTCODES))
    for postcode in POSTCODES:
        ada = {"name": "Ada <b>", "postcode": postcode, "address": "1 <i>High</i> St"}
        await order(admin, await somebody(admin, **ada))
    async with signed_in(application(SERVICE), "coordinator") as browser:
        answer = await browser.post("/rounds/plan", data=_asked())
        assert answer.status_code == 303, words(answer)
        assert answer.headers["Location"] == _page()
    day: dict[str, Any] = await told(admin, f"rounds/day?depot=D1&date={_day()}")
    return day


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
def planned(begun: Filled[dict[str, Any]]) -> dict[str, Any]:
    """The day as it was planned on the page: what the API says of it."""
    return begun.told


async def test_a_day_is_planned_looked_at_and_published(
    app: Litestar, admin: httpx.AsyncClient, planned: dict[str, Any]
) -> None:
    """Lanes with times and loads, a map with a number for each stop, then no draft any more."""
    async with signed_in(app, "coordinator") as browser:
        page = await browser.get(_page())
        # On the map of them all, and on each van's own.
        assert page.text.count("<circle") == 2 * len(POSTCODES)
        assert page.text.count("Ada &lt;b&gt;<br>NG") == len(POSTCODES)
        assert "of 900 kg" in words(page)
        assert "Every open visit is on a van." in words(page)
        for each in planned["rounds"]:
            for stop in each["stops"]:
                assert f"/visits/{stop['visit']}" in page.text
        answer = await browser.post("/rounds/publish", data=_asked(version=planned["version"]))
        assert answer.headers["Location"] == _page()
        page = await browser.get(_page())
        assert "Publish the day" not in page.text
    statuses = {each["status"] for each in (await told(admin, "visits"))["results"]}
    assert statuses == {"planned"}


async def test_what_a_move_costs_is_shown_before_it_is_kept(
    app: Litestar, admin: httpx.AsyncClient, planned: dict[str, Any]
) -> None:
    """Looked at, nothing has changed; kept, it is pinned, and the other coordinator is told."""
    stop = planned["rounds"][0]["stops"][-1]["visit"]
    typed = _asked(visit=stop, place="V2:", pinned="yes")
    async with signed_in(app, "coordinator") as browser, signed_in(app, "other") as second:
        first = await browser.get("/rounds/move", params=_asked(visit=stop))
        assert "What this would do" not in words(first)
        seen = await second.get("/rounds/move", params=typed)
        page = await browser.get("/rounds/move", params=typed)
        assert "The day would cost" in words(page)
        assert "V2 at" in words(page)
        assert await _version(browser) == str(planned["version"])
        [version] = re.findall(r'name="version" value="(\d+)"', page.text)
        kept = typed | {"version": version}
        answer = await browser.post("/rounds/move", data=kept)
        assert answer.status_code == 303, words(answer)
        assert "Pinned by coordinator" in words(await browser.get(_page()))
        assert f'value="{version}"' in seen.text
        refused = await second.post("/rounds/move", data=kept | {"place": "out"})
        assert refused.status_code == 422
        assert "coordinator changed it at" in words(refused)
        assert "put on V2, by coordinator" in words(refused)
    day = await told(admin, f"rounds/day?depot=D1&date={_day()}")
    on_two = [each for each in day["rounds"] if each["van"] == "V2"]
    assert on_two[0]["stops"][0]["visit"] == stop


async def test_a_stop_that_is_left_out_breaks_its_promise_and_is_said_to(
    app: Litestar, planned: dict[str, Any]
) -> None:
    """Before it is kept; then it is on no van, with why, and comes back by the same form."""
    stop = planned["rounds"][0]["stops"][0]["visit"]
    async with signed_in(app, "coordinator") as browser:
        typed = _asked(visit=stop, place="out")
        page = await browser.get("/rounds/move", params=typed)
        assert "On no van: its promise" in words(page)
        await browser.post("/rounds/move", data=typed | {"version": planned["version"]})
        assert "coordinator has left it out of this day." in words(await browser.get(_page()))
        typed = _asked(visit=stop, place="V1:", version=await _version(browser))
        assert (await browser.post("/rounds/move", data=typed)).status_code == 303
        assert "Every open visit is on a van." in words(await browser.get(_page()))


async def test_a_van_off_the_road_moves_promises_that_are_shown_first(
    app: Litestar, planned: dict[str, Any]
) -> None:
    """Published, then the van breaks down: the page says what publishing again would change."""
    van = planned["rounds"][0]["van"]
    async with signed_in(app, "coordinator") as browser:
        await browser.post("/rounds/publish", data=_asked(version=planned["version"]))
        path = f"/rounds/vans/{van}"
        form = await browser.get(path, params=_asked())
        assert "It goes nowhere on this day" in words(form)
        wrong = await browser.post(path, data=_asked(**{"crew-0": "nobody"}))
        assert "There is no such technician." in words(wrong)
        said = _asked(off="yes", reason="Broke <b>down", **{"crew-0": "technician"})
        assert (await browser.post(path, data=said)).status_code == 303
        await browser.post("/rounds/plan", data=_asked(version=await _version(browser)))
        page = await browser.get(_page())
        assert "What publishing would change" in words(page)
        assert f"makes it instead of {van}." in words(page)
        assert "Broke &lt;b&gt;down" in page.text


async def test_sheets_name_people_to_those_who_go_there_only(
    app: Litestar, planned: dict[str, Any]
) -> None:
    """A box and the codes for what is loaded; the depot prints what goes, and not to whom."""
    assert planned
    sheets = "/rounds/sheets?" + str(httpx.QueryParams(_asked()))
    async with signed_in(app, "coordinator") as browser:
        page = await browser.get(sheets)
        assert "Ada &lt;b&gt;" in page.text
        assert "1 &lt;i&gt;High&lt;/i&gt; St" in page.text
        assert page.text.count("kitback-box") >= 2 * len(POSTCODES)
        assert "DRAFT" in page.text
        # Each van's own label, as it is on the van.
        for each in planned["rounds"]:
            text = place_text(DEMONSTRATION_GCP, "van", each["van"])
            assert path(matrix(text)) in page.text
    async with signed_in(app, "depot") as browser:
        page = await browser.get(sheets)
        assert "Commode" in page.text
        assert "Ada" not in words(page)
        assert "High" not in page.text
        assert "NG5 1QP" not in (await browser.get(_page())).text
        assert "/rounds/move?" not in (await browser.get(_page())).text


async def test_what_is_no_day_depot_or_visit_is_not_there(
    app: Litestar, planned: dict[str, Any]
) -> None:
    """Nothing typed into the address or a form is carried out or makes a fault of ours."""
    async with signed_in(app, "coordinator") as browser:
        for odd in ({"day": "2026-02-31"}, {"day": "<b>"}, {"depot": "NONE"}):
            assert (await browser.get(_page(**odd))).status_code == 404
        unplanned = await browser.get(_page(day="2020-01-01"))
        assert "Nobody has planned this day yet." in words(unplanned)
        assert (await browser.get("/rounds")).status_code == 200
        for visit in ("x", str(uuid4())):
            answer = await browser.get("/rounds/move", params=_asked(visit=visit))
            assert answer.status_code == 404
        stop = planned["rounds"][0]["stops"][0]["visit"]
        for place in ("V9:", "V2:x", f"V2:{stop}", ":", "<b>"):
            params = _asked(visit=stop, place=place, begins="25:61")
            answer = await browser.get("/rounds/move", params=params)
            assert answer.status_code == 422, place
        for day in ("0001-01-01", "9999-12-31"):
            answer = await browser.get(_page(day=day))
            assert answer.status_code in {200, 404}
            answer = await browser.post("/rounds/plan", data=_asked(day=day))
            assert answer.status_code in {404, 422}
