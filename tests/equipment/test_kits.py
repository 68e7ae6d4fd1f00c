"""Kits: products that are ordered in one go."""

import asyncio
import csv
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import pytest

from budget.refusals import Missing, NotAllowed, Wrong
from equipment.catalogue.compatibility import clashes
from equipment.catalogue.fit_rules import import_rules
from equipment.catalogue.kits import (
    ExpandedLine,
    KitLine,
    NewKit,
    expand,
    expanded,
    find_kit,
    kits,
    set_kit,
)
from equipment.catalogue.product_import import import_products
from tests.equipment.standing_data import ADMINISTRATOR, caller
from tests.equipment.store import NOW, received, set_up, stock
from tests.races import ready

DATA = Path(__file__).parents[2] / "data"
KIT = NewKit("Bed set", [KitLine("BED01"), KitLine("RAIL", 2)])


@pytest.fixture(autouse=True)
async def _store(database: str) -> None:
    assert database
    await set_up()
    await stock("BED02")
    await stock("RAIL", equivalents=["BED02", "GONE"])


async def test_a_kit_is_ordered_as_its_lines() -> None:
    """In their order; set anew it has the new ones alone, and the same again is no change."""
    await set_kit(ADMINISTRATOR, "SET", KIT)
    assert await expand("SET") == KIT.lines
    await set_kit(ADMINISTRATOR, "SET", NewKit(" Other  set ", [KitLine("BED02", 3)]))
    assert await expand("SET") == [KitLine("BED02", 3)]
    assert (await find_kit(caller("prescriber"), "SET")).name == "Other set"
    assert [kit.code for kit in await kits(ADMINISTRATOR, after="", limit=5)] == ["SET"]


async def test_a_kit_says_what_is_short_and_what_could_stand_for_it() -> None:
    """Only what there is enough of, at the main depots."""
    await set_kit(ADMINISTRATOR, "SET", KIT)
    await received("BED01", 1)
    await received("RAIL", 1)
    assert (await expanded(caller("prescriber"), "SET", NOW))[1].instead == []
    await received("BED02", 2)
    assert await expanded(caller("prescriber"), "SET", NOW) == [
        ExpandedLine("BED01", "Product BED01", 1, 1, 0, []),
        ExpandedLine("RAIL", "Product RAIL", 2, 1, 1, ["BED02"]),
    ]


async def test_a_kit_out_of_use_is_ordered_by_nobody() -> None:
    """Nor one that there never was."""
    await set_kit(ADMINISTRATOR, "SET", msgspec.structs.replace(KIT, active=False))
    for code in ("SET", "NONE", "\0"):
        with pytest.raises(Missing):
            await expand(code)


async def test_two_who_set_one_kit_leave_one() -> None:
    """Never lines of both."""
    await ready()
    sets = [NewKit(f"Set {n}", [KitLine(sku, n)]) for n, sku in enumerate(("BED01", "RAIL"), 1)]
    await asyncio.gather(*(set_kit(ADMINISTRATOR, "SET", each) for each in sets))
    assert await expand("SET") in [each.lines for each in sets]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [KitLine("BED01"), KitLine("BED01", 2)]}, "lines"),
        ({"lines": [KitLine("NONE")]}, "lines"),
        ({"lines": [KitLine("\0")]}, "lines"),
        ({"lines": [KitLine("BED01", 0)]}, "lines"),
        ({"name": " "}, "name"),
    ],
)
async def test_a_wrong_kit_is_not_kept(change: dict[str, Any], field: str) -> None:
    """What is wrong is named, and nothing of it is written."""
    with pytest.raises(Wrong) as refusal:
        await set_kit(ADMINISTRATOR, "SET", msgspec.structs.replace(KIT, **change))
    assert {fault.field for fault in refusal.value.faults} == {field}
    assert await kits(ADMINISTRATOR, after="", limit=5) == []


async def test_only_an_administrator_sets_kits() -> None:
    """A prescriber orders them."""
    with pytest.raises(NotAllowed):
        await set_kit(caller("prescriber"), "SET", KIT)


async def test_the_kits_that_ship_are_of_the_catalogue_that_ships() -> None:
    """And what is in one fits together, so that none is ordered with a warning."""
    await import_products(ADMINISTRATOR, (DATA / "catalogue.csv").read_text(), NOW)
    await import_rules(ADMINISTRATOR, (DATA / "compatibility.csv").read_text())
    with (DATA / "kits.csv").open() as file:
        shipped = groupby(list(csv.DictReader(file)), key=lambda row: row["kit"])
    for code, lines in shipped:
        rows = list(lines)
        kit = [KitLine(row["sku"], int(row["quantity"])) for row in rows]
        await set_kit(ADMINISTRATOR, code, NewKit(rows[0]["name"], kit))
        assert await clashes([line.sku for line in kit], []) == []
