"""Which ten digits are an NHS number."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from equipment.people.nhs_numbers import is_nhs_number

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "vectors" / "nhs_numbers.json").read_text()
)["vectors"]

DIGITS = st.text("0123456789", min_size=9, max_size=9)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: repr(vector["input"]))
def test_every_known_number_is_judged_as_the_standard_does(vector: dict[str, Any]) -> None:
    """The vectors judge the check digit; ten equal digits, which pass it, are nobody's number."""
    text = vector["input"]
    assert is_nhs_number(text) == (vector["strict_valid"] and len(set(text)) > 1)


@given(DIGITS)
def test_at_most_one_last_digit_fits(nine: str) -> None:
    """Nine digits have one check digit or, where it would be ten, none."""
    fitting = [last for last in "0123456789" if is_nhs_number(nine + last)]
    assert len(fitting) <= 1


@given(DIGITS, st.integers(0, 9), st.sampled_from("0123456789"))
def test_no_single_wrong_digit_passes(nine: str, place: int, wrong: str) -> None:
    """Any one digit that is misread makes it no number."""
    number = next((nine + last for last in "0123456789" if is_nhs_number(nine + last)), None)
    assume(number is not None)
    assert number is not None
    assume(number[place] != wrong)
    assert not is_nhs_number(number[:place] + wrong + number[place + 1 :])


@given(st.text(max_size=12))
def test_nothing_but_ten_ascii_digits_passes(text: str) -> None:
    """Any text at all is judged, never an error."""
    assert not is_nhs_number(text) or (len(text) == 10 and text.isascii() and text.isdigit())
