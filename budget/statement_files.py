"""A statement as a file: CSV, and a workbook for whoever opens it in a spreadsheet."""

import csv
from collections.abc import Callable, Mapping
from datetime import datetime, time
from io import BytesIO, StringIO
from typing import Final

import msgspec
from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it has no types

from budget.statements import COLUMNS, Posted, Statement
from budget.years import LONDON

CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_of(statement: Statement) -> bytes:
    """The postings as CSV (RFC 4180), a row each below their names, each value as in JSON."""
    written = StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    rows.writerows([_plain(getattr(each, name)) for name in COLUMNS] for each in statement.postings)
    return written.getvalue().encode()


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else msgspec.to_builtins(value)


def xlsx_of(statement: Statement) -> bytes:
    """A workbook: the figures on its first sheet, the postings in pounds on its second."""
    file = BytesIO()
    # Nothing that was typed becomes a formula or a link.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with Workbook(file, plain) as book:
        # Else it would say when it was asked for: a closed one is the same however often it is.
        book.set_properties({"created": datetime.combine(statement.last, time())})
        _figures(book, statement)
        _postings(book, statement)
    return file.getvalue()


FILES: Final[Mapping[str, tuple[str, Callable[[Statement], bytes]]]] = {
    "csv": (CSV, csv_of),
    "xlsx": (XLSX, xlsx_of),
}
"""By the ending of its name: the media type, and what makes it."""


def _figures(book: Workbook, statement: Statement) -> None:
    sheet, money = book.add_worksheet("Statement"), book.add_format({"num_format": _MONEY})
    sheet.set_column(0, 1, 24)
    of = f"{statement.first:%-d %B %Y} to {statement.last:%-d %B %Y}"
    said = ((statement.name, statement.partner), (of, "closed" if statement.closed else "open"))
    for row, (left, right) in enumerate(said):
        sheet.write_string(row, 0, left)
        sheet.write_string(row, 1, right)
    for row, name in enumerate(("issues", "credits", "activity", "net"), len(said) + 1):
        sheet.write_string(row, 0, name.capitalize())
        sheet.write_number(row, 1, getattr(statement, f"{name}_pence") / 100, money)


_MONEY: Final = "#,##0.00"


def _postings(book: Workbook, statement: Statement) -> None:
    sheet = book.add_worksheet("Postings")
    money, day = book.add_format({"num_format": _MONEY}), book.add_format({"num_format": _DAY})
    moment = book.add_format({"num_format": f"{_DAY} hh:mm"})
    sheet.write_row(0, 0, _HEADS, book.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(_HEADS) - 1, 18)
    for row, each in enumerate(statement.postings, 1):
        sheet.write_datetime(row, 0, each.posted_on, day)
        # A spreadsheet knows no time zones.
        local = each.occurred_at.astimezone(LONDON).replace(tzinfo=None)
        sheet.write_datetime(row, 1, local, moment)
        sheet.write_string(row, 2, each.kind)
        sheet.write_number(row, 3, each.amount_pence / 100, money)
        for column, text in enumerate(_texts(each), 4):
            sheet.write_string(row, column, text)
        sheet.write_boolean(row, len(_HEADS) - 1, each.late)
    sheet.autofilter(0, 0, len(statement.postings), len(_HEADS) - 1)


_DAY: Final = "yyyy-mm-dd"
_HEADS: Final = tuple("amount" if name == "amount_pence" else name for name in COLUMNS)


def _texts(posted: Posted) -> list[str]:
    texts = (posted.item, posted.movement, posted.order, posted.visit, posted.description)
    return ["" if each is None else str(each) for each in texts]
