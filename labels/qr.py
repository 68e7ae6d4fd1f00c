"""The QR symbol of a link, as modules and as one vector path (ISO/IEC 18004)."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from qrcode.constants import ERROR_CORRECT_H  # type: ignore[import-untyped]  # ships no py.typed
from qrcode.main import QRCode  # type: ignore[import-untyped]  # the same

Matrix: TypeAlias = Sequence[Sequence[bool]]
"""Rows of modules from the top, each from the left; ``True`` is dark. No quiet zone."""

QUIET_ZONE_MODULES: Final = 4
"""Light modules that must surround the symbol on each side (ISO/IEC 18004)."""

_MASK: Final = 3
_CAPITALS_RUN_MIN: Final = 16  # The key and value of a GIAI, packed tighter than lower case.


def matrix(link: str) -> Matrix:
    """
    Draw the smallest symbol that holds *link* at error correction level H.

    The same link always gives the same symbol. Why level H and one mask for all:
    docs/adr/0004-qr-symbol.md. Raises ``ValueError`` for a link that no symbol holds.
    """
    symbol = QRCode(error_correction=ERROR_CORRECT_H, border=0, mask_pattern=_MASK)
    symbol.add_data(link, optimize=_CAPITALS_RUN_MIN)
    symbol.make()
    return tuple(tuple(module is True for module in row) for row in symbol.modules)


def path(modules: Matrix) -> str:
    """
    Outline the dark modules as the data of one SVG path, a module to the unit.

    A run of dark modules in a row is one rectangle, so that no hairline parts it.
    """
    return "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in dark_runs(modules))


def dark_runs(modules: Matrix) -> Iterator[tuple[int, int, int]]:
    """Yield column, row and length of each run of dark modules, top to bottom, left to right."""
    for y, row in enumerate(modules):
        start = None
        for x, dark in enumerate([*row, False]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                yield start, y, x - start
                start = None
