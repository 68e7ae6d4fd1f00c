"""Lines of text that keep within a width, measured in the fonts that lie beside this file."""

import unicodedata
from collections.abc import Sequence
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Final

from PIL import ImageFont

_FONTS: Final = Path(__file__).parent / "fonts"
_ELLIPSIS: Final = "…"


class Face(Enum):
    """A font of the DejaVu family, by its file: free, and wide in coverage."""

    PLAIN = "DejaVuSans.ttf"
    BOLD = "DejaVuSans-Bold.ttf"
    FIXED = "DejaVuSansMono-Bold.ttf"


def fit(
    text: str, face: Face, sizes: Sequence[tuple[int, int]], width_max: float
) -> list[tuple[int, str]]:
    """
    Break *text* into lines of at most *width_max*, each with the size at which it is set.

    *sizes* are pairs of a size and the number of lines there is room for. The first that holds
    all of the text is taken; else the last, cut with an ellipsis. Lines break at spaces, within
    a word only where the word alone is too wide. A blank text has no lines. Sizes and widths
    have one unit, whatever it is.
    """
    for size, lines_max in sizes:
        lines = _wrapped(clean(text), face, size, width_max)
        if len(lines) <= lines_max:
            return [(size, line) for line in lines]
    *whole, last = lines[:lines_max]
    return [(size, line) for line in [*whole, _shortened(last, face, size, width_max)]]


def width(text: str, face: Face, size: int) -> float:
    """Measure a line, giving wide characters that the font may lack a whole square each."""
    wide = [one for one in text if unicodedata.east_asian_width(one) in "WF"]
    missing = sum(max(0.0, size - font(face, size).getlength(one)) for one in wide)
    return font(face, size).getlength(text) + missing


def clean(text: str) -> str:
    """Make one line of printable characters, so that nothing else gets into a document."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


@cache
def font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """Load a font at so many pixels to the em; plain layout, the same on every machine."""
    return ImageFont.truetype(str(_FONTS / face.value), size, layout_engine=ImageFont.Layout.BASIC)


def _wrapped(text: str, face: Face, size: int, width_max: float) -> list[str]:
    lines = []
    while text:
        line = _leading(text, face, size, width_max)
        lines.append(line)
        text = text[len(line) :].lstrip()
    return lines


def _leading(text: str, face: Face, size: int, width_max: float) -> str:
    """Take as many whole words as fit, or as much of the first as fits, a character at least."""
    end = 1
    while end < len(text) and width(text[: end + 1], face, size) <= width_max:
        end += 1
    if end == len(text) or text[end] == " ":
        return text[:end]
    return text[:end].rpartition(" ")[0] or text[:end]


def _shortened(line: str, face: Face, size: int, width_max: float) -> str:
    """Take words away, or characters of the only one, until an ellipsis fits after them."""
    return _leading(line, face, size, width_max - width(_ELLIPSIS, face, size)) + _ELLIPSIS
