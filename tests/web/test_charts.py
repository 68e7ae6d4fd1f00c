"""Pictures of figures: what is drawn is what the tables say."""

import math
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.pool.charts import (
    COLOURS,
    HEIGHT,
    WIDTH,
    Curve,
    Dot,
    Fan,
    Frame,
    Line,
    draw_bars,
    draw_funnel,
    draw_lines,
)

FRAME = Frame("spend", "Spend <by> month", "The table says the same", "£", lambda v: f"{v:.3f}")
VALUES = st.lists(
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda v: round(v, 3)), min_size=2, max_size=24
)
SVG = "{http://www.w3.org/2000/svg}"


def _read(drawn: object) -> ET.Element:
    return ET.fromstring(str(drawn))  # noqa: S314 - of our own making


def _heights(svg: ET.Element) -> tuple[float, float]:
    """By how much a value rises for each unit down the paper, and its value at the top."""
    axis = [
        (float(text.get("y", "")) - 4, float(text.text or ""))
        for text in svg.iter(f"{SVG}text")
        if text.get("text-anchor") == "end" and re.fullmatch(r"-?[\d.]+", text.text or "")
    ]
    (y1, v1), (y2, v2) = axis[0], axis[-1]
    per = (v2 - v1) / (y2 - y1)
    return per, v1 - y1 * per


@given(VALUES)
def test_each_mark_of_a_line_stands_at_its_value_and_says_it(values: list[float]) -> None:
    """Read back by the axis's own numbers; so do the edges of a fan."""
    labels = [f"M{number}" for number in range(len(values))]
    fan = Fan("Between", [(value - 1, value + 1) for value in values])
    svg = _read(draw_lines(FRAME, labels, [Line("Spent", values)], [fan]))
    per, top = _heights(svg)
    near = abs(per) * 0.2 + 1e-2
    marks = list(svg.iter(f"{SVG}circle"))
    assert len(marks) == len(values)
    for mark, value, label in zip(marks, values, labels, strict=True):
        assert float(mark.get("cy", "")) * per + top == pytest.approx(value, abs=near)
        assert mark.findtext(f"{SVG}title") == f"Spent, {label}: {value:.3f}"
    [edge] = svg.iter(f"{SVG}polygon")
    ys = [float(pair.split(",")[1]) * per + top for pair in edge.get("points", "").split()]
    wanted = [value - 1 for value in values] + [value + 1 for value in reversed(values)]
    assert ys == pytest.approx(wanted, abs=near)


@given(VALUES)
def test_each_bar_is_as_high_as_its_value(values: list[float]) -> None:
    """From nothing, up or down."""
    labels = [f"M{number}" for number in range(len(values))]
    svg = _read(draw_bars(FRAME, labels, [Line("Spent", values)]))
    per, _ = _heights(svg)
    bars = [rect for rect in svg.iter(f"{SVG}rect") if rect.find(f"{SVG}title") is not None]
    for bar, value in zip(bars, values, strict=True):
        height = float(bar.get("height", "")) * abs(per)
        assert height == pytest.approx(abs(value), abs=abs(per) * 0.3 + 1e-2)


def test_what_is_outside_a_funnel_has_a_shape_and_its_name() -> None:
    """Nobody has to see colours."""
    dots = [Dot("Team A", 10, 0.5), Dot("Team <B>", 80, 0.9, outside=True)]
    curves = [Curve("Limit", [(10, 0.8), (80, 0.6)], dashed=True)]
    drawn = str(draw_funnel(FRAME, dots, curves))
    svg = _read(drawn)
    assert len(list(svg.iter(f"{SVG}circle"))) == len(list(svg.iter(f"{SVG}path"))) == 1
    words = [text.text for text in svg.iter(f"{SVG}text")]
    assert "Team <B>" in words
    assert "Team A" not in words
    assert "<B>" not in drawn


@pytest.mark.parametrize("values", [[], [None], [None, None], [0], [0, 0], [1e-9, 1e12], [-5]])
def test_a_picture_of_little_is_a_picture(values: list[float | None]) -> None:
    """None known, one, nothing at all, or very unlike ones: on the paper, with title and words."""
    labels = [str(number) for number in range(len(values))]
    for drawn in (
        draw_lines(
            FRAME, labels, [Line("Spent", values, dashed=True)], [Fan("F", [None] * len(values))]
        ),
        draw_bars(FRAME, labels, [Line("Spent", values)]),
        draw_funnel(FRAME, [], []),
    ):
        svg = _read(drawn)
        assert svg.findtext(f"{SVG}title") == "Spend <by> month"
        assert svg.get("aria-labelledby") == "spend-title spend-desc"
        for mark in svg.iter(f"{SVG}circle"):
            assert 0 <= float(mark.get("cx", "")) <= WIDTH
            assert 0 <= float(mark.get("cy", "")) <= HEIGHT


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_is_read_on_white(colour: str) -> None:
    """WCAG 2.2: at least 4.5 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else math.pow((part + 0.055) / 1.055, 2.4) for part in parts
    )
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5
