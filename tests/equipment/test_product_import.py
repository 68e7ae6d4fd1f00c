"""The catalogue, from a CSV file."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import asyncpg
import pytest

from budget.database import fetch
from budget.refusals import NotAllowed, Wrong
from equipment.catalogue.product_import import import_products
from equipment.catalogue.products import MOST_PENCE, add_product, find_product, products
from equipment.catalogue.terms import Terms, terms_of
from equipment.csv_imports import Imported
from tests.equipment.standing_data import ADMINISTRATOR, caller, product
from tests.races import ready

NOW = datetime(2018, 4, 1, 9, tzinfo=UTC)
LATER = datetime(2019, 4, 1, 9, tzinfo=UTC)
HEADER = "sku,name,category,price_pence,reuse,credit_percent"
BED = "BED01,Bed,Beds,62000,reusable,85"
CATALOGUE = (Path(__file__).parents[2] / "data" / "catalogue.csv").read_text()

pytestmark = pytest.mark.usefixtures("database")


async def load(*lines: str, header: str = HEADER, now: datetime = NOW) -> Imported:
    """Import a file of these lines."""
    return await import_products(ADMINISTRATOR, "\n".join([header, *lines]), now)


async def test_the_whole_catalogue_comes_in() -> None:
    """Its 102 lines are new, and when they come again, unchanged, they count as updated."""
    assert await import_products(ADMINISTRATOR, CATALOGUE, NOW) == Imported(102, 0, [])
    assert await import_products(ADMINISTRATOR, CATALOGUE, LATER) == Imported(0, 102, [])
    bed = await find_product(ADMINISTRATOR, "BED01", NOW)
    assert (bed.price_pence, bed.credit_percent, bed.service_months) == (62_000, 85, 12)
    assert (bed.crew, bed.pat, bed.loler_months, bed.speed) == (2, True, None, "next_day")
    assert len((await terms_of(["BED01"]))["BED01"]) == 1


async def test_a_dry_run_says_the_same_and_changes_nothing() -> None:
    """Neither products nor prices."""
    await load(BED)
    content = f"{HEADER}\nBED01,Cot,Beds,1,reusable,0\nBED02,Bed,Beds,1,fixed,0\nBED03"
    dry = await import_products(ADMINISTRATOR, content, LATER, dry_run=True)
    assert (await find_product(ADMINISTRATOR, "BED01", LATER)).name == "Bed"
    assert len(await products(ADMINISTRATOR, "", LATER, after="", limit=5)) == 1
    assert dry == await import_products(ADMINISTRATOR, content, LATER)
    assert (dry.created, dry.updated, len(dry.rejected)) == (1, 1, 1)


async def test_a_new_price_counts_from_its_day() -> None:
    """The earlier one still holds for earlier days."""
    await load(BED)
    await load("BED01,Bed,Beds,64000,reusable,80", now=LATER)
    assert (await terms_of(["BED01"]))["BED01"] == [
        Terms(date(2018, 4, 1), 62_000, 85),
        Terms(date(2019, 4, 1), 64_000, 80),
    ]
    assert (await find_product(ADMINISTRATOR, "BED01", NOW)).price_pence == 62_000


async def test_an_absent_column_leaves_what_is_there() -> None:
    """An empty cell of one that is there means its default."""
    full = product("BED01", weight_g=9, crew=2, pat=True, level=3, equivalents=["BED02"])
    await add_product(ADMINISTRATOR, full, NOW)
    await load(BED)
    kept = await find_product(ADMINISTRATOR, "BED01", NOW)
    assert (kept.name, kept.category, kept.weight_g, kept.crew) == ("Bed", "Beds", 9, 2)
    assert (kept.pat, kept.level, kept.equivalents) == (True, 3, ["BED02"])
    await load(BED + ",,,,", header=HEADER + ",weight_g,crew,pat,equivalents")
    emptied = await find_product(ADMINISTRATOR, "BED01", NOW)
    assert (emptied.weight_g, emptied.crew, emptied.pat) == (None, 1, False)
    assert (emptied.level, emptied.equivalents) == (3, [])


async def test_a_new_product_has_defaults_for_absent_columns() -> None:
    """The same as over JSON."""
    await load("BED01,Product BED01,Beds,62000,reusable,85")
    assert await find_product(ADMINISTRATOR, "BED01", NOW) == product("BED01")


@pytest.mark.parametrize(
    "cell", ["BED02;BED03", "BED02|BED03", " BED02 ; BED03 ;", "BED02;BED03;BED02"]
)
async def test_equivalents_are_a_list_in_one_cell(cell: str) -> None:
    """Semicolons and bars part them."""
    await load(f"{BED},{cell}", header=HEADER + ",equivalents")
    assert (await find_product(ADMINISTRATOR, "BED01", NOW)).equivalents == ["BED02", "BED03"]


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (",Bed,Beds,1,reusable,85", ["sku"]),
        ("A/B,Bed,Beds,1,reusable,85", ["sku"]),
        ("B,,,1,reusable,85", ["name", "category"]),
        ("B,=cmd(),Beds,1,reusable,85", ["name"]),
        ("B,Bed,+Beds,1,reusable,85", ["category"]),
        (f"B,{'n' * 201},Beds,1,reusable,85", ["name"]),
        ("B,Bed,Beds,-1,reusable,85", ["price_pence"]),
        (f"B,Bed,Beds,{MOST_PENCE + 1},reusable,85", ["price_pence"]),
        (f"B,Bed,Beds,{'9' * 5000},reusable,85", ["price_pence"]),
        ("B,Bed,Beds,1.0,reusable,85", ["price_pence"]),
        ("B,Bed,Beds,1e3,reusable,85", ["price_pence"]),
        ("B,Bed,Beds,1_000,reusable,85", ["price_pence"]),
        ("B,Bed,Beds,\u0661,reusable,85", ["price_pence"]),
        ("B,Bed,Beds,,reusable,85", ["price_pence"]),
        ("B,Bed,Beds,1,Reusable,101", ["reuse", "credit_percent"]),
        ("B,Bed\x07,Beds,1,reusable,85", ["name"]),
    ],
)
async def test_a_line_with_a_wrong_field_is_rejected_by_name(line: str, fields: list[str]) -> None:
    """The lines around it come in."""
    answer = await load("A,Bed,Beds,1,reusable,85", line, "C,Bed,Beds,1,reusable,85")
    assert (answer.created, [each.line for each in answer.rejected]) == (2, [3])
    named = [part.split(":")[0] for part in answer.rejected[0].error.split("; ")]
    assert sorted(named) == sorted(fields)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("pat", "yes"),
        ("pat", "1"),
        ("crew", "3"),
        ("level", "0"),
        ("loler_months", "0"),
        ("weight_g", str(2**31)),
        ("speed", "2_day"),
        ("equivalents", "A/B"),
        ("equivalents", "=A"),
        ("equivalents", "BED01"),
    ],
)
async def test_an_optional_cell_is_judged_too(column: str, cell: str) -> None:
    """Its column is named."""
    answer = await load(f"{BED},{cell}", header=f"{HEADER},{column}")
    assert (answer.created, len(answer.rejected)) == (0, 1)
    assert answer.rejected[0].error.startswith(f"{column}: ")


async def test_a_repeated_sku_is_rejected_the_second_time() -> None:
    """The first sound line of a sku counts; the second says where that stands."""
    answer = await load("BED01,Bed,Beds,x,reusable,85", BED, "BED01,Cot,Beds,1,reusable,85")
    assert (answer.created, [each.line for each in answer.rejected]) == (1, [2, 4])
    assert answer.rejected[1].error == "sku: Is repeated from line 3."
    assert (await find_product(ADMINISTRATOR, "BED01", NOW)).name == "Bed"


async def test_a_file_without_a_required_column_does_nothing() -> None:
    """The column is named."""
    with pytest.raises(Wrong) as refusal:
        await load("BED01,Bed", header="sku,name")
    missing = [fault.field for fault in refusal.value.faults]
    assert missing == ["category", "price_pence", "reuse", "credit_percent"]


async def test_a_file_of_a_header_alone_is_no_fault() -> None:
    """Nothing in, nothing out."""
    assert await load() == Imported(0, 0, [])


async def test_ten_thousand_lines_take_a_handful_of_statements() -> None:
    """As PostgreSQL counts them, whatever the file is long."""
    lines = [f"X{n},Name {n},Beds,{n},reusable,80" for n in range(10_000)]
    assert await load(*lines) == Imported(10_000, 0, [])
    assert await load(*lines) == Imported(0, 10_000, [])
    # A statement has a command id of its own in its transaction: two statements, two ids at most.
    rows = await fetch("select count(distinct cmin::text) as n from products")
    assert rows[0]["n"] <= 2


async def test_two_imports_at_once_both_end() -> None:
    """They write in one order, so that none waits for the other in a circle."""
    lines = [f"X{n},Name,Beds,{n},reusable,80" for n in range(2_000)]
    await load(*lines)
    await ready()
    for _ in range(3):
        both = await asyncio.gather(load(*lines), load(*reversed(lines)))
        assert [(each.created, each.updated) for each in both] == [(0, 2_000)] * 2


async def test_a_product_that_two_imports_bring_is_new_to_one_of_them() -> None:
    """For the other it is an update."""
    await ready()
    both = await asyncio.gather(load(BED), load(BED))
    assert sorted((each.created, each.updated) for each in both) == [(0, 1), (1, 0)]


async def test_an_import_does_not_wait_for_those_who_name_its_products(database: str) -> None:
    """A receipt of goods may hold some of them, in an order of its own."""
    await load(BED)
    receiver = await asyncpg.connect(database)
    async with receiver.transaction():
        await receiver.execute("select from products for key share")
        async with asyncio.timeout(10):
            assert (await load(BED.replace("62000", "63000"))).updated == 1
    await receiver.close()


async def test_only_an_administrator_imports() -> None:
    """Not even for a look."""
    with pytest.raises(NotAllowed):
        await import_products(caller("coordinator"), CATALOGUE, NOW, dry_run=True)
