"""Which texts are postcodes, and how they are written."""

import pytest

from equipment.postcodes import normal_postcode


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NG1 5FS", "NG1 5FS"),
        (" ng15fs ", "NG1 5FS"),
        ("NG 15 5FS", "NG15 5FS"),
        ("w1a0ax", "W1A 0AX"),
        ("EC1A 1BB", "EC1A 1BB"),
        ("GIR 0AA", "GIR 0AA"),
        ("ZZ99 3VZ", "ZZ99 3VZ"),
        ("", None),
        ("NG1", None),
        ("NG1 5F", None),
        ("NG1 5FSS", None),
        ("NG1 5F5", None),
        ("1NG 5FS", None),
        ("NG1\0 5FS", None),
        ("NG\u0661 5FS", None),
        ("\ufb001 5FS", None),
    ],
)
def test_a_postcode_is_written_in_one_way(text: str, expected: str | None) -> None:
    """Capitals and one space, however it was typed; what has another shape is none."""
    assert normal_postcode(text) == expected
