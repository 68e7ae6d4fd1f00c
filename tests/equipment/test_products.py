"""The catalogue, one product at a time."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from budget.refusals import Missing, NotAllowed, Refused, Wrong
from equipment.catalogue.products import MOST_PENCE, add_product, find_product, products
from tests.equipment.standing_data import ADMINISTRATOR, caller, product
from tests.races import ready

NOW = datetime(2018, 4, 1, 9, tzinfo=UTC)
READER = caller("technician")

pytestmark = pytest.mark.usefixtures("database")


async def test_a_product_is_kept_as_it_was_entered() -> None:
    """Every field comes back, its texts on one line, its equivalents once."""
    await add_product(
        ADMINISTRATOR,
        product("BED01", name=" Bed \n low", iso9999="18 12 10", weight_g=1, volume_l=2, crew=2,
                pat=True, loler_months=6, service_months=12, life_years=10, clean_minutes=70,
                level=3, speed="next_day", max_user_kg=175, equivalents=["BED02", "BED02"]),
        NOW,
    )  # fmt: skip
    assert await find_product(READER, "BED01", NOW) == product(
        "BED01", name="Bed low", iso9999="18 12 10", weight_g=1, volume_l=2, crew=2,
        pat=True, loler_months=6, service_months=12, life_years=10, clean_minutes=70,
        level=3, speed="next_day", max_user_kg=175, equivalents=["BED02"],
    )  # fmt: skip


async def test_a_product_without_its_optional_fields_is_kept() -> None:
    """Each has its default."""
    await add_product(ADMINISTRATOR, product("BED01"), NOW)
    assert await find_product(READER, "BED01", NOW) == product("BED01")


async def test_two_products_of_one_sku_at_once_are_one() -> None:
    """One is kept with its price, the other is refused as `exists`."""
    await ready()
    both = await asyncio.gather(
        *(add_product(ADMINISTRATOR, product("BED01", price_pence=price), NOW) for price in (1, 2)),
        return_exceptions=True,
    )
    assert [each.slug for each in both if isinstance(each, Refused)] == ["exists"]
    kept = [each for each in both if not isinstance(each, BaseException)]
    assert await find_product(READER, "BED01", NOW) == kept[0]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"sku": ""}, ["sku"]),
        ({"sku": "x" * 41}, ["sku"]),
        ({"sku": "A/B"}, ["sku"]),
        ({"sku": "A;B"}, ["sku"]),
        ({"sku": "A "}, ["sku"]),
        ({"sku": "A\0"}, ["sku"]),
        ({"name": " ", "category": ""}, ["name", "category"]),
        ({"name": "n" * 201, "category": "c" * 81, "iso9999": "1" * 21},
         ["name", "category", "iso9999"]),
        ({"name": "n\0"}, ["name"]),
        ({"price_pence": -1}, ["price_pence"]),
        ({"price_pence": MOST_PENCE + 1, "credit_percent": 101}, ["price_pence", "credit_percent"]),
        ({"weight_g": 2**31, "volume_l": -1}, ["weight_g", "volume_l"]),
        ({"crew": 0}, ["crew"]),
        ({"loler_months": 0, "service_months": 1201}, ["loler_months", "service_months"]),
        ({"level": 5}, ["level"]),
        ({"reuse": "twice", "speed": "soon"}, ["reuse", "speed"]),
        ({"equivalents": ["A|B"]}, ["equivalents"]),
        ({"equivalents": ["BED01"]}, ["equivalents"]),
        ({"equivalents": [f"E{n}" for n in range(51)]}, ["equivalents"]),
    ],
)  # fmt: skip
async def test_a_product_with_wrong_fields_is_not_kept(
    fields: dict[str, Any], wrong: list[str]
) -> None:
    """Every wrong field is named."""
    with pytest.raises(Wrong) as refusal:
        await add_product(ADMINISTRATOR, product(**{"sku": "BED01", "name": "Bed"} | fields), NOW)
    assert [fault.field for fault in refusal.value.faults] == wrong
    assert await products(READER, "", NOW, after="", limit=5) == []


async def test_the_greatest_price_is_kept() -> None:
    """What JSON holds exactly, PostgreSQL holds too."""
    await add_product(ADMINISTRATOR, product("BED01", price_pence=MOST_PENCE), NOW)
    assert (await find_product(READER, "BED01", NOW)).price_pence == MOST_PENCE


@pytest.mark.parametrize(
    ("sought", "expected"),
    [
        ("", ["50%", "A_1", "BED01"]),
        ("bed0", ["BED01"]),
        ("ÉLECTRIQUE", ["BED01"]),
        ("%", ["50%"]),
        ("_", ["A_1"]),
        ("\\", []),
        ("'", ["A_1"]),
        ("\0", []),
    ],
)
async def test_a_search_takes_its_text_literally_in_any_case(
    sought: str, expected: list[str]
) -> None:
    """No character in it has a meaning of its own."""
    for sku, name in (("BED01", "Lit électrique"), ("A_1", "Carer's chair"), ("50%", "Foam")):
        await add_product(ADMINISTRATOR, product(sku, name=name), NOW)
    assert [each.sku for each in await products(READER, sought, NOW, after="", limit=5)] == expected


async def test_a_list_starts_after_a_sku_and_has_a_limit() -> None:
    """Pages join without gap or overlap."""
    for sku in ("C", "A", "B"):
        await add_product(ADMINISTRATOR, product(sku), NOW)
    assert [each.sku for each in await products(READER, "", NOW, after="", limit=2)] == ["A", "B"]
    assert [each.sku for each in await products(READER, "", NOW, after="B", limit=2)] == ["C"]


async def test_an_unknown_product_is_missing() -> None:
    """Also where its sku could never be one."""
    for sku in ("BED99", "\0"):
        with pytest.raises(Missing):
            await find_product(READER, sku, NOW)


async def test_only_an_administrator_changes_the_catalogue() -> None:
    """Others read it."""
    with pytest.raises(NotAllowed):
        await add_product(caller("coordinator"), product("BED01"), NOW)
