"""Sheets of A4 that are sold cut into labels."""

from dataclasses import dataclass
from typing import Final

from labels.forms import SHEET_24, SHEET_65, Form

WIDTH_MM: Final = 210
HEIGHT_MM: Final = 297


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """How A4 is cut, in millimetres; opposite margins are equal, and rows touch."""

    form: Form
    columns: int
    rows: int
    cell_width_mm: float
    cell_height_mm: float
    gap_mm: float
    """Between columns."""

    @property
    def cells(self) -> int:
        """How many labels a sheet has."""
        return self.columns * self.rows

    def corner(self, cell: int) -> tuple[float, float]:
        """Measure from the paper's upper left corner to a cell's; cells count from 0, by rows."""
        row, column = divmod(cell, self.columns)
        pitch = self.cell_width_mm + self.gap_mm
        left = (WIDTH_MM - self.columns * pitch + self.gap_mm) / 2
        top = (HEIGHT_MM - self.rows * self.cell_height_mm) / 2
        return left + column * pitch, top + row * self.cell_height_mm


SHEETS: Final = {
    # Avery L7159 and its like.
    "a4-24": Sheet(
        form=SHEET_24, columns=3, rows=8, cell_width_mm=63.5, cell_height_mm=33.9, gap_mm=2.54
    ),
    # Avery L7651 and its like.
    "a4-65": Sheet(
        form=SHEET_65, columns=5, rows=13, cell_width_mm=38.1, cell_height_mm=21.2, gap_mm=2.54
    ),
}
"""The sheets that a request can name."""
