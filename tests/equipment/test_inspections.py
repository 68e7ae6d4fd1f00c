"""Inspections at the bench, by lists that change and records that do not."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from budget.database import fetch
from budget.refusals import NotAllowed, Refused, Wrong
from equipment.inspection.inspections import NewInspection, NewLines, inspect, list_of, set_list
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    STORE,
    done,
    one_item,
    row_of,
    scan,
    set_up,
    stock,
)


@pytest.fixture
async def bed(database: str) -> str:
    """A cleaned electric bed, for whose product a list is set."""
    del database
    await set_up()
    await stock("BED02", pat=True)
    await set_list(ADMINISTRATOR, "BED02", NewLines(["Brakes hold", "No  cracks"]), NOW)
    code = await one_item("BED02")
    await done(scan(code, "withdraw"), scan(code, "clean"))
    return code


def found(*, version: int = 1, id: UUID | None = None, **fields: Any) -> NewInspection:  # noqa: A002
    """Say what was found."""
    return NewInspection(id or uuid4(), version, NOW, **fields)


async def test_what_is_whole_passes_with_its_test(bed: str) -> None:
    """Once, however often it is sent; without the test it does not."""
    with pytest.raises(Refused) as refusal:
        await inspect(STORE, bed, found(), NOW)
    assert refusal.value.slug == "pat-not-passed"
    new = found(pat=True)
    assert (await inspect(STORE, bed, new, NOW)).status == "accepted"
    assert (await inspect(STORE, bed, new, NOW)).status == "duplicate"
    assert (await row_of(bed))["state"] == "available"
    [kept] = await fetch("select l.version, i.faults, i.inspected_by from inspections i"
        " join inspection_lists l on l.id = i.list")  # fmt: skip
    assert tuple(kept) == (1, "{}", "storeman")


async def test_what_is_not_goes_to_be_mended_with_why(bed: str) -> None:
    """A failed test holds it, too."""
    told = found(faults={"No cracks": "Left rail"}, pat=False)
    await inspect(STORE, bed, told, NOW)
    row = await row_of(bed)
    assert (row["state"], row["held_at"]) == ("in_repair", NOW)
    [moved] = await fetch("select reason from movements where action = 'fail'")
    assert moved["reason"] == "No cracks: Left rail; Portable appliance test failed"


async def test_a_changed_list_changes_nothing_that_was_recorded(bed: str) -> None:
    """It is another version; the same lines again are the same one."""
    again = await set_list(ADMINISTRATOR, "BED02", NewLines(["Brakes hold", "No cracks"]), NOW)
    assert again.version == 1
    with pytest.raises(Refused, match="has changed this list meanwhile"):
        await set_list(COORDINATOR, "BED02", NewLines(["Mattress whole"], version=0), NOW)
    await set_list(COORDINATOR, "BED02", NewLines(["Mattress whole"], version=1), NOW)
    with pytest.raises(NotAllowed):
        await set_list(STORE, "BED02", NewLines(["Anything"]), NOW)
    assert await list_of(STORE, "BED02") == await list_of(ADMINISTRATOR, "BED02")
    assert (await list_of(STORE, "BED02")).version == 2
    for wrong in (found(version=3), found(version=2, faults={"No cracks": "x"})):
        with pytest.raises(Wrong):
            await inspect(STORE, bed, wrong, NOW)
    await inspect(STORE, bed, found(faults={"No cracks": "x"}), NOW)
    [kept] = await fetch(
        "select l.lines from inspections i join inspection_lists l on l.id = i.list"
    )
    assert kept["lines"] == ["Brakes hold", "No cracks"]
