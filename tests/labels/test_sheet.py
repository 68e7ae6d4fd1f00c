"""Sheets: each label in its cell, whole, and read back from what a printer makes of it."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product

import pypdfium2  # type: ignore[import-untyped]  # ships no py.typed
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from labels.code import shown
from labels.layout import Label
from labels.paper import SHEETS, Sheet
from labels.qr import LinkTooLongError
from labels.sheet import pages, pdf
from tests.labels.samples import (
    HOSTILE,
    LABEL,
    LABELS,
    LONGEST,
    black_and_white,
    scanned,
    several,
    with_corner_gone,
)

PRINTERS = (203, 300)
EDGE_MM = 1.0
EVERY_SHEET = pytest.mark.parametrize("name", sorted(SHEETS))
EVERY_PRINT = pytest.mark.parametrize(("name", "dpi"), list(product(sorted(SHEETS), PRINTERS)))


def printed(document: bytes, dpi: int) -> list[Image.Image]:
    """Print the pages of a PDF in black and white."""
    opened = pypdfium2.PdfDocument(document)
    return [black_and_white(page.render(scale=dpi / 72).to_pil()) for page in opened]


def cell_of(page: Image.Image, sheet: Sheet, cell: int, dpi: int) -> Image.Image:
    """Peel one label off: what lies inside its cut, and nothing else."""
    left, top = sheet.corner(cell)
    start = (round(left * dpi / 25.4), round(top * dpi / 25.4))
    right = round((left + sheet.cell_width_mm) * dpi / 25.4)
    bottom = round((top + sheet.cell_height_mm) * dpi / 25.4)
    return page.crop((*start, right, bottom))


def codes_by_cell(document: bytes, sheet: Sheet) -> list[list[str]]:
    """List what stands in each cell as a code, page by page, from the text of the PDF."""
    return [[_code_in(page, sheet, n) for n in range(sheet.cells)] for page in _texts(document)]


def _texts(document: bytes) -> list[pypdfium2.PdfTextPage]:
    return [page.get_textpage() for page in pypdfium2.PdfDocument(document)]


def _code_in(page: pypdfium2.PdfTextPage, sheet: Sheet, cell: int) -> str:
    left, top = sheet.corner(cell)
    sides = (left, 297 - top - sheet.cell_height_mm, left + sheet.cell_width_mm, 297 - top)
    text = page.get_text_bounded(*(side * 72 / 25.4 for side in sides))
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", text)
    return found[0] if found else ""


@EVERY_PRINT
@pytest.mark.parametrize("like", [LABEL, LONGEST], ids=["usual", "longest"])
def test_every_label_of_a_sheet_is_read_back_in_its_cell(name: str, dpi: int, like: Label) -> None:
    """A full sheet, in one ink: each cell, cut out, holds its own item's symbol and no other."""
    sheet = SHEETS[name]
    labels = several(sheet.cells, like)
    [page] = printed(pdf(labels, sheet), dpi)
    assert page.size == pytest.approx((210 / 25.4 * dpi, 297 / 25.4 * dpi), abs=1)
    for cell, label in enumerate(labels):
        assert scanned(cell_of(page, sheet, cell, dpi)) == [label.link]


@EVERY_PRINT
def test_a_label_scans_turned_and_at_half_size(name: str, dpi: int) -> None:
    """As it comes before a camera: any way up, and from twice as far."""
    sheet = SHEETS[name]
    [page] = printed(pdf([LABEL], sheet), dpi)
    label = cell_of(page, sheet, 0, dpi)
    half = (label.width // 2, label.height // 2)
    for image in (
        label.rotate(90, expand=True),
        label.rotate(180),
        label.rotate(17, expand=True, fillcolor="white", resample=Image.Resampling.BILINEAR),
        label.resize(half, Image.Resampling.LANCZOS),
    ):
        assert scanned(image) == [LABEL.link]


@EVERY_PRINT
def test_a_label_scans_with_a_fifth_of_its_symbol_gone(name: str, dpi: int) -> None:
    """What level H is for: a usual address has room for it, on the smallest label too."""
    sheet = SHEETS[name]
    [page] = printed(pdf([LABEL], sheet), dpi)
    label = cell_of(page, sheet, 0, dpi)
    assert zxingcpp.read_barcodes(label)[0].ec_level == "H"
    assert scanned(with_corner_gone(label, 0.2)) == [LABEL.link]


@pytest.mark.parametrize(
    ("host", "level", "share"),
    [("kit.example.org", "H", 0.2), ("x" * 25, "Q", 0.15), ("x" * 45, "M", 0.08)],
)
def test_a_small_label_of_a_long_address_stands_less(host: str, level: str, share: float) -> None:
    """Where 21 mm are too low for level H the modules keep their size and the level gives way."""
    label = replace(LABEL, link=f"https://{host}/8004/95212341000000Q")
    sheet = SHEETS["a4-65"]
    [page] = printed(pdf([label], sheet), 300)
    peeled = cell_of(page, sheet, 0, 300)
    assert zxingcpp.read_barcodes(peeled)[0].ec_level == level
    assert scanned(with_corner_gone(peeled, share)) == [label.link]


@EVERY_SHEET
@pytest.mark.parametrize("label", LABELS)
def test_nothing_comes_near_the_edge_of_a_cell(name: str, label: Label) -> None:
    """A printer may be off by a millimetre, whatever the texts; and no cell inks its neighbour."""
    sheet = SHEETS[name]
    middle = sheet.columns + 1
    [page] = printed(pdf([label], sheet, start=middle + 1), 300)
    near = round(EDGE_MM / 25.4 * 300)
    left, top, right, bottom = ImageChops.invert(page).getbbox() or (0, 0, 0, 0)
    cell_left, cell_top = (side / 25.4 * 300 for side in sheet.corner(middle))
    assert left >= cell_left + near
    assert top >= cell_top + near
    assert right <= cell_left + sheet.cell_width_mm / 25.4 * 300 - near
    assert bottom <= cell_top + sheet.cell_height_mm / 25.4 * 300 - near


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from(sorted(SHEETS)),
    st.builds(
        Label,
        link=st.just(LABEL.link),
        code=st.just(LABEL.code),
        product_name=st.text(max_size=200),
        service_name=st.text(max_size=200),
        service_phone=st.text(max_size=60),
        max_user_kg=st.none() | st.integers(0, 9999),
    ),
)
def test_any_text_leaves_the_symbol_and_the_edge_alone(name: str, label: Label) -> None:
    """Any Unicode: the document opens, the symbol scans, the right margin stays white."""
    sheet = SHEETS[name]
    [page] = printed(pdf([label], sheet), 203)
    peeled = cell_of(page, sheet, 0, 203)
    assert scanned(peeled)[:1] == [label.link]
    margin = round(0.8 * EDGE_MM / 25.4 * 203)
    strip = peeled.crop((peeled.width - margin, 0, peeled.width, peeled.height))
    assert strip.getextrema() == (255, 255)


@EVERY_SHEET
@pytest.mark.parametrize(
    ("items", "copies", "start"),
    [(1, 1, 1), (1, 1, 24), (3, 1, 23), (2, 3, 20), (24, 1, 1), (24, 1, 2), (10, 7, 5), (65, 2, 9)],
)
def test_labels_follow_one_another_from_the_start_given(
    name: str, items: int, copies: int, start: int
) -> None:
    """Used cells stay empty, copies stand together, and a full sheet goes on on the next."""
    sheet = SHEETS[name]
    labels = several(items)
    found = codes_by_cell(pdf(labels, sheet, start=start, copies=copies), sheet)
    wanted = [""] * (start - 1) + [shown(each.code) for each in labels for _ in range(copies)]
    assert len(found) == pages(items * copies, sheet, start) == -(-len(wanted) // sheet.cells)
    flat = [code for page in found for code in page]
    assert flat[: len(wanted)] == wanted
    assert not any(flat[len(wanted) :])


@EVERY_SHEET
def test_the_last_cell_is_a_start(name: str) -> None:
    """One label there, the next on a new sheet."""
    sheet = SHEETS[name]
    first, second = codes_by_cell(pdf(several(2), sheet, start=sheet.cells), sheet)
    assert [cell for cell, code in enumerate(first) if code] == [sheet.cells - 1]
    assert [cell for cell, code in enumerate(second) if code] == [0]


@pytest.mark.parametrize(
    ("name", "cells", "first", "last"),
    [("a4-24", 24, (7.2, 12.9), (139.3, 250.2)), ("a4-65", 65, (4.7, 10.7), (167.2, 265.1))],
)
def test_cells_are_where_the_sheets_that_are_sold_have_them(
    name: str, cells: int, first: tuple[float, float], last: tuple[float, float]
) -> None:
    """To a tenth of a millimetre, by the makers' tables for L7159 and L7651."""
    sheet = SHEETS[name]
    assert sheet.cells == cells
    assert sheet.corner(0) == pytest.approx(first, abs=0.1)
    assert sheet.corner(cells - 1) == pytest.approx(last, abs=0.1)


@EVERY_SHEET
def test_a_test_print_measures_true(name: str) -> None:
    """Outlines stand at the cuts, the ruler is 180 mm long, and viewers are told not to scale."""
    sheet = SHEETS[name]
    document = pdf([], sheet, test=True)
    assert re.search(rb"/PrintScaling\s*/None", document)
    [page] = printed(document, 300)
    for cell in (0, sheet.cells - 1):
        sides = [round(side / 25.4 * 300) for side in sheet.corner(cell)]
        right = round((sheet.corner(cell)[0] + sheet.cell_width_mm) / 25.4 * 300)
        box = (sides[0] - 2, sides[1] + 60, sides[0] + 3, sides[1] + 61)
        assert page.crop(box).getextrema()[0] == 0
        assert page.crop((right - 2, box[1], right + 3, box[3])).getextrema()[0] == 0
    across = page.crop((0, 0, page.width, round((sheet.corner(0)[1] - 0.9) / 25.4 * 300)))
    baseline = across.crop((0, across.height - 2, across.width, across.height - 1))
    ink = ImageChops.invert(baseline).getbbox()
    assert ink is not None
    assert (ink[2] - ink[0]) / 300 * 25.4 == pytest.approx(180, abs=0.25)


@EVERY_SHEET
def test_a_test_print_numbers_the_empty_cells(name: str) -> None:
    """An operator reads off where a part-used sheet begins."""
    sheet = SHEETS[name]
    [page] = _texts(pdf([LABEL], sheet, start=2, test=True))
    left, top = sheet.corner(2)
    sides = (left, 297 - top - sheet.cell_height_mm, left + sheet.cell_width_mm, 297 - top)
    assert page.get_text_bounded(*(side * 72 / 25.4 for side in sides)).strip() == "3"
    assert "100%" in page.get_text_range()


@EVERY_PRINT
def test_labels_on_a_test_print_scan(name: str, dpi: int) -> None:
    """Its outlines and rulers draw on no label."""
    sheet = SHEETS[name]
    labels = several(sheet.columns * 2)
    [page] = printed(pdf(labels, sheet, test=True), dpi)
    for cell, label in enumerate(labels):
        assert scanned(cell_of(page, sheet, cell, dpi)) == [label.link]


def test_fonts_come_with_the_document_in_part() -> None:
    """What a printer lacks it gets, and no more of it than is used."""
    document = pdf([LABEL], SHEETS["a4-24"])
    assert document.count(b"/Subtype /TrueType") == document.count(b"/FontFile2") == 3
    assert b"/Type1" not in document
    assert len(document) < 50_000


def test_equal_labels_make_equal_documents() -> None:
    """No clock and no chance; nor does one drawn at the same time leak into another."""
    wanted = [pdf([label], SHEETS["a4-24"]) for label in LABELS]
    with ThreadPoolExecutor(4) as threads:
        jobs = [threads.submit(pdf, [label], SHEETS["a4-24"]) for label in LABELS * 2]
        assert [job.result() for job in jobs] == wanted * 2


def test_a_name_cannot_put_operators_into_the_document() -> None:
    """Brackets and backslashes are data: the text comes out as it went in."""
    [page] = _texts(pdf([HOSTILE], SHEETS["a4-24"]))
    found = "".join(page.get_text_range().split())
    assert found == "".join("".join(_lines(HOSTILE)).split())


def _lines(label: Label) -> list[str]:
    return [
        shown(label.code),
        label.product_name,
        f"{label.max_user_kg} kg",
        "Safe working load",
        label.service_name,
        "To give it back, scan or ring",
        label.service_phone,
    ]


def test_a_link_too_long_for_a_label_is_refused() -> None:
    """By name; a larger label may hold it."""
    label = replace(LABEL, link=f"https://{'x' * 90}/8004/95212341000000Q")
    with pytest.raises(LinkTooLongError):
        pdf([label], SHEETS["a4-65"])
    assert pdf([label], SHEETS["a4-24"])
