"""Rolls: what a thermal printer makes of our ZPL, and that no text is a command."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from labels.forms import Form
from labels.layout import Label, Line, parts
from labels.qr import LinkTooLongError
from labels.zpl import ROLLS, zpl
from tests.labels.printer import Packing, Printed, printed
from tests.labels.samples import (
    HOSTILE,
    LABEL,
    LABELS,
    LONGEST,
    scanned,
    several,
    with_corner_gone,
)

PRINTERS = (203, 300)
EVERY_PRINT = pytest.mark.parametrize(("name", "dpi"), list(product(ROLLS, PRINTERS)))
EVERY_PACKING = pytest.mark.parametrize("packing", ["tight", "loose"])


def print_one(label: Label, name: str, dpi: int, packing: Packing = "tight") -> Printed:
    """Print one label."""
    [page] = printed(zpl([label], ROLLS[name], dots_per_inch=dpi), packing)
    return page


def lines(label: Label, form: Form) -> list[str]:
    """List the lines of text that the label is to bear."""
    return [part.text for part in parts(label, form) if isinstance(part, Line)]


@EVERY_PRINT
@EVERY_PACKING
@pytest.mark.parametrize("label", LABELS)
def test_every_roll_prints_labels_that_scan(
    name: str, dpi: int, packing: Packing, label: Label
) -> None:
    """In the printer's own dots, however it packs the symbol; and a person reads the same."""
    page = print_one(label, name, dpi, packing)
    millimetres = tuple(round(side / dpi * 25.4) for side in page.image.size)
    assert millimetres == tuple(int(side) for side in name.split("x"))
    assert scanned(page.image) == [label.link]
    assert page.texts == lines(label, ROLLS[name])


@EVERY_PRINT
@EVERY_PACKING
@pytest.mark.parametrize("label", LABELS)
def test_nothing_comes_near_the_edge_or_the_symbol(
    name: str, dpi: int, packing: Packing, label: Label
) -> None:
    """A millimetre round the label and four modules round the symbol stay white."""
    page = print_one(label, name, dpi, packing)
    left, top, right, bottom = ImageChops.invert(page.image).getbbox() or (0, 0, 0, 0)
    near = round(dpi / 25.4) - 1  # positions are rounded to whole dots
    assert min(left, top) >= near
    assert right <= page.image.width - near
    assert bottom <= page.image.height - near
    [(x, y, side, module)] = page.symbols
    assert module / dpi * 25.4 >= 0.42
    around = page.image.copy()
    around.paste("white", (x, y, x + side, y + side))
    quiet = 4 * module - 1  # the dot by which firmware lowers the symbol
    zone = (x - quiet, y - quiet, x + side + quiet, y + side + quiet)
    assert min(zone) >= 0
    assert around.crop(zone).getextrema() == (255, 255)


@EVERY_PRINT
def test_a_symbol_stands_at_half_the_height(name: str, dpi: int) -> None:
    """Firmware lowers it by the height of bars that another program may have left: ours is one."""
    page = print_one(LABEL, name, dpi, "loose")
    [(_, top, side, _)] = page.symbols
    assert top == pytest.approx((page.image.height - side) / 2, abs=2)


@EVERY_PRINT
def test_a_label_scans_turned_and_at_half_size(name: str, dpi: int) -> None:
    """As it comes before a camera: any way up, and from twice as far."""
    image = print_one(LABEL, name, dpi).image
    half = (image.width // 2, image.height // 2)
    for seen in (
        image.rotate(90, expand=True),
        image.rotate(180),
        image.rotate(17, expand=True, fillcolor="white", resample=Image.Resampling.BILINEAR),
        image.resize(half, Image.Resampling.LANCZOS),
    ):
        assert scanned(seen) == [LABEL.link]


@EVERY_PRINT
def test_a_label_scans_with_a_fifth_of_its_symbol_gone(name: str, dpi: int) -> None:
    """What level H is for: every roll has room for it, where the address is no longer than ours."""
    page = print_one(LABEL, name, dpi)
    assert scanned(with_corner_gone(page.image, 0.2)) == [LABEL.link]


def test_the_smallest_roll_gives_way_in_the_level_of_a_long_address() -> None:
    """At 203 dots to the inch 25 mm hold 44 characters at level H; more of them get Q or M."""
    long = replace(LABEL, link="https://kit.example.nhs.uk/8004/95212341000000Q")
    assert b"^FDHA," in zpl([LABEL], ROLLS["51x25"], dots_per_inch=203)
    assert b"^FDQA," in zpl([long], ROLLS["51x25"], dots_per_inch=203)
    assert b"^FDMA," in zpl([LONGEST], ROLLS["51x25"], dots_per_inch=203)
    assert b"^FDHA," in zpl([LONGEST], ROLLS["76x51"], dots_per_inch=203)


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Label,
        link=st.sampled_from([LABEL.link, "https://a_b~c.example/^_x/8004/95212341000000Q"]),
        code=st.just(LABEL.code),
        product_name=st.text(max_size=100) | st.text("^~_\\XZFDS5E,", max_size=60),
        service_name=st.text("^~_\\XZFDS5E, ", max_size=60),
        service_phone=st.text("^~_\\XZFDS5E, ", max_size=30),
        max_user_kg=st.none() | st.integers(0, 9999),
    )
)
def test_no_text_breaks_out_of_its_field(label: Label) -> None:
    """Whatever the names: the commands are ours alone, and the text is printed as it stands."""
    page = print_one(label, "57x32", 203)
    assert page.texts == lines(label, ROLLS["57x32"])
    assert scanned(page.image) == [label.link]
    assert page.copies == 1
    assert page.commands.count("^FD") == 1 + len(page.texts)


def test_what_a_printer_takes_for_a_sign_is_escaped() -> None:
    """The four signs of commands and escapes as bytes of ^FH, in UTF-8 for all else."""
    document = zpl(
        [replace(HOSTILE, service_phone="^~_\\ é")], ROLLS["76x51"], dots_per_inch=300
    ).decode()
    assert "^FH^FD_5E_7E_5F_5C é^FS" in document
    assert "~" not in document
    assert document.count("^XA") == document.count("^XZ") == 1


def test_copies_are_the_printers_business() -> None:
    """One format an item, in the order given, printed so many times each."""
    labels = several(3)
    pages = printed(zpl(labels, ROLLS["57x32"], dots_per_inch=203, copies=7))
    assert [scanned(page.image) for page in pages] == [[label.link] for label in labels]
    assert {page.copies for page in pages} == {7}


def test_what_an_operator_has_set_stays() -> None:
    """Darkness, speed, media and tear-off are the printer's, and nothing is stored in it."""
    page = print_one(LABEL, "57x32", 203)
    assert not {"~SD", "^MD", "^PR", "^MM", "^MN", "^MT", "~TA", "^JU", "^DF"} & set(page.commands)


def test_a_link_too_long_for_a_roll_is_refused() -> None:
    """By name, rather than printed too fine to scan."""
    label = replace(LABEL, link=f"https://{'x' * 90}/8004/95212341000000Q")
    with pytest.raises(LinkTooLongError):
        zpl([label], ROLLS["51x25"], dots_per_inch=203)
