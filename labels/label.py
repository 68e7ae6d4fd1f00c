"""One label, 63.5 mm by 33.9 mm: a vector drawing for pages and print, or pixels."""

from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw

from labels.forms import DOTS_PER_INCH, SHEET_24
from labels.layout import Box, Label, Line, PlaceLabel, Symbol, parts, symbol, title
from labels.qr import dark_runs, path
from labels.typesetting import Face, font

WIDTH: Final = SHEET_24.width
HEIGHT: Final = SHEET_24.height
_LEFT: Final = SHEET_24.left
_COLUMN_VIEW: Final = f"{_LEFT} 0 {WIDTH - _LEFT} {HEIGHT}"
_FAMILIES: Final = {
    Face.PLAIN: "font-family=\"'DejaVu Sans',Verdana,Arial,sans-serif\"",
    Face.BOLD: 'font-family="\'DejaVu Sans\',Verdana,Arial,sans-serif" font-weight="bold"',
    Face.FIXED: 'font-family="\'DejaVu Sans Mono\',Consolas,monospace" font-weight="bold"',
}


def svg(label: Label | PlaceLabel) -> bytes:
    """
    Draw the label as an SVG document that needs nothing else, in UTF-8.

    Raises ``LinkTooLongError``.
    """
    shapes = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _svg_symbol(symbol(label.link, SHEET_24)),
        # A font wider than the ones measured is cut at the edge of its column, no sooner.
        f'<svg x="{_LEFT}" width="{WIDTH - _LEFT}" height="{HEIGHT}" viewBox="{_COLUMN_VIEW}">',
        *map(_svg_part, parts(label, SHEET_24)),
        "</svg>",
    ]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img"'
        f' width="{_mm(WIDTH)}mm" height="{_mm(HEIGHT)}mm" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"<title>{escape(title(label))}</title>{''.join(shapes)}</svg>"
    ).encode()


def png(label: Label | PlaceLabel) -> bytes:
    """
    Draw the label as a greyscale PNG of 750 by 400 pixels at 300 dots per inch.

    Raises ``LinkTooLongError``.
    """
    image = Image.new("L", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    for run in _runs(symbol(label.link, SHEET_24)):
        _png_box(draw, run)
    for part in parts(label, SHEET_24):
        if isinstance(part, Box):
            _png_box(draw, part)
        else:
            fill = "white" if part.white else "black"
            face = font(part.face, part.size)
            draw.text((part.x, part.y), part.text, fill, face, anchor="ls")
    out = BytesIO()
    image.save(out, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return out.getvalue()


def _runs(placed: Symbol) -> list[Box]:
    side = placed.module
    return [
        Box(placed.x + x * side, placed.y + y * side, length * side, side)
        for x, y, length in dark_runs(placed.modules)
    ]


def _svg_symbol(placed: Symbol) -> str:
    place = f"translate({placed.x} {placed.y}) scale({placed.module})"
    outline = path(placed.modules)
    return f'<path transform="{place}" shape-rendering="crispEdges" d="{outline}"/>'


def _svg_part(part: Line | Box) -> str:
    if isinstance(part, Box):
        return f'<rect x="{part.x}" y="{part.y}" width="{part.width}" height="{part.height}"/>'
    fill = ' fill="#fff"' if part.white else ""
    return (
        f'<text x="{part.x}" y="{part.y}" font-size="{part.size}" {_FAMILIES[part.face]}{fill}>'
        f"{escape(part.text)}</text>"
    )


def _png_box(draw: ImageDraw.ImageDraw, box: Box) -> None:
    corner = (box.x + box.width - 1, box.y + box.height - 1)
    draw.rectangle(((box.x, box.y), corner), fill="black")


def _mm(dots: int) -> float:
    return round(dots * 25.4 / DOTS_PER_INCH, 2)
