"""One item's label, 63.5 mm by 33.9 mm: a vector drawing for pages and print, or pixels."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw

from labels.code import shown
from labels.qr import QUIET_ZONE_MODULES, Matrix, dark_runs, matrix, path
from labels.typesetting import Face, clean, fit, font, width


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What stands on a label. The service's telephone number may be empty."""

    link: str
    code: str
    product_name: str
    service_name: str
    service_phone: str
    max_user_kg: int | None


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text: the left end of its baseline, and the em, in dots."""

    x: int
    y: int
    size: int
    face: Face
    text: str
    white: bool = False


@dataclass(frozen=True, slots=True)
class _Box:
    """A filled rectangle, in dots."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Symbol:
    """Where the symbol's first module is, and the whole number of dots to a module."""

    modules: Matrix
    x: int
    y: int
    module: int


# All lengths are dots of 1/300 inch, so that modules fall on whole pixels of the PNG and of most
# printers, and the two formats show one layout. The size is that of 24 labels to a sheet of A4.
DOTS_PER_INCH: Final = 300
WIDTH: Final = 750
HEIGHT: Final = 400
_MODULE_MIN: Final = 5  # 0.42 mm: docs/adr/0004-qr-symbol.md.
_SYMBOL_SIDE: Final = 360  # With its quiet zone.
_SYMBOL_LEFT: Final = 8
_LEFT: Final = 376
_RIGHT: Final = 728
_TOP: Final = 28
_BOTTOM: Final = 372
_COLUMN: Final = _RIGHT - _LEFT
_COLUMN_VIEW: Final = f"{_LEFT} 0 {WIDTH - _LEFT} {HEIGHT}"
# Ems, each with the lines there is room for: the first at which all of a text fits is taken.
_NAME_SIZES: Final = ((32, 2), (27, 3), (22, 4))
_SERVICE_SIZES: Final = ((24, 2), (20, 3))
_PHONE_SIZES: Final = ((38, 1), (30, 1), (24, 1), (18, 2))
_HINT: Final = "To give it back, scan or ring"
_HINT_NO_PHONE: Final = "To give it back, scan the code"
_HINT_SIZES: Final = ((22, 1),)

_FAMILIES: Final = {
    Face.PLAIN: "font-family=\"'DejaVu Sans',Verdana,Arial,sans-serif\"",
    Face.BOLD: 'font-family="\'DejaVu Sans\',Verdana,Arial,sans-serif" font-weight="bold"',
    Face.FIXED: 'font-family="\'DejaVu Sans Mono\',Consolas,monospace" font-weight="bold"',
}


def svg(label: Label) -> bytes:
    """
    Draw the label as an SVG document that needs nothing else, in UTF-8.

    Raises ``ValueError`` for a link that no label of this size can hold in a symbol that scans.
    """
    symbol = _symbol(label.link)
    shapes = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _svg_symbol(symbol),
        # A font wider than the ones measured is cut at the edge of its column, no sooner.
        f'<svg x="{_LEFT}" width="{WIDTH - _LEFT}" height="{HEIGHT}" viewBox="{_COLUMN_VIEW}">',
        *map(_svg_part, _parts(label)),
        "</svg>",
    ]
    title = f"{shown(label.code)} {clean(label.product_name)}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img"'
        f' width="{_mm(WIDTH)}mm" height="{_mm(HEIGHT)}mm" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"<title>{escape(title)}</title>{''.join(shapes)}</svg>"
    ).encode()


def png(label: Label) -> bytes:
    """
    Draw the label as a greyscale PNG of 750 by 400 pixels at 300 dots per inch.

    Raises ``ValueError`` for a link that no label of this size can hold in a symbol that scans.
    """
    image = Image.new("L", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    symbol = _symbol(label.link)
    for x, y, length in dark_runs(symbol.modules):
        run = _Box(
            symbol.x + x * symbol.module,
            symbol.y + y * symbol.module,
            length * symbol.module,
            symbol.module,
        )
        _png_box(draw, run)
    for part in _parts(label):
        if isinstance(part, _Box):
            _png_box(draw, part)
        else:
            fill = "white" if part.white else "black"
            face = font(part.face, part.size)
            draw.text((part.x, part.y), part.text, fill, face, anchor="ls")
    out = BytesIO()
    image.save(out, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return out.getvalue()


def _symbol(link: str) -> _Symbol:
    modules = matrix(link)
    side = len(modules) + 2 * QUIET_ZONE_MODULES
    module = _SYMBOL_SIDE // side
    if module < _MODULE_MIN:
        raise ValueError(f"too long a link for a label that scans: {len(link)} characters")
    margin = (_SYMBOL_SIDE - len(modules) * module) // 2
    return _Symbol(modules, _SYMBOL_LEFT + margin, (HEIGHT - _SYMBOL_SIDE) // 2 + margin, module)


def _parts(label: Label) -> Iterator[_Line | _Box]:
    """Set the column beside the symbol: what the item is from the top, whose from the bottom."""
    baseline = _TOP + 47
    yield _Line(_LEFT, baseline, 64, Face.FIXED, shown(label.code))
    baseline += 8
    for size, line in fit(label.product_name, Face.BOLD, _NAME_SIZES, _COLUMN):
        baseline += size * 6 // 5
        yield _Line(_LEFT, baseline, size, Face.BOLD, line)
    if label.max_user_kg is not None:
        yield from _load(baseline + 12, f"{label.max_user_kg} kg")
    yield from _service(label)


def _load(top: int, load: str) -> Iterator[_Line | _Box]:
    box = _Box(_LEFT, top, round(width(load, Face.BOLD, 34)) + 24, 42)
    yield box
    yield _Line(box.x + 12, top + 33, 34, Face.BOLD, load, white=True)
    for row, text in enumerate(("Safe working", "load")):
        yield _Line(box.x + box.width + 10, top + 17 + 21 * row, 19, Face.PLAIN, text)


def _service(label: Label) -> Iterator[_Line]:
    hint = _HINT if label.service_phone.strip() else _HINT_NO_PHONE
    baseline = _BOTTOM
    for text, face, sizes, gap in (
        (label.service_phone, Face.BOLD, _PHONE_SIZES, 4),
        (hint, Face.PLAIN, _HINT_SIZES, 2),
        (label.service_name, Face.PLAIN, _SERVICE_SIZES, 0),
    ):
        for size, line in reversed(fit(text, face, sizes, _COLUMN)):
            yield _Line(_LEFT, baseline, size, face, line)
            baseline -= size * 11 // 10
        baseline -= gap


def _svg_symbol(symbol: _Symbol) -> str:
    place = f"translate({symbol.x} {symbol.y}) scale({symbol.module})"
    outline = path(symbol.modules)
    return f'<path transform="{place}" shape-rendering="crispEdges" d="{outline}"/>'


def _svg_part(part: _Line | _Box) -> str:
    if isinstance(part, _Box):
        return f'<rect x="{part.x}" y="{part.y}" width="{part.width}" height="{part.height}"/>'
    fill = ' fill="#fff"' if part.white else ""
    return (
        f'<text x="{part.x}" y="{part.y}" font-size="{part.size}" {_FAMILIES[part.face]}{fill}>'
        f"{escape(part.text)}</text>"
    )


def _png_box(draw: ImageDraw.ImageDraw, box: _Box) -> None:
    corner = (box.x + box.width - 1, box.y + box.height - 1)
    draw.rectangle(((box.x, box.y), corner), fill="black")


def _mm(dots: int) -> float:
    return round(dots * 25.4 / DOTS_PER_INCH, 2)
