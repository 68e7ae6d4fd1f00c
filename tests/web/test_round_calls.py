"""The technician's phone as the service sees it: its day, and whatever it sends, however often."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import asyncpg
import httpx
import pytest
from litestar import Litestar

from budget.database import execute, fetch
from budget.years import london_day
from tests.api.conftest import statements
from tests.filled import Filled, as_admin
from tests.logistics.calling import collection, on_loan, open_rounds, order, somebody, stock, told
from tests.logistics.phoning import Phone, published, statuses, technician
from tests.web.conftest import signed_in

PASSED = {"kind": "pat", "result": "pass", "on": "2026-01-01"}


async def _furnish(admin: httpx.AsyncClient) -> list[str]:
    """Ada gets a commode and Ben gives his back; both are stops of pat's today."""
    await open_rounds(admin)
    await technician(admin)
    await stock(admin)
    ada = await somebody(admin, weight_kg=80, needs=["A step at the door"])
    ben = await somebody(admin, name="Ben", postcode="NG2 1AA", address="2 Low St")
    await on_loan(admin, ben)
    await order(admin, ada)
    await collection(admin, ben)
    listed = (await told(admin, "visits"))["results"]
    by_person = {each["person"]: each["id"] for each in listed}
    found = [by_person[ada], by_person[ben]]
    await published(admin, found, "pat")
    return found


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
def visits(begun: Filled[list[str]]) -> list[str]:
    """Ada's and Ben's, in this order."""
    return begun.told


@pytest.fixture
async def phone(app: Litestar, visits: list[str]) -> AsyncIterator[Phone]:
    """Hand pat a phone that is signed in and registered."""
    assert visits
    async with signed_in(app, "pat") as browser:
        browser.headers["Accept"] = "*/*"
        phone = Phone(browser)
        await phone.register()
        yield phone


async def _movements(admin: httpx.AsyncClient, code: str) -> list[str]:
    rows = (await told(admin, f"items/{code}/movements"))["results"]
    return [row["action"] for row in rows]


async def test_a_day_holds_its_stops_in_order_and_what_they_are_about(phone: Phone) -> None:
    """Who lives there, where, what to bring and what to take, each thing with what may be done."""
    day = await phone.day()
    ada, ben = day["stops"]
    assert (ada["place"], ada["of"], ada["person"]["name"]) == (1, 2, "Ada")
    assert (ada["address"], ada["postcode"], ada["person"]["weight_kg"]) == (
        "1 High St", "NG1 1AB", 80,
    )  # fmt: skip
    assert (ben["place"], ben["person"]["name"], ben["two_person"]) == (2, "Ben", False)
    assert ada["point"]["lat"] == pytest.approx(52.95, abs=0.1)
    [line], [back] = ada["lines"], ben["lines"]
    assert (line["kind"], back["kind"]) == ("delivery", "collection")
    assert "deliver" in day["items"][line["items"][0]]["allowed"]
    assert day["items"][back["items"][0]]["state"] == "on_loan"
    assert day["products"]["CMD01"]["name"] == "Commode"
    assert (day["closed"], day["technician"]["username"]) == (False, "pat")
    assert day["rounds"][0]["van"] == "V1"


async def test_a_day_forgets_people_once_their_visit_has_ended(phone: Phone) -> None:
    """The stop stays, so that the count is right; nothing of who lives there does."""
    stops = (await phone.day())["stops"]
    outcome = phone.entry("outcome", visit=stops[1]["visit"], outcome="failed", reason="Out",
        fault="person")  # fmt: skip
    assert statuses(await phone.send(outcome)) == ["accepted"]
    ada, ben = (await phone.day())["stops"]
    assert ada["person"]["name"] == "Ada"
    assert (ben["status"], ben["lines"][0]["kind"]) == ("failed", "collection")
    assert [ben[name] for name in ("person", "address", "postcode", "point", "access")] == [
        None
    ] * 5


async def test_a_longer_day_takes_no_more_statements(
    monkeypatch: pytest.MonkeyPatch, admin: httpx.AsyncClient, phone: Phone, visits: list[str]
) -> None:
    """Nor does a longer list of scans."""
    counted = statements(monkeypatch)
    await phone.day()
    short = len(counted)
    people = [await somebody(admin, name=f"Cy {n}", postcode="NG5 1QP") for n in range(4)]
    codes = [await on_loan(admin, each) for each in people]
    more = [(await collection(admin, each))["id"] for each in people]
    await execute("update rounds set status = 'superseded'")
    await published(admin, [*visits, *more], "pat")
    counted.clear()
    assert len((await phone.day())["stops"]) == len(visits) + len(more)
    assert len(counted) == short
    each = []
    for some in (codes[:2], codes):
        counted.clear()
        scans = [phone.scan(code, "check", checks=[PASSED]) for code in some]
        assert set(statuses(await phone.send(*scans))) == {"accepted"}
        each.append(len(counted))
    assert each[0] == each[1]


async def test_a_day_is_its_crew_s_alone_and_of_today_alone(
    app: Litestar, database: str, admin: httpx.AsyncClient, phone: Phone, visits: list[str]
) -> None:
    """Neither another technician nor the same one a day later sees anybody of it."""
    await technician(admin, "kim")
    async with signed_in(app, "kim") as browser:
        browser.headers["Accept"] = "*/*"
        other = Phone(browser)
        await other.register()
        assert (await other.day())["stops"] == []
        other.device = phone.device
        answer = await browser.get("/round/day", params={"device": phone.device})
        assert answer.status_code == 404
    assert len((await phone.day())["stops"]) == len(visits)
    # A van that nobody is named with is anybody's of the depot, but for whoever has one.
    ivy = await somebody(admin, name="Ivy")
    await on_loan(admin, ivy)
    stray = await collection(admin, ivy)
    await published(admin, [stray["id"]], van="V2")
    assert len((await phone.day())["stops"]) == len(visits)
    async with signed_in(app, "kim") as browser:
        browser.headers["Accept"] = "*/*"
        other = Phone(browser)
        await other.register()
        assert [stop["person"]["id"] for stop in (await other.day())["stops"]] == [ivy]
    async with signed_in(app, "pat") as browser:
        assert (await browser.get(f"/visits/{stray['id']}")).text.count("Ivy") == 0
    yesterday = london_day(datetime.now(UTC)) - timedelta(days=1)
    owner = await asyncpg.connect(database)
    await owner.execute("update rounds set day = $1", yesterday)
    await owner.close()
    assert (await phone.day())["stops"] == []


async def test_a_stop_is_done_from_the_list(
    admin: httpx.AsyncClient, phone: Phone, visits: list[str]
) -> None:
    """Loaded, delivered, fetched, in one list: items, visits and the answers agree."""
    day = await phone.day()
    [bring], [take] = (stop["lines"][0]["items"] for stop in day["stops"])
    answers = await phone.send(
        phone.scan(bring, "load", van="V1"),
        phone.scan(bring, "deliver", visit=visits[0]),
        phone.scan(take, "collect", van="V1", visit=visits[1]),
    )
    assert statuses(answers) == ["accepted"] * 3
    assert [each["state"] for each in answers] == ["loaded", "on_loan", "collected"]
    stops = (await phone.day())["stops"]
    assert [stop["status"] for stop in stops] == ["done", "done"]
    assert (await _movements(admin, bring))[-2:] == ["load", "deliver"]


async def test_whatever_is_sent_again_has_one_effect(
    admin: httpx.AsyncClient, phone: Phone
) -> None:
    """The answer was lost: the same list, a part of it, and once more with what came after."""
    [code] = (await phone.day())["stops"][0]["lines"][0]["items"]
    load, unload = phone.scan(code, "load", van="V1"), phone.scan(code, "unload")
    wrong = phone.scan(code, "collect", van="V1")
    assert statuses(await phone.send(load, unload)) == ["accepted", "accepted"]
    late = datetime.now(UTC) + timedelta(hours=2)
    again = await phone.send(load, unload, wrong, clock=late)
    assert statuses(again) == ["duplicate", "duplicate", "refused"]
    assert again[2]["problem"]["type"].endswith("/item-not-on-loan")
    once_more = await phone.send(wrong, load, wrong)
    assert statuses(once_more) == ["refused", "duplicate", "refused"]
    assert once_more[0]["problem"] == again[2]["problem"]
    assert (await _movements(admin, code))[-2:] == ["load", "unload"]
    cases = (await told(admin, "cases?status=open"))["results"]
    assert [case["scan"] for case in cases] == [wrong["id"]]


async def test_what_was_refused_is_not_done_by_sending_it_again(
    admin: httpx.AsyncClient, phone: Phone
) -> None:
    """It is a case by then, which a person settles: the item has moved on meanwhile."""
    [code] = (await phone.day())["stops"][1]["lines"][0]["items"]
    unload = phone.scan(code, "return", depot="nowhere")
    assert statuses(await phone.send(unload)) == ["refused"]
    assert (await admin.post("/api/depots", json={"code": "nowhere", "name": "N",
        "postcode": "NG1 5FS", "kind": "depot"})).is_success  # fmt: skip
    [answer] = await phone.send(unload)
    assert (answer["status"], answer["item"], answer["state"]) == ("refused", code, "on_loan")


async def test_a_refused_one_blocks_nothing(admin: httpx.AsyncClient, phone: Phone) -> None:
    """Of every kind, and what is no entry at all: each is a case with all that it said."""
    [code] = (await phone.day())["stops"][0]["lines"][0]["items"]
    bad: list[dict[str, Any]] = [
        phone.scan("nothing", "load", van="V1"),
        phone.entry("outcome", visit=str(uuid4()), outcome="done"),
        phone.entry("outcome", outcome="done"),
        phone.entry("late", minutes=-1),
        phone.entry("note", text=""),
        phone.entry("dance"),
        phone.entry("note", text="a\0b"),
        {"seq": 8, "id": "x", "at": "noon", "kind": "scan", "body": {}},
        {"hello": "world"},
    ]
    phone.counted = 8
    answers = await phone.send(*bad, phone.scan(code, "load", van="V1"))
    assert statuses(answers) == ["refused"] * len(bad) + ["accepted"]
    assert all(answer["problem"]["detail"] for answer in answers[:-1])
    cases = (await told(admin, "cases?status=open"))["results"]
    assert len(cases) == len(bad)
    assert statuses(await phone.send(*bad)) == ["refused"] * len(bad)
    assert len((await told(admin, "cases?status=open"))["results"]) == len(bad)


async def test_a_clock_that_is_off_is_set_right(admin: httpx.AsyncClient, phone: Phone) -> None:
    """Two hours off either way, each movement is when it was; a little is taken as it is said."""
    codes = await stock(admin, quantity=3)
    for code, off in zip(codes, (2 * 60, -2 * 60, 1), strict=True):
        clock = datetime.now(UTC) + timedelta(minutes=off)
        entry = phone.entry("scan", clock - timedelta(minutes=10), item=code, action="hold",
            reason="Wobbles")  # fmt: skip
        assert statuses(await phone.send(entry, clock=clock)) == ["accepted"]
        [row] = (await told(admin, f"items/{code}/movements"))["results"][-1:]
        at = datetime.fromisoformat(row["occurred_at"])
        expected = 10 - off if abs(off) == 1 else 10
        assert datetime.now(UTC) - at == pytest.approx(
            timedelta(minutes=expected), abs=timedelta(seconds=30)
        )
    [row] = await fetch("select clock_slow_s from phones")
    assert row["clock_slow_s"] == 0


async def test_nothing_happened_later_than_it_was_received(
    admin: httpx.AsyncClient, phone: Phone
) -> None:
    """A clock that jumped between the scan and its sending puts nothing into the future."""
    [code] = await stock(admin)
    entry = phone.entry("scan", datetime.now(UTC) + timedelta(days=9), item=code, action="hold",
        reason="Wobbles")  # fmt: skip
    assert statuses(await phone.send(entry)) == ["accepted"]
    [row] = (await told(admin, f"items/{code}/movements"))["results"][-1:]
    assert row["occurred_at"] <= row["recorded_at"]


async def test_a_gap_is_noticed_and_shown_and_closed_by_what_comes_late(
    admin: httpx.AsyncClient, phone: Phone
) -> None:
    """Each gap is one case; a number that comes after all is missing no longer."""
    entries = [phone.entry("note", text=f"Note {n}") for n in range(6)]
    answer = await phone.try_to_send(entries[0], entries[3], entries[5])
    assert (answer.json()["next_seq"], answer.json()["missing"]) == (7, [2, 3, 5])
    answer = await phone.try_to_send(entries[2])
    assert answer.json()["missing"] == [2, 5]
    gaps = [
        case["detail"]
        for case in (await told(admin, "cases?status=open&limit=200"))["results"]
        if case["kind"] == "phone-gap"
    ]
    assert [gap.partition(" of")[0] for gap in gaps] == ["Numbers 2 to 3", "Number 5"]
    assert (await phone.register())["next_seq"] == 7


async def test_a_number_belongs_to_one_entry(phone: Phone) -> None:
    """Another with the same number, or the same one with other content, is refused and kept."""
    first = phone.entry("note", text="One")
    assert statuses(await phone.send(first)) == ["accepted"]
    other = first | {"id": str(uuid4())}
    changed = first | {"body": {"text": "Two"}}
    answers = await phone.send(other, changed, first)
    assert statuses(answers) == ["refused", "refused", "duplicate"]
    slugs = [answer["problem"]["type"].rsplit("/")[-1] for answer in answers[:2]]
    assert slugs == ["number-reused", "id-reused"]


async def test_two_lists_at_once_have_one_effect(admin: httpx.AsyncClient, phone: Phone) -> None:
    """The phone gave up waiting and sent again: each scan is recorded once, in its order."""
    [code] = await stock(admin)
    acts = ["hold", "check"]
    fields: dict[str, dict[str, Any]] = {
        "hold": {"reason": "Wobbles"},
        "check": {"checks": [{"kind": "pat", "result": "fail", "on": "2026-01-01"}]},
    }
    entries = [phone.scan(code, act, **fields[act]) for act in acts]
    lists = await asyncio.gather(*(phone.try_to_send(*entries) for _ in range(8)))
    answers = [each.json()["answers"] for each in lists]
    assert all(status != "refused" for each in answers for status in statuses(each))
    assert (await _movements(admin, code))[-2:] == acts


async def test_two_phones_work_one_round(
    app: Litestar, admin: httpx.AsyncClient, phone: Phone, visits: list[str]
) -> None:
    """What both did is done once; the second is told how things stand, and nothing is forced."""
    [code] = (await phone.day())["stops"][0]["lines"][0]["items"]
    async with signed_in(app, "pat") as browser:
        browser.headers["Accept"] = "*/*"
        second = Phone(browser)
        await second.register()
        assert statuses(await phone.send(phone.scan(code, "deliver", visit=visits[0]))) == [
            "accepted"
        ]
        [answer] = await second.send(second.scan(code, "deliver", visit=visits[0]))
        assert (answer["status"], answer["state"]) == ("refused", "on_loan")
    assert (await _movements(admin, code)).count("deliver") == 1


async def test_what_a_phone_sends_needs_a_sign_in_and_a_phone_of_one_s_own(
    app: Litestar, admin: httpx.AsyncClient, phone: Phone
) -> None:
    """401 without a session, 403 for other roles, 404 for another's phone, 403 from elsewhere."""
    note = phone.entry("note", text="Hello")
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    answer = await phone.browser.post("/round/send", json={}, headers=elsewhere)
    assert answer.status_code == 403
    body = {"device": phone.device, "sent_at": datetime.now(UTC).isoformat(), "entries": [note]}
    await phone.browser.post("/sign-out")
    for answer in (
        await phone.browser.post("/round/send", json=body),
        await phone.browser.get("/round/day", params={"device": phone.device}),
    ):
        assert (answer.status_code, answer.json()["title"]) == (401, "Not signed in")
    async with signed_in(app, "admin") as office:
        office.headers["Accept"] = "*/*"
        assert (await office.post("/round/send", json=body)).status_code == 404
    assert await fetch("select from phone_entries") == []
    assert (await told(admin, "cases"))["results"] == []


async def test_a_list_that_cannot_be_read_is_refused_whole(phone: Phone) -> None:
    """With what is wrong about it; nothing of it is kept."""
    good: dict[str, Any] = {
        "device": phone.device,
        "sent_at": datetime.now(UTC).isoformat(),
        "entries": [],
    }
    for bad in (
        good | {"device": "x"}, good | {"sent_at": "noon"}, good | {"entries": {}},
        good | {"entries": [{}] * 501}, good | {"entries": ["x"]}, good | {"unsent": -1},
    ):  # fmt: skip
        answer = await phone.browser.post("/round/send", json=bad)
        assert answer.status_code == 422, bad
    for text in ("", "{", "[" * 10_000):
        headers = {"Content-Type": "application/json"}
        answer = await phone.browser.post("/round/send", content=text, headers=headers)
        assert answer.status_code == 400, text[:10]
    assert (await phone.browser.post("/round/send", data={"a": "b"})).status_code == 415
    half = f'{{"device": "{phone.device}", "sent_at": "{good["sent_at"]}", "entries": [{{"seq": 1, '
    half += f'"id": "{uuid4()}", "at": "{good["sent_at"]}", "kind": "scan", "body": '
    half += '{"item": "\\ud800", "action": "load"}}]}'
    answer = await phone.browser.post("/round/send", content=half, headers=headers)
    assert answer.status_code == 200, answer.text
    assert statuses(answer.json()["answers"]) == ["refused"]
