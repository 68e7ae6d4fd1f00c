"""The short item code: what is printed in plain letters, read out on the telephone and typed."""

from collections.abc import Callable
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRTVWXYZ"
"""Digits and capitals without I, L, O, S and U: 31 characters, a prime number of them."""

LENGTH: Final = 8
"""Seven random characters (27,512,614,111 codes) and the check character."""

_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS: Final = range(LENGTH, 0, -1)  # The check character's own weight is 1.
_IGNORED: Final = str.maketrans("", "", " \t\r\n-")


def new_code(randbelow: Callable[[int], int]) -> str:
    """
    Make a code whose first seven characters are drawn evenly.

    *randbelow* takes an upper bound and answers a number from 0 to one less, as
    ``secrets.randbelow`` does. That no item has the code yet is the caller's to make sure.
    """
    drawn = "".join(ALPHABET[randbelow(len(ALPHABET))] for _ in range(LENGTH - 1))
    return drawn + ALPHABET[-_weighted_sum(drawn) % len(ALPHABET)]


def parse_code(text: str) -> str | None:
    """
    Read a code as a person gives it; ``None`` if it is none.

    Case, spaces and hyphens do not matter. Nothing is guessed: O is wrong, not 0.

    The characters' values, weighted 8, 7, ... 1, sum to a multiple of 31. The weights and the
    differences of two values are all non-zero modulo the prime 31, so any one wrong character
    changes the sum, and so does any exchange of two different characters, neighbours or not,
    the check character included (the argument of ISBN-10, ISO 2108).
    """
    if not text.isascii():  # Before upper(), which turns some other letters into ASCII ones.
        return None
    code = text.translate(_IGNORED).upper()
    if len(code) != LENGTH or any(character not in _VALUES for character in code):
        return None
    return code if _weighted_sum(code) % len(ALPHABET) == 0 else None


def shown(code: str) -> str:
    """Group a code for the eye: ``ABCD-EFGH``."""
    return f"{code[:4]}-{code[4:]}"


def _weighted_sum(characters: str) -> int:
    """Sum the values of as many leading positions as there are *characters*."""
    pairs = zip(_WEIGHTS, characters, strict=False)
    return sum(weight * _VALUES[character] for weight, character in pairs)
