"""The catalogue as it is searched."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from budget.database import execute, fetch
from budget.refusals import Missing, NotAllowed, Wrong
from equipment.catalogue.catalogue import CatalogueLine, catalogue, catalogue_line, categories
from equipment.catalogue.catalogue_search import Sought
from equipment.catalogue.choices import CatalogueChoice, choose
from equipment.catalogue.pictures import picture_or_category, take, written_anew
from equipment.catalogue.product_import import import_products
from equipment.places import Depot, open_depot
from equipment.staff.roles import Caller
from tests.equipment.standing_data import ADMINISTRATOR, caller
from tests.equipment.store import received

DATA = Path(__file__).parents[2] / "data"
# A Monday, before the store's cut-off.
NOW = datetime(2018, 10, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def _store(database: str) -> None:
    assert database
    await open_depot(ADMINISTRATOR, Depot("D1", "Main", "NG1 1AA", "depot", "15:00"))
    await open_depot(ADMINISTRATOR, Depot("CUP", "Ward", "NG2 1AA", "satellite"))
    await import_products(ADMINISTRATOR, (DATA / "catalogue.csv").read_text(), NOW)


async def nurse(level: int | None, limit: int | None = None) -> Caller:
    """A prescriber with this level and limit."""
    [row] = await fetch(_HIRE, f"nurse-{uuid4().hex[:6]}", level, limit)
    return Caller(row["id"], row["username"], frozenset({"prescriber"}))


_HIRE = """
insert into users (username, password_hash, roles, level, order_limit_pence, created_at)
values ($1, '', '{prescriber}', $2, $3, now()) returning id, username
"""


async def search(q: str = "", by: Caller = ADMINISTRATOR, **more: object) -> list[str]:
    """The skus that are found."""
    return [line.sku for line in await lines(q, by, **more)]


async def lines(q: str = "", by: Caller = ADMINISTRATOR, **more: object) -> list[CatalogueLine]:
    """The lines that are found."""
    wanted = Sought(q, **more)  # type: ignore[arg-type]  # what the test says
    return [line for _, line in await catalogue(by, wanted, NOW)]


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("bed01", "BED01"),
        ("BED", "BED03"),
        ("commode", "TOI03"),
        ("comode", "TOI03"),
        ("proflng bed", "BED03"),
        ("wheel chair bariatric", "WHE03"),
        ("hoist mobile", "HOI02"),
        ("09 12 21", "TOI03"),
        ("perching", "SEA01"),
    ],
)
async def test_what_is_typed_finds_what_is_meant(q: str, first: str) -> None:
    """By sku, parts of words in any order, class, and with a slip of the pen."""
    assert (await search(q))[0] == first


async def test_beds_come_before_what_is_for_beds() -> None:
    """Whole words in name and category, what most people have, and else what is heaviest."""
    assert {*(await search("bed"))[:4]} == {"BED01", "BED02", "BED03", "BED04"}
    assert (await search("bed")).index("TRA02") > 9
    await execute(
        "insert into stock_sums (sku, state, held, place, units)"
        " values ('BED01', 'on_loan', false, '', 9)"
    )
    assert (await search("bed"))[0] == "BED01"


async def test_it_is_found_as_it_is_typed() -> None:
    """Each letter more keeps it among what is found; what is nothing finds nothing."""
    for length in range(2, len("riser-recliner") + 1):
        assert "SEA03" in await search("riser-recliner"[:length])
    assert await search("xyzzy qwerty") == []
    for odd in ("%", "_", "\\", "'", "\0", "%%%", "a" * 200, "<b>", "{{7*7}}", " ", "/* */ --"):
        assert isinstance(await search(odd), list)
    assert await search("%") == []


async def test_it_is_narrowed_by_category_and_class() -> None:
    """A class is all that is within it, however its digits are spaced."""
    assert len(await search(category="Beds")) == 14
    assert await search("electric", category="Beds") == ["BED02", "BED01"]
    assert await search(iso9999="1812 10") == ["BED01", "BED02", "BED03", "BED04"]
    assert len(await search(iso9999="18")) > len(await search(iso9999="18 12")) > 4
    assert await search("electric", iso9999="12 36 04") == ["HOI03"]
    assert [each.products for each in await categories(ADMINISTRATOR)][2] == 14


async def test_pages_together_are_the_whole() -> None:
    """None twice and none left out, with words and without."""
    for q in ("", "chair"):
        whole = await search(q, limit=200)
        seen: list[str] = []
        after = None
        while page := await catalogue(ADMINISTRATOR, Sought(q, after=after, limit=7), NOW):
            seen += [line.sku for _, line in page]
            after = page[-1][0]
        assert seen == whole
        assert len(set(whole)) == len(whole) > 7


async def test_a_line_says_what_there_is_and_by_when_it_comes() -> None:
    """Counted at every depot; what a ward's shelf has does not come by van."""
    await received("BED01", 3)
    await received("BED01", 2, depot="CUP")
    await received("TOI01", 1, depot="CUP")
    bed = await catalogue_line(ADMINISTRATOR, "BED01", NOW)
    assert bed is not None
    assert (bed.free, bed.waiting, str(bed.arrives_on)) == (3, 0, "2018-10-02")
    assert [(each.depot, each.available) for each in bed.stock] == [("D1", 3), ("CUP", 2)]
    assert (bed.price_pence, bed.max_user_kg, bed.has_picture) == (62_000, 175, False)
    late = await catalogue_line(ADMINISTRATOR, "BED01", NOW + timedelta(hours=6))
    assert late is not None
    assert str(late.arrives_on) == "2018-10-03"
    commode = await catalogue_line(ADMINISTRATOR, "TOI01", NOW)
    assert commode is not None
    assert (commode.free, commode.arrives_on) == (0, None)


async def test_what_is_above_the_level_needs_approval_or_is_not_shown() -> None:
    """As the administrator chose; who has no level has the lowest, and money bounds too."""
    second = await nurse(2, 10_000)
    said = {line.sku: line.orderable for line in await lines("", second, limit=200)}
    assert (said["BED01"], said["WAL05"], said["MAT01"]) == (
        "needs_approval",
        "yes",
        "needs_approval",
    )
    assert said["WAL01"] == "yes"
    unset = {line.sku: line.orderable for line in await lines("", await nurse(None), limit=200)}
    assert (unset["WAL01"], unset["WAL05"]) == ("yes", "needs_approval")
    await choose(ADMINISTRATOR, CatalogueChoice("hide"))
    assert "BED01" not in await search("", second, limit=200)
    assert "BED01" not in await search("bed01", second)
    assert "BED03" not in await search("proflng bed", second)
    assert await catalogue_line(second, "BED01", NOW) is None
    assert await search("bed01") == ["BED01"]
    keeper = caller("depot")
    assert [line.orderable for line in await lines("bed01", keeper)] == ["no"]
    await choose(ADMINISTRATOR, CatalogueChoice("show"))
    assert await search("bed01", second) == ["BED01"]
    with pytest.raises(NotAllowed):
        await choose(second, CatalogueChoice("hide"))


def picture(width: int = 40, height: int = 20, kind: str = "JPEG", **more: object) -> bytes:
    """A picture as a camera makes it."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(written, kind, **more)
    return written.getvalue()


async def test_a_picture_is_kept_without_what_else_its_file_says() -> None:
    """Upright, small, and WebP whatever it was; the catalogue then says where it is."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "taken at 1 High Street"
    kept = await take(ADMINISTRATOR, "BED01", picture(3_000, 1_500, exif=exif), NOW)
    assert (kept.width_px, kept.height_px) == (500, 1_000)
    shown = await picture_or_category("BED01")
    assert isinstance(shown, bytes)
    assert Image.open(io.BytesIO(shown)).format == "WEBP"
    assert b"High Street" not in shown
    assert not Image.open(io.BytesIO(shown)).getexif()
    [line] = await lines("bed01")
    assert line.has_picture
    assert line.picture.startswith("/products/BED01/picture?v=")
    assert await picture_or_category("BED02") == "Beds"
    assert await picture_or_category("NONE") is None
    with pytest.raises(Missing):
        await take(ADMINISTRATOR, "NONE", picture(), NOW)
    with pytest.raises(NotAllowed):
        await take(caller("depot"), "BED01", picture(), NOW)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"%PDF-1.4",
        picture(kind="GIF"),
        picture(kind="BMP"),
        picture()[:200],
        picture(8_000, 6_000, "PNG"),
        b"\xff" * (9 << 20),
    ],
    ids=["empty", "svg", "pdf", "gif", "bmp", "cut short", "huge", "long"],
)
def test_what_is_no_picture_is_refused(sent: bytes) -> None:
    """Whatever it is called: it is judged by what is in it."""
    with pytest.raises(Wrong) as refusal:
        written_anew(sent)
    assert [fault.field for fault in refusal.value.faults] == ["picture"]


def test_what_is_transparent_stands_on_white() -> None:
    """As the pages do."""
    written = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(written, "PNG")
    content, _, _ = written_anew(written.getvalue())
    assert Image.open(io.BytesIO(content)).convert("RGB").getpixel((5, 5)) == (255, 255, 255)
