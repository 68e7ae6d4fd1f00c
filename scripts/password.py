"""Let in who is locked out: `python -m scripts.password`, which scripts/password calls."""

import argparse
import asyncio
import getpass
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from budget.database import close_pool, open_pool
from budget.refusals import Refusal
from equipment.staff import staff
from scripts.postgres import borrowed_database
from scripts.postgres_folder import PostgresError
from settings import InvalidSettingError, Settings


def main(typed: Sequence[str]) -> int:
    """Give a user a new password and no second factor; 0 if that was done, else 1."""
    parser = argparse.ArgumentParser(
        prog="scripts/password",
        description="Give a user a new password, and take the second factor away.",
    )
    parser.add_argument("username")
    parser.add_argument(
        "--data", type=Path, default=Path("var"), help="default: ./var", metavar="DIR"
    )
    said = parser.parse_args(typed)
    try:
        settings = Settings.from_environment(os.environ)
        typed_in = _typed_in()
        password = typed_in or secrets.token_urlsafe(12)
        with borrowed_database(said.data, settings) as dsn:
            username = asyncio.run(_reset(dsn, said.username, password))
    except (InvalidSettingError, PostgresError, Refusal, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    shown = "that was typed" if typed_in else password
    print(f"{username} signs in with the password {shown}")
    return 0


def _typed_in() -> str | None:
    """A password that was typed twice; None where nobody sits there, or types none."""
    if not sys.stdin.isatty():
        return None
    typed = getpass.getpass("New password (empty: one is made up and shown): ")
    if typed and typed != getpass.getpass("Again: "):
        raise OSError("The two are not the same: nothing was changed.")
    return typed or None


async def _reset(dsn: str, username: str, password: str) -> str:
    await open_pool(dsn)
    try:
        return await staff.let_in_again(username, password)
    finally:
        await close_pool()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
