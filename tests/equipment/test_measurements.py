"""Specials that came back: measured, photographed, and found by what they measure."""

import io
from uuid import uuid4

import pytest
from PIL import Image

from budget.refusals import Missing, Refused, Wrong
from equipment.files.item_files import keep
from equipment.measuring.measurements import NewMeasurement, Sizes, measure, of_item
from equipment.measuring.shelf import Bounds, on_shelf, photo_of
from tests.equipment.standing_data import caller
from tests.equipment.store import (
    NOW,
    STORE,
    TECHNICIAN,
    count,
    done,
    one_item,
    scan,
    set_up,
    somebody,
    stock,
)

PRESCRIBER = caller("prescriber", username="nurse", partners=("04K",))


async def test_a_special_is_found_by_what_it_measures(database: str) -> None:
    """The newest measurement counts; what is out, held or not measured is not offered for it."""
    del database
    await set_up()
    await stock("CHAIR1", category="Specials", name="Riser chair, wide")
    wide, narrow, unmeasured = [await one_item("CHAIR1") for _ in range(3)]
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    photo = uuid4()
    await keep(STORE, wide, photo, "Chair", out.getvalue(), NOW)
    await measure(TECHNICIAN, wide, NewMeasurement(id=uuid4(), seat_width_mm=400), NOW)
    new = NewMeasurement(
        id=uuid4(), seat_width_mm=620, max_user_kg=190, note="Left arm lifts", photo=photo
    )
    kept = await measure(TECHNICIAN, wide, new, NOW)
    assert await measure(TECHNICIAN, wide, new, NOW) == kept
    assert [each.seat_width_mm for each in await of_item(STORE, wide, after=0, limit=5)] == [
        400, 620,
    ]  # fmt: skip
    await measure(STORE, narrow, NewMeasurement(id=uuid4(), seat_width_mm=410), NOW)

    async def found(least: int | None = None, most: int | None = None, q: str = "") -> list[str]:
        bounds = Bounds(Sizes(seat_width_mm=least), Sizes(seat_width_mm=most))
        return [each.item for each in await on_shelf(PRESCRIBER, q, bounds, 50)]

    assert await found(600) == [wide]
    assert await found(most=410) == [narrow]
    assert await found(411, 619) == []
    assert sorted(await found(q="riser")) == sorted([wide, narrow, unmeasured])
    assert await found(q="left arm") == [wide]
    assert await found(q="100%") == []
    assert Image.open(io.BytesIO((await photo_of(PRESCRIBER, wide))[1])).format == "WEBP"
    with pytest.raises(Missing):
        await photo_of(PRESCRIBER, narrow)
    await done(scan(wide, "deliver", person=await somebody(), depot="D1"), scan(narrow, "hold"))
    assert await found() == [unmeasured]


async def test_what_is_no_measurement_is_not_kept(database: str) -> None:
    """Of the catalogue's products, of nothing, or with somebody else's photograph."""
    del database
    await set_up()
    await stock("CHAIR1", category="Specials")
    bed, chair = await one_item(), await one_item("CHAIR1")
    await keep(STORE, bed, photo := uuid4(), "Sheet", b"%PDF-1.4\n%%EOF\n", NOW)
    with pytest.raises(Refused, match="no special"):
        await measure(STORE, bed, NewMeasurement(id=uuid4(), width_mm=1), NOW)
    for wrong in (
        NewMeasurement(id=uuid4(), note="Blue"),
        NewMeasurement(id=uuid4(), width_mm=5, photo=photo),
        NewMeasurement(id=uuid4(), width_mm=5, note="\x00"),
    ):
        with pytest.raises(Wrong):
            await measure(STORE, chair, wrong, NOW)
    assert await count("special_measurements") == 0
