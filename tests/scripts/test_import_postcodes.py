"""scripts/import-postcodes: both kinds of files, in every form that they are downloaded in."""

import asyncio
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from budget.database import fetch
from equipment.grid import grid_reference
from equipment.imported_postcodes import learn
from equipment.serving_depots import ServingDepot, nearest
from scripts.postcode_files import PostcodeFileError, read

CODE_POINT = (
    '"DE1 1AA",10,435250,336250,"E92000001","","E18000001","","E06000015","E05001774"\n'
    '"DE11AB",10,435300,336300,"E92000001","","","","",""\n'
    '"DE1 1AC",90,0,0,"E92000001","","","","",""\n'
    "no postcode,10,1,1\n"
)
ONSPD = (
    "\ufeffpcd,pcd2,pcds,dointr,doterm,oseast1m,osnrth1m\n"
    "LE1 1AA,LE1  1AA,LE1 1AA,198001,,458700,304500\n"
    "LE1 1AB,LE1  1AB,LE1 1AB,198001,199901,458800,304600\n"
    "BT1 1AA,BT1  1AA,BT1 1AA,198001,,333800,374200\n"
    "DE1 1AA,DE1  1AA,DE1 1AA,198001,,435251,336250\n"
    "GY1 1AA,GY1  1AA,GY1 1AA,198001,,,\n"
)


REPOSITORY = Path(__file__).parents[2]


async def test_both_kinds_are_read_and_read_again(database: str, tmp_path: Path) -> None:
    """A later file moves what has moved; nothing is there twice, and what has no place is left."""
    files = _files(tmp_path)
    assert await _imported(database, files["ng.csv"]) == (
        "2 postcodes added, 0 moved, 0 as they were;"
        " left out: 0 of other areas, 2 without a place.\n"
    )
    assert await _imported(database, files["onspd.csv"], "--areas", "DE, LE") == (
        "2 postcodes added, 1 moved, 0 as they were;"
        " left out: 0 of other areas, 2 without a place.\n"
    )
    assert await _imported(database, files["onspd.csv"], "--areas", "le") == (
        "0 postcodes added, 0 moved, 2 as they were;"
        " left out: 1 of other areas, 2 without a place.\n"
    )
    rows = await fetch("select postcode, easting, northing from postcodes order by postcode")
    assert [tuple(row) for row in rows] == [
        ("DE1 1AA", 435_251, 336_250),
        ("DE1 1AB", 435_300, 336_300),
        ("LE1 1AA", 458_700, 304_500),
        ("LE1 1AB", 458_800, 304_600),
    ]


async def test_downloads_are_read_as_they_come(database: str, tmp_path: Path) -> None:
    """As archives with what explains them beside, and unpacked into folders."""
    files = _files(tmp_path)
    with zipfile.ZipFile(tmp_path / "codepo_gb.zip", "w") as archive:
        archive.write(files["ng.csv"], "Data/CSV/de.csv")
        archive.writestr("Doc/Code-Point_Open_Column_Headers.csv", "PC,PQ,EA,NO\n")
    assert (await _imported(database, tmp_path / "codepo_gb.zip")).startswith("2 postcodes added")
    folder = tmp_path / "unpacked"
    folder.mkdir()
    files["onspd.csv"].rename(folder / "ONSPD.csv")
    assert (await _imported(database, folder)).startswith("2 postcodes added, 1 moved")


async def test_imported_postcodes_are_found_by_whoever_looks(database: str, tmp_path: Path) -> None:
    """For rounds, and for the nearest depot; those that ship need no question."""
    await _imported(database, _files(tmp_path)["ng.csv"])
    assert grid_reference("DE1 1AB") is None
    await learn(["de1 1aa", "NG1 1AA", "SW1A 1AA", "no postcode", "DE11AB"])
    assert grid_reference("DE1 1AA") == (435_250, 336_250)
    assert grid_reference("NG1 1AA") == (457_804, 340_087)
    assert grid_reference("SW1A 1AA") is None
    assert grid_reference("DE1 1AB") == (435_300, 336_300)
    depots = [ServingDepot("N", "NG1 1AA", None), ServingDepot("D", "DE1 1AA", None)]
    assert nearest(depots, "DE1 1AB").code == "D"


@pytest.mark.parametrize("content", ["", "a,b,c\n1,2,3\n", "\0\xff", None])
def test_another_file_is_refused_in_one_line(tmp_path: Path, content: str | None) -> None:
    """Not there, empty, or of another kind: nothing is half-read."""
    file = tmp_path / "some.csv"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises((PostcodeFileError, OSError)):
        list(read(file))


async def _imported(dsn: str, *typed: object) -> str:
    """What the script says of it."""
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-P", "-m", "scripts.import_postcodes", *map(str, typed)],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "DATABASE_URL": dsn},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout


def _files(folder: Path) -> dict[str, Path]:
    made = {"ng.csv": CODE_POINT, "onspd.csv": ONSPD}
    for name, content in made.items():
        (folder / name).write_text(content, encoding="utf-8")
    return {name: folder / name for name in made}
