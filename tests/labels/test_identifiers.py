"""Which item a text means."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from labels.application_identifiers import Element, Gs1Error
from labels.code import parse_code, shown
from labels.digital_link import digital_link
from labels.element_string import SEPARATOR, bracketed
from labels.identifiers import (
    Designation,
    Identity,
    alias_key,
    giai_for,
    parse_designation,
    parse_gs1,
)
from tests.labels.strategies import codes, company_prefixes, giais

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "gs1_vectors.json").read_text(encoding="utf-8")
)["vectors"]
PUBLIC_URL = "https://kit.example.org"
OURS = "9521234" + "1000000Q"
NOTHING = Designation(None, None, "")


def identity_or_none(text: str) -> Identity | None:
    """Read a text, without the reason of a refusal."""
    try:
        return parse_gs1(text)
    except Gs1Error:
        return None


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_gs1_is_judged_as_gs1_judges(vector: dict[str, Any]) -> None:
    """Verdict, elements and canonical form are those of GS1's own engine."""
    identity = identity_or_none(vector["input"])
    assert (identity is not None) == vector["valid"]
    if identity is not None:
        assert identity.ai_data == vector["ai_data"]
        assert identity.canonical_uri == vector["canonical_uri"]


@given(giais())
def test_any_giai_goes_to_text_and_back(giai: str) -> None:
    """A link, an element string and a scanner's raw text each give the very GIAI again."""
    escaped = "".join(f"%{ord(character):02x}" for character in giai)
    for text in (
        digital_link(PUBLIC_URL, giai),
        digital_link("HTTP://HOST:8443/some/where/", giai),
        f"{PUBLIC_URL}/8004/{escaped}",
        f"https://id.gs1.org/8004/{quote(giai, safe='')}?99=A&linkType=all#top",
        bracketed([Element("8004", giai)]),
        f"]d28004{giai}",
        f"]C18004{giai}{SEPARATOR}",
        f"{SEPARATOR}8004{giai}",
        f"8004{giai}",
        f"]Q1{digital_link(PUBLIC_URL, giai)}\r\n",
    ):
        identity = parse_gs1(text)
        assert identity.giai == giai
        assert parse_gs1(identity.canonical_uri or "").giai == giai


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Any text is judged: a GIAI that is read is one that GS1 allows, and a code is a code."""
    for framed in (text, "](" + text, "]d2" + text, "(8004)" + text, "https://a/8004/" + text):
        found = parse_designation(framed)
        assert found.code is None or parse_code(found.code) == found.code
        assert found.giai is None or parse_gs1(digital_link(PUBLIC_URL, found.giai)).giai
        assert found.code is None or found.giai is None


@given(codes())
def test_a_code_is_a_code_however_it_is_given(code: str) -> None:
    """Typed, grouped, in lower case, or from a plain barcode with its symbology identifier."""
    for text in (code, shown(code), f"  {code.lower()}\r\n", f"]C0{code}", f"]Q1{shown(code)}"):
        assert parse_designation(text) == Designation(code, None, code)


@given(company_prefixes().filter(lambda prefix: not prefix.startswith("8004")), codes())
def test_our_own_giai_is_found_without_regard_to_case_spaces_and_hyphens(
    prefix: str, code: str
) -> None:
    """A person may type our link or GIAI in lower case, or group the code in it."""
    giai = giai_for(prefix, code)
    link = digital_link(PUBLIC_URL, giai)
    for text in (
        giai,
        f"{prefix}-{shown(code)}".lower(),
        f" {prefix} {code} ",
        link,
        link.lower(),
        link.upper(),
        f"(8004){giai.lower()}",
        f"]Q38004{giai}",
    ):
        found = parse_designation(text)
        assert (found.code, found.giai) == (None, giai)


@given(giais().filter(lambda giai: not giai.startswith("8004")))
def test_a_foreign_giai_keeps_its_letters(giai: str) -> None:
    """GIAIs of others differ by case and hyphens, so theirs are taken as they stand."""
    assume(len(alias_key(giai)) != 8)
    assume(parse_code(alias_key(giai)[-8:]) is None)
    assert parse_designation(giai).giai == giai
    assert parse_designation(digital_link(PUBLIC_URL, giai)).giai == giai


@pytest.mark.parametrize("text", ["1000000P", "0100000Q", "9521 2340", "80041234"])
def test_a_misread_code_is_no_giai(text: str) -> None:
    """Eight characters with a wrong one are unreadable, though GS1 would let them be a GIAI."""
    found = parse_designation(text)
    assert (found.code, found.giai) == (None, None)


@pytest.mark.parametrize(
    "text", ["", " \r\n", "x" * 2001, "AB\0CD", "8004952\0" + "1000000Q", "A\ud800B"]
)
def test_what_can_be_no_label_has_no_key(text: str) -> None:
    """Blank, over 2,000 characters, or not storable: nothing to look up."""
    assert parse_designation(text) == NOTHING
    assert alias_key(text) == ""


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" nrs-00 123 ", "NRS00123"),
        ("]A0NRS00123", "NRS00123"),
        ("https://old.example/asset/7", "HTTPS://OLD.EXAMPLE/ASSET/7"),
        ("https://id.gs1.org/8004/5012345abc-d", "5012345ABCD"),
        ("(8004)5012345abc-d", "5012345ABCD"),
        ("5012345abc-d", "5012345ABCD"),
        ("]d2010952123454321321A-1", "(01)09521234543213(21)A1"),
        ("(01)09521234543213(21)A-1", "(01)09521234543213(21)A1"),
        ("800412345", "800412345"),
    ],
)
def test_an_earlier_label_has_one_key_however_it_is_read(text: str, key: str) -> None:
    """What was imported as text is found by a scan, in whichever of its forms."""
    assert alias_key(text) == parse_designation(text).alias == key


@given(st.text(max_size=60))
def test_a_key_does_not_depend_on_spaces_and_hyphens_around(text: str) -> None:
    """Plain labels are found whatever was put about them in typing."""
    assume(not set("]h(8\x1d") & set(text.lower()))
    assert alias_key(f" {text}-\n") == alias_key(text)


@pytest.mark.parametrize(
    ("prefix", "code"),
    [
        ("952", "1000000Q"),
        ("9521234567890", "1000000Q"),
        ("95x1", "1000000Q"),
        ("9521", "1000000P"),
    ],
)
def test_a_giai_is_made_of_a_prefix_and_a_code_only(prefix: str, code: str) -> None:
    """A wrong prefix in the settings must not reach a label."""
    with pytest.raises(ValueError, match=r"GS1 Company Prefix|item code"):
        giai_for(prefix, code)


def test_an_asset_is_told_from_other_gs1_keys() -> None:
    """A valid GRAI or GTIN is an identity, but of no single asset of ours."""
    assert parse_gs1("https://a/8003/08493394839844X").giai is None
    assert parse_designation("(01)09521234543213").giai is None
    assert parse_gs1("(01)09521234543213(8004)9521234A").giai == "9521234A"


def test_a_text_that_is_too_long_is_refused_by_name() -> None:
    """The bound holds for GS1 texts as for all."""
    with pytest.raises(Gs1Error, match="too-long"):
        parse_gs1("https://a/" + "x/" * 1000 + f"8004/{OURS}")
