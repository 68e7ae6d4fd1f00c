"""What a database needs before anything is served from it or played into it."""

import logging
from typing import Final

import asyncpg

from budget.database import migrate
from equipment.items import fix_company_prefix
from equipment.staff.staff import first_administrator
from scripts.postgres_folder import PostgresError
from settings import Settings

_CONNECT_S: Final = 30


async def prepare_schema(dsn: str) -> None:
    """Bring the schema up to date. PostgresError where the database cannot be used."""
    try:
        await (await asyncpg.connect(dsn, timeout=_CONNECT_S)).close()
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        raise PostgresError(f"The database cannot be reached: {error}") from error
    try:
        await migrate(dsn)
    except asyncpg.InsufficientPrivilegeError as error:
        # Without its DETAIL: the operator gets one line.
        raise PostgresError(f"The database cannot be prepared: {error.args[0]}") from error


async def prepare_service(settings: Settings) -> None:
    """Make the first administrator, whose password is printed, and fix the company prefix."""
    password = await first_administrator(settings.admin_password)
    if password is not None:
        print(f"Sign in as admin with the password {password}", flush=True)
    fixed = await fix_company_prefix(settings.gcp)
    if fixed != settings.gcp:
        # Labels are printed for ten years: the prefix of the first start holds.
        words = "KITBACK_GCP is %s, but this service's labels have %s, which holds."
        logging.getLogger(__name__).warning(words, settings.gcp, fixed)
