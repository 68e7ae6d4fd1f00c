"""Files of postcodes as they come: OS Code-Point Open, and the ONS Postcode Directory (ONSPD).

Code-Point Open is a folder of CSV files without headings, one for each area, with easting and
northing in the third and fourth column. ONSPD is one with headings; ended postcodes are in it, too,
and are read: people's old addresses have them. Either may be a ZIP file as it was downloaded.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from equipment.grid import Point
from equipment.postcodes import normal_postcode

EASTING_MAX: Final = 800_000
NORTHING_MAX: Final = 1_400_000
_CODE_POINT_COLUMNS: Final = 4
_LINE_BYTES_MAX: Final = 10_000
_NUMBER: Final = re.compile(r"[0-9]{1,7}")
_NAMES: Final = ("pcds", "pcd")
_EAST, _NORTH = ("oseast1m", "east1m"), ("osnrth1m", "north1m")


class PostcodeFileError(Exception):
    """The file is of neither kind; the message says which one, in one line."""


def read(path: Path) -> Iterator[tuple[str, Point] | None]:
    """The postcodes of a file or folder, each with its point, or None for one that has none.

    Northern Ireland lies on a grid of its own, so its postcodes have none here. Raises
    PostcodeFileError, OSError.
    """
    if path.is_dir():
        files = sorted(path.rglob("*.csv"))
        if not files:
            raise PostcodeFileError(f"{path}: there is no CSV file in it")
        for file in files:
            yield from read(file)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from _of_archive(path, archive)
    else:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            yield from _of_lines(f"{path}", lines)


def _of_archive(path: Path, archive: zipfile.ZipFile) -> Iterator[tuple[str, Point] | None]:
    """The files of data in a download; those that explain the codes in it are beside them."""
    names = [
        name
        for name in sorted(archive.namelist())
        if name.lower().endswith(".csv") and "data/" in f"/{name.lower()}" and "multi" not in name
    ]
    if not names:
        raise PostcodeFileError(f"{path}: there is no CSV file in a folder Data in it")
    for name in names:
        with archive.open(name) as content:
            lines = io.TextIOWrapper(content, encoding="utf-8-sig", errors="replace", newline="")
            yield from _of_lines(f"{path}: {name}", lines)


def _of_lines(where: str, lines: Iterable[str]) -> Iterator[tuple[str, Point] | None]:
    rows = csv.reader(line[:_LINE_BYTES_MAX] for line in lines)
    first = next(rows, [])
    columns = _columns(first)
    if columns is None:
        raise PostcodeFileError(f"{where}: it is neither Code-Point Open nor ONSPD")
    if normal_postcode(first[columns[0]]) is not None:
        yield _point(first, columns)
    for row in rows:
        yield _point(row, columns)


def _columns(first: Sequence[str]) -> tuple[int, int, int] | None:
    """Where postcode, easting and northing stand."""
    names = {name.strip().lower(): number for number, name in enumerate(first)}
    found = tuple(
        next((names[name] for name in spellings if name in names), -1)
        for spellings in (_NAMES, _EAST, _NORTH)
    )
    if -1 not in found:
        return found[0], found[1], found[2]
    is_code_point = len(first) >= _CODE_POINT_COLUMNS and normal_postcode(first[0]) is not None
    return (0, 2, 3) if is_code_point else None


def _point(row: Sequence[str], columns: tuple[int, int, int]) -> tuple[str, Point] | None:
    if len(row) <= max(columns):
        return None
    name, east, north = (row[column].strip() for column in columns)
    postcode = normal_postcode(name)
    if postcode is None or not _NUMBER.fullmatch(east) or not _NUMBER.fullmatch(north):
        return None
    point = int(east), int(north)
    # Both at nought: the place is not known. BT: Belfast is on the Irish Grid.
    if not 0 < point[0] <= EASTING_MAX or not 0 < point[1] <= NORTHING_MAX:
        return None
    return None if postcode.startswith("BT") else (postcode, point)
