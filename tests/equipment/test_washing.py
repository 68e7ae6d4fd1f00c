"""Loads of a washer: many items cleaned in one go, and found again by it."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest

from budget.database import fetch
from budget.refusals import Missing, NotAllowed, Refused, Wrong
from equipment.bays import Bay, mark_out
from equipment.clerk import Result
from equipment.washing.loads import Load, NewLoad, listed, look, look_up, wash
from equipment.washing.programmes import CleaningMethod, programme_of, set_method, versions_of
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    STORE,
    done,
    reason,
    received,
    row_of,
    scan,
    set_up,
    stock,
)


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
    await set_method(ADMINISTRATOR, "MAT01", CleaningMethod("launder"), NOW)
    [mattress] = await received("MAT01", dirty=True)
    made, results = await wash(STORE, load([dirty[0], mattress]), NOW)
    assert slugs(results) == ["accepted", "wrong-method"]
    assert made is not None
    assert made.items == [dirty[0]]
    await set_method(ADMINISTRATOR, "MAT01", CleaningMethod(None), NOW)
    assert slugs((await wash(STORE, load([mattress]), NOW))[1]) == ["accepted"]


async def test_a_load_of_nothing_dirty_is_none(dirty: list[str]) -> None:
    """Nor one at a depot that is not there."""
    await done(scan(dirty[0], "clean"))
    made, results = await wash(STORE, load(dirty[:1]), NOW)
    assert (made, slugs(results)) == (None, ["item-not-returned"])
    assert await fetch("select from wash_loads") == []
    with pytest.raises(Wrong):
        await wash(STORE, NewLoad(uuid4(), "D9", "washer", NOW, dirty[1:]), NOW)


async def test_how_a_product_is_cleaned_has_versions(database: str) -> None:
    """The same again is none; whoever has not seen somebody else's does not write over it."""
    del database
    await set_up()
    hot = CleaningMethod("washer", "Bedframe", 80, 3)
    assert (await set_method(COORDINATOR, "BED01", hot, NOW)).version == 1
    again = msgspec.structs.replace(hot, version=0)
    assert (await set_method(COORDINATOR, "BED01", again, NOW)).version == 1
    warm = CleaningMethod("washer", "Bedframe", 71, 3, version=0)
    with pytest.raises(Refused, match="coordinator has changed this meanwhile"):
        await set_method(ADMINISTRATOR, "BED01", warm, NOW)
    seen = msgspec.structs.replace(warm, version=1)
    await set_method(ADMINISTRATOR, "BED01", seen, NOW)
    assert [each.words for each in await versions_of(STORE, "BED01")] == [
        "Washer-disinfector, cycle Bedframe, 71 °C, 3 min",
        "Washer-disinfector, cycle Bedframe, 80 °C, 3 min",
    ]
    for by, new in ((STORE, hot), (COORDINATOR, CleaningMethod(None, minutes=3))):
        with pytest.raises((NotAllowed, Wrong)):
            await set_method(by, "BED01", new, NOW)
    with pytest.raises(Missing):
        await programme_of(STORE, "NONE")


async def test_a_label_is_looked_at_before_its_load(dirty: list[str]) -> None:
    """By the rules that the load goes by, its bay's too; nothing is recorded of it."""
    for kind in ("clean", "dirty"):
        await mark_out(ADMINISTRATOR, Bay(kind.upper(), "D1", kind, kind))
    told = [
        (await look(STORE, load([item], bay=bay), NOW))[0]
        for item, bay in ((dirty[0], None), (dirty[0], "CLEAN"), (dirty[0], "DIRTY"), ("x", None))
    ]
    said = [each.status if each.refusal is None else each.refusal.slug for each in told]
    assert said == ["accepted", "accepted", "bay-is-dirty", "unreadable-code"]
    assert (await row_of(dirty[0]))["state"] == "returned"
    assert await fetch("select from movements where action = 'clean'") == []
    assert slugs((await wash(STORE, load(dirty[:1], bay="CLEAN"), NOW))[1]) == ["accepted"]
