"""The label: what a scanner and a person read from it."""

import re
from dataclasses import replace
from io import BytesIO
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from labels.label import HEIGHT, WIDTH, png, svg
from labels.layout import Label
from tests.labels.samples import LABEL, LONGEST, scanned

SVG = "{http://www.w3.org/2000/svg}"


def opened(data: bytes) -> Image.Image:
    """Decode a PNG."""
    return Image.open(BytesIO(data)).convert("L")


def rasterised(document: bytes) -> Image.Image:
    """Draw the symbol of an SVG label from its path and the path's transform."""
    image = Image.new("L", (WIDTH, HEIGHT), "white")
    symbol = found(document, "path")[0]
    place = re.fullmatch(r"translate\((\d+) (\d+)\) scale\((\d+)\)", symbol.attrib["transform"])
    assert place
    left, top, module = map(int, place.groups())
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", symbol.attrib["d"]):
        start = (left + int(x) * module, top + int(y) * module)
        end = (start[0] + int(length) * module - 1, start[1] + module - 1)
        ImageDraw.Draw(image).rectangle((start, end), fill="black")
    return image


def found(document: bytes, tag: str) -> list[Element]:
    """List the elements of an SVG by their tag, in order."""
    return list(fromstring(document).iter(SVG + tag))  # noqa: S314 - our own document


def texts(label: Label) -> list[str]:
    """List the lines of text of a label."""
    return ["".join(line.itertext()) for line in found(svg(label), "text")]


@pytest.mark.parametrize("label", [LABEL, LONGEST])
def test_a_label_scans_as_its_very_link(label: Label) -> None:
    """Pixels and drawing both, upright, turned, at half size, out of focus."""
    picture = opened(png(label))
    for image in (
        picture,
        rasterised(svg(label)),
        picture.rotate(90, expand=True),
        picture.rotate(17, expand=True, fillcolor="white"),
        picture.rotate(180),
        picture.resize((WIDTH // 2, HEIGHT // 2), Image.Resampling.LANCZOS),
        picture.filter(ImageFilter.GaussianBlur(2)),
        picture.point(lambda level: 255 if level > 127 else 0),
    ):
        assert scanned(image) == [label.link]


@pytest.mark.parametrize("fill", ["white", "black"])
def test_a_label_scans_with_a_fifth_of_its_symbol_gone(fill: str) -> None:
    """A patch rubbed off or painted over costs nothing while the three eyes are left."""
    picture = opened(png(LABEL))
    left, top, right, bottom = 40, 52, 336, 348
    side = round(((right - left) * (bottom - top) / 5) ** 0.5)
    ImageDraw.Draw(picture).rectangle((right - side, bottom - side, right, bottom), fill=fill)
    assert scanned(picture) == [LABEL.link]


def test_pixels_are_for_300_dots_per_inch() -> None:
    """The picture says how large it is; modules are whole pixels, black or white."""
    picture = Image.open(BytesIO(png(LABEL)))
    assert picture.size == (WIDTH, HEIGHT)
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    symbol = picture.crop((0, 0, 368, HEIGHT))
    assert {level for level, count in enumerate(symbol.histogram()) if count} == {0, 255}
    small = symbol.crop((40, 52, 336, 348)).resize((37, 37), Image.Resampling.NEAREST)
    whole = small.resize((296, 296), Image.Resampling.NEAREST)
    assert whole.tobytes() == symbol.crop((40, 52, 336, 348)).tobytes()


def test_the_drawing_is_of_the_size_of_a_label() -> None:
    """63.5 mm by 33.87 mm: 24 to a sheet of A4."""
    drawing = fromstring(svg(LABEL))  # noqa: S314 - our own document
    assert (drawing.attrib["width"], drawing.attrib["height"]) == ("63.5mm", "33.87mm")


def test_a_person_reads_code_name_load_service_and_telephone() -> None:
    """What a label is for when nothing scans, in large letters; and a title for a screen reader."""
    lines = texts(LABEL)
    assert lines[0] == "1000-000Q"
    assert "Profiling bed, electric, with rails" in " ".join(lines)
    assert "190 kg" in lines
    assert "Safe working load" in " ".join(lines)
    assert "0115 496 0199" in lines
    assert "Nottinghamshire" in " ".join(lines)
    title = found(svg(LABEL), "title")[0].text
    assert title == "1000-000Q Profiling bed, electric, with rails"


def test_no_load_is_shown_where_there_is_none() -> None:
    """A product without a limit shows no box and no words about one."""
    without = texts(replace(LABEL, max_user_kg=None))
    assert not [line for line in without if "kg" in line or "load" in line]
    assert len(found(svg(replace(LABEL, max_user_kg=None)), "rect")) == 1


@pytest.mark.parametrize("phone", ["", " ", "\n"])
def test_a_service_without_a_telephone_asks_to_scan_only(phone: str) -> None:
    """No empty line, and nobody is told to ring nothing."""
    lines = texts(replace(LABEL, service_phone=phone))
    assert "To give it back, scan the code" in lines
    assert not [line for line in lines if not line.strip() or "ring" in line]
    assert scanned(opened(png(replace(LABEL, service_phone=phone)))) == [LABEL.link]


@settings(max_examples=30, deadline=None)
@given(
    st.builds(
        Label,
        link=st.just(LABEL.link),
        code=st.just(LABEL.code),
        product_name=st.text(max_size=200),
        service_name=st.text(max_size=200),
        service_phone=st.text(max_size=60),
        max_user_kg=st.none() | st.integers(0, 9999),
    )
)
def test_no_text_leaves_its_column_or_breaks_the_drawing(label: Label) -> None:
    """Any Unicode: the XML is sound, the right margin stays white, the symbol scans."""
    assert fromstring(svg(label)).tag == SVG + "svg"  # noqa: S314 - our own document
    picture = opened(png(label))
    assert scanned(picture)[:1] == [label.link]
    assert picture.crop((735, 0, WIDTH, HEIGHT)).getextrema() == (255, 255)


def test_a_name_cannot_put_markup_into_the_drawing() -> None:
    """Names are data: no element, attribute or entity comes of them."""
    name = '</text><script>alert(1)</script>&amp;<![CDATA[" onload="x'
    hostile = replace(LABEL, product_name=name, service_name=name, service_phone=name)
    document = svg(hostile)
    assert {element.tag for element in fromstring(document).iter()} == {  # noqa: S314 - our own
        SVG + tag for tag in ("svg", "title", "rect", "path", "text")
    }
    assert found(document, "title")[0].text == f"1000-000Q {name}"
    assert b"http" not in document.replace(b"http://www.w3.org/2000/svg", b"")


def test_a_link_too_long_to_scan_is_refused() -> None:
    """Better no label than one with modules too fine to print."""
    for draw in (svg, png):
        with pytest.raises(ValueError, match="too long a link"):
            draw(replace(LABEL, link=LABEL.link + "x" * 400))
