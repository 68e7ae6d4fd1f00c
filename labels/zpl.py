"""Labels on rolls, for thermal printers: ZPL II as text, drawn by the printer itself."""

import re
from collections.abc import Sequence
from math import ceil
from typing import Final, NamedTuple

from labels.forms import DOTS_PER_INCH, ROLL_51, ROLL_57, ROLL_76, Form
from labels.layout import MODULE_MIN, Box, Label, Line, PlaceLabel, parts
from labels.qr import QUIET_ZONE_MODULES, extent_in_bytes
from labels.typesetting import Face, width

ROLLS: Final = {"51x25": ROLL_51, "57x32": ROLL_57, "76x51": ROLL_76}
"""By their width and height in millimetres; two, two and a quarter, and three inches wide."""

_MAGNIFICATION_MAX: Final = 10  # Older printers refuse more dots to a module.
_COMMANDS: Final = re.compile(r"[\^~_\\]")


class _Symbol(NamedTuple):
    """Where the printer draws the symbol, at which level, and how many dots to a module."""

    x: int
    y: int
    level: str
    module: int


def zpl(
    labels: Sequence[Label | PlaceLabel], form: Form, *, dots_per_inch: int, copies: int = 1
) -> bytes:
    """
    Write one format for each label, each printed *copies* times, in UTF-8.

    What an operator has set at the printer stays: darkness, speed, media, tear-off. Raises
    ``LinkTooLongError``.
    """
    return "".join(_format(label, form, dots_per_inch, copies) for label in labels).encode()


def _format(label: Label | PlaceLabel, form: Form, dots_per_inch: int, copies: int) -> str:
    across, down = (_dots(side, dots_per_inch) for side in (form.width, form.height))
    x, y, level, module = _symbol(label.link, form, dots_per_inch)
    fields = (
        # ^CI28 is UTF-8. Home and orientation may be left over from another program's label.
        f"^XA^CI28^PW{across}^LL{down}^LH0,0^FWN^PON",
        # Firmware lowers a symbol by the height last given for bars, ten dots if none was.
        f"^BY2,3,1^FO{x},{y}^BQN,2,{module}^FH^FD{level}A,{_field_data(label.link)}^FS",
        *(_field(part, form, dots_per_inch) for part in parts(label, form)),
        f"^PQ{copies}^XZ",
    )
    return "\n".join(fields) + "\n"


def _symbol(link: str, form: Form, dots_per_inch: int) -> _Symbol:
    """Leave room for the loosest packing: which one a printer takes is its own affair."""
    room = form.symbol_side * dots_per_inch // DOTS_PER_INCH
    module_min = ceil(MODULE_MIN * dots_per_inch / DOTS_PER_INCH)
    level, side = extent_in_bytes(link, room // module_min - 2 * QUIET_ZONE_MODULES)
    module = min(room // (side + 2 * QUIET_ZONE_MODULES), _MAGNIFICATION_MAX)
    margin = (room - side * module) // 2
    left = _dots(form.symbol_left, dots_per_inch)
    top = (_dots(form.height, dots_per_inch) - room) // 2
    return _Symbol(left + margin, top + margin, level, module)


def _field(part: Line | Box, form: Form, dots_per_inch: int) -> str:
    x, y = _dots(part.x, dots_per_inch), _dots(part.y, dots_per_inch)
    if isinstance(part, Box):
        across, down = _dots(part.width, dots_per_inch), _dots(part.height, dots_per_inch)
        return f"^FO{x},{y}^GB{across},{down},{down}^FS"
    size = _dots(_size(part, form.right - part.x), dots_per_inch)
    reverse = "^FR" if part.white else ""
    return f"^FT{x},{y}{reverse}^A0N,{size},{size}^FH^FD{_field_data(part.text)}^FS"


def _size(line: Line, room: int) -> int:
    """
    Set a line so that it fits in font 0, the one scalable font that every printer has.

    That is narrower than the fonts we measure by, but has no fixed width: a code of many Ws is
    wider in it than the same in ours.
    """
    return min(line.size, int(line.size * room / width(line.text, Face.PLAIN, line.size)))


def _field_data(text: str) -> str:
    """Write what a printer might take for a command or an escape as ^FH escapes."""
    return _COMMANDS.sub(lambda match: f"_{ord(match[0]):02X}", text)


def _dots(length: int, dots_per_inch: int) -> int:
    """Turn a length of the form into dots of the printer."""
    return round(length * dots_per_inch / DOTS_PER_INCH)
