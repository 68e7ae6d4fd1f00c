"""Texts that people type."""

import pytest

from budget.wording import text_faults


@pytest.mark.parametrize(
    "text",
    [
        "Agnes O\u2019Brien",
        "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
        "\u05d3\u05d5\u05d3\u200f!",
        "1 High Road\nFlat 2",
    ],
)
def test_names_and_addresses_of_all_scripts_are_texts(text: str) -> None:
    """With the joiners and marks of direction that belong to them."""
    assert list(text_faults("name", text, 40)) == []


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\ufeff \u2060", "\u3164", "\u2800"])
def test_what_nobody_can_see_is_no_text(text: str) -> None:
    """A reason of it would be none."""
    assert [fault.message for fault in text_faults("reason", text, 40)] == ["Is empty."]


@pytest.mark.parametrize("text", ["a\u202eb", "\u2066a", "a\x00", "a\x1b", "\ud800"])
def test_what_garbles_its_neighbours_is_refused(text: str) -> None:
    """Controls, halves of characters, overrides of the direction of writing."""
    assert len(list(text_faults("name", text, 40))) == 1
