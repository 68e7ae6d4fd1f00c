"""The symbol: it holds the link, and its one path is its modules."""

import re

import pytest
import zxingcpp
from hypothesis import given, settings
from PIL import Image

from labels.digital_link import digital_link
from labels.qr import QUIET_ZONE_MODULES, Matrix, dark_runs, matrix, path
from tests.labels.strategies import giais

LINK = "https://kit.example.nhs.uk/8004/95212341000000Q"


def pixels(modules: Matrix, module: int = 4) -> Image.Image:
    """Draw modules one by one, by nothing of the room's own but the matrix."""
    side = len(modules) + 2 * QUIET_ZONE_MODULES
    image = Image.new("L", (side, side), "white")
    for y, row in enumerate(modules, QUIET_ZONE_MODULES):
        for x, dark in enumerate(row, QUIET_ZONE_MODULES):
            image.putpixel((x, y), 0 if dark else 255)
    return image.resize((side * module, side * module), Image.Resampling.NEAREST)


@settings(max_examples=25, deadline=None)
@given(giais())
def test_any_giai_is_read_back_from_its_symbol(giai: str) -> None:
    """Whatever characters GS1 lets a GIAI have, a scanner gives the very link."""
    link = digital_link("https://kit.example.org", giai)
    (found,) = zxingcpp.read_barcodes(pixels(matrix(link)))
    assert found.text == link
    assert found.format == zxingcpp.BarcodeFormat.QRCode


def test_a_symbol_bears_the_strongest_correction() -> None:
    """Level H: docs/adr/0004-qr-symbol.md says why."""
    (found,) = zxingcpp.read_barcodes(pixels(matrix(LINK)))
    assert found.ec_level == "H"


def test_a_link_always_gives_one_symbol() -> None:
    """A label printed again is the same; its capitals are packed, which saves it a version."""
    assert matrix(LINK) == matrix(LINK)
    assert len(matrix(LINK)) == 37


def test_the_path_covers_the_dark_modules_and_no_others() -> None:
    """Each run of the path is dark all along and as long as it can be."""
    modules = matrix(LINK)
    runs = [
        tuple(map(int, run)) for run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path(modules))
    ]
    assert runs == list(dark_runs(modules))
    covered = {(x + step, y) for x, y, length in runs for step in range(length)}
    dark = {(x, y) for y, row in enumerate(modules) for x, dark in enumerate(row) if dark}
    assert covered == dark
    assert sum(length for _, _, length in runs) == len(dark)


def test_a_link_that_no_symbol_holds_is_refused() -> None:
    """The caller hears of it; nothing is cut."""
    with pytest.raises(ValueError, match="too long a link"):
        matrix("https://kit.example.org/" + "x" * 3000)
