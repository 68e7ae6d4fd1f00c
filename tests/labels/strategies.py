"""What identities and codes there may be."""

from typing import Final

from hypothesis import strategies as st

from labels.code import ALPHABET, LENGTH, new_code

CSET_82: Final = (
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
)
"""GS1's character set 82, as GS1 lists it."""


def codes() -> st.SearchStrategy[str]:
    """Any code of an item."""
    values = st.integers(0, len(ALPHABET) - 1)
    return st.lists(values, min_size=LENGTH - 1, max_size=LENGTH - 1).map(_code)


def company_prefixes() -> st.SearchStrategy[str]:
    """Any GS1 Company Prefix."""
    return st.text("0123456789", min_size=4, max_size=12)


def giais() -> st.SearchStrategy[str]:
    """Any Global Individual Asset Identifier that the standard allows."""
    digits = st.text("0123456789", min_size=4, max_size=4)
    return st.builds(str.__add__, digits, st.text(CSET_82, max_size=26))


def _code(values: list[int]) -> str:
    drawn = iter(values)
    return new_code(lambda _: next(drawn))
