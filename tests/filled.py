"""Databases that are filled once for a module, and copied for each of its tests.

A module says by BEGINNING what all of its tests begin with: the fixture `begun` has what was told
as that was made.
"""

from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Generic, TypeVar

import httpx

from budget.database import close_pool, open_pool
from equipment.staff.staff import first_administrator
from settings import Settings
from tests.api.conftest import PASSWORD, application, client_of

T = TypeVar("T")
Fill = Callable[[], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class Filled(Generic[T]):
    """Such a database, and what was told as it was filled."""

    name: str
    _told: T

    @property
    def told(self) -> T:
        """What was told, for one test to do with as it likes."""
        return deepcopy(self._told)


async def filled(dsn: str, fill: Fill[T]) -> T:
    """Fill an empty database, with the application's pool open on it."""
    await open_pool(dsn)
    try:
        return await fill()
    finally:
        await close_pool()


def as_admin(fill: Callable[[httpx.AsyncClient], Awaitable[T]]) -> Fill[T]:
    """Fill through the API, as the first administrator.

    Who signs in there is signed in in each copy, too.
    """

    async def signed_in() -> T:
        await first_administrator(PASSWORD)
        async with client_of(application(Settings())) as admin:
            who = {"username": "admin", "password": PASSWORD}
            answer = await admin.post("/api/login", json=who)
            admin.headers["Authorization"] = f"Bearer {answer.json()['token']}"
            return await fill(admin)

    return signed_in
