"""Import postcodes: `python -m scripts.import_postcodes`, which scripts/import-postcodes calls.

May be run at any time, also while the service runs, and again with the same or newer files.
"""

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import uvloop

from budget.database import close_pool, open_pool
from equipment.grid import Point
from equipment.imported_postcodes import keep
from scripts.postcode_files import PostcodeFileError, read
from scripts.postgres import borrowed_database
from scripts.postgres_folder import PostgresError
from scripts.preparation import prepare_schema
from settings import InvalidSettingError, Settings

_BATCH: Final = 20_000


@dataclass
class Count:
    """What became of the lines that were read."""

    read: int = 0
    nowhere: int = 0
    elsewhere: int = 0
    added: int = 0
    moved: int = 0

    def words(self) -> str:
        """The count in one line."""
        same = self.read - self.nowhere - self.elsewhere - self.added - self.moved
        return (
            f"{self.added} postcodes added, {self.moved} moved, {same} as they were;"
            f" left out: {self.elsewhere} of other areas, {self.nowhere} without a place."
        )


def main(typed: Sequence[str]) -> int:
    """Import the files and say what was in them; the exit code."""
    parser = argparse.ArgumentParser(
        prog="scripts/import-postcodes",
        description="Import the places of postcodes from OS Code-Point Open or ONSPD.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV, folder or ZIP")
    parser.add_argument("--areas", type=_areas, metavar="NG,DE", help="default: all")
    parser.add_argument(
        "--data", type=Path, default=Path("var"), help="default: ./var", metavar="DIR"
    )
    asked = parser.parse_args(typed)
    try:
        settings = Settings.from_environment(os.environ)
        with borrowed_database(asked.data, settings, make=True) as dsn:
            count = uvloop.run(_import(dsn, asked.files, asked.areas))
    except (PostcodeFileError, InvalidSettingError, PostgresError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(count.words())
    return 0


async def _import(dsn: str, files: Sequence[Path], areas: frozenset[str] | None) -> Count:
    await prepare_schema(dsn)
    await open_pool(dsn)
    try:
        count = Count()
        for batch in _batches(files, areas, count):
            kept = await keep(batch)
            count.added += kept.added
            count.moved += kept.moved
            await asyncio.sleep(0)
        return count
    finally:
        await close_pool()


def _batches(
    files: Sequence[Path], areas: frozenset[str] | None, count: Count
) -> Iterator[list[tuple[str, Point]]]:
    """What is to be kept, each postcode once in a batch; counts what is not."""
    batch = dict[str, Point]()
    for each in chain.from_iterable(read(file) for file in files):
        count.read += 1
        if each is None:
            count.nowhere += 1
        elif areas is not None and _area(each[0]) not in areas:
            count.elsewhere += 1
        else:
            batch[each[0]] = each[1]
        if len(batch) == _BATCH:
            yield list(batch.items())
            batch.clear()
    if batch:
        yield list(batch.items())


def _area(postcode: str) -> str:
    return re.split(r"[0-9]", postcode, maxsplit=1)[0]


def _areas(typed: str) -> frozenset[str]:
    areas = [part.strip().upper() for part in typed.split(",")]
    if not all(re.fullmatch(r"[A-Z]{1,3}", area) for area in areas):
        raise argparse.ArgumentTypeError(f"{typed} are no areas, such as NG,DE")
    return frozenset(areas)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
