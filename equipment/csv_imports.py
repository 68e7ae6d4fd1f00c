"""What every CSV import shares: reading lines, and refusing the bad ones one by one. Pure."""

import csv
import hashlib
import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from budget.refusals import Fault, Wrong

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_MOST_LINES: Final = 200_000
# How far a forgotten quotation mark is looked for; an address has fewer lines.
_MOST_LINES_IN_A_RECORD: Final = 100
_LONG_FIELD: Final = f"It has a field of more than {csv.field_size_limit():,} characters."
# What a spreadsheet would run as a formula when the text is exported again one day.
_FORMULA: Final = re.compile(r"[\t\r]|\s*[=+@-]")


class Rejected(msgspec.Struct, frozen=True):
    """A line that was left out, and why; `line` is where it starts in the file, from 1."""

    line: int
    error: str


class Imported(msgspec.Struct, frozen=True):
    """What an import did, line by line."""

    created: int
    updated: int
    rejected: list[Rejected]


@dataclass(frozen=True, slots=True)
class Line:
    """One record: the physical line it starts on, and its known columns, trimmed."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as read: the known columns it has, its sound lines and the others.

    By its `digest`, whoever has the file can prove that this is it.
    """

    digest: str
    columns: tuple[str, ...]
    lines: list[Line]
    rejected: list[Rejected]


def read_table(
    content: str, *, required: Collection[str], optional: Collection[str], texts: Collection[str]
) -> Reading:
    """Read a file of comma-separated values whose first line names its columns.

    A cell of `texts` may not start as a formula. Unknown columns and blank lines are ignored.
    What was no UTF-8 is marked by surrogates and spoils its own line only. Raises Wrong, naming
    the column, where a required one is missing or a known one stands twice.
    """
    if max(content.count("\n"), content.count("\r")) > _MOST_LINES:
        raise Wrong([Fault("", f"The file has more than {_MOST_LINES} lines: send it in parts.")])
    lines = _LINE.findall(content.removeprefix("\ufeff"))
    records = (record for record in _records(lines) if not _is_blank(record[1]))
    _, header = next(records, (1, []))
    names = [name.strip().lower() for name in header] if isinstance(header, list) else []
    columns = _known_columns(names, required=required, optional=optional)
    file = content.encode("utf-8", "surrogateescape")
    reading = Reading(hashlib.sha256(file).hexdigest(), columns, [], [])
    for number, record in records:
        error = record if isinstance(record, str) else _record_error(names, record, texts)
        if error is not None:
            reading.rejected.append(Rejected(number, error))
            continue
        cells = {name: cell.strip() for name, cell in zip(names, record, strict=True)}
        reading.lines.append(Line(number, {name: cells[name] for name in columns}))
    return reading


def told(reading: Reading, imported: Imported) -> dict[str, object]:
    """What is said of an import for good: not the lines, which may be many and may name people."""
    return {
        "sha256": reading.digest,
        "columns": reading.columns,
        "created": imported.created,
        "updated": imported.updated,
        "rejected": len(imported.rejected),
    }


def _records(lines: Sequence[str]) -> Iterator[tuple[int, list[str] | str]]:
    """Each record with its first line's number; a text in its place says why it is none.

    After a fault the next physical line is a new start: one forgotten quotation mark does not
    swallow the lines that follow it.
    """
    at = 0
    while at < len(lines):
        within = range(at, min(at + _MOST_LINES_IN_A_RECORD, len(lines)))
        reader = csv.reader((lines[n] for n in within), strict=True)
        try:
            record: list[str] | str = next(reader)
            length = reader.line_num
        except csv.Error as error:
            long = "field limit" in str(error)
            record = _LONG_FIELD if long else "Its quotation marks do not match."
            length = 1
        yield at + 1, record
        at += length


def _is_blank(record: Sequence[str]) -> bool:
    return not any(cell.strip() for cell in record)


def _known_columns(
    names: Sequence[str], *, required: Collection[str], optional: Collection[str]
) -> tuple[str, ...]:
    missing = [Fault(name, "The column is missing.") for name in required if name not in names]
    known = [name for name in names if name in required or name in optional]
    twice = [
        Fault(name, "The column stands there twice.")
        for name in sorted(set(known))
        if known.count(name) > 1
    ]
    if missing or twice:
        raise Wrong([*missing, *twice])
    return tuple(known)


def _record_error(
    names: Sequence[str], record: Sequence[str], texts: Collection[str]
) -> str | None:
    if len(record) != len(names):
        return f"It has {len(record)} fields, the header {len(names)}."
    if any("\0" in cell for cell in record):
        return "It has a NUL character in it."
    if any("\ud800" <= mark <= "\udfff" for mark in itertools.chain.from_iterable(record)):
        return "It is not written in UTF-8."
    for name, cell in zip(names, record, strict=True):
        if name in texts and _FORMULA.match(cell):
            return f"{name}: Starts as a formula does, which a spreadsheet would run."
    return None
