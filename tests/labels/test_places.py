"""The label of a place: read as what it is, and never as an item."""

from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from labels.digital_link import digital_link
from labels.forms import ROLL_51, ROLL_57, ROLL_76, SHEET_24, SHEET_65
from labels.identifiers import giai_for, parse_designation
from labels.label import png, svg
from labels.layout import Line, PlaceLabel, parts
from labels.places import Place, PlaceKind, parse_place, place_key, place_text
from labels.typesetting import width
from tests.labels.samples import scanned
from tests.labels.strategies import codes, company_prefixes, giais

KINDS: tuple[PlaceKind, ...] = ("depot", "van", "bay")


def places() -> st.SearchStrategy[Place]:
    """Any place: its code is one that budget/wording.py allows."""
    code = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}", fullmatch=True)
    return st.builds(Place, company_prefixes(), st.sampled_from(KINDS), code)


@given(places())
def test_the_text_of_a_place_is_read_back(place: Place) -> None:
    """Its prefix, its kind and its very code."""
    assert parse_place(place_text(*place)) == place


@given(places(), st.sampled_from(["", "]Q1", "]d1"]), st.sampled_from(["", " ", "\r\n"]))
def test_however_it_is_typed_or_scanned(place: Place, symbology: str, end: str) -> None:
    """In lower case, grouped, with what a scanner puts around it."""
    text = place_text(*place).lower().replace(":", " : -")
    read = parse_place(symbology + text + end)
    assert read is not None
    assert read[:2] == place[:2]
    assert place_key(read.code) == place_key(place.code)


@given(places())
def test_the_label_of_a_place_is_no_items(place: Place) -> None:
    """No code, no GIAI, and nothing that an earlier label could be kept under."""
    for text in (place_text(*place), "]Q1" + place_text(*place).lower()):
        named = parse_designation(text)
        assert (named.code, named.giai, named.alias) == (None, None, "")


@given(codes(), company_prefixes(), giais(), st.text())
def test_the_label_of_an_item_is_no_places(code: str, prefix: str, giai: str, text: str) -> None:
    """Codes, GIAIs, links and whatever else: none is read as a place."""
    ours = giai_for(prefix, code)
    for said in (code, ours, digital_link("https://kit.example.org", ours), giai, text):
        assert parse_place(said) is None


@pytest.mark.parametrize(
    "text",
    [
        "KITBACK:9521234:SHELF:A1",
        "KITBACK:952:DEPOT:A1",
        "KITBACK:9521234:DEPOT:",
        "KITBACK:9521234:DEPOT:_A",
        "KITBACK:9521234:DEPOT:A:1",
        "KITBACK:9521234:DEPOT:" + "A" * 100,
        "KITBACK:\uff19521234:DEPOT:A1",
        "https://kit.example.org/KITBACK:9521234:DEPOT:A1",
    ],
)
def test_what_only_looks_like_a_place_is_none(text: str) -> None:
    """Another kind, a wrong prefix, no code, too long, digits of another script, an address."""
    assert parse_place(text) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", ["A", "DIRTY-GOODS.INWARD_1", "w" * 20])
@pytest.mark.parametrize("name", ["", "Main store", "Donaudampfschifffahrtsgesellschaft " * 9])
def test_the_label_of_a_place_scans_and_keeps_to_its_form(
    kind: PlaceKind, code: str, name: str
) -> None:
    """Read back as the place on every form, and nothing written leaves its column or overlaps."""
    text = place_text("9521234", kind, code)
    label = PlaceLabel(link=text, kind=kind, code=code, name=name, service_name="The Service " * 4)
    for form in (SHEET_24, SHEET_65, ROLL_51, ROLL_57, ROLL_76):
        lines = [part for part in parts(label, form) if isinstance(part, Line)]
        said = "".join(line.text for line in lines)
        assert kind.capitalize() in said
        assert code in said
        rows = sorted((line.y - line.size * 3 // 4, line.y) for line in lines)
        assert rows[0][0] >= 0
        assert rows[-1][1] <= form.height
        assert all(above <= below for (_, above), (below, _) in pairwise(rows))
        assert all(line.x + width(line.text, line.face, line.size) <= form.right for line in lines)
    picture = Image.open(BytesIO(png(label)))
    assert scanned(picture) == scanned(picture.rotate(180)) == [text]
    assert f"<title>{kind.capitalize()} {code}" in svg(label).decode()
