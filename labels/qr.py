"""The QR symbol of a link, as modules and as one vector path (ISO/IEC 18004)."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from qrcode.constants import (  # type: ignore[import-untyped]  # ships no py.typed
    ERROR_CORRECT_H,
    ERROR_CORRECT_M,
    ERROR_CORRECT_Q,
)
from qrcode.exceptions import DataOverflowError  # type: ignore[import-untyped]  # the same
from qrcode.main import QRCode  # type: ignore[import-untyped]  # the same

Matrix: TypeAlias = Sequence[Sequence[bool]]
"""Rows of modules from the top, each from the left; ``True`` is dark. No quiet zone."""

QUIET_ZONE_MODULES: Final = 4
"""Light modules that must surround the symbol on each side (ISO/IEC 18004)."""

MODULES_MAX: Final = 177
"""A side of the largest symbol there is."""

_MASK: Final = 3
_CAPITALS_RUN_MIN: Final = 16  # The key and value of a GIAI, packed tighter than lower case.
_LEVELS: Final = (("H", ERROR_CORRECT_H), ("Q", ERROR_CORRECT_Q), ("M", ERROR_CORRECT_M))


class LinkTooLongError(ValueError):
    """A link needs more modules than there is room for at a size that scans."""


class Extent(NamedTuple):
    """The level of error correction, and the modules to a side."""

    level: str
    side: int


def matrix(link: str, side_max: int = MODULES_MAX) -> Matrix:
    """
    Draw the smallest symbol that holds *link* at the strongest level that *side_max* allows.

    That is H where there is room, else Q, else M. The same link always gives the same symbol.
    Why these levels and one mask for all: docs/adr/0004-qr-symbol.md. Raises
    ``LinkTooLongError``.
    """
    _, symbol = _fitted(link, side_max, _CAPITALS_RUN_MIN)
    symbol.make(fit=False)
    return tuple(tuple(module is True for module in row) for row in symbol.modules)


def extent_in_bytes(link: str, side_max: int) -> Extent:
    """
    Tell how large the symbol gets that packs nothing tighter than a byte.

    A printer that draws the symbol by itself may pack as it likes, but never looser than that.
    Raises ``LinkTooLongError``.
    """
    level, symbol = _fitted(link, side_max, 0)
    return Extent(level, _side(symbol.version))


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


def _fitted(link: str, side_max: int, run_min: int) -> tuple[str, QRCode]:
    """Fill a symbol, not yet drawn, at the strongest level at which it is small enough."""
    for name, level in _LEVELS:
        symbol = QRCode(error_correction=level, border=0, mask_pattern=_MASK)
        symbol.add_data(link, optimize=run_min)
        try:
            symbol.best_fit()
        except (DataOverflowError, ValueError):  # the latter for want of a version 41
            continue
        if _side(symbol.version) <= side_max:
            return name, symbol
    raise LinkTooLongError(
        f"too long a link for {side_max} modules to a side: {len(link)} characters"
    )


def _side(version: int) -> int:
    return 17 + 4 * version
