"""How often somebody may be wrong about a password.

An attempt is written down as a failure before the password is looked at, and struck out again if
it was right: however many are sent at once, each counts those before it.
"""

import asyncio
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from api.problems import Problem
from budget.database import execute, fetch_one, transaction
from equipment.staff.visitors import network_of

WINDOW: Final = timedelta(minutes=15)
# For one user name from one address; for an address; for a user name from anywhere.
PAIR_MAX: Final = 10
ADDRESS_MAX: Final = 100
USERNAME_MAX: Final = 100

_NAME_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that counts as failed until `succeeded` says otherwise."""

    number: int

    async def succeeded(self) -> None:
        """Strike it out; call it in the transaction that lets the user in."""
        await execute("delete from sign_in_failures where id = $1", self.number)


@asynccontextmanager
async def attempt(
    counted: str, address: str, now: datetime, *, anywhere: int = USERNAME_MAX
) -> AsyncIterator[Attempt]:
    """One attempt at a time for each name and address; `counted` is the name, in small letters.

    Raises Problem 429 where too many have failed, the right password or not; `anywhere` is how
    many may for this name from all addresses together.
    """
    name, place = counted[:_NAME_MAX], network_of(address)
    # Within this process they stand in line: many right ones at once are no attack.
    async with _LINES.setdefault((name, place), asyncio.Lock()):
        yield Attempt(await _written_down(name, place, now, anywhere))


_LINES: weakref.WeakValueDictionary[tuple[str, str], asyncio.Lock] = weakref.WeakValueDictionary()


async def forget_old(now: datetime) -> None:
    """Delete the failures that no longer count."""
    await execute("delete from sign_in_failures where failed_at < $1", now - WINDOW)


async def _written_down(name: str, place: str, now: datetime, anywhere: int) -> int:
    async with transaction():
        # In a statement of its own: the count must see what those before us wrote.
        await execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"sign-in {place}")
        row = await fetch_one(_RECENT, name, place, now - WINDOW)
        assert row is not None
        for count, most, first in (
            (row["pair"], PAIR_MAX, row["pair_first"]),
            (row["address"], ADDRESS_MAX, row["address_first"]),
            (row["username"], anywhere, row["username_first"]),
        ):
            if count >= most:
                raise _too_many(first + WINDOW - now)
        added = await fetch_one(_ADD, name, place, now)
        assert added is not None
        return int(added["id"])


_RECENT = """
select count(*) filter (where username = $1 and address = $2) as pair,
    min(failed_at) filter (where username = $1 and address = $2) as pair_first,
    count(*) filter (where address = $2) as address,
    min(failed_at) filter (where address = $2) as address_first,
    count(*) filter (where username = $1) as username,
    min(failed_at) filter (where username = $1) as username_first
from sign_in_failures where (username = $1 or address = $2) and failed_at > $3
"""
_ADD = (
    "insert into sign_in_failures (username, address, failed_at) values ($1, $2, $3) returning id"
)


def _too_many(wait: timedelta) -> Problem:
    seconds = max(1, int(wait.total_seconds()) + 1)
    return Problem(
        429,
        "too-many-attempts",
        f"Too many attempts to sign in. Try again in {-(-seconds // 60)} minutes.",
        headers={"Retry-After": str(seconds)},
    )
