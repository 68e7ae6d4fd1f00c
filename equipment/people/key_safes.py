"""Key safes' codes: kept apart, set by whoever cares for the person, read by that day's crew alone.

A code stands in no record, list, change, receipt or log; PostgreSQL shows it to nobody else
(docs/adr/0016-second-wall.md).
"""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from budget import changes
from budget.database import fetch_one
from budget.refusals import Missing, Wrong
from budget.wording import one_line, text_faults
from equipment.people.looks import look
from equipment.people.visibility import in_sight_of
from equipment.staff.roles import Caller, check_may

_CODE_MAX: Final = 40


class KeySafeCode(msgspec.Struct, frozen=True):
    """What opens the key safe; null where there is none any more."""

    code: Annotated[str, Meta(min_length=1, max_length=_CODE_MAX)] | None


class KeySafe(msgspec.Struct, frozen=True):
    """Whether there is a key safe whose code is known."""

    key_safe: bool


async def keep(caller: Caller, person: UUID, told: KeySafeCode, now: datetime) -> KeySafe:
    """Set a key safe's code, or forget it. Missing where the person is not the caller's to see."""
    check_may(caller, "register people")
    code = None if told.code is None else one_line(told.code)
    if faults := list(text_faults("code", code, _CODE_MAX)):
        raise Wrong(faults)
    async with in_sight_of(caller, now):
        seen = await look(caller, [person], now, "change")
        row = await fetch_one(_KEEP, seen[person], code, now, caller.username)
        assert row is not None
        if row["changed"]:
            await changes.record(caller.username, "key safe set", str(seen[person]), {})
        return KeySafe(code is not None)


_KEEP: Final = "select keep_key_safe($1, $2, $3, $4) as changed"


async def read(caller: Caller, person: UUID, now: datetime) -> KeySafeCode:
    """The code, for the crew that goes there today; the look is noted.

    Missing, in one and the same words, for everybody else and where there is none.
    """
    check_may(caller, "open key safes")
    async with in_sight_of(caller, now):
        seen = await look(caller, [person], now, "key safe")
        row = await fetch_one("select code from key_safes where person = $1", seen[person])
        if row is None:
            raise Missing("key-safe-not-found", "There is no key safe for you to open here today.")
        return KeySafeCode(row["code"])
