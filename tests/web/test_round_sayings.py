"""What crews say beside their scans, and who sees it: lateness, outcomes, how things are used."""

import base64
import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from PIL import Image

from budget.years import london_day
from tests.filled import as_admin
from tests.logistics.calling import collection, on_loan, open_rounds, somebody, told
from tests.logistics.phoning import Phone, published, statuses, technician
from tests.web.conftest import signed_in
from tests.web.ordering import staff, words


async def _furnish(admin: httpx.AsyncClient) -> None:
    """Two commodes are to be fetched by pat, from Ann and from Ben."""
    await open_rounds(admin)
    await technician(admin)
    await staff(admin, "cora", "coordinator")
    visits = []
    for name in ("Ann", "Ben"):
        person = await somebody(admin, name=name)
        await on_loan(admin, person)
        visits.append((await collection(admin, person))["id"])
    await published(admin, visits, "pat")


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
async def phone(app: Litestar) -> AsyncIterator[Phone]:
    """Hand pat a phone; two commodes are to be fetched, from Ann and from Ben."""
    async with signed_in(app, "pat") as browser:
        browser.headers["Accept"] = "*/*"
        phone = Phone(browser)
        await phone.register()
        yield phone


def _times(day: dict[str, Any]) -> list[float]:
    """By how many minutes each stop is later than it was published."""
    return [
        (datetime.fromisoformat(stop["expected"]["arrive_at"])
            - datetime.fromisoformat(stop["arrive_at"])).total_seconds() / 60
        for stop in day["stops"]
    ]  # fmt: skip


async def test_a_crew_that_is_late_is_late_on_its_phone_and_for_the_coordinator(
    app: Litestar, admin: httpx.AsyncClient, phone: Phone
) -> None:
    """The newest word counts; 0 is on time again. Programs see it in the rounds."""
    today = london_day(datetime.now(UTC))
    async with signed_in(app, "cora") as office:
        path = f"/rounds?depot=D1&day={today}"
        assert "late" not in words(await office.get(path)).replace("Late:", "")
        assert statuses(await phone.send(phone.entry("late", minutes=25))) == ["accepted"]
        day = await phone.day()
        assert (_times(day), day["rounds"][0]["late_minutes"]) == ([25, 25], 25)
        [listed] = (await told(admin, f"rounds?date={today}"))["results"]
        assert (listed["id"], listed["late_minutes"]) == (day["rounds"][0]["id"], 25)
        page = words(await office.get(path))
        assert "25 minutes late" in page
        assert "Said by pat at" in page
        assert page.count("now about") == 2
        await phone.send(phone.entry("late", minutes=0))
        assert _times(await phone.day()) == [0, 0]
        assert "on time again" in words(await office.get(path))


async def test_the_coordinator_sees_that_a_crew_has_closed_its_day(
    app: Litestar, phone: Phone
) -> None:
    """With what was not accounted for, and without once it is."""
    today = london_day(datetime.now(UTC))
    stops = (await phone.day())["stops"]
    [first, second] = (stop["lines"][0]["items"][0] for stop in stops)
    visits = [stop["visit"] for stop in stops]
    await phone.send(phone.scan(first, "collect", van="V1", visit=visits[0]))
    await phone.browser.post("/round/close", json={"device": phone.device})
    async with signed_in(app, "cora") as office:
        path = f"/rounds?depot=D1&day={today}"
        said = "pat closed the day at"
        assert said in words(await office.get(path))
        assert "with 1 item still on the van and 1 visit not done." in words(await office.get(path))
        await phone.send(
            phone.scan(second, "collect", van="V1", visit=visits[1]),
            phone.scan(first, "return", depot="D1"),
            phone.scan(second, "return", depot="D1"),
        )
        await phone.browser.post("/round/close", json={"device": phone.device})
        page = words(await office.get(path))
        assert "with everything accounted for." in page
        assert page.count(said) == 1


async def test_a_round_of_somebody_else_s_is_not_late_by_this_crew_s_word(
    admin: httpx.AsyncClient, phone: Phone
) -> None:
    """Nor one that is not there: refused, with what to name."""
    await technician(admin, "kim")
    other = await published(admin, [], "kim", van="V2")
    for number in (other, str(uuid4())):
        [answer] = await phone.send(phone.entry("late", minutes=5, round=number))
        assert answer["status"] == "refused"
        assert answer["problem"]["errors"][0]["field"] == "round"


async def test_what_a_crew_says_of_a_visit_is_kept_and_shown_to_who_sees_the_person(
    app: Litestar, admin: httpx.AsyncClient, phone: Phone
) -> None:
    """Who signed, what was checked and is missing, what is to come; the store sees none of it."""
    await staff(admin, "dee", "depot", partner=None)
    stop = (await phone.day())["stops"][0]
    line = stop["lines"][0]["line"]
    details = {
        "signer": "Ann's <son>",
        "instructions": True,
        "next": "<b>Ring</b>",
        "lines": [{"line": line, "condition": "worn", "checked": [], "missing": ["Lid"]}],
    }
    entry = phone.entry(
        "outcome", visit=stop["visit"], outcome="done", photo="None <taken>", details=details
    )
    assert statuses(await phone.send(entry)) == ["accepted"]
    async with signed_in(app, "cora") as office:
        page = await office.get(f"/visits/{stop['visit']}")
        assert "Photograph: None &lt;taken&gt;" in page.text
        assert "Commode: Condition: worn; Missing: Lid" in words(page)
        assert "Signed by: Ann&#39;s &lt;son&gt;" in page.text
        assert "Next: &lt;b&gt;Ring&lt;/b&gt;" in page.text
    async with signed_in(app, "dee") as store:
        assert "Ann's" not in words(await store.get(f"/visits/{stop['visit']}"))


async def test_what_was_signed_is_shown_as_a_picture_that_no_browser_runs(
    app: Litestar, admin: httpx.AsyncClient, phone: Phone
) -> None:
    """Written anew by us, for who sees the person; what is no picture is none."""
    await staff(admin, "dee", "depot", partner=None)
    first, second = (await phone.day())["stops"]
    drawn = io.BytesIO()
    Image.new("RGBA", (600, 220), (0, 0, 0, 0)).save(drawn, "PNG")
    signed = "data:image/png;base64," + base64.b64encode(drawn.getvalue()).decode()
    script = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>").decode()
    for stop, url in ((first, signed), (second, f"data:image/svg+xml;base64,{script}")):
        entry = phone.entry("outcome", visit=stop["visit"], outcome="done", signature=url)
        assert statuses(await phone.send(entry)) == ["accepted"]
    paths = []
    async with signed_in(app, "cora") as office:
        for stop in (first, second):
            page = await office.get(f"/visits/{stop['visit']}")
            paths += re.findall('<img class="kitback-signature" src="([^"]+)"', page.text)
        answers = [await office.get(path) for path in paths]
        assert [answer.status_code for answer in answers] == [200, 404]
        assert answers[0].headers["Content-Type"] == "image/webp"
        assert "sandbox" in answers[0].headers["Content-Security-Policy"]
        assert Image.open(io.BytesIO(answers[0].content)).size == (600, 220)
        mixed = [paths[0].replace(first["visit"], second["visit"]), f"{paths[0][:-9]}photo"]
        for path in (*mixed, f"{paths[0][:-9]}actor"):
            assert (await office.get(path)).status_code == 404
    async with signed_in(app, "dee") as store:
        assert (await store.get(paths[0])).status_code in {403, 404}


async def test_details_of_any_shape_break_nothing(app: Litestar, phone: Phone) -> None:
    """What cannot be kept, or is too much, is refused; the rest is shown as well as it goes."""
    first, second = (await phone.day())["stops"]
    deep: Any = []
    for _ in range(60):
        deep = [deep]
    unfit: list[Any] = [{"a": "\0"}, {"a": "x" * 20_000}, {"a": deep}, ["a"]]
    for bad in unfit:
        entry = phone.entry("outcome", visit=first["visit"], outcome="done", details=bad)
        assert statuses(await phone.send(entry)) == ["refused"]
    odd = {"lines": [{"line": 7}, "x", None], "signer": {"a": [None]}, "": "", "b": 1.5}
    entry = phone.entry("outcome", visit=second["visit"], outcome="done", details=odd)
    assert statuses(await phone.send(entry)) == ["accepted"]
    async with signed_in(app, "cora") as office:
        assert (await office.get(f"/visits/{second['visit']}")).status_code == 200


async def test_a_product_s_checks_and_parts_are_set_on_its_page_and_taken_along(
    app: Litestar, phone: Phone
) -> None:
    """A line each; what is too long comes back as it was typed, and nothing is changed."""
    path = "/admin/products/CMD01/handling"
    typed = {"checklist": "Legs level\r\n\r\n Lid on ", "parts": "Lid\nPan", "instructions": "Sit."}
    async with signed_in(app) as office:
        assert "/handling" in (await office.get("/admin/products/CMD01")).text
        answer = await office.post(path, data=typed)
        assert answer.headers["Location"] == "/admin/products/CMD01"
        for bad in ({"checklist": "x" * 201}, {"parts": "\n".join("abc" * 20)}):
            assert (await office.post(path, data=typed | bad)).status_code == 422
        page = words(await office.get(path))
        assert "Legs level\nLid on" in (await office.get(path)).text
        assert "Sit." in page
        assert (await office.get("/admin/products/NONE/handling")).status_code == 404
    product = (await phone.day())["products"]["CMD01"]
    assert product["checklist"] == ["Legs level", "Lid on"]
    assert (product["parts"], product["instructions"]) == (["Lid", "Pan"], "Sit.")
