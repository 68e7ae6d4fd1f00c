"""
A plain interpreter of the ZPL II that we emit, by the ZPL II Programming Guide.

It knows the commands we use and fails on any other, so that a text that broke out of its field
would be seen. Text is drawn in a font wider than the printer's own.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

import zxingcpp
from PIL import Image, ImageChops, ImageDraw

from labels.typesetting import Face, font

_COMMAND: Final = re.compile(
    r"(?P<name>[\^~](?:A[0-9A-Z]|[A-Z]{2}))(?P<rest>[^\^~]*)", re.DOTALL | re.ASCII
)
_ALWAYS: Final = {
    "^XA": "",
    "^XZ": "",
    "^CI": "28",  # UTF-8
    "^LH": "0,0",
    "^FW": "N",
    "^PO": "N",
    "^FH": "",  # the sign of an escape is the underscore
}
"""What may follow a command that we only ever give in one way."""
Packing = Literal["tight", "loose"]
"""Of a symbol: by kinds of character, or nothing but bytes. A printer may do either."""


@dataclass
class Printed:
    """One format as it was printed."""

    image: Image.Image
    copies: int = 1
    texts: list[str] = field(default_factory=list)
    symbols: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Left, top, side and dots to a module of each, without the quiet zone."""
    commands: list[str] = field(default_factory=list)


@dataclass
class _Field:
    """What has been said of a field that has not ended."""

    x: int = 0
    y: int = 0
    kind: str = ""
    size: int = 0
    escaped: bool = False
    reverse: bool = False
    baseline: bool = False
    data: str = ""
    box: tuple[int, int] = (0, 0)


def printed(document: bytes, packing: Packing = "tight") -> list[Printed]:
    """Print a document, which must be formats and nothing between them."""
    text = document.decode()
    assert re.fullmatch(r"(?:\^XA.*?\^XZ\s*)*", text, re.DOTALL)
    return [_print(each, packing) for each in re.findall(r"\^XA.*?\^XZ", text, re.DOTALL)]


def _print(format_: str, packing: Packing) -> Printed:  # noqa: C901, PLR0912 - one case a command
    page = Printed(Image.new("L", (0, 0), "white"))
    current, bar_height, width = _Field(), 10, 0
    assert "".join(match[0] for match in _COMMAND.finditer(format_)) == format_
    for match in _COMMAND.finditer(format_):
        name, rest = match["name"], match["rest"]
        rest = rest if name == "^FD" else rest.strip()
        page.commands.append(name)
        assert _ALWAYS.get(name, rest) == rest
        match name:
            case "^PW":
                width = int(rest)
            case "^LL":
                page.image = Image.new("L", (width, int(rest)), "white")
            case "^BY":
                bar_height = _numbers(rest)[2]
            case "^PQ":
                page.copies = int(rest)
            case "^FO" | "^FT":
                current.x, current.y = _numbers(rest)
                current.baseline = name == "^FT"
            case "^A0":
                orientation, height, across = rest.split(",")
                assert (orientation, height) == ("N", across)
                current.kind, current.size = "text", int(height)
            case "^BQ":
                orientation, model, module = rest.split(",")
                assert (orientation, model) == ("N", "2")
                assert 1 <= int(module) <= 10
                current.kind, current.size = "symbol", int(module)
            case "^GB":
                across, down, thick = _numbers(rest)
                assert thick == down  # filled
                current.kind, current.box = "box", (across, down)
            case "^FH":
                current.escaped = True
            case "^FR":
                current.reverse = True
            case "^FD":
                current.data = _unescaped(rest) if current.escaped else rest
            case "^FS":
                _end(page, current, bar_height, packing)
                current = _Field()
            case _:
                assert name in _ALWAYS, f"a command that we never send: {name}"
    return page


def _numbers(rest: str) -> list[int]:
    return [int(number) for number in rest.split(",")]


def _unescaped(data: str) -> str:
    """Undo ^FH: two hexadecimal digits a byte, in the character set of ^CI."""
    raw = re.sub(rb"_([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), data.encode())
    return raw.decode()


def _end(page: Printed, field_: _Field, bar_height: int, packing: Packing) -> None:
    match field_.kind:
        case "box":
            across, down = field_.box
            corner = (field_.x + across - 1, field_.y + down - 1)
            ImageDraw.Draw(page.image).rectangle(((field_.x, field_.y), corner), fill="black")
        case "symbol":
            assert not field_.baseline
            _symbol(page, field_, field_.y + bar_height, packing)
        case "text":
            assert field_.baseline
            page.texts.append(field_.data)
            ink = Image.new("L", page.image.size, "black")
            face = font(Face.PLAIN, field_.size)
            ImageDraw.Draw(ink).text((field_.x, field_.y), field_.data, "white", face, anchor="ls")
            ink = ink.point(lambda level: 255 if level > 127 else 0)
            if field_.reverse:
                page.image = ImageChops.difference(page.image, ink)
            else:
                page.image = ImageChops.subtract(page.image, ink)
        case _:
            raise AssertionError("a field without a kind")


def _symbol(page: Printed, field_: _Field, top: int, packing: Packing) -> None:
    level, comma, data = field_.data[:2], field_.data[2], field_.data[3:]
    assert (level[1], comma) == ("A", ",")  # the printer packs as it likes
    content = data if packing == "tight" else data.encode()
    symbol = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level=level[0])
    drawn = Image.fromarray(symbol.to_image(scale=field_.size, add_quiet_zones=False))
    assert field_.x + drawn.width <= page.image.width
    assert top + drawn.height <= page.image.height
    page.image.paste(drawn, (field_.x, top))
    page.symbols.append((field_.x, top, drawn.width, field_.size))
