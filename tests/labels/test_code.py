"""The short code: what it catches, and what it reads."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.code import ALPHABET, LENGTH, new_code, parse_code, shown
from tests.labels.strategies import codes

READ_WRONG = "ILOSU"


@given(codes())
def test_any_one_wrong_character_is_caught(code: str) -> None:
    """Whatever stands in whichever place instead of the right character: it is no code."""
    for place in range(LENGTH):
        for other in set(ALPHABET) - {code[place]}:
            assert parse_code(code[:place] + other + code[place + 1 :]) is None


@given(codes())
def test_any_two_swapped_characters_are_caught(code: str) -> None:
    """Any two places exchanged, not only neighbours: it is no code."""
    for first, second in combinations(range(LENGTH), 2):
        swapped = list(code)
        swapped[first], swapped[second] = code[second], code[first]
        if code[first] != code[second]:
            assert parse_code("".join(swapped)) is None


@given(st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1))
def test_seven_characters_have_one_check_character(start: str) -> None:
    """Of the 31 ways to end seven characters, one is a code."""
    assert sum(parse_code(start + last) is not None for last in ALPHABET) == 1


@given(codes(), st.lists(st.sampled_from(" -\t\n"), min_size=LENGTH, max_size=LENGTH))
def test_case_spaces_and_hyphens_do_not_matter(code: str, between: list[str]) -> None:
    """A code is read however it was typed or grouped."""
    typed = "".join(part for pair in zip(code.lower(), between, strict=True) for part in pair)
    assert parse_code(typed) == parse_code(shown(code)) == code


@given(codes(), st.integers(0, LENGTH - 1))
def test_look_alikes_are_not_guessed(code: str, place: int) -> None:
    """O is wrong, not 0: a guess would turn one item's misread code into another's."""
    for character in READ_WRONG:
        assert parse_code(code[:place] + character + code[place + 1 :]) is None


@pytest.mark.parametrize(
    "text", ["", "0", "0" * 7, "0" * 9, "\uff10" * 8, "\u0660" * 8, "00000G\ufb00"]
)
def test_other_texts_are_no_code(text: str) -> None:
    """Other lengths, and other scripts' digits and letters, are not read: one is FF in capitals."""
    assert parse_code(text) is None


def test_the_check_character_is_worked_out_as_documented() -> None:
    """8, 7, ... 1 times the values, to a multiple of 31: a label printed once stays readable."""
    assert parse_code("0000000-0") == "00000000"
    assert parse_code("1000-000Q") == "1000000Q"  # 8 * 1 + 1 * 23 = 31


def test_randomness_is_the_callers() -> None:
    """Seven draws below 31 make a code, and nothing else does."""
    bounds: list[int] = []

    def draw(bound: int) -> int:
        bounds.append(bound)
        return len(bounds)

    assert new_code(draw).startswith("1234567")
    assert bounds == [31] * 7
