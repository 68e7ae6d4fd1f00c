"""Lines that keep within their width."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels.typesetting import Face, clean, fit, width

SIZES = ((32, 2), (24, 3))


@settings(deadline=None)
@given(st.text(max_size=200), st.sampled_from(list(Face)), st.integers(60, 400))
def test_no_line_is_wider_than_its_room(text: str, face: Face, room: int) -> None:
    """Whatever the text, its lines keep within the width and the number of lines."""
    lines = fit(text, face, SIZES, room)
    assert all(width(line, face, size) <= room for size, line in lines)
    assert len(lines) <= dict(SIZES)[lines[0][0]] if lines else not clean(text)


@given(st.lists(st.sampled_from(["bed", "rails", "&", "electric"]), max_size=5))
def test_nothing_of_a_text_that_fits_is_lost(words: list[str]) -> None:
    """Where there is room, the lines are the text, broken at spaces."""
    text = " ".join(words)
    assert " ".join(line for _, line in fit(text, Face.BOLD, ((20, 5),), 400)) == text


def test_the_largest_size_that_holds_all_is_taken() -> None:
    """A short text is set large, a longer one smaller, before anything is cut."""
    assert fit("Bed", Face.BOLD, SIZES, 200) == [(32, "Bed")]
    assert {size for size, _ in fit("Profiling bed with rails", Face.BOLD, SIZES, 200)} == {24}


def test_a_text_with_no_room_ends_in_an_ellipsis_after_a_word() -> None:
    """A reader sees that something is missing."""
    lines = [line for _, line in fit("ramp " * 30, Face.PLAIN, SIZES, 200)]
    assert len(lines) == 3
    assert lines[-1].endswith("ramp…")


@pytest.mark.parametrize("room", range(100, 300, 7))
def test_the_ellipsis_keeps_within_the_width_too(room: int) -> None:
    """What is cut is cut short enough for the sign that it was."""
    for text in ("ramp " * 30, "i" * 300):
        size, line = fit(text, Face.PLAIN, SIZES, room)[-1]
        assert line.endswith("…")
        assert width(line, Face.PLAIN, size) <= room


def test_a_word_wider_than_a_line_is_broken() -> None:
    """A long word goes on in the next line."""
    lines = [line for _, line in fit("W" * 12, Face.BOLD, SIZES, 200)]
    assert "".join(lines) == "W" * 12


@pytest.mark.parametrize("text", ["a\0b", "a\nb", " a\tb ", "a\ud800b", "a\u202eb", "a\ufffeb"])
def test_only_printable_characters_are_set(text: str) -> None:
    """Controls, surrogates and marks that turn the reading direction become a space."""
    assert clean(text) == "a b"


def test_characters_that_the_font_lacks_are_given_a_square() -> None:
    """Another font may draw them, as wide as that."""
    assert width("\u5e8a" * 3, Face.PLAIN, 30) >= 90
