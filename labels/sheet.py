"""Labels on sheets of A4: a PDF in vectors, at the very size of the paper."""

from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO
from itertools import islice
from threading import Lock
from typing import Final

from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]  # ships no py.typed
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]  # the same
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]  # the same

from labels.forms import DOTS_PER_INCH, Form
from labels.layout import Box, Label, Line, PlaceLabel, Symbol, parts, symbol
from labels.paper import HEIGHT_MM, WIDTH_MM, Sheet
from labels.qr import dark_runs
from labels.rulers import draw_rulers
from labels.typesetting import FONTS, Face

_POINTS_PER_DOT: Final = 72 / DOTS_PER_INCH
_POINTS_PER_MM: Final = 72 / 25.4

# reportlab keeps fonts for the whole process, and asks that one is never used for two documents
# at once: it reads each with a single position in its file.
ONE_AT_A_TIME: Final = Lock()
"""Whoever draws a document holds it."""


def pdf(
    labels: Sequence[Label | PlaceLabel],
    sheet: Sheet,
    *,
    start: int = 1,
    copies: int = 1,
    test: bool = False,
) -> bytes:
    """
    Draw sheets of labels, each *copies* times, from cell *start* of the first sheet on.

    Cells count from 1, by rows. With *test*, outlines and rulers show whether the printer keeps
    to size; then there may be no labels. Equal arguments give equal documents. Raises
    ``LinkTooLongError``.
    """
    assert 1 <= start <= sheet.cells
    assert labels or test
    cells = _cells(labels, sheet.form, start, copies)
    out = BytesIO()
    with ONE_AT_A_TIME:
        canvas = _canvas(out)
        for _ in range(pages(len(labels) * copies, sheet, start)):
            page = list(islice(cells, sheet.cells))
            if test:
                draw_rulers(canvas, sheet, {n for n, each in enumerate(page) if each is not None})
            for cell, drawing in enumerate(page):
                if drawing is not None:
                    _draw(canvas, sheet, cell, drawing)
            canvas.showPage()
        canvas.save()
    return out.getvalue()


def pages(count: int, sheet: Sheet, start: int) -> int:
    """Count the sheets that so many labels take; a test print without any takes one."""
    return max(1, -(-(start - 1 + count) // sheet.cells))


_Drawing = tuple[str, list[Line | Box]]
"""The symbol as PDF operators, and all else."""


def _cells(
    labels: Sequence[Label | PlaceLabel], form: Form, start: int, copies: int
) -> Iterator[_Drawing | None]:
    """Lay out each label once, after the cells that are used up."""
    yield from [None] * (start - 1)
    for label in labels:
        drawing = _operators(symbol(label.link, form)), list(parts(label, form))
        for _ in range(copies):
            yield drawing


def _canvas(out: BytesIO) -> Canvas:
    register_fonts()
    size = (WIDTH_MM * _POINTS_PER_MM, HEIGHT_MM * _POINTS_PER_MM)
    canvas = Canvas(
        out,
        pagesize=size,
        pageCompression=1,
        invariant=1,  # no clock: equal labels, equal bytes
        initialFontName=Face.PLAIN.name,  # its own first choice would not be embedded
        lang="en-GB",
    )
    canvas.setTitle("Labels")
    canvas.setAuthor("Kitback")
    # Viewers fit a page to the paper unless they are asked not to, and labels drift.
    canvas.setViewerPreference("PrintScaling", "None")
    return canvas


@cache
def register_fonts() -> None:
    """Make our fonts known to reportlab, once; whoever draws holds ONE_AT_A_TIME."""
    for face in Face:
        font = TTFont(face.name, FONTS / face.value, asciiReadable=False, shapable=False)
        pdfmetrics.registerFont(font)


def _draw(canvas: Canvas, sheet: Sheet, cell: int, drawing: _Drawing) -> None:
    left, top = sheet.corner(cell)
    # A cell is a fraction of a dot larger than the label: half of it at each side.
    x = (left + sheet.cell_width_mm / 2) * _POINTS_PER_MM
    y = (HEIGHT_MM - top - sheet.cell_height_mm / 2) * _POINTS_PER_MM
    canvas.saveState()
    canvas.translate(
        x - sheet.form.width / 2 * _POINTS_PER_DOT, y + sheet.form.height / 2 * _POINTS_PER_DOT
    )
    canvas.scale(_POINTS_PER_DOT, _POINTS_PER_DOT)
    operators, rest = drawing
    canvas.addLiteral(operators)
    for part in rest:
        _draw_part(canvas, part)
    canvas.restoreState()


def _draw_part(canvas: Canvas, part: Line | Box) -> None:
    if isinstance(part, Box):
        canvas.rect(part.x, -part.y - part.height, part.width, part.height, stroke=0, fill=1)
        return
    if part.white:
        canvas.setFillGray(1)
    canvas.setFont(part.face.name, part.size)
    canvas.drawString(part.x, -part.y, part.text)
    if part.white:
        canvas.setFillGray(0)


def _operators(placed: Symbol) -> str:
    """One path of all dark runs: filled at once, no hairline parts them."""
    side = placed.module
    runs = " ".join(f"{x} {y} {length} 1 re" for x, y, length in dark_runs(placed.modules))
    return f"q {side} 0 0 {-side} {placed.x} {-placed.y} cm {runs} f Q"
