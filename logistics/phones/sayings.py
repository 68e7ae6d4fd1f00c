"""What crews said came of a visit, with all that goes with it, for those who see the person."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from budget.database import fetch
from equipment.people.visibility import in_sight_of
from equipment.staff.roles import Caller, check_may


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said came of a visit; `photos` are those that the caller may look at."""

    at: datetime
    by: str
    outcome: str
    signed: bool
    details: dict[str, Any]
    photos: list[UUID]


async def sayings_of(caller: Caller, visit: UUID, now: datetime) -> list[Saying]:
    """What was said of a visit, oldest first; nothing where the person is not theirs to see."""
    check_may(caller, "read visits")
    async with in_sight_of(caller, now):
        rows = await fetch(_SAID, visit)
    return [_saying(row) for row in rows]


_SAID: Final = """
select o.occurred_at, o.actor, o.outcome, o.signature is not null as signed, o.details,
    array(select p.id from phone_photos p where p.entry = o.id
        and p.taken_by = o.actor order by p.kept_at) as photos
from visit_outcomes o where o.visit = $1 order by o.recorded_at limit 20
"""


def _saying(row: asyncpg.Record) -> Saying:
    return Saying(
        at=row["occurred_at"],
        by=row["actor"],
        outcome=row["outcome"],
        signed=row["signed"],
        details=msgspec.json.decode(row["details"]) if row["details"] else {},
        photos=row["photos"],
    )
