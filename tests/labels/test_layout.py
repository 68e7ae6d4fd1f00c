"""The arrangement: on every size of label there is room for all that must stand there."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels import forms
from labels.forms import SHEET_65, Form
from labels.layout import MODULE_MIN, Box, Label, Line, parts, symbol
from labels.qr import QUIET_ZONE_MODULES
from labels.typesetting import Face, width
from tests.labels.samples import LABEL, LABELS, LONGEST

FORMS = {name: form for name, form in vars(forms).items() if isinstance(form, Form)}
EVERY_FORM = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
MILLIMETRE = 12
"""In dots, rounded up."""


def texts(label: Label, form: Form) -> list[str]:
    """List the lines of text in the order in which they are read."""
    return [part.text for part in parts(label, form) if isinstance(part, Line)]


def extents(label: Label, form: Form) -> list[tuple[float, float]]:
    """Measure how far down each part of the column begins and ends, but for what is in a box."""
    found = []
    for part in parts(label, form):
        if isinstance(part, Box):
            found.append((float(part.y), float(part.y + part.height)))
        elif part.x == form.left:
            found.append((part.y - 0.73 * part.size, float(part.y)))
    return sorted(found)


@EVERY_FORM
@pytest.mark.parametrize("label", [*LABELS, replace(LONGEST, max_user_kg=None)])
def test_nothing_in_the_column_touches(form: Form, label: Label) -> None:
    """What stands at the top and what stands at the bottom leave each other room."""
    for (_, above), (below, _) in pairwise(extents(label, form)):
        assert above < below


@EVERY_FORM
@pytest.mark.parametrize("label", LABELS)
def test_all_keeps_a_millimetre_from_the_edges(form: Form, label: Label) -> None:
    """Descenders and the ends of lines included; the quiet zone keeps within the label."""
    for part in parts(label, form):
        if isinstance(part, Line):
            assert part.x + width(part.text, part.face, part.size) <= form.width - MILLIMETRE
            assert part.y + 0.24 * part.size <= form.height - MILLIMETRE
        else:
            assert part.x + part.width <= form.width - MILLIMETRE
    assert extents(label, form)[0][0] >= MILLIMETRE
    placed = symbol(label.link, form)
    side = len(placed.modules) * placed.module
    quiet = QUIET_ZONE_MODULES * placed.module
    for start, room in ((placed.x, form.left), (placed.y, form.height)):
        assert start >= max(quiet, MILLIMETRE)
        assert start + side + quiet <= room


@EVERY_FORM
def test_every_size_says_all_that_a_label_must(form: Form) -> None:
    """Code, name, load, service and telephone, whole, in the order in which they are read."""
    said = " ".join(texts(LABEL, form))
    for one in ("1000-000Q", LABEL.product_name, "190 kg", LABEL.service_name, "0115 496 0199"):
        assert one in said
        said = said[said.index(one) + len(one) :]
    assert {"Safe working", "SWL 190 kg"} & set(texts(LABEL, form))


@EVERY_FORM
def test_a_number_of_the_usual_length_is_never_cut(form: Form) -> None:
    """Half a telephone number leads to a stranger."""
    for phone in ("+44 (0)115 496 0199", "0115 496 0199 or 0300 123 4567"):
        assert phone in " ".join(texts(replace(LONGEST, service_phone=phone), form))


def test_a_short_name_is_set_large() -> None:
    """What is over of the column goes to the name."""
    sizes = [
        part.size
        for name in ("Bath board", LABEL.product_name, LONGEST.product_name)
        for part in parts(replace(LABEL, product_name=name), SHEET_65)
        if isinstance(part, Line) and part.face is Face.BOLD and name.startswith(part.text[:8])
    ]
    assert sizes[0] == SHEET_65.name[0] > sizes[-1]


@EVERY_FORM
@settings(max_examples=15, deadline=None)
@given(length=st.integers(1, 60))
def test_modules_never_get_finer_than_a_printer_can_draw(form: Form, length: int) -> None:
    """However long the address: the level of correction gives way, not the size of a module."""
    placed = symbol(f"https://{'x' * length}/8004/95212341000000Q", form)
    assert placed.module >= MODULE_MIN
