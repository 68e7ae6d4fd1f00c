"""Rules of a scan that no table holds: who pays, what an undo takes, when it was recorded."""

from datetime import timedelta

import pytest

from budget.database import fetch
from equipment.scans import record
from tests.equipment.standing_data import caller
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    answer,
    done,
    one_item,
    reason,
    refused,
    scan,
    set_up,
    somebody,
)

pytestmark = pytest.mark.usefixtures("database")


async def test_who_pays_is_asked_after_time_and_state() -> None:
    """Nobody is asked for a funder for what cannot be delivered anyway."""
    await set_up()
    code, nobody_pays = await one_item(), await somebody(None)
    tomorrow = NOW + timedelta(days=1)
    assert await refused(scan(code, "deliver", person=nobody_pays, at=tomorrow)) == "time-in-future"
    assert await refused(scan(code, "deliver", person=nobody_pays)) == "no-funder"
    await done(scan(code, "withdraw", reason="dented"))
    assert await refused(scan(code, "deliver", person=nobody_pays)) == "item-not-ready"


async def test_a_prescriber_charges_none_but_their_own_partners() -> None:
    """Another partner is to them as one that is not there."""
    await set_up()
    code, ada = await one_item(), await somebody("04K")
    nurse = caller("prescriber", partners=("04K",))
    other = scan(code, "deliver", person=ada, funder="52R")
    assert await refused(other, by=nurse) == "unknown-funder"
    await done(scan(code, "deliver", person=ada, funder="04K"), by=nurse)


async def test_an_undo_takes_no_checks() -> None:
    """What it found would be lost with the next undo: it is refused, and said why."""
    await set_up()
    code = await one_item()
    allocated = scan(code, "allocate")
    await done(allocated)
    failed = [{"kind": "pat", "result": "fail", "on": "2018-10-01"}]
    undo = scan(code, "undo", movement=allocated["id"], checks=failed)
    assert reason(await answer(undo)) == "checks"
    await done(undo | {"checks": None})


async def test_what_was_recorded_never_runs_backwards() -> None:
    """A list that came earlier but waited for the item is recorded no earlier than the other."""
    await set_up()
    code = await one_item()
    later = NOW + timedelta(minutes=3)
    await done(scan(code, "allocate"), now=later)
    await record([scan(code, "deallocate")], COORDINATOR, NOW)
    times = [row["recorded_at"] for row in await fetch("select * from movements order by seq")]
    assert times == sorted(times)
    assert times[-1] == later
