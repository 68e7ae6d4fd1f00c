"""A table as a file: CSV, and a workbook for whoever opens it in a spreadsheet. Pure.

The one writer of tables, so that none of them forgets that a spreadsheet takes text for formulae.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from typing import Any, Final, Literal, TypeAlias

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it has no types

from budget.statement_files import CSV, XLSX

Kind: TypeAlias = Literal["text", "number", "pence", "share", "day"]
Cell: TypeAlias = str | int | float | date | None
_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_FORMATS: Final[Mapping[Kind, str]] = {
    "text": "@",
    "number": "#,##0.##",
    "pence": "#,##0.00",
    "share": "0.0%",
    "day": "yyyy-mm-dd",
}
_PENCE: Final = "_pence"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its columns with what is in each, its rows, and what its figures mean.

    A column of pence is called so: a workbook has pounds in it and calls it pounds.
    """

    title: str
    columns: Mapping[str, Kind]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()


def csv_of(sheet: Sheet) -> bytes:
    """The rows below the names of their columns; whole pence, shares as fractions.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    written = StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(sheet.columns)
    rows.writerows(_plain(row) for row in sheet.rows)
    return written.getvalue().encode()


def _plain(row: Iterable[Cell]) -> list[Cell]:
    cells: list[Cell] = []
    for each in row:
        if isinstance(each, str):
            cells.append(neutral(each))
        elif isinstance(each, date):
            cells.append(each.isoformat())
        else:
            cells.append("" if each is None else each)
    return cells


def neutral(text: str) -> str:
    """A text that no spreadsheet works out."""
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text


def xlsx_of(sheet: Sheet) -> bytes:
    """A workbook: the table in pounds on its first sheet, what it means on its second."""
    file = BytesIO()
    # Nothing that was typed becomes a formula or a link.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with Workbook(file, plain) as book:
        _table(book, sheet)
        notes = book.add_worksheet("Definitions")
        notes.set_column(0, 0, 120)
        for line, text in enumerate(sheet.notes):
            notes.write_string(line, 0, text)
    return file.getvalue()


def _table(book: Workbook, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.title[:31])
    heads = [name.replace(_PENCE, "_pounds") for name in sheet.columns]
    kinds = list(sheet.columns.values())
    formats = {kind: book.add_format({"num_format": _FORMATS[kind]}) for kind in set(kinds)}
    page.write_row(0, 0, heads, book.add_format({"bold": True}))
    page.freeze_panes(1, 1)
    page.set_column(0, len(heads) - 1, 18)
    for line, row in enumerate(sheet.rows, 1):
        for column, (kind, each) in enumerate(zip(kinds, row, strict=True)):
            if each is not None:
                _write(page, (line, column), kind, each, formats[kind])


def _write(page: Any, at: tuple[int, int], kind: Kind, each: Cell, form: Any) -> None:
    if isinstance(each, str):
        page.write_string(*at, each)
    elif isinstance(each, date):
        page.write_datetime(*at, each, form)
    else:
        assert each is not None
        page.write_number(*at, each / 100 if kind == "pence" else each, form)


FILES: Final[Mapping[str, tuple[str, Callable[[Sheet], bytes]]]] = {
    "csv": (CSV, csv_of),
    "xlsx": (XLSX, xlsx_of),
}
"""By the ending of its name: the media type, and what makes it."""
