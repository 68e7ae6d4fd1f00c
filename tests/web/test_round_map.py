"""Drawings of a day's rounds."""

import re

from web.rounds.round_map import Course, colour, dash, draw_map, draw_van_map


def test_stops_are_numbered_where_they_lie_and_north_is_above() -> None:
    """One whose place is not known keeps its number, and is not drawn."""
    drawn = str(draw_map((0, 0), [Course("V1", [(0, 1_000), None, (1_000, 0)])]))
    assert drawn.count("<circle") == 2
    assert ">1</text>" in drawn
    assert ">2</text>" not in drawn
    assert ">3</text>" in drawn
    assert 'cx="108" cy="28"' in drawn


def test_a_full_day_has_its_numbers_on_each_vans_own_map() -> None:
    """On one map of them all they would lie on each other; neighbours stand side by side."""
    street = [(1_000 + metre, 1_000) for metre in range(30)]
    courses = [Course("V1", street), Course("V2", street)]
    assert "<circle" in str(draw_map((0, 0), courses))
    assert ">1</text>" not in str(draw_map((0, 0), courses))
    drawn = str(draw_van_map((0, 0), 1, Course("V2", street[:9])))
    places = set(re.findall(r'<circle cx="(\d+)" cy="(\d+)"', drawn))
    assert len(places) == 9
    assert all(f">{number}</text>" in drawn for number in range(1, 10))


def test_nothing_known_is_no_drawing() -> None:
    """Neither without a depot, nor without a stop whose place is known."""
    assert draw_map(None, [Course("V1", [(0, 0)])]) is None
    assert draw_map((0, 0), [Course("V1", [None])]) is None


def test_vans_are_told_apart_without_their_colours() -> None:
    """Two of one colour are dashed in two ways; nobody else of sixteen looks the same."""
    looks = {(colour(number), dash(number)) for number in range(16)}
    assert len(looks) == 16
    assert len({dash(number) for number in range(8)}) == 8
