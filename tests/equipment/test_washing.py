"""Loads of a washer: many items cleaned in one go, and found again by it."""

from typing import Any
from uuid import uuid4

import pytest

from budget.database import fetch
from budget.refusals import Refused, Wrong
from equipment.clerk import Result
from equipment.washing.loads import (
    CleaningMethod,
    Load,
    NewLoad,
    listed,
    look_up,
    set_method,
    wash,
)
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import NOW, STORE, done, reason, received, row_of, scan, set_up, stock


@pytest.fixture
async def dirty(database: str) -> list[str]:
    """Three beds that came back dirty."""
    del database
    await set_up()
    return await received(count=3, dirty=True)


def load(items: list[str], **fields: Any) -> NewLoad:
    """Take a load out of the washer."""
    usual: dict[str, Any] = {"machine": "W1", "cycle": "80 C", "batch": "L7"}
    return NewLoad(uuid4(), "D1", "washer", NOW, items, **usual | fields)


def slugs(results: list[tuple[str, Result]]) -> list[str]:
    """What became of each item."""
    return [r.status if r.status != "refused" else reason(r) for _, r in results]


async def test_a_load_cleans_what_was_in_it(dirty: list[str]) -> None:
    """Each by itself, once however often it is sent; what it was washed with is on its record."""
    new = load([*dirty, dirty[0], "no code"])
    made, results = await wash(STORE, new, NOW)
    assert slugs(results) == ["accepted"] * 3 + ["unreadable-code"]
    again, repeated = await wash(STORE, new, NOW)
    assert (again, slugs(repeated)) == (made, ["duplicate"] * 3 + ["unreadable-code"])
    assert isinstance(made, Load)
    assert (made.items, made.operator, made.cycle) == (sorted(dirty), "storeman", "80 C")
    assert await look_up(STORE, new.id) == made
    assert await listed(STORE, "D1", after=0, limit=5) == [made]
    assert (await row_of(dirty[0]))["state"] == "cleaned"
    [row, *_] = await fetch("select details->>'note' as note from movements where action = 'clean'")
    assert row["note"] == "Washer-disinfector, W1, 80 C, L7"
    with pytest.raises(Refused, match="used before"):
        await wash(STORE, NewLoad(new.id, "D1", "steam", NOW, ["no code", *dirty[:1]]), NOW)


async def test_what_is_cleaned_otherwise_is_refused_alone(dirty: list[str]) -> None:
    """By its product's method."""
    await stock("MAT01")
    await set_method(ADMINISTRATOR, "MAT01", CleaningMethod("launder"))
    [mattress] = await received("MAT01", dirty=True)
    made, results = await wash(STORE, load([dirty[0], mattress]), NOW)
    assert slugs(results) == ["accepted", "wrong-method"]
    assert made is not None
    assert made.items == [dirty[0]]
    await set_method(ADMINISTRATOR, "MAT01", CleaningMethod(None))
    assert slugs((await wash(STORE, load([mattress]), NOW))[1]) == ["accepted"]


async def test_a_load_of_nothing_dirty_is_none(dirty: list[str]) -> None:
    """Nor one at a depot that is not there."""
    await done(scan(dirty[0], "clean"))
    made, results = await wash(STORE, load(dirty[:1]), NOW)
    assert (made, slugs(results)) == (None, ["item-not-returned"])
    assert await fetch("select from wash_loads") == []
    with pytest.raises(Wrong):
        await wash(STORE, NewLoad(uuid4(), "D9", "washer", NOW, dirty[1:]), NOW)
