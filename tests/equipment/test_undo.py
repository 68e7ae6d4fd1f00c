"""Undoing a movement: all of it, by those who may, once (contract section 4, `undo`)."""

from datetime import timedelta
from typing import Any, Final

import asyncpg
import pytest

from budget.database import fetch
from equipment.scans import record
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    STORE,
    Scan,
    answer,
    balance,
    check_invariants,
    count,
    done,
    one_item,
    reason,
    refused,
    row_of,
    scan,
    set_up,
    somebody,
    stock,
    tariff,
)

BEGINNING: Final = set_up
pytestmark = pytest.mark.usefixtures("database")

TOMORROW = NOW + timedelta(days=1)


def undo(of: Scan, **fields: Any) -> Scan:
    """Take a scan's movement back."""
    return scan(of["item"], "undo", movement=of["id"], **fields)


async def standing(code: str) -> dict[str, Any]:
    """Read how an item stands, less which movement was its newest and when."""
    row = await row_of(code)
    return {name: row[name] for name in row if name not in {"newest_movement", "updated_at"}}


@pytest.mark.parametrize("in_one_list", [True, False])
async def test_each_action_is_taken_back_whole(in_one_list: bool) -> None:  # noqa: FBT001 - both ways
    """Place, person, loan, hold and checks are those of before; its postings sum to nothing."""
    await tariff(clean=845, repair_hour=3_850)
    code, ada = await one_item(), await somebody()
    checks = [{"kind": "loler", "result": "fail", "on": "2018-10-01"}]
    steps = [
        scan(code, "allocate", depot="D2"),
        scan(code, "load"),
        scan(code, "move", van="V2"),
        scan(code, "unload"),
        scan(code, "deallocate"),
        scan(code, "hold", checks=checks),
        scan(code, "release"),
        scan(code, "deliver", person=ada, depot="D2"),
        scan(code, "repair", parts_pence=7),
        scan(code, "transfer", funder="52R"),
        scan(code, "lose"),
        scan(code, "find", depot="D2"),
        scan(code, "move", depot="D1"),
        scan(code, "clean"),
        scan(code, "fail"),
        scan(code, "repair", parts_pence=99),
        scan(code, "check"),
        scan(code, "pass"),
        scan(code, "withdraw"),
        scan(code, "scrap"),
    ]
    before = []
    for step in steps:
        before.append((await standing(code), await _sums()))
        await done(step)
    undoes = [undo(step) for step in reversed(steps)]
    if in_one_list:
        await done(*undoes)
        assert (await standing(code), await _sums()) == before[0]
    else:
        for sent, expected in zip(undoes, reversed(before), strict=True):
            await done(sent)
            assert (await standing(code), await _sums()) == expected
    assert [await balance(name) for name in ("issues", "credits", "activity")] == [0, 0, 0]
    assert (await row_of(code))["loans"] == 0
    await check_invariants()


async def _sums() -> list[tuple[object, ...]]:
    sql = "select account, partner, sum(amount_pence) from postings group by 1, 2"
    tallies = "select kind, occurred_on::text, sum(units) from tallies group by 1, 2"
    rows = [*await fetch(sql), *await fetch(tallies)]
    return sorted((tuple(row) for row in rows if row[2]), key=str)


async def test_an_undo_posts_on_its_own_day() -> None:
    """What was posted stays where it was; both can be read on their own days."""
    code, ada = await one_item(), await somebody()
    out = scan(code, "deliver", person=ada)
    await done(out)
    await done(undo(out, at=TOMORROW), now=TOMORROW)
    rows = await fetch(
        "select posted_on::text, amount_pence, kind from postings where account = 'issues'"
        " order by seq"
    )
    assert [tuple(row) for row in rows] == [
        ("2018-10-01", 62_000, "issue"),
        ("2018-10-02", -62_000, "reversal"),
    ]


async def test_a_redone_movement_can_be_undone_again() -> None:
    """What counts is the newest that is neither an undo nor undone."""
    code, ada = await one_item(), await somebody()
    first, second = scan(code, "deliver", person=ada), scan(code, "deliver", person=ada)
    hold = scan(code, "hold")
    await done(hold, scan(code, "release"))
    chain = [first, undo(first), second, undo(second), scan(code, "withdraw")]
    await done(*chain)
    assert await refused(undo(first)) == "movement-not-newest"
    await done(undo(chain[-1]))
    assert (await row_of(code))["state"] == "available"
    assert await refused(undo(second)) == "movement-not-newest"
    assert await balance("issues") == 0


async def test_only_the_newest_can_be_undone_and_only_once() -> None:
    """Not an older one, not an undo, not another item's, not what is not there."""
    code, other = await one_item(), await one_item()
    older, newest, others = scan(code, "allocate"), scan(code, "load"), scan(other, "withdraw")
    await done(older, newest, others)
    stranger = scan(code, "undo", movement=others["id"])
    nobodys = scan(code, "undo", movement=older["id"][::-1])
    for wrong in (undo(older), stranger, nobodys):
        assert await refused(wrong) in {"movement-not-newest", "movement"}
    taken = undo(newest)
    await done(taken)
    assert await refused(undo(newest)) == "movement-not-newest"
    assert await refused(undo(taken)) == "movement-not-newest"
    assert (await answer(taken)).status == "duplicate"
    await done(undo(older))
    assert (await row_of(code))["state"] == "available"


async def test_how_an_item_came_cannot_be_undone() -> None:
    """Neither a receipt nor what was taken over."""
    code = await one_item()
    [receipt] = await fetch("select id::text from movements")
    sent = scan(code, "undo", movement=receipt["id"])
    for by in (COORDINATOR, ADMINISTRATOR):
        assert await refused(sent, by) == "movement-cannot-be-undone"


async def test_an_undo_is_its_actors_for_a_day_and_a_coordinators_for_good() -> None:
    """Through the same time of the next day; nobody else's."""
    code = await one_item()
    mine = scan(code, "withdraw")
    await done(mine, by=STORE)
    assert await refused(undo(mine), by=STORE, now=TOMORROW + timedelta(seconds=1)) == (
        "undo-too-late"
    )
    await done(undo(mine), by=STORE, now=TOMORROW)
    theirs = scan(code, "withdraw")
    await done(theirs, now=TOMORROW)
    assert await refused(undo(theirs), by=STORE, now=TOMORROW) == "undo-not-yours"
    await done(undo(theirs), by=COORDINATOR, now=NOW + timedelta(days=400))


async def test_a_list_may_do_and_undo() -> None:
    """Each sees what those before it have done, as if they came alone."""
    code, ada = await one_item(), await somebody()
    out, back = scan(code, "deliver", person=ada), scan(code, "return")
    again = scan(code, "deliver", person=ada)
    scans = [out, undo(out), undo(out), again, back, undo(again), undo(back), undo(again)]
    results = await record(scans, COORDINATOR, NOW)
    wrong = [n for n, result in enumerate(results) if result.status == "refused"]
    assert wrong == [2, 5]
    assert {reason(results[n]) for n in wrong} == {"movement-not-newest"}
    assert (await row_of(code))["state"] == "available"
    assert await balance("issues") == 0
    assert await count("movements", "action = 'undo'") == 3
    await check_invariants()


async def test_an_undone_check_falls() -> None:
    """What was tested with an undone movement was not tested."""
    code = await one_item(await stock("PUMP1", pat=True), dirty=True)
    tested = scan(code, "check")
    await done(scan(code, "clean"), tested, undo(tested))
    assert await refused(scan(code, "pass")) == "pat-not-passed"


async def test_an_undone_loan_leaves_no_trace() -> None:
    """A single-patient product that was delivered by mistake can be cleaned as if it never was."""
    code, ada = await one_item(await stock("SHEET", reuse="single_patient")), await somebody()
    out = scan(code, "deliver", person=ada)
    await done(out, undo(out), scan(code, "withdraw"), scan(code, "clean"))
    assert (await row_of(code))["loans"] == 0


@pytest.mark.parametrize("table", ["items", "movements"])
async def test_a_loan_without_the_time_of_its_phase_is_refused_by_the_database(
    database: str, table: str
) -> None:
    """What its end counted would be looked for in no month, and not be found."""
    bed = await one_item()
    await done(scan(bed, "deliver", person=await somebody()))
    owner = await asyncpg.connect(database)
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute(f"update {table} set phase_at = null where loan is not null")
    finally:
        await owner.close()
