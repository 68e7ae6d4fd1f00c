"""Scans are judged one by one, in order, through the one door."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from budget.database import fetch
from budget.refusals import NotAllowed
from equipment.naming import items_named
from equipment.scans import record
from labels.code import write_code
from tests.equipment.standing_data import caller
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    STORE,
    Scan,
    answer,
    check_invariants,
    count,
    done,
    one_item,
    reason,
    received,
    refused,
    row_of,
    scan,
    set_up,
    somebody,
    stock,
)

BEGINNING: Final = set_up
pytestmark = pytest.mark.usefixtures("database")

LATER = NOW + timedelta(days=365)
SEEN_NOWHERE = write_code(7)


async def test_the_first_fault_in_order_is_the_one_that_is_told() -> None:
    """Id, item, action, fields, time, state, rules: mended one by one, the next comes to light."""
    code = await one_item()
    await done(scan(code, "allocate"), scan(code, "hold"))
    broken: Scan = {"id": "17", "item": "???", "action": "fly", "occurred_at": LATER.isoformat()}
    mended: list[tuple[str, Mapping[str, Any]]] = [
        ("id", {}),
        ("unreadable-code", {"id": str(uuid4())}),
        ("unknown-item", {"item": SEEN_NOWHERE}),
        ("unknown-action", {"item": code}),
        ("minutes", {"action": "load", "van": "V1", "minutes": "many"}),
        ("van", {"minutes": None, "van": None}),
        ("unknown-van", {"van": "V9"}),
        ("time-in-future", {"van": "V1", "action": "unload"}),
        ("item-not-loaded", {"occurred_at": NOW.isoformat()}),
        ("item-on-hold", {"action": "load"}),
    ]
    for expected, change in mended:
        broken |= change
        assert await refused(broken) == expected
    await done(scan(code, "release"), broken)


FIELD_FAULTS: list[tuple[str, Scan, str]] = [
    ("deliver", {}, "person"),
    ("deliver", {"person": str(uuid4())}, "unknown-person"),
    ("return", {"depot": "D9"}, "unknown-depot"),
    ("collect", {"van": "V9"}, "unknown-van"),
    ("transfer", {"funder": "99X"}, "unknown-funder"),
    ("move", {"depot": None, "van": None}, "depot"),
    ("transfer", {}, "address"),
    ("undo", {}, "movement"),
]


async def test_a_field_is_judged_before_the_time_and_the_state() -> None:
    """Also one that names what is not there."""
    code = await one_item()
    await done(scan(code, "scrap"))
    for action, fields, expected in FIELD_FAULTS:
        assert await refused(scan(code, action, at=LATER) | fields) == expected


NEEDED_FIELDS = [
    ("load", "van"),
    ("collect", "van"),
    ("return", "depot"),
    ("find", "depot"),
    ("repair", "minutes"),
    ("check", "checks"),
    ("withdraw", "reason"),
    ("fail", "reason"),
    ("scrap", "reason"),
    ("lose", "reason"),
    ("hold", "reason"),
]


async def test_what_an_action_needs_is_needed() -> None:
    """Absent, null or blank, the scan is refused by that field's name."""
    code = await one_item()
    for action, field in NEEDED_FIELDS:
        absent: tuple[object, ...] = (None, "", [])
        for nothing in absent:
            assert await refused(scan(code, action) | {field: nothing}) == field
        whole = scan(code, action)
        del whole[field]
        assert await refused(whole) == field
    assert await refused(scan(code, "hold", reason=" ")) == "reason"


async def test_a_clock_may_run_five_minutes_ahead() -> None:
    """Not a second more; and any time back."""
    codes = await received(count=3)
    ahead = timedelta(minutes=5)
    await done(scan(codes[0], "withdraw", at=NOW + ahead))
    late = scan(codes[1], "withdraw", at=NOW + ahead + timedelta(seconds=1))
    assert await refused(late) == "time-in-future"
    await done(scan(codes[2], "withdraw", at=NOW - timedelta(days=10_000)))


async def test_a_time_needs_its_offset() -> None:
    """Without one nobody knows when it was."""
    code = await one_item()
    for time in ("2018-10-01T09:00:00", "yesterday", 5, None, "2018-10-01", "2018-02-30T09:00:00Z"):
        assert await refused(scan(code, "withdraw") | {"occurred_at": time}) == "occurred_at"
    await done(scan(code, "withdraw") | {"occurred_at": "2018-10-01T10:00:00+01:00"})
    [movement] = await fetch("select occurred_at from movements where action = 'withdraw'")
    assert movement["occurred_at"] == NOW


async def test_a_late_scan_is_judged_by_todays_state() -> None:
    """It is recorded after what came before it, whatever its own time."""
    code, ada = await one_item(), await somebody()
    out = scan(code, "deliver", person=ada)
    home = scan(code, "return", at=NOW - timedelta(days=30))
    await done(out, home)
    assert (await row_of(code))["state"] == "returned"
    await check_invariants()


async def test_scans_of_one_item_are_decided_in_their_order() -> None:
    """Each sees what those before it in the list have done; a refused one changes nothing."""
    code, ada = await one_item(), await somebody()
    scans = [
        scan(code, "allocate"),
        scan(code, "allocate"),
        scan(code, "load"),
        scan(code, "collect"),
        scan(code, "deliver", person=ada),
        scan(code, "fly"),
        scan(code, "collect"),
        scan(code, "return"),
        scan(code, "pass"),
        scan(code, "clean"),
        scan(code, "pass"),
    ]
    results = await record(scans, COORDINATOR, NOW)
    seen = [result.state if result.status == "accepted" else reason(result) for result in results]
    assert seen == [
        "allocated",
        "item-not-available",
        "loaded",
        "item-not-on-loan",
        "on_loan",
        "unknown-action",
        "collected",
        "returned",
        "item-not-cleaned",
        "cleaned",
        "available",
    ]
    moved = await fetch("select action, from_state, state from movements order by seq offset 1")
    steps = [state for state in seen if state and "-" not in state]
    assert [row["state"] for row in moved] == steps
    assert [row["from_state"] for row in moved] == ["available", *steps[:-1]]
    assert (await row_of(code))["loans"] == 1
    await check_invariants()


async def test_a_result_shows_the_item_as_it_stands_then() -> None:
    """Its code, its state and what may be done next, also with a refusal."""
    code = await one_item()
    wrong = await answer(scan(f"{code[:4]}-{code[4:]}".lower(), "collect"))
    assert (wrong.item, wrong.state, "deliver" in wrong.allowed) == (code, "available", True)
    held = await answer(scan(code, "hold"))
    assert (held.item, held.state, held.refusal) == (code, "available", None)
    assert "deliver" not in held.allowed
    assert "release" in held.allowed


async def test_each_role_has_its_actions() -> None:
    """Refused by role alone, the scan is refused; who may not scan at all is refused whole."""
    code = await one_item()
    technician = caller("technician", username="t")
    assert await refused(scan(code, "scrap"), technician) == "not-allowed"
    assert await refused(scan(code, "load", van="V9"), technician) == "unknown-van"
    with pytest.raises(NotAllowed):
        await record([scan(code, "scrap")], caller("auditor"), NOW)
    assert (await answer(scan(code, "scrap"), STORE)).status == "accepted"


async def test_a_person_who_is_not_the_callers_is_not_there() -> None:
    """One answer for both, as everywhere."""
    code, theirs, another = await one_item(), await somebody("04K"), await somebody("52R")
    prescriber = caller("prescriber", partners=("04K",), username="p")
    for stranger in (another, str(uuid4())):
        assert await refused(scan(code, "deliver", person=stranger), prescriber) == "unknown-person"
    await done(scan(code, "deliver", person=theirs), by=prescriber)


async def test_who_pays_is_the_named_funder_or_else_the_persons() -> None:
    """Somebody must."""
    codes, ada, bob = await received(count=3), await somebody("04K"), await somebody(None)
    assert await refused(scan(codes[0], "deliver", person=bob)) == "no-funder"
    await done(
        scan(codes[0], "deliver", person=bob, funder="52R"),
        scan(codes[1], "deliver", person=ada, funder="52R"),
        scan(codes[2], "deliver", person=ada),
    )
    loans = await fetch("select funder from loans join items on items.id = item order by items.id")
    assert [loan["funder"] for loan in loans] == ["52R", "52R", "04K"]


async def test_what_an_action_does_not_need_is_kept() -> None:
    """A field of another action, even one that names nothing here, and fields nobody knows."""
    code = await one_item()
    extra: Scan = {"van": "V9", "depot": "D9", "mood": {"smile": [1, 2.5, "ü"]}, "note": "wet"}
    await done(scan(code, "withdraw") | extra)
    [kept] = await fetch("select details from movements where action = 'withdraw'")
    for word in ("V9", "D9", "smile", "2.5", "ü", "wet"):
        assert word in kept["details"]


UNREADABLE: list[Scan] = [
    {"note": "a\0b"},
    {"no\0te": 1},
    {"note": "\ud800"},
    {"mood": ["\udfff"]},
    {"reason": "x" * 501},
    {"mood": "x" * 20_000},
    {"minutes": 10**30},
    {"mood": 10**30},
    {"mood": -(10**5_000)},
    {"minutes": -1},
    {"minutes": 2.5},
    {"parts_pence": 2**63},
    {"checks": {}},
    {"checks": [{"kind": "mot", "result": "pass", "on": "2018-10-01"}]},
    {"checks": [{"kind": "pat", "result": "maybe", "on": "2018-10-01"}]},
    {"checks": [{"kind": "pat", "result": "pass", "on": "2018-10-03"}]},
    {"checks": [{"kind": "pat", "result": "pass", "on": "1 October"}]},
    {"person": "Ada"},
    {"occurred_at": "9999-12-31T23:59:59-12:00"},
    {"occurred_at": "0001-01-01T00:00:00+12:00"},
]


async def test_a_scan_that_cannot_be_kept_is_refused_alone() -> None:
    """Those beside it are not touched by its fault; named twice, it is refused twice."""
    codes = await received(count=2)
    for fields in UNREADABLE:
        bad, good = scan(codes[0], "clean") | fields, scan(codes[1], "withdraw")
        sent = [bad, good, scan(codes[1], "clean"), bad, scan(codes[1], "pass")]
        results = await record([scan(codes[0], "withdraw"), *sent], COORDINATOR, NOW)
        statuses = [result.status for result in results]
        assert statuses[1:] == ["refused", "accepted", "accepted", "refused", "accepted"], fields
        assert (await row_of(codes[0]))["state"] == "returned"
        assert await refused(good | fields) == "id-reused"


async def test_a_deeply_nested_scan_is_refused_alone() -> None:
    """However deep what nobody asked for is nested."""
    codes = await received(count=2)
    deep: Any = 1
    for _ in range(5_000):
        deep = [deep]
    scans = [scan(codes[0], "withdraw", mood=deep), scan(codes[1], "withdraw")]
    results = await record(scans, COORDINATOR, NOW)
    assert [result.status for result in results] == ["refused", "accepted"]


async def test_a_scan_without_an_id_or_an_item_is_refused() -> None:
    """Whatever stands in their place."""
    code = await one_item()
    strange: tuple[object, ...] = (None, 5, "", "x", [], {}, True)
    for identity in strange:
        assert await refused(scan(code, "withdraw") | {"id": identity}) == "id"
        assert await refused(scan(code, "withdraw") | {"item": identity}) == "unreadable-code"
        assert await refused(scan(code, "withdraw") | {"action": identity}) == "unknown-action"
    assert await count("movements") == 1


async def test_an_item_is_named_by_its_code_giai_link_or_alias() -> None:
    """Or by what a scanner read; a link's host is never compared."""
    code = await one_item()
    giai = (await row_of(code))["giai"]
    names = [
        code.lower(),
        f" {code[:4]} {code[4:]} ",
        giai,
        f"https://elsewhere.example/8004/{giai}",
        f"]Q1https://id.gs1.org/8004/{giai}",
        f"(8004){giai}",
        f"]C18004{giai}",
    ]
    for name in names:
        await done(scan(name, "hold"), scan(name, "release"))
    others = f"1234567{code}"
    assert await refused(scan(others, "hold")) == "unknown-item"
    assert await items_named([others, giai]) == {giai: (await row_of(code))["id"]}


async def test_a_code_with_one_wrong_character_names_nothing() -> None:
    """It is unreadable, not another item's."""
    code = await one_item()
    for place in range(8):
        wrong = code[:place] + ("2" if code[place] != "2" else "3") + code[place + 1 :]
        assert await refused(scan(wrong, "hold")) == "unreadable-code"


async def test_a_check_taken_with_another_action_counts_for_it() -> None:
    """Tested and passed in one scan, and kept with who did it."""
    code = await one_item(await stock("PUMP1", pat=True), dirty=True)
    await done(scan(code, "clean"))
    assert await refused(scan(code, "pass")) == "pat-not-passed"
    check = {"kind": "pat", "result": "pass", "on": "2018-10-01", "examiner": "T. Ester"}
    await done(scan(code, "pass", checks=[check]))
    [kept] = await fetch('select kind, result, "on"::text as day, examiner from checks')
    assert dict(kept) == {"kind": "pat", "result": "pass", "day": "2018-10-01"} | {
        "examiner": "T. Ester"
    }
