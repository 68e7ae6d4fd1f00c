"""Emergency issues: handed out now, completed within a day."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from budget.database import fetch
from budget.refusals import Missing, NotAllowed, Refused, Wrong
from equipment.orders import emergency_issues
from equipment.orders.emergency_issues import (
    NewEmergency,
    complete,
    emergencies,
    issue,
    raise_overdue,
)
from equipment.people import people
from equipment.people.person_form import PersonChange
from equipment.places import Depot, open_depot
from equipment.staff.roles import Caller
from tests.equipment.standing_data import ADMINISTRATOR, caller
from tests.equipment.store import COORDINATOR, NOW, count, done, received, row_of, scan, set_up
from tests.races import ready

NURSE = caller("prescriber", partners=("04K",), username="nurse")
OTHER = caller("prescriber", partners=("52R",), username="other")


@pytest.fixture(autouse=True)
async def _store(database: str) -> None:
    assert database
    await set_up()
    await open_depot(ADMINISTRATOR, Depot("WARD", "Ward 7", "NG2 1AA", "satellite"))


async def frame(**fields: Any) -> NewEmergency:
    """Something on the ward's shelf that is handed out."""
    [item] = await received(depot="WARD")
    usual: dict[str, Any] = {
        "id": uuid4(),
        "item": item,
        "reason": "Fell at night",
        "name": "Unknown man",
    }
    return NewEmergency(**usual | {"funder": "04K"} | fields)


async def test_an_item_goes_out_at_once_and_is_completed_when_it_is_known_to_whom() -> None:
    """By whoever fills in the record; until then it is open, with its deadline."""
    new = await frame()
    issued = await issue(NURSE, new, NOW)
    assert (issued.completed_at, issued.due_at, issued.overdue) == (
        None, NOW + timedelta(days=1), False,
    )  # fmt: skip
    assert issued.person is not None
    item = await row_of(new.item)
    assert (item["state"], item["person"]) == ("on_loan", issued.person)
    assert [each.id for each in await emergencies(NURSE, "open", NOW, after=0, limit=5)] == [new.id]
    with pytest.raises(Refused, match="day of birth"):
        await complete(NURSE, new.id, NOW)
    change = msgspec.convert({"name": "Bob Jones", "born": "1941-05-06"}, PersonChange)
    await people.change(NURSE, issued.person, change, NOW)
    later = NOW + timedelta(hours=2)
    completed = await complete(NURSE, new.id, later)
    assert (completed.completed_at, completed.completed_by) == (later, "nurse")
    assert await complete(COORDINATOR, new.id, later + timedelta(1)) == completed
    assert await emergencies(NURSE, "open", NOW, after=0, limit=5) == []


async def test_sent_again_it_is_one_issue() -> None:
    """Also at once, and later; other content or another caller is refused."""
    new = await frame()
    await ready()
    both = await asyncio.gather(*(issue(NURSE, new, NOW) for _ in range(2)))
    assert both[0] == both[1] == await issue(NURSE, new, NOW + timedelta(minutes=9))
    assert (await count("emergency_issues"), await count("loans"), await count("people")) == (
        1,
        1,
        1,
    )
    for by, other in (
        (NURSE, msgspec.structs.replace(new, name="Somebody else")),
        (NURSE, msgspec.structs.replace(new, reason="Another")),
        (OTHER, msgspec.structs.replace(new, funder="52R")),
    ):
        with pytest.raises(Refused) as refusal:
            await issue(by, other, NOW)
        assert refusal.value.slug == "id-reused"


async def test_what_was_cut_off_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the record had been made, or the item had gone out too."""
    for broken in ("record", "execute"):
        new = await frame()
        with monkeypatch.context() as cut:
            cut.setattr(emergency_issues, broken, _cut_off)
            with pytest.raises(ConnectionError):
                await issue(NURSE, new, NOW)
        issued = await issue(NURSE, new, NOW + timedelta(minutes=5))
        assert (await row_of(new.item))["person"] == issued.person
    assert await count("people") == await count("loans") == 2


async def _cut_off(*_: object) -> None:
    raise ConnectionError


async def test_an_overdue_one_is_a_case_once() -> None:
    """However often the clock asks; one in time or completed is none."""
    new = await frame()
    await issue(NURSE, new, NOW)
    await raise_overdue(NOW + timedelta(hours=23))
    assert await count("cases") == 0
    late = NOW + timedelta(hours=25)
    for _ in range(2):
        await raise_overdue(late)
    [case] = await fetch("select kind, scan, content::text from cases")
    assert (case["kind"], case["scan"]) == ("emergency-overdue", new.id)
    assert "Unknown" not in case["content"]
    assert msgspec.json.decode(case["content"])["due_at"].endswith("Z")
    [shown] = await emergencies(NURSE, None, late, after=0, limit=5)
    assert shown.overdue


@pytest.mark.parametrize(
    "fields",
    [{"name": " "}, {"reason": "\n"}, {"name": "a\0"}, {"reason": "x" * 501}, {"funder": "52R"},
     {"funder": "NONE"}, {"funder": None}, {"item": "\0"}],
)  # fmt: skip
async def test_a_wrong_one_hands_nothing_out(fields: dict[str, Any]) -> None:
    """Nor does it make a record."""
    new = await frame(**fields)
    with pytest.raises(Wrong):
        await issue(NURSE, new, NOW)
    assert await count("people") == await count("loans") == 0


async def test_what_is_not_on_a_shelf_is_not_handed_out() -> None:
    """What is held, with somebody, or not there: no record is made for it."""
    held, gone = await frame(), await frame()
    await done(scan(held.item, "hold"), scan(gone.item, "lose"))
    missing = msgspec.structs.replace(held, item=str(uuid4()))
    for new in (held, gone, missing):
        with pytest.raises((Refused, Missing, Wrong)):
            await issue(NURSE, new, NOW)
    assert await count("people") == 0


async def test_others_see_it_not() -> None:
    """Another partner's prescriber finds none; who has no such task is told no."""
    new = await frame()
    await issue(NURSE, new, NOW)
    assert await emergencies(OTHER, None, NOW, after=0, limit=5) == []
    for id_ in (new.id, UUID(int=1)):
        with pytest.raises(Missing):
            await complete(OTHER, id_, NOW)
    assert len(await emergencies(COORDINATOR, None, NOW, after=0, limit=5)) == 1
    for role in ("technician", "depot", "budget_holder"):
        with pytest.raises(NotAllowed):
            await issue(_with(role), new, NOW)
        with pytest.raises(NotAllowed):
            await emergencies(_with(role), None, NOW, after=0, limit=5)


def _with(role: str) -> Caller:
    return caller(role)
