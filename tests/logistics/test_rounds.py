"""A depot's day is planned, moved by hand, published and made."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from budget import moments
from budget.database import execute, transaction
from budget.years import london_day
from equipment.people.visibility import EVERYONE
from equipment.working_days import working_day_after
from logistics.rounds.clock_times import seconds_of
from logistics.rounds.depot_vans import Loads, vans_of
from scripts.verifying.every import EVERY
from tests.api.members import member, scan, slug, wrong_fields
from tests.filled import as_admin
from tests.hours import ahead_at
from tests.logistics.calling import (
    ask,
    collection,
    on_loan,
    open_rounds,
    order,
    outcome,
    scanned,
    somebody,
    stock,
    told,
)

POSTCODES = ("NG1 1AB", "NG2 1AA", "NG5 1QP", "NG7 2NR", "NG9 1GL", "NG3 5AA")


BEGINNING: Final = as_admin(open_rounds)


def _day() -> date:
    """The day on which what is ordered today for the next working day is due."""
    return working_day_after(london_day(datetime.now(UTC)), 1)


def _asked(**fields: Any) -> dict[str, Any]:
    return {"depot": "D1", "date": _day().isoformat(), "seconds": 0.3, "seed": 1} | fields


async def _ordered(admin: httpx.AsyncClient, many: int = 3) -> list[dict[str, Any]]:
    """Orders of as many people, all due on the day."""
    await stock(admin, quantity=many)
    people = [await somebody(admin, postcode=each) for each in POSTCODES[:many]]
    return [await order(admin, person) for person in people]


async def _planned(admin: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    return await ask(admin, "rounds/plan", _asked(**fields))


def _stops(day: dict[str, Any]) -> list[str]:
    return [stop["visit"] for each in day["rounds"] for stop in each["stops"]]


async def test_every_open_visit_is_in_a_round_or_unplanned_once(admin: httpx.AsyncClient) -> None:
    """Whatever keeps it from being made is said: no stock, no place, not ready."""
    orders = await _ordered(admin)
    short = await order(admin, await somebody(admin), "HST01")
    await stock(admin)
    nowhere = await order(admin, await somebody(admin, postcode="ZZ99 3VZ"))
    lent = await somebody(admin)
    await on_loan(admin, lent)
    later = await collection(admin, lent, ready_from=(_day() + timedelta(days=20)).isoformat())
    day = await _planned(admin)
    assert sorted(_stops(day)) == sorted(each["visit"] for each in orders)
    reasons = {each["visit"]: each["code"] for each in day["unplanned"]}
    assert reasons == {
        short["visit"]: "no-stock",
        nowhere["visit"]: "no-place",
        later["id"]: "not-ready",
    }
    for each in day["rounds"]:
        assert (each["status"], each["depot"], each["date"]) == ("draft", "D1", _asked()["date"])
        assert each["distance_m"] > 0
        assert each["duration_s"] > 0
        times = [moment for stop in each["stops"] for moment in (stop["arrive"], stop["depart"])]
        assert times == sorted(times)
        assert each["load"]["weight_g"] == 20_000 * len(each["stops"])
    listed = await told(admin, f"rounds?date={_asked()['date']}")
    assert listed["results"] == day["rounds"]


async def test_a_day_planned_again_is_one_draft(admin: httpx.AsyncClient) -> None:
    """The newer in place of the older, of an open visit still once."""
    orders = await _ordered(admin)
    first = await _planned(admin)
    second = await _planned(admin)
    assert second["version"] > first["version"]
    assert sorted(_stops(second)) == sorted(each["visit"] for each in orders)
    listed = (await told(admin, f"rounds?date={_asked()['date']}"))["results"]
    assert listed == second["rounds"]


async def test_what_is_published_is_promised(admin: httpx.AsyncClient) -> None:
    """Visits are planned, orders scheduled; planned anew, what is published is kept."""
    orders = await _ordered(admin)
    day = await _planned(admin)
    for each in day["rounds"]:
        shown = await ask(admin, f"rounds/{each['id']}/publish", {})
        assert (shown["status"], shown["published_by"]) == ("published", "admin")
        again = await ask(admin, f"rounds/{each['id']}/publish", {})
        assert again == shown | {"version": again["version"]}
    for each in orders:
        visit = await told(admin, f"visits/{each['visit']}")
        assert visit["status"] == "planned"
        assert visit["round"] in {shown["id"] for shown in day["rounds"]}
        assert (await told(admin, f"orders/{each['id']}"))["status"] == "scheduled"
    again = await _planned(admin)
    assert sorted(_stops(again)) == sorted(each["visit"] for each in orders)
    assert not again["unplanned"]


async def test_a_change_is_shown_before_it_is_published(admin: httpx.AsyncClient) -> None:
    """A van off the road: another makes its visits, or it is said which promises break."""
    orders = await _ordered(admin, 2)
    day = await _planned(admin)
    await ask(admin, "rounds/publish", _seen(day))
    [van] = {each["van"] for each in day["rounds"]}
    body = {"off": True, "reason": "Broken down"}
    answer = await admin.put(f"/api/vans/{van}/days/{_asked()['date']}", json=body)
    assert answer.status_code == 200, answer.text
    draft = await _planned(admin)
    assert {each["van"] for each in draft["rounds"]} == {"V1", "V2"} - {van}
    assert sorted(each["visit"] for each in draft["changes"]) == sorted(
        each["visit"] for each in orders
    )
    assert {each["van_before"] for each in draft["changes"]} == {van}
    assert not any(each["late"] for each in draft["changes"])
    after = await ask(admin, "rounds/publish", _seen(draft))
    assert (after["changes"], len(after["rounds"])) == ([], 1)
    assert {(await told(admin, f"visits/{each['visit']}"))["status"] for each in orders} == {
        "planned"
    }


async def test_a_crew_that_is_late_stays_late_when_its_day_is_published_anew(
    admin: httpx.AsyncClient,
) -> None:
    """By its times where it had said so before they were planned, else by its word."""
    await _ordered(admin, 1)
    draft = await _planned(admin)
    [first] = (await ask(admin, "rounds/publish", _seen(draft)))["rounds"]
    await _planned(admin)
    await _say_late(first["id"], datetime.now(UTC))
    [second] = (await ask(admin, "rounds/publish", await _seen_now(admin)))["rounds"]
    assert (second["id"] != first["id"], second["late_minutes"]) == (True, 25)
    at = datetime.fromisoformat(second["stops"][0]["arrive"]) + timedelta(minutes=5)
    async with transaction(viewer=EVERYONE):
        before = await vans_of("D1", _day(), at, {}, Loads({}, {}))
        await execute("update visits set status = 'under_way' where status = 'planned'")
        now = await vans_of("D1", _day(), at, {}, Loads({}, {}))
    left, depart = (
        seconds_of(_day(), datetime.fromisoformat(text))
        for text in (second["leaves"], second["stops"][0]["depart"])
    )
    [waits, goes] = [
        van.under_way for each in (before, now) for van in each if van.code == second["van"]
    ]
    assert waits is not None
    assert waits.free_s == max(left + 1_500, seconds_of(_day(), at))
    assert goes is not None
    assert (goes.free_s, goes.done[-1].depart_s) == (depart + 1_500, depart + 1_500)
    await _planned(admin)
    [third] = (await ask(admin, "rounds/publish", await _seen_now(admin)))["rounds"]
    assert third["late_minutes"] is None


async def _say_late(number: str, at: datetime) -> None:
    await execute(
        "insert into round_delays (id, round, minutes, said_at, said_by)"
        " values (gen_random_uuid(), $1, 25, $2, 'pat')", UUID(number), at
    )  # fmt: skip


async def _seen_now(admin: httpx.AsyncClient) -> dict[str, Any]:
    return _seen(await told(admin, f"rounds/day?depot=D1&date={_day()}"))


async def test_where_no_van_goes_any_more_the_promises_are_let_go(admin: httpx.AsyncClient) -> None:
    """Shown as broken first; published, each visit is open again, and on no round."""
    orders = await _ordered(admin, 2)
    await ask(admin, "rounds/publish", _seen(await _planned(admin)))
    for van in ("V1", "V2"):
        answer = await admin.put(f"/api/vans/{van}/days/{_asked()['date']}", json={"off": True})
        assert answer.status_code == 200, answer.text
    draft = await _planned(admin)
    assert draft["rounds"] == []
    assert [each["late"] for each in draft["changes"]] == [True, True]
    assert len(draft["unplanned"]) == len(orders)
    after = await ask(admin, "rounds/publish", _seen(draft))
    assert (after["rounds"], after["published"], after["changes"]) == ([], [], [])
    for each in orders:
        visit = await told(admin, f"visits/{each['visit']}")
        assert (visit["status"], visit["round"]) == ("open", None)
        assert (await told(admin, f"orders/{each['id']}"))["status"] == "authorised"


def _seen(day: dict[str, Any]) -> dict[str, Any]:
    return {name: day[name] for name in ("depot", "date", "version")}


async def test_a_stop_is_moved_and_left_out_and_the_sum_is_shown(
    admin: httpx.AsyncClient,
) -> None:
    """It stays where it was put when the day is planned anew."""
    await _ordered(admin)
    day = await _planned(admin)
    [van] = [each["van"] for each in day["rounds"]]
    visit = _stops(day)[1]
    other = {"V1": "V2", "V2": "V1"}[van]
    moved = await ask(admin, "rounds/move", _seen(day) | {"visit": visit, "van": other})
    assert {each["van"]: len(each["stops"]) for each in moved["rounds"]} == {van: 2, other: 1}
    assert moved["cost_pence"] > day["cost_pence"]
    again = await _planned(admin)
    assert visit in [
        stop["visit"] for each in again["rounds"] if each["van"] == other for stop in each["stops"]
    ]
    out = await ask(admin, "rounds/move", _seen(again) | {"visit": visit, "left_out": True})
    assert visit not in _stops(out)
    assert [each["code"] for each in out["unplanned"]] == ["left-out"]
    [last] = [each["stops"][-1]["visit"] for each in out["rounds"]]
    to = out["rounds"][0]["van"]
    back = _seen(out) | {"visit": visit, "van": to, "after": last, "pinned": False}
    put = await ask(admin, "rounds/move", back)
    assert _stops(put)[-1] == visit
    assert put["unplanned"] == []


async def test_two_coordinators_do_not_overwrite_each_other(admin: httpx.AsyncClient) -> None:
    """Who saw an earlier version of the day is told so."""
    await _ordered(admin)
    day = await _planned(admin)
    visit, [van] = _stops(day)[0], [each["van"] for each in day["rounds"]]
    wanted = _seen(day) | {"visit": visit, "van": van}
    answers = await asyncio.gather(*(admin.post("/api/rounds/move", json=wanted) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert {slug(each) for each in answers if each.status_code == 409} == {"plan-changed"}
    for path, body in (("publish", _seen(day)), ("plan", _asked(version=day["version"]))):
        answer = await admin.post(f"/api/rounds/{path}", json=body)
        assert (answer.status_code, slug(answer)) == (409, "plan-changed")


async def test_what_cannot_be_moved_says_why(admin: httpx.AsyncClient) -> None:
    """Too few hands for it, or a place that is none; nothing is changed."""
    await stock(admin, "BED01")
    await order(admin, await somebody(admin), "BED01")
    day = await _planned(admin)
    [visit] = _stops(day)
    one_pair_of_hands = _seen(day) | {"visit": visit, "van": "V2"}
    answer = await admin.post("/api/rounds/move", json=one_pair_of_hands)
    assert (answer.status_code, slug(answer)) == (409, "plan-broken")
    nowhere = _seen(day) | {"visit": visit, "van": "V1", "after": str(uuid4())}
    assert wrong_fields(await admin.post("/api/rounds/move", json=nowhere)) == ["after"]
    nothing = _seen(day) | {"visit": str(uuid4()), "van": "V9"}
    assert wrong_fields(await admin.post("/api/rounds/move", json=nothing)) == ["visit", "van"]
    assert (await told(admin, f"rounds/day?depot=D1&date={_asked()['date']}")) == day


async def test_what_is_done_is_kept_when_the_rest_is_planned_anew(
    admin: httpx.AsyncClient, database: str
) -> None:
    """The van goes on from where it is, and takes an urgent one along."""
    orders = await _ordered(admin)
    day = await _planned(admin)
    await ask(admin, "rounds/publish", _seen(day))
    first = _stops(day)[0]
    await outcome(admin, first)
    await stock(admin)
    urgent = await order(admin, await somebody(admin))
    again = await _planned(admin)
    assert _stops(again)[0] == first
    assert sorted(_stops(again)) == sorted(each["visit"] for each in [*orders, urgent])
    after = await ask(admin, "rounds/publish", _seen(again))
    assert [each["status"] for each in after["rounds"]] == ["published"]
    assert (await told(admin, f"visits/{first}"))["status"] == "done"
    store = await asyncpg.connect(database)
    for invariant in EVERY:
        assert await store.fetch(invariant.query) == [], invariant.name
    await store.close()


async def test_scans_on_the_round_bring_its_visits_forward(admin: httpx.AsyncClient) -> None:
    """Begun with the first thing, done with the last."""
    person = await somebody(admin)
    codes = [await on_loan(admin, person, sku) for sku in ("CMD01", "HST01")]
    visit = await collection(admin, person)
    due = {"date": visit["due_on"]}
    day = await _planned(admin, **due)
    assert _stops(day) == [visit["id"]]
    await ask(admin, "rounds/publish", _seen(day))
    standing = []
    for code in codes:
        await scanned(admin, scan(code, "collect", van="V1"))
        standing.append((await told(admin, f"visits/{visit['id']}"))["status"])
    assert standing == ["under_way", "done"]


async def test_a_crew_sees_whom_it_goes_to_on_the_day(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nobody sooner; another depot's technician does not at all."""
    # Late in the day nothing could be made.
    monkeypatch.setattr(moments, "_ahead", ahead_at(10))
    await stock(admin)
    placed = await order(admin, await somebody(admin), speed="same_day")
    day = await _planned(admin, date=london_day(moments.now()).isoformat())
    crew = await member(admin, "technician", depot="D1")
    path = f"/api/visits/{placed['visit']}"
    assert (await visitor.get(path, headers=crew)).json()["address"] is None
    await ask(admin, "rounds/publish", _seen(day))
    assert (await visitor.get(path, headers=crew)).json()["address"] == "1 High St"
    other = await member(admin, "technician")
    assert (await visitor.get(path, headers=other)).json()["address"] is None


async def test_what_is_wrong_with_a_day_is_said(admin: httpx.AsyncClient) -> None:
    """Nothing is planned."""
    for fields, name in (({"depot": "D9"}, "depot"), ({"date": "2525-01-01"}, "date"),
        ({"seconds": 0}, "seconds"), ({"seconds": 1e9}, "seconds")):  # fmt: skip
        answer = await admin.post("/api/rounds/plan", json=_asked(**fields))
        assert wrong_fields(answer) == [name]
    answer = await admin.post("/api/rounds/publish", json=_seen(_asked(version=1)))
    assert (answer.status_code, slug(answer)) == (409, "day-not-planned")
    assert (await admin.post(f"/api/rounds/{uuid4()}/publish")).status_code == 404


async def _move(admin: httpx.AsyncClient, day: dict[str, Any], visit: str, van: str) -> Any:
    body = {"depot": "D1", "date": day["date"], "version": day["version"], "visit": visit}
    return await ask(admin, "rounds/move", body | {"van": van, "pinned": True})


async def test_a_broken_vans_load_goes_on_with_another(admin: httpx.AsyncClient) -> None:
    """Scanned onto it, wherever they met: it need not go home for it first.

    Until then what is on the broken van is on no round, with what to do about it.
    """
    orders = await _ordered(admin, 4)
    codes = {each["visit"]: each["lines"][0]["items"][0] for each in orders}
    day = await _planned(admin)
    broken = day["rounds"][0]["van"]
    sound = "V2" if broken == "V1" else "V1"
    first = day["rounds"][0]["stops"][0]["visit"]
    day = await _move(admin, day, first, sound)
    day = await ask(admin, "rounds/publish", _seen(day))
    for each in day["rounds"]:
        goods = [codes[stop["visit"]] for stop in each["stops"]]
        await scanned(admin, *(scan(code, "load", van=each["van"]) for code in goods))
    await scanned(admin, scan(codes[first], "deliver", visit=first))
    off = {"off": True, "reason": "Broke down"}
    assert (await admin.put(f"/api/vans/{broken}/days/{_day()}", json=off)).is_success
    day = await _planned(admin)
    stranded = sorted(codes.keys() - {first})
    left = {each["visit"]: each for each in day["unplanned"]}
    assert sorted(left) == stranded
    assert {each["code"] for each in left.values()} == {"on-van-off"}
    assert broken in left[stranded[0]]["reason"]
    await scanned(admin, *(scan(codes[visit], "move", van=sound) for visit in stranded))
    day = await _planned(admin)
    [goes] = day["rounds"]
    assert (goes["van"], goes["trips"]) == (sound, 1)
    assert goes["stops"][0]["visit"] == first
    assert sorted(_stops(day)) == sorted(codes)
    assert {each["visit"] for each in day["changes"]} == set(stranded)
    assert all(sound in each["why"] for each in day["changes"])
    published = await ask(admin, "rounds/publish", _seen(day))
    assert published["changes"] == []


async def _lent_until(admin: httpx.AsyncClient, day: date, postcode: str) -> str:
    """Somebody who was lent a commode until a day."""
    [code] = await stock(admin)
    person = await somebody(admin, postcode=postcode)
    line = {"sku": "CMD01", "quantity": 1, "end_on": day.isoformat()}
    body = {"id": str(uuid4()), "person": person, "lines": [line], "speed": "next_day"}
    await ask(admin, "orders", body)
    await scanned(admin, scan(code, "deliver", person=person))
    return person


async def test_a_loan_that_is_over_is_fetched_on_the_way(admin: httpx.AsyncClient) -> None:
    """On the day that it ends, where a van passes for less than it brings, with the sum."""
    near = await _lent_until(admin, _day(), "NG1 1AB")
    far = await _lent_until(admin, _day(), "NG22 0AA")
    later = await _lent_until(admin, _day() + timedelta(days=30), "NG1 1AB")
    await _ordered(admin, 1)
    day = await _planned(admin, seconds=1)
    visits = {
        person: (await told(admin, f"visits?person={person}&status=open"))["results"]
        for person in (near, far, later)
    }
    assert visits[later] == []
    [fetched], [left] = visits[near], visits[far]
    assert fetched["lines"][0]["why"] == "loan-end"
    [added] = day["on_the_way"]
    assert added["visit"] == fetched["id"] in _stops(day)
    assert added["cost_pence"] < added["brings_pence"] == 2_000
    assert added["detour_s"] > 0
    [why] = [each for each in day["unplanned"] if each["visit"] == left["id"]]
    assert why["code"] == "not-worth-it"
    assert "£20.00" in why["reason"]
