"""Scans sent again, and ids used again (contract sections 2, "Retries", and 4)."""

from datetime import timedelta
from typing import Final

import pytest

from budget.database import fetch
from equipment.scans import record
from tests.equipment.standing_data import caller
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    STORE,
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


async def test_a_repeat_is_a_duplicate_with_the_state_of_now() -> None:
    """Whatever has happened since; it has no second effect."""
    code, ada = await one_item(), await somebody()
    first = scan(code, "deliver", person=ada)
    await done(first, scan(code, "return"))
    again = await answer(first, now=NOW + timedelta(days=90))
    assert (again.status, again.item, again.state, again.refusal) == (
        "duplicate",
        code,
        "returned",
        None,
    )
    assert "clean" in again.allowed
    assert await count("movements") == 3
    assert await count("postings") == 2


async def test_a_repeat_in_the_same_list_is_a_duplicate() -> None:
    """As if it came in the next."""
    first = scan(await one_item(), "withdraw")
    results = await record([first, first, dict(first)], COORDINATOR, NOW)
    assert [result.status for result in results] == ["accepted", "duplicate", "duplicate"]
    assert await count("movements") == 2


async def test_equal_values_are_equal_content() -> None:
    """Times as instants, keys in any order, null and absent, the item by any of its names."""
    code = await one_item()
    checks = [{"kind": "pat", "result": "pass", "on": "2018-10-01"}]
    first = scan(code, "check", checks=checks, device="phone 7", mood={"a": 1, "b": [2]})
    await done(first)
    [stored] = await fetch("select giai from items")
    same = [
        first | {"occurred_at": "2018-10-01T10:00:00+01:00"},
        first | {"occurred_at": "2018-10-01T09:00:00.000Z"},
        dict(reversed(first.items())),
        first | {"mood": {"b": [2], "a": 1}},
        first | {"van": None, "checks": [checks[0] | {"examiner": None}]},
        first | {"item": code.lower()},
        first | {"item": stored["giai"]},
        first | {"id": first["id"].upper()},
    ]
    for sent in same:
        assert (await answer(sent)).status == "duplicate", sent


async def test_an_absent_list_of_checks_is_an_empty_or_null_one() -> None:
    """Nothing was checked in either case."""
    first = scan(await one_item(), "withdraw", checks=None)
    await done(first)
    del first["checks"]
    assert (await answer(first)).status == "duplicate"
    assert (await answer(first | {"checks": []})).status == "duplicate"


async def test_other_content_under_an_accepted_id_is_refused_and_shows_nothing() -> None:
    """Not the item, not its state, not what is allowed, nor whose scan it was."""
    code, other = await received(count=2)
    first = scan(code, "withdraw", note="wet")
    await done(first)
    changed = [
        first | {"note": "dry"},
        first | {"reason": "another"},
        first | {"occurred_at": (NOW + timedelta(seconds=1)).isoformat()},
        first | {"action": "hold"},
        first | {"action": "fly"},
        first | {"item": other},
        first | {"item": "???"},
        first | {"extra": 0},
        first | {"device": "phone 7"},
        {"id": first["id"]},
    ]
    for sent in changed:
        result = await answer(sent)
        assert reason(result) == "id-reused", sent
        assert (result.item, result.state, result.allowed) == (None, None, ())
        assert result.refusal is not None
        assert code not in str(result.refusal)
    assert await count("movements") == 3


async def test_another_callers_id_is_refused_and_shows_nothing() -> None:
    """Equal content or not."""
    first = scan(await one_item(), "withdraw")
    await done(first)
    for stranger in (STORE, caller("administrator", username="root")):
        result = await answer(first, by=stranger)
        assert (reason(result), result.item, result.state) == ("id-reused", None, None)
    assert (await answer(first)).status == "duplicate"


async def test_a_refused_scans_id_is_free() -> None:
    """It is judged afresh, with the same or other content, from the same or another caller."""
    code = await one_item()
    early = scan(code, "clean")
    assert await refused(early) == "item-not-returned"
    assert await refused(early) == "item-not-returned"
    await done(scan(code, "withdraw"))
    await done(early | {"note": "done at last"}, by=STORE)
    assert await refused(early) == "id-reused"


async def test_a_receipts_movement_keeps_its_id_to_itself() -> None:
    """A scan that takes it is refused like any other reuse, and those beside it go through."""
    code, other = await received(count=2)
    [taken] = await fetch(
        "select m.id from movements m join items i on i.id = m.item and i.code = $1", code
    )
    for item in (code, other):
        thief = scan(item, "hold") | {"id": str(taken["id"])}
        results = await record([thief, scan(item, "hold")], COORDINATOR, NOW)
        assert reason(results[0]) == "id-reused"
        assert results[1].status == "accepted"


async def test_a_fact_against_a_hold_is_accepted_and_raises_one_case() -> None:
    """Delivered, collected or returned before the hold was recorded; the hold stays."""
    code, ada = await one_item(), await somebody()
    tomorrow = NOW + timedelta(days=1)
    before, after = tomorrow - timedelta(microseconds=1), tomorrow + timedelta(seconds=1)
    await done(scan(code, "hold"), now=tomorrow)
    for action, extra in (("deliver", {"person": ada}), ("collect", {}), ("return", {})):
        if action == "deliver":
            assert await refused(scan(code, action, at=tomorrow, **extra), now=after) == (
                "item-on-hold"
            )
        sent = scan(code, action, at=before) | extra
        assert (await answer(sent, now=after)).status == "accepted"
        assert (await answer(sent, now=after)).status == "duplicate"
        assert await count("cases", f"kind = 'fact-against-hold' and scan = '{sent['id']}'") == 1
    row = await row_of(code)
    assert (row["held_at"], row["state"]) == (tomorrow, "returned")
    assert await count("cases") == 3
    await check_invariants()


async def test_what_comes_back_after_the_hold_is_no_case() -> None:
    """It is what the hold wants."""
    code, ada = await one_item(), await somebody()
    await done(scan(code, "deliver", person=ada), scan(code, "hold"))
    later = NOW + timedelta(hours=1)
    await done(scan(code, "collect", at=later), scan(code, "return", at=later), now=later)
    assert await count("cases") == 0


async def test_a_failed_check_holds_the_item_until_it_is_released() -> None:
    """With any action, from when it was recorded."""
    code, ada = await one_item(), await somebody()
    fail = [{"kind": "service", "result": "fail", "on": "2018-10-01"}]
    await done(scan(code, "deliver", person=ada, checks=fail), scan(code, "return"))
    await done(scan(code, "clean"))
    assert await refused(scan(code, "pass")) == "item-on-hold"
    await done(scan(code, "release"), scan(code, "pass"))


async def test_a_failed_examination_is_a_hold_and_nothing_else() -> None:
    """What had gone out before is a fact; once released, the pass before it is still in date."""
    code, ada = await one_item(await stock("HOIST1", loler_months=6)), await somebody()
    checked = {"kind": "loler", "on": "2018-10-01"}
    await done(scan(code, "check", checks=[checked | {"result": "pass"}]))
    await done(scan(code, "check", checks=[checked | {"result": "fail"}]))
    assert await refused(scan(code, "allocate", at=NOW + timedelta(minutes=1))) == "item-on-hold"
    await done(scan(code, "deliver", person=ada, at=NOW - timedelta(hours=1)))
    assert await count("cases", "kind = 'fact-against-hold'") == 1
    await done(scan(code, "return"), scan(code, "clean"), scan(code, "release"), scan(code, "pass"))
    await done(scan(code, "allocate"))


async def test_a_refused_scan_of_a_device_raises_one_case_however_often() -> None:
    """The phone has gone on: a person settles it. Another fault is another case."""
    code = await one_item()
    lost = scan(code, "collect", device="phone 7")
    for _ in range(3):
        assert await refused(lost, by=STORE) == "item-not-on-loan"
    await record([lost, lost], STORE, NOW)
    assert await count("cases") == 1
    [case] = await fetch("select kind, status, scan::text, raised_by, content from cases")
    assert (case["kind"], case["status"], case["scan"]) == ("refused-scan", "open", lost["id"])
    assert "phone 7" in case["content"]
    for sent in (
        lost | {"note": "again"},
        scan("???", "collect", device="phone 7"),
        {"device": "x"},
    ):
        await refused(sent, by=STORE)
    await refused({"id": "\0", "item": "\ud800", "device": "\0", "x": 10**30}, by=STORE)
    assert await count("cases") == 5


async def test_a_refused_scan_without_a_device_leaves_nothing() -> None:
    """Whoever sent it is told at once."""
    code = await one_item(await stock("PUMP1"))
    for sent in (scan(code, "collect"), scan(code, "collect", device=""), scan("???", "hold")):
        await refused(sent)
    assert await count("cases") == 0
    assert await count("movements") == 1
    assert await count("receipts", "caller <> ''") == 0
