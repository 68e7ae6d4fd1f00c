"""Lines of text that keep within a width, measured in the fonts that lie beside this file."""

import unicodedata
from collections.abc import Sequence
from enum import Enum
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, TypeAlias

from PIL import ImageFont

FONTS: Final = Path(__file__).parent / "fonts"
_ELLIPSIS: Final = "…"
_EM: Final = 2_048  # The units to the em in which the fonts are drawn.

Sizes: TypeAlias = Sequence[tuple[int, int]]
"""Pairs of a size and the number of lines there is room for."""


class Face(Enum):
    """A font of the DejaVu family, by its file: free, and wide in coverage."""

    PLAIN = "DejaVuSans.ttf"
    BOLD = "DejaVuSans-Bold.ttf"
    FIXED = "DejaVuSansMono-Bold.ttf"


def fit(text: str, face: Face, sizes: Sizes, width_max: float) -> list[tuple[int, str]]:
    """
    Break *text* into lines of at most *width_max*, each with the size at which it is set.

    The first of *sizes* that holds all of the text is taken; else the last, cut with an
    ellipsis. Lines break at spaces, within a word only where the word alone is too wide. A blank
    text has no lines. Sizes and widths have one unit, whatever it is.
    """
    text = clean(text)
    if not text:
        return []
    for size, lines_max in sizes:
        lines = _wrapped(text, face, size, width_max)
        if len(lines) <= lines_max:
            return [(size, line) for line in lines]
    *whole, last = lines[:lines_max]
    return [(size, line) for line in [*whole, _shortened(last, face, size, width_max)]]


def width(text: str, face: Face, size: int) -> float:
    """Measure a line, whoever draws it: pixels or a vector drawing, whichever is wider."""
    return sum(_advance(one, face, size) for one in text)


def clean(text: str) -> str:
    """Make one line of printable characters, so that nothing else gets into a document."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


@cache
def font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """Load a font at so many pixels to the em; plain layout, the same on every machine."""
    return ImageFont.truetype(str(FONTS / face.value), size, layout_engine=ImageFont.Layout.BASIC)


def _wrapped(text: str, face: Face, size: int, width_max: float) -> list[str]:
    lines = []
    while text:
        line = _leading(text, face, size, width_max)
        lines.append(line)
        text = text[len(line) :].lstrip()
    return lines


def _leading(text: str, face: Face, size: int, width_max: float) -> str:
    """Take as many whole words as fit, or as much of the first as fits, a character at least."""
    taken = _advance(text[0], face, size)
    end = 1
    while end < len(text):
        taken += _advance(text[end], face, size)
        if taken > width_max:
            break
        end += 1
    if end == len(text) or text[end] == " ":
        return text[:end]
    return text[:end].rpartition(" ")[0] or text[:end]


def _shortened(line: str, face: Face, size: int, width_max: float) -> str:
    """Take words away, or characters of the only one, until an ellipsis fits after them."""
    return _leading(line, face, size, width_max - width(_ELLIPSIS, face, size)) + _ELLIPSIS


@lru_cache(maxsize=10_000)
def _advance(one: str, face: Face, size: int) -> float:
    """Give a wide character that the font may lack a whole square: another font may draw it."""
    square = size if unicodedata.east_asian_width(one) in "WF" else 0
    # At a size for pixels, strokes are moved to whole ones and the advance with them.
    pixels = font(face, size).getlength(one)
    return max(square, pixels, font(face, _EM).getlength(one) * size / _EM)
