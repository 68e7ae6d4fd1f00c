"""Parts: what is fitted, what is missing, and that nothing goes out without."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from budget.database import fetch
from budget.refusals import Refused, Wrong
from equipment import clerk
from equipment.catalogue.handling import Handling, set_handling
from equipment.parts.parts import (
    FoundPart,
    NewPart,
    NoticedMissing,
    Parts,
    find,
    fit,
    miss,
    parts_of,
)
from equipment.scans import record
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import (
    NOW,
    STORE,
    answer,
    done,
    one_item,
    reason,
    refused,
    row_of,
    scan,
    set_up,
    somebody,
)

LISTED = ["Head half", "Foot half", "Motor", "Handset"]


@pytest.fixture
async def bed(database: str) -> str:
    """A bed that has come back from somebody and was cleaned."""
    del database
    await set_up()
    await set_handling(ADMINISTRATOR, "BED01", Handling(parts=LISTED))
    code = await one_item()
    await done(scan(code, "deliver", person=await somebody()), scan(code, "return"))
    return code


def part(name: str, serial: str | None = None, **fields: str) -> NewPart:
    """Write down a part under an id of its own."""
    return NewPart(uuid4(), name, serial, **fields)


def lacks(*names: str) -> NoticedMissing:
    """Say that parts are missing."""
    return NoticedMissing(uuid4(), list(names))


def missing(shown: Parts) -> list[str]:
    """Which parts are missing."""
    return [each.part for each in shown.parts if each.missing]


async def test_a_part_is_replaced_and_what_was_there_stays_on_record(bed: str) -> None:
    """With both numbers, by whom and when."""
    await fit(STORE, bed, part("Motor", "M-1", batch="L7"), NOW)
    shown = await fit(STORE, bed, part("Motor", "M-2", note="Hums"), NOW)
    assert [each.part for each in shown.parts] == LISTED
    assert [(each.serial, each.note) for each in shown.parts if each.serial] == [("M-2", "Hums")]
    [earlier] = shown.earlier
    assert (earlier.serial, earlier.batch, earlier.taken_by) == ("M-1", "L7", "storeman")
    assert await parts_of(STORE, bed) == shown


async def test_what_came_without_a_part_does_not_pass(bed: str) -> None:
    """Until it is found, or another is fitted: whoever noticed it, and whenever."""
    await done(scan(bed, "clean", missing_parts=["Handset", " Motor "]))
    assert await refused(scan(bed, "pass")) == "parts-missing"
    assert missing(await parts_of(STORE, bed)) == ["Motor", "Handset"]
    await fit(STORE, bed, part("Motor", "M-2"), NOW)
    assert await refused(scan(bed, "pass")) == "parts-missing"
    await find(STORE, bed, FoundPart(uuid4(), "Handset"), NOW)
    await done(scan(bed, "pass"))
    assert await fetch("select * from lacking_parts") == []


async def test_within_one_list_it_does_not_pass_either(bed: str) -> None:
    """What the scan before said counts for the next."""
    scans = [scan(bed, "clean", missing_parts=["Motor"]), scan(bed, "pass")]
    cleaned, passed = await record(scans, STORE, NOW)
    assert (cleaned.status, reason(passed)) == ("accepted", "parts-missing")


async def test_a_scan_that_is_taken_back_said_nothing_is_missing(bed: str) -> None:
    """Said again, it is missing again."""
    clean = scan(bed, "clean", missing_parts=["Motor"])
    await done(clean)
    await done(scan(bed, "undo", movement=clean["id"]))
    await done(scan(bed, "clean"), scan(bed, "pass"))
    away = scan(bed, "withdraw", missing_parts=["Motor"])
    await done(away)
    await miss(STORE, bed, lacks("Motor"), NOW)
    assert await refused(scan(bed, "undo", movement=away["id"])) == "parts-missing"


async def test_what_is_on_the_shelf_is_withdrawn_first(bed: str) -> None:
    """Nothing that lacks a part is to go out."""
    await done(scan(bed, "clean"), scan(bed, "pass"))
    with pytest.raises(Refused) as refusal:
        await miss(STORE, bed, lacks("Motor"), NOW)
    assert refusal.value.slug == "item-on-shelf"


async def test_only_parts_of_the_product_are_known(bed: str) -> None:
    """Named as its list has them."""
    for attempt in (fit(STORE, bed, part("Wheel"), NOW), miss(STORE, bed, lacks("Wheel"), NOW)):
        with pytest.raises(Wrong, match="Wheel is no part"):
            await attempt
    with pytest.raises(Refused):
        await find(STORE, bed, FoundPart(uuid4(), "Motor"), NOW)


async def test_a_numbered_part_is_in_one_item(bed: str) -> None:
    """Out of what was scrapped it may be used again; two at once: one has it."""
    other = await one_item()
    await fit(STORE, other, part("Motor", "M-1"), NOW)
    with pytest.raises(Refused) as refusal:
        await fit(STORE, bed, part("Motor", "m-1"), NOW)
    assert refusal.value.slug == "part-elsewhere"
    await done(scan(other, "scrap"))
    await fit(STORE, bed, part("Motor", "m-1"), NOW)
    assert [each.serial for each in (await parts_of(STORE, other)).parts if each.serial] == []
    third = await one_item()
    both = await asyncio.gather(
        *(fit(STORE, at, part("Handset", n), NOW) for at, n in ((bed, "H-1"), (third, "h-1"))),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in both) == ["Parts", "Refused"]


async def test_the_same_is_fitted_once_however_often_it_is_sent(bed: str) -> None:
    """And the id is nobody else's."""
    new = part("Motor", "M-1")
    first = await fit(STORE, bed, new, NOW)
    assert await fit(STORE, bed, new, NOW) == first
    assert first.earlier == []
    with pytest.raises(Refused) as refusal:
        await fit(ADMINISTRATOR, bed, new, NOW)
    assert refusal.value.slug == "id-reused"


async def test_postgresql_keeps_it_back_too(bed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is noticed between the decision, which knows of nothing, and its being written."""
    await done(scan(bed, "clean", missing_parts=["Motor"]))
    monkeypatch.setattr(clerk, "check_complete", lambda *_: None)
    with pytest.raises(asyncpg.SerializationError, match="parts of it are missing"):
        await answer(scan(bed, "pass"))
    assert (await row_of(bed))["state"] == "cleaned"
