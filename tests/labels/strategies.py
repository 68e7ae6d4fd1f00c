"""What identities and codes there may be."""

from typing import Final

from hypothesis import strategies as st

from labels.code import CODES, write_code

CSET_82: Final = (
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
)
"""GS1's character set 82, as GS1 lists it."""


def codes() -> st.SearchStrategy[str]:
    """Any code of an item."""
    return numbers().map(write_code)


def numbers() -> st.SearchStrategy[int]:
    """Any number of a code."""
    return st.integers(0, CODES - 1)


def company_prefixes() -> st.SearchStrategy[str]:
    """Any GS1 Company Prefix."""
    return st.text("0123456789", min_size=4, max_size=12)


def giais() -> st.SearchStrategy[str]:
    """Any Global Individual Asset Identifier that the standard allows."""
    digits = st.text("0123456789", min_size=4, max_size=4)
    return st.builds(str.__add__, digits, st.text(CSET_82, max_size=26))


def keys() -> st.SearchStrategy[bytes]:
    """Any key of an order of codes."""
    return st.binary(min_size=1, max_size=32)
