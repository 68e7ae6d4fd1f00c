"""NHS numbers. Pure.

The rule is that of the NHS data dictionary: nine digits weighted 10 down to 2, and a tenth that
makes their sum a multiple of eleven. Ranges are not looked at: numbers in use lie outside those
that are published.
"""

import re
from typing import Final

_DIGITS: Final = re.compile(r"[0-9]{10}")
_EQUAL: Final = re.compile(r"([0-9])\1{9}")


def is_nhs_number(text: str) -> bool:
    """Whether it is ten ASCII digits, not all equal, the last of them right."""
    if not _DIGITS.fullmatch(text) or _EQUAL.fullmatch(text):
        return False
    # A remainder of ten would ask for a check digit of ten, so it fits no digit.
    weighted = sum(
        int(digit) * weight for digit, weight in zip(text, range(10, 0, -1), strict=True)
    )
    return weighted % 11 == 0
