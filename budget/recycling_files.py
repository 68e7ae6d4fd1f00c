"""The recycling figures as a file: CSV, and a workbook for whoever opens it in a spreadsheet."""

import csv
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO, StringIO
from typing import Final

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it has no types

from budget.recycling import DEFINITION, KINDS, Report, Row
from budget.statement_files import CSV, XLSX

_RATES: Final = ("recycling", "returned_ratio", "reuse_share")
_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
HEADS: Final = (
    "key",
    *(f"{kind}_{unit}" for kind in KINDS for unit in ("units", "pence")),
    *(f"{rate}_{unit}" for rate in _RATES for unit in ("units", "pence")),
)


def csv_of(report: Report) -> bytes:
    """A row for each key, the total last with an empty one; whole pence, rates as fractions.

    A key that a spreadsheet would take for a formula has an apostrophe before it.
    """
    written = StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(HEADS)
    for row in (*report.rows, report.total):
        cells = list(_cells(row))
        rows.writerow([_neutral(row.key or ""), *("" if each is None else each for each in cells)])
    return written.getvalue().encode()


def _neutral(text: str) -> str:
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text


def _cells(row: Row) -> Iterator[float | None]:
    for kind in KINDS:
        count = getattr(row, kind)
        yield None if count is None else count.units
        yield None if count is None else count.pence
    for name in _RATES:
        rate = getattr(row.rates, name)
        yield rate.units
        yield rate.pence


def xlsx_of(report: Report) -> bytes:
    """A workbook: the figures in pounds on its first sheet, what they mean on its second."""
    file = BytesIO()
    # Nothing that was typed becomes a formula or a link.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with Workbook(file, plain) as book:
        _figures(book, report)
        sheet = book.add_worksheet("Definitions")
        sheet.set_column(0, 0, 120)
        days = f"{report.first:%-d %B %Y} to {report.last:%-d %B %Y}, both included"
        products = "Reusable products" if report.scope == "reusable" else "All products"
        for line, text in enumerate((days, f"By {report.by}", products, DEFINITION)):
            sheet.write_string(line, 0, text)
    return file.getvalue()


def _figures(book: Workbook, report: Report) -> None:
    sheet = book.add_worksheet("Recycling")
    money = book.add_format({"num_format": "#,##0.00"})
    share = book.add_format({"num_format": "0.0%"})
    heads = [head.replace("_pence", "_pounds") for head in HEADS]
    sheet.write_row(0, 0, heads, book.add_format({"bold": True}))
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(HEADS) - 1, 18)
    for line, row in enumerate((*report.rows, report.total), 1):
        sheet.write_string(line, 0, row.key or ("Total" if row is report.total else ""))
        for column, value in enumerate(_cells(row), 1):
            if value is None:
                continue
            if column > 2 * len(KINDS):
                sheet.write_number(line, column, value, share)
            elif column % 2:
                sheet.write_number(line, column, value)
            else:
                sheet.write_number(line, column, value / 100, money)


FILES: Final[Mapping[str, tuple[str, Callable[[Report], bytes]]]] = {
    "csv": (CSV, csv_of),
    "xlsx": (XLSX, xlsx_of),
}
"""By the ending of its name: the media type, and what makes it."""
