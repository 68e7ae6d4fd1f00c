"""The short item code: what is printed in plain letters, read out on the telephone and typed.

Codes are numbered: each number from 0 to ``CODES`` - 1 has one code and each code one number, so
whoever never takes a number twice never gives a code twice (docs/adr/0008-codes-once.md).
"""

from hashlib import blake2b
from operator import mul
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRTVWXYZ"
"""Digits and capitals without I, L, O, S and U: 31 characters, a prime number of them."""

LENGTH: Final = 8
"""Seven characters that number the code, and the check character."""

CODES: Final = len(ALPHABET) ** (LENGTH - 1)
"""27,512,614,111: how many codes there are."""

_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_CHARACTERS: Final = frozenset(ALPHABET)
_WEIGHTS: Final = range(LENGTH, 0, -1)  # The check character's own weight is 1.
_IGNORED: Final = str.maketrans("", "", " \t\r\n-")

_HIGH: Final = len(ALPHABET) ** 4
_LOW: Final = len(ALPHABET) ** 3
_ROUNDS: Final = 8  # As many as FF3 had (NIST SP 800-38G), the standard cipher of this shape.


def code_of(number: int, key: bytes) -> str:
    """
    Give the code of a number, from 0 to ``CODES`` - 1.

    With one *key*, two numbers never have one code. Codes of neighbouring numbers look unlike, so
    that nobody without the key can tell from a label what the next one is, or how many there are.
    """
    return write_code(_scattered(number, key))


def number_of(code: str, key: bytes) -> int:
    """Give the number whose code this is: the inverse of ``code_of``."""
    body = 0
    for character in code[: LENGTH - 1]:
        body = body * len(ALPHABET) + _VALUES[character]
    return _gathered(body, key)


def write_code(body: int) -> str:
    """Write a number from 0 to ``CODES`` - 1 as seven characters, and their check character."""
    assert 0 <= body < CODES
    digits = []
    for _ in range(LENGTH - 1):
        body, digit = divmod(body, len(ALPHABET))
        digits.append(ALPHABET[digit])
    written = "".join(reversed(digits))
    return written + ALPHABET[-_weighted_sum(written) % len(ALPHABET)]


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
    if len(code) != LENGTH or not _CHARACTERS.issuperset(code):
        return None
    return code if _weighted_sum(code) % len(ALPHABET) == 0 else None


def shown(code: str) -> str:
    """Group a code for the eye: ``ABCD-EFGH``."""
    return f"{code[:4]}-{code[4:]}"


def _weighted_sum(characters: str) -> int:
    """Sum the values of as many leading positions as there are *characters*."""
    return sum(map(mul, _WEIGHTS, map(_VALUES.__getitem__, characters)))


def _scattered(number: int, key: bytes) -> int:
    """
    Permute the numbers below ``CODES``: a Feistel network over four and three characters.

    Each round adds to one half what is mixed from the other, so each can be taken back, and no
    two numbers meet, whatever the mixing does.
    """
    assert 0 <= number < CODES
    high, low = divmod(number, _LOW)
    for turn in range(0, _ROUNDS, 2):
        high = (high + _mixed(low, turn, key)) % _HIGH
        low = (low + _mixed(high, turn + 1, key)) % _LOW
    return high * _LOW + low


def _gathered(body: int, key: bytes) -> int:
    high, low = divmod(body, _LOW)
    for turn in reversed(range(0, _ROUNDS, 2)):
        low = (low - _mixed(high, turn + 1, key)) % _LOW
        high = (high - _mixed(low, turn, key)) % _HIGH
    return high * _LOW + low


def _mixed(half: int, turn: int, key: bytes) -> int:
    message = half.to_bytes(4) + bytes([turn])
    return int.from_bytes(blake2b(message, digest_size=8, key=key).digest())
