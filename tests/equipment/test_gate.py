"""The gate: whatever is carried in is told by its label alone what becomes of it."""

import asyncio
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import pytest

from budget.refusals import Missing, NotAllowed, Refused, Wrong
from equipment import cases
from equipment.gate.arrivals import Arrival, TakenIn, take_in
from equipment.items import Viewer
from equipment.repairs.declaration import Sender
from equipment.repairs.jobs import look_up, open_job_of
from equipment.repairs.trips import NewTrip, send
from equipment.standing import State
from tests.equipment.standing_data import caller
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    STORE,
    count,
    done,
    one_item,
    row_of,
    scan,
    set_up,
    somebody,
)

VIEWER = Viewer(STORE, NOW, "https://kit.example.org")

BEGINNING: Final = set_up
pytestmark = pytest.mark.usefixtures("database")


async def _brought(code: str, depot: str = "D1") -> TakenIn:
    return await take_in(Arrival(code, depot, "hospital"), VIEWER)


async def _after(*actions: str) -> str:
    """An item of which all of this was recorded; its code."""
    code, person = await one_item(), await somebody()
    for action in actions:
        await done(scan(code, action, person=person))
    return code


@pytest.mark.parametrize(
    ("before", "depot", "action", "state"),
    [
        (("deliver",), "D1", "return", State.RETURNED),
        (("deliver", "collect"), "D2", "return", State.RETURNED),
        (("lose",), "D2", "find", State.RETURNED),
        ((), "D2", "move", State.AVAILABLE),
        (("withdraw", "clean"), "D2", "move", State.CLEANED),
        (("withdraw",), "D1", None, State.RETURNED),
        (("allocate",), "D1", None, State.ALLOCATED),
    ],
)
async def test_what_is_brought_in_is_where_it_was_brought(
    before: tuple[str, ...], depot: str, action: str | None, state: State
) -> None:
    """As what it is by then; a second look at the same label changes nothing."""
    code = await _after(*before)
    taken = await _brought(code, depot)
    assert (taken.action, taken.item.state, taken.item.depot) == (action, state, depot)
    movements = await count("movements")
    assert (await _brought(taken.item.link, depot)).action is None
    assert await count("movements") == movements


async def test_what_was_with_a_repairer_is_back() -> None:
    """Twice is once; what was read before it was sent away takes nothing back."""
    code = await _after("withdraw", "clean", "fail")
    job = await open_job_of(STORE, code, NOW)
    assert job is not None
    due = NOW.date() + timedelta(days=9)
    trip = NewTrip(uuid4(), "Hoist Menders", "1 Mill Road", due, "Jo Hill", "Store manager")
    await send(STORE, job.id, trip, Sender("Kitback", "0115 496 0000"), NOW - timedelta(hours=1))
    kept = Arrival(code, "D1", age=timedelta(hours=2))
    assert (await take_in(kept, VIEWER)).action is None
    assert [(await _brought(code)).action for _ in range(2)] == ["back", None]
    assert (await look_up(STORE, job.id, NOW)).place == "depot"


async def test_who_brought_it_is_on_record() -> None:
    """As a note of the movement."""
    code = await _after("deliver")
    await _brought(code)
    assert await count("movements", "details->>'note' = 'Brought in by a hospital.'") == 1


async def test_what_cannot_be_here_is_a_case() -> None:
    """A scrapped item at the gate: nothing moves, and somebody is to settle it."""
    code = await _after("scrap")
    with pytest.raises(Refused, match="scrapped"):
        await _brought(code)
    assert (await row_of(code))["state"] == "scrapped"
    [case] = await cases.listed(COORDINATOR, "open", NOW, after=0, limit=10)
    assert (case.item, case.content["device"]) == (code, "gate D1")


async def test_what_was_loaded_is_asked_about() -> None:
    """Only whoever brings it knows whether it has been in a house."""
    code = await _after("allocate", "load")
    with pytest.raises(Refused, match="Return it if it has been in a house, else unload it"):
        await _brought(code)
    assert (await row_of(code))["state"] == "loaded"


async def test_what_is_wrong_is_said_and_nothing_recorded() -> None:
    """No label, none of ours, no such depot, not one who works there."""
    code = await _after("deliver")
    before = await count("movements")
    with pytest.raises(Wrong):
        await _brought("  ")
    with pytest.raises(Missing):
        await _brought("AAAAAAAA")
    with pytest.raises(Missing, match="There is no depot"):
        await _brought(code, "D7")
    buyer = Viewer(caller("budget_holder"), NOW, "https://kit.example.org")
    with pytest.raises(NotAllowed):
        await take_in(Arrival(code, "D1"), buyer)
    assert await count("movements") == before


async def test_two_gates_at_once_take_it_in_once() -> None:
    """It has come in once; whoever is second finds it here, or it has moved on to them."""
    code = await _after("deliver")
    taken = await asyncio.gather(*(_brought(code, depot) for depot in ("D1", "D2", "D1", "D2")))
    assert sorted(str(each.action) for each in taken).count("return") == 1
    assert await count("movements", "action = 'return'") == 1
    assert (await row_of(code))["state"] == "returned"


async def test_an_arrival_that_is_sent_again_is_told_what_became_of_it() -> None:
    """Whatever happened to the item since; what it was before it moved on says nothing now."""
    later = Viewer(STORE, NOW + timedelta(hours=1), "https://kit.example.org")
    code, other = await _after("deliver"), await _after("deliver")
    first = Arrival(code, "D1", id=uuid4(), age=timedelta(minutes=5))
    assert (await take_in(first, later)).action == "return"
    assert await count("movements", f"occurred_at = '{later.now - first.age}'") == 1
    moved = [
        scan(code, "clean"),
        scan(code, "pass"),
        scan(code, "deliver", person=await somebody()),
    ]
    await done(*moved)
    assert (await take_in(first, later)).action == "return"
    with pytest.raises(Refused, match="used before"):
        await take_in(Arrival(other, "D1", id=first.id), later)
    with pytest.raises(Refused, match="moved on since it was read"):
        await take_in(Arrival(code, "D1", id=uuid4(), age=timedelta(minutes=5)), later)
    assert (await row_of(code))["state"] == "on_loan"
    at_once = await asyncio.gather(*(take_in(Arrival(other, "D1", id=UUID(int=7)), later)
        for _ in range(4)))  # fmt: skip
    assert {each.action for each in at_once} == {"return"}
    assert await count("movements", "action = 'return'") == 2
