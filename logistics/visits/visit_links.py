"""What a visit is tied to: the one that repeats it, and the stranger's request that it is for."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from budget.database import fetch, fetch_one
from logistics.visits.visit_form import Status


class Linked(msgspec.Struct, frozen=True):
    """A visit, and where it stands."""

    visit: UUID
    status: Status


async def repeated_by(visit: UUID) -> UUID | None:
    """The visit on which what this one left undone is tried again; for who may see this one."""
    row = await fetch_one(_REPEATED_BY, visit)
    return None if row is None else row["id"]


# Among the person's: by their index.
_REPEATED_BY: Final = """
select id from visits
where repeats = $1 and person = any(family_of((select person from visits where id = $1)))
order by seq desc limit 1
"""


async def of_requests(requests: Sequence[UUID]) -> dict[UUID, Linked]:
    """The newest visit that was made of each request."""
    rows = await fetch(_OF_REQUESTS, requests)
    return {row["request"]: Linked(row["id"], row["status"]) for row in rows}


_OF_REQUESTS: Final = """
select distinct on (n.request) n.request, v.id, v.status
from visit_lines n join visits v on v.id = n.visit
where n.request = any($1::uuid[]) order by n.request, n.seq desc
"""
