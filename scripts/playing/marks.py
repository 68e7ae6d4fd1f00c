"""How far a play has come, kept in the service's own settings: a killed one goes on from there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from budget.database import execute, fetch_one, transaction
from scripts.example_service import agree_years, hire, make_up_password, set_up
from scripts.model.service import WORKERS
from scripts.playing.player import Script


class RefusedPlayError(Exception):
    """The play cannot be played into this service; the message says why, in one line."""


class Mark(msgspec.Struct, frozen=True):
    """How many parts, from the first without a gap, and scans are recorded, in how long."""

    parts: int = 0
    scans: int = 0
    seconds: float = 0


@dataclass(frozen=True, slots=True)
class Marks:
    """Those of one play. They are only ever added, as the service's settings are."""

    # Which play: `example` or `demo`.
    name: str

    async def begin(self, script: Script, now: datetime) -> None:
        """Make an empty service this play's; begun before, complete what stands before it.

        The users come with the mark, or not at all; their password is printed. Raises
        RefusedPlayError where the service is in use, or was begun with another script.
        """
        begun = await self._begun(script)
        if not begun and await _is_in_use():
            raise RefusedPlayError(f"This service is in use: the {self.name} is not put into it.")
        await set_up(now)
        if not begun:
            await self._hire(script, now)
        await agree_years(now)

    async def set_off(self) -> None:
        """Note that it begins; what it is to be done with stands there already."""
        await self._keep("begun", "on the day")

    async def has_set_off(self) -> bool:
        """Whether that was noted before."""
        return await self._kept("begun") is not None

    async def newest(self) -> Mark:
        """How far it has come."""
        row = await fetch_one(_NEWEST, f"{self.name} played %")
        return msgspec.json.decode(row["value"], type=Mark) if row else Mark()

    async def add(self, mark: Mark) -> None:
        """Note how far it has come: all of that is committed."""
        await self._keep(f"played {mark.parts:08d}", msgspec.json.encode(mark).decode())

    async def finish(self) -> None:
        """Note that all of it is recorded."""
        await self._keep("loaded", "yes")

    async def is_finished(self, script: Script | None = None) -> bool:
        """Whether all of it is recorded; RefusedPlayError where that was another script's."""
        if script is not None:
            await self._begun(script)
        return await self._kept("loaded") is not None

    async def _begun(self, script: Script) -> bool:
        begun = await self._kept("begun")
        if begun == _BEFORE:
            words = f"The {self.name} here was begun by an earlier version: begin elsewhere."
            raise RefusedPlayError(words)
        if begun not in {None, str(script)}:
            words = f"The {self.name} here was begun with {begun}: go on with these, or elsewhere."
            raise RefusedPlayError(words)
        return begun is not None

    async def _hire(self, script: Script, now: datetime) -> None:
        password, password_hash = await make_up_password()
        async with transaction():
            await hire(password, password_hash, now)
            await self._keep("begun", str(script))
        names = ", ".join(worker.username for worker in WORKERS)
        words = f"The {self.name}'s users are {names}. They sign in with the password {password}"
        print(words, flush=True)

    async def _kept(self, what: str) -> str | None:
        row = await fetch_one("select value from settings where name = $1", f"{self.name} {what}")
        return str(row["value"]) if row else None

    async def _keep(self, what: str, value: str) -> None:
        await execute(_KEEP, f"{self.name} {what}", value)


_BEFORE: Final = "yes"
"""What earlier versions kept, without saying which script it was."""
_NEWEST: Final = "select value from settings where name like $1 order by name desc limit 1"
_KEEP: Final = "insert into settings (name, value) values ($1, $2) on conflict (name) do nothing"


async def _is_in_use() -> bool:
    row = await fetch_one(_IN_USE)
    assert row is not None
    return bool(row["in_use"])


_IN_USE: Final = """
select exists (select from items) or exists (select from person_funders)
    or exists (select from budget_years) as in_use
"""
