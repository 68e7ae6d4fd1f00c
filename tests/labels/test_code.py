"""The short code: what it catches, and what it reads."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.code import (
    ALPHABET,
    CODES,
    LENGTH,
    code_of,
    number_of,
    parse_code,
    shown,
    write_code,
)
from tests.labels.strategies import codes, keys, numbers

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


@given(numbers(), keys())
def test_a_code_has_one_number_and_a_number_one_code(number: int, key: bytes) -> None:
    """Whatever the key, the number is found again: no two numbers can have one code."""
    code = code_of(number, key)
    assert parse_code(code) == code
    assert number_of(code, key) == number


@given(codes(), keys())
def test_every_code_is_some_numbers(code: str, key: bytes) -> None:
    """None of the 31 to the 7th is left out: the permutation is one of all of them."""
    number = number_of(code, key)
    assert 0 <= number < CODES
    assert code_of(number, key) == code


def test_the_outermost_numbers_have_codes() -> None:
    """The first and the last, and the plain writing of both."""
    assert write_code(0) == "00000000"
    assert write_code(CODES - 1).startswith("ZZZZZZZ")
    assert number_of(code_of(CODES - 1, b"key"), b"key") == CODES - 1


def test_codes_of_neighbours_look_unlike() -> None:
    """Of a thousand in a row, each place changes about as often as by chance: 30 times in 31."""
    series = [code_of(number, b"key") for number in range(1_000)]
    for place in range(LENGTH):
        changes = sum(one[place] != other[place] for one, other in pairwise(series))
        assert 930 < changes < 995


def test_another_key_gives_another_order() -> None:
    """Who knows only this source cannot tell one label's neighbours."""
    assert code_of(7, b"one") != code_of(7, b"other")
