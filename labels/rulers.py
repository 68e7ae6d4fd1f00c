"""What a test print adds to a sheet: outlines and rulers to hold against paper and labels."""

from collections.abc import Collection
from typing import Final

from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]  # ships no py.typed

from labels.paper import HEIGHT_MM, WIDTH_MM, Sheet
from labels.typesetting import Face

_POINTS_PER_MM: Final = 72 / 25.4
_ACROSS_MM: Final = 180
_DOWN_MM: Final = 250
_HINTS: Final = (
    "Test print: on plain paper, at 100% (“actual size”), not fitted to the page. Hold it against"
    " a sheet of labels.\n"
    "Both rulers must measure true, and every outline must meet its label. The number in a cell is"
    " where to start on a part-used sheet."
)


def draw_rulers(canvas: Canvas, sheet: Sheet, taken: Collection[int]) -> None:
    """
    Outline every cell, number those not *taken* from 1, and draw a ruler each way.

    Rulers keep to the margin and to the gap between columns, so that no label is drawn upon.
    The fonts must have been registered by the names of the faces.
    """
    canvas.saveState()
    canvas.translate(0, HEIGHT_MM * _POINTS_PER_MM)
    canvas.scale(_POINTS_PER_MM, _POINTS_PER_MM)
    canvas.setLineWidth(0.1)
    for cell in range(sheet.cells):
        left, top = sheet.corner(cell)
        height = sheet.cell_height_mm
        canvas.rect(left, -top - height, sheet.cell_width_mm, height)
        if cell not in taken:
            _number(canvas, sheet, cell)
    _across(canvas, sheet.corner(0)[1] - 1)
    _down(canvas, sheet.corner(1)[0] - sheet.gap_mm)
    _hints(canvas, sheet.corner(0)[1])
    canvas.restoreState()


def _number(canvas: Canvas, sheet: Sheet, cell: int) -> None:
    left, top = sheet.corner(cell)
    size = sheet.cell_height_mm / 3
    canvas.setFont(Face.BOLD.name, size)
    canvas.setFillGray(0.7)
    middle = top + sheet.cell_height_mm / 2 + size * 0.36
    canvas.drawCentredString(left + sheet.cell_width_mm / 2, -middle, str(cell + 1))
    canvas.setFillGray(0)


def _across(canvas: Canvas, top: float) -> None:
    """Rule the margin above the cells, along a line at *top*, numbered in centimetres."""
    left = (WIDTH_MM - _ACROSS_MM) / 2
    canvas.setFont(Face.PLAIN.name, 1.8)
    canvas.line(left, -top, left + _ACROSS_MM, -top)
    for step in range(_ACROSS_MM + 1):
        canvas.line(left + step, -top, left + step, _tick(step) * 2 - top)
        if step % 10 == 0:
            canvas.drawCentredString(
                left + step, 2.6 - top, f"{step} mm" if not step else str(step)
            )


def _down(canvas: Canvas, left: float) -> None:
    """Rule the gap between the first two columns; its numbers read from the right."""
    top = (HEIGHT_MM - _DOWN_MM) / 2
    canvas.setFont(Face.PLAIN.name, 1.3)
    for step in range(_DOWN_MM + 1):
        canvas.line(left, -top - step, left + _tick(step), -top - step)
        if step % 10 == 0:
            canvas.saveState()
            canvas.translate(left + 1.3, -top - step)
            canvas.rotate(-90)
            canvas.drawCentredString(0, 0, str(step))
            canvas.restoreState()


def _tick(step: int) -> float:
    """The length of a millimetre's stroke."""
    return 1.1 if step % 10 == 0 else 0.8 if step % 5 == 0 else 0.5


def _hints(canvas: Canvas, margin: float) -> None:
    canvas.setFont(Face.PLAIN.name, 2.2)
    for row, hint in enumerate(_HINTS.splitlines()):
        canvas.drawCentredString(WIDTH_MM / 2, margin - 3.2 - 3 * row - HEIGHT_MM, hint)
