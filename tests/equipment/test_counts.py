"""Counts of stock: what is found changes nothing until somebody else has decided, by movements."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from budget.database import execute, fetch
from budget.refusals import Missing, Refusal, Refused, Wrong
from equipment.bays import Bay, mark_out
from equipment.repairs.declaration import Sender
from equipment.repairs.jobs import open_job_of
from equipment.repairs.trips import CameBack, NewTrip, send, take_back
from equipment.scans import record
from equipment.stock.count_form import Count, Decision, NewCount
from equipment.stock.counts import (
    call_off,
    close,
    differences,
    listed,
    look_up,
    open_count,
    scan,
    waiting,
)
from equipment.stock.settling import settle
from scripts.verifying.stock import STOCK_INVARIANTS
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import COORDINATOR, NOW, STORE, done, received, row_of, set_up, somebody
from tests.equipment.store import scan as filled
from tests.races import held
from tests.races import waiting as blocked
from tests.sight import all_of

SOON = NOW + timedelta(hours=1)
APPROVED = Decision(approve=True, reason="Looked twice")


@pytest.fixture
async def store(database: str) -> str:
    """Depots with a clean and a dirty bay."""
    await set_up()
    for code, kind in (("SHELF", "clean"), ("DIRTY", "dirty")):
        await mark_out(ADMINISTRATOR, Bay(code, "D1", code, kind))  # type: ignore[arg-type]  # two of its kinds
    return database


async def opened(bay: str | None = None, depot: str = "D1") -> UUID:
    """A count that is on."""
    return (await open_count(STORE, NewCount(uuid4(), depot, bay), NOW)).id


async def told(count: UUID) -> dict[str, tuple[str, str | None, str | None]]:
    """What differs, by item: its kind, what is to be recorded, what came of it."""
    rows = await differences(STORE, count, after=0, limit=99)
    return {each.item: (each.kind, each.action, each.outcome) for _, each in rows}


async def compared(count: UUID, *codes: str) -> dict[str, tuple[str, str | None, str | None]]:
    """Scan and compare; what differs."""
    await scan(STORE, count, codes, NOW) if codes else None
    await close(STORE, count, SOON)
    return await told(count)


async def state(code: str) -> str:
    """The state that an item is in."""
    return str((await row_of(code))["state"])


async def test_each_difference_becomes_the_movement_that_says_so(store: str) -> None:
    """Lost, found, brought back, moved: by whoever did not count, through the lifecycle."""
    del store
    here, missing, lost, lent, far, scrapped, spare = await received(count=7)
    await done(filled(lost, "lose"), filled(lent, "deliver", person=await somebody()))
    await done(filled(far, "move", depot="D2", van=None), filled(scrapped, "scrap"))
    await done(filled(spare, "allocate"))
    count = await opened()
    assert await compared(count, here, lost, lent, far, scrapped, spare, here) == {
        missing: ("missing", "lose", None),
        lost: ("lost", "find", None),
        lent: ("out", "return", None),
        far: ("elsewhere", "move", None),
        scrapped: ("gone", None, None),
    }
    kept = await look_up(STORE, count)
    assert (kept.status, kept.scanned, kept.expected, kept.found) == ("compared", 6, 3, 2)
    assert await waiting(STORE) == 1
    assert await state(lent) == "on_loan"
    settled = await settle(COORDINATOR, count, APPROVED, SOON)
    assert (settled.status, settled.decided_by) == ("settled", "coordinator")
    assert await settle(COORDINATOR, count, APPROVED, SOON) == settled
    assert len(await fetch("select from changes where what = 'count settled'")) == 1
    assert {code: await state(code) for code in (missing, lost, lent, scrapped)} == {
        missing: "lost", lost: "returned", lent: "returned", scrapped: "scrapped",
    }  # fmt: skip
    assert (await row_of(far))["depot"] == "D1"
    assert {each for _, _, each in (await told(count)).values()} == {"recorded", "case"}
    [case] = await fetch("select kind, detail from cases")
    assert case["kind"] == "stock-count"
    for invariant in STOCK_INVARIANTS:
        assert await all_of(invariant.query) == [], invariant.name


async def _failed(code: str) -> UUID:
    """An item that waits to be mended: its job."""
    await done(filled(code, "withdraw"), filled(code, "clean"), filled(code, "fail"))
    job = await open_job_of(STORE, code, NOW)
    assert job is not None
    return job.id


async def _sent(job: UUID, at: datetime) -> None:
    """It is with a repairer from a moment on."""
    due = at.date() + timedelta(days=9)
    trip = NewTrip(uuid4(), "Hoist Menders", "1 Mill Road", due, "Jo Hill", "Store manager")
    await send(STORE, job, trip, Sender("Kitback", "0115 496 0000"), at)


async def test_what_is_with_a_repairer_is_not_missing(store: str) -> None:
    """It is noted with where it is; found all the same, it is a case, and what came back is not."""
    del store
    away, found, back, later, missing = await received(count=5)
    jobs = {code: await _failed(code) for code in (away, found, back, later)}
    for code in (away, found, back):
        await _sent(jobs[code], NOW - timedelta(days=2))
    count = await opened()
    during = NOW + timedelta(minutes=5)
    await take_back(STORE, jobs[back], CameBack(uuid4()), during)
    await scan(STORE, count, [found, later], during)
    await _sent(jobs[later], during + timedelta(minutes=1))
    assert await compared(count) == {
        away: ("at_repairer", None, "noted"),
        found: ("back", None, None),
        missing: ("missing", "lose", None),
    }
    kept = await look_up(STORE, count)
    assert (kept.differences, kept.away, kept.expected, kept.found) == (2, 1, 3, 2)
    notes = {each.item: each.note for _, each in await differences(STORE, count, after=0, limit=9)}
    assert str(notes[away]).startswith("With Hoist Menders since ")
    with pytest.raises(Wrong):
        await settle(COORDINATOR, count, Decision(approve=True, reason="Seen", but=[away]), SOON)
    await settle(COORDINATOR, count, APPROVED, SOON)
    assert {code: outcome for code, (_, _, outcome) in (await told(count)).items()} == {
        away: "noted", found: "case", missing: "recorded",
    }  # fmt: skip
    assert await state(away) == "in_repair"
    for invariant in STOCK_INVARIANTS:
        assert await all_of(invariant.query) == [], invariant.name


async def test_whoever_counted_does_not_settle(store: str) -> None:
    """Nor who opened or compared it; nor is anything settled twice, or after it was called off."""
    del store
    await received(count=2)
    count = await opened()
    with pytest.raises(Refused, match="has not been compared"):
        await settle(COORDINATOR, count, APPROVED, SOON)
    await scan(COORDINATOR, count, await received(), NOW)
    await close(STORE, count, SOON)
    for each in (STORE, COORDINATOR):
        with pytest.raises(Refused) as refusal:
            await settle(each, count, APPROVED, SOON)
        assert refusal.value.slug == "own-count"
    no = Decision(approve=False, reason="Look once more")
    await settle(ADMINISTRATOR, count, no, SOON)
    assert {each for _, _, each in (await told(count)).values()} == {"declined"}
    with pytest.raises(Refused, match="is settled"):
        await settle(COORDINATOR, count, APPROVED, SOON)
    with pytest.raises(Refused):
        await call_off(STORE, count, "Wrong place", SOON)


async def test_what_moved_after_it_was_scanned_is_no_difference(store: str) -> None:
    """Nor what came in or went out while others were still scanned; a promise moves nothing."""
    del store
    gone, back, promised, away, late = await received(count=5)
    person = await somebody()
    await done(filled(back, "deliver", person=person))
    count = await opened()
    during = NOW + timedelta(minutes=5)
    await scan(STORE, count, [gone, back], during)
    await done(filled(gone, "deliver", person=person), filled(back, "return"), now=during)
    await done(filled(promised, "allocate"), now=during)
    await done(filled(away, "deliver", person=person), now=during)
    await done(filled(late, "withdraw"), now=during)
    assert await compared(count) == {promised: ("missing", "lose", None)}


async def test_what_moves_before_it_is_settled_is_left_as_it_is(store: str) -> None:
    """While whoever settles waits for the item that somebody has in hand."""
    found, missing = await received(count=2)
    count = await opened()
    assert await compared(count) == {
        found: ("missing", "lose", None), missing: ("missing", "lose", None),
    }  # fmt: skip
    later = SOON + timedelta(hours=1)
    async with held(store, f"select from items where code = '{found}' for update") as owner:
        moving = asyncio.create_task(record([filled(found, "withdraw")], STORE, later))
        await blocked(owner, 1)
        settling = asyncio.create_task(settle(COORDINATOR, count, APPROVED, later))
        await blocked(owner, 2)
    await moving
    await settling
    came = {code: outcome for code, (_, _, outcome) in (await told(count)).items()}
    assert came == {found: "moved", missing: "recorded"}
    assert (await state(found), await state(missing)) == ("returned", "lost")


async def test_two_who_settle_at_once_settle_it_once(store: str) -> None:
    """And a scan that meets the comparison is in it, or told that it came too late."""
    del store
    [missing] = await received()
    count = await opened()
    await compared(count)
    late = Decision(approve=True, reason="Me too")
    both = await asyncio.gather(
        settle(COORDINATOR, count, APPROVED, SOON),
        settle(ADMINISTRATOR, count, late, SOON),
        return_exceptions=True,
    )
    assert [type(each) for each in both].count(Count) == 1
    assert [each.slug for each in both if isinstance(each, Refusal)] == ["count-settled"]
    assert await state(missing) == "lost"
    with pytest.raises(Refused) as refusal:
        await scan(STORE, count, [missing], SOON)
    assert refusal.value.slug == "count-closed"


async def test_a_bay_is_counted_by_what_was_put_down_there(store: str) -> None:
    """What stands on the wrong side is not moved there: it is washed again, or a case."""
    del store
    put, elsewhere, dirty = await received(count=3)
    await done(filled(put, "move", depot=None, van=None, bay="SHELF"))
    await done(filled(dirty, "withdraw"))
    count = await opened("SHELF")
    assert await compared(count, elsewhere, dirty) == {
        put: ("missing", "lose", None),
        elsewhere: ("elsewhere", "move", None),
        dirty: ("wrong_side", None, None),
    }
    await settle(COORDINATOR, count, Decision(approve=True, reason="Seen", but=[put]), SOON)
    assert {code: outcome for code, (_, _, outcome) in (await told(count)).items()} == {
        put: "declined", elsewhere: "recorded", dirty: "case",
    }  # fmt: skip
    again = await opened("DIRTY")
    assert await compared(again, elsewhere) == {elsewhere: ("wrong_side", "withdraw", None)}
    await settle(COORDINATOR, again, APPROVED, SOON)
    assert await state(elsewhere) == "returned"


async def test_a_label_is_counted_once_and_an_unknown_one_is_told(store: str) -> None:
    """One count of a place at a time; what is not there is one answer for all."""
    del store
    [code] = await received()
    new = NewCount(uuid4(), "D1")
    first = await open_count(STORE, new, NOW)
    assert await open_count(STORE, new, SOON) == first
    with pytest.raises(Refused) as refusal:
        await opened()
    assert refusal.value.slug == "exists"
    results = await scan(STORE, first.id, [code, code.lower(), "nothing"], NOW)
    assert [each.status for each in results] == ["counted", "repeat", "refused"]
    assert [each.status for each in await scan(STORE, first.id, [code], SOON)] == ["repeat"]
    quiet = await close(STORE, first.id, SOON)
    assert (quiet.status, quiet.expected, quiet.found, quiet.differences) == ("settled", 1, 1, 0)
    assert await listed(STORE, "settled", "D1", after=0, limit=9) == [quiet]
    for work in (open_count(STORE, NewCount(uuid4(), "D9"), NOW),
                 open_count(STORE, NewCount(uuid4(), "D2", "SHELF"), NOW)):  # fmt: skip
        with pytest.raises(Wrong):
            await work
    with pytest.raises(Missing):
        await scan(STORE, uuid4(), [code], NOW)


async def test_an_exception_must_be_one_of_the_differences(store: str) -> None:
    """A slip of the pen must not record what was to be left out."""
    del store
    one, _ = await received(count=2)
    count = await opened()
    await compared(count, one)
    told_wrong: Any = Decision(approve=True, reason="Seen", but=[one])
    with pytest.raises(Wrong):
        await settle(COORDINATOR, count, told_wrong, SOON)
    with pytest.raises(Exception, match="denied"):
        await execute("update counted_items set scanned_by = 'x'")
