"""Postcodes of the United Kingdom. Pure."""

import re
from typing import Final

# The shape that the Royal Mail's programmers' guide gives; whether one is in use is not asked.
_SHAPE: Final = re.compile(r"(GIR|[A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")


def normal_postcode(text: str) -> str | None:
    """The postcode in capitals with its one space, or None where it is none."""
    if not text.isascii():
        return None
    match = _SHAPE.fullmatch("".join(text.split()).upper())
    return f"{match[1]} {match[2]}" if match else None
