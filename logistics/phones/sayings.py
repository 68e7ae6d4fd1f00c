"""What crews said came of a visit, with all that goes with it, for those who see the person."""

import asyncio
import base64
import binascii
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from budget.database import fetch, fetch_one
from budget.refusals import Missing, Wrong
from equipment.catalogue.pictures import written_anew
from equipment.people.visibility import in_sight_of
from equipment.staff.roles import Caller, check_may

Proof: TypeAlias = Literal["signature", "photo"]
"""What an outcome itself brought along: a picture as a data URL, or else a word about it."""


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said came of a visit, and whether that was undone since.

    `photos` are those that the caller may look at.
    `proof` says what picture_of() has of it, `words` what stands in a picture's place.
    """

    id: UUID
    visit: UUID
    at: datetime
    by: str
    outcome: str
    proof: list[Proof]
    words: dict[Proof, str]
    details: dict[str, Any]
    photos: list[UUID]
    undone: bool


async def sayings_of(caller: Caller, visit: UUID, now: datetime) -> list[Saying]:
    """What was said of a visit, oldest first; nothing where the person is not theirs to see."""
    check_may(caller, "read visits")
    async with in_sight_of(caller, now):
        rows = await fetch(_SAID, visit)
    return [_saying(row) for row in rows]


_SAID: Final = """
select o.id, o.visit, o.occurred_at, o.actor, o.outcome, o.details,
    array_remove(array[case when o.signature like 'data:image/%' then 'signature' end,
        case when o.photo like 'data:image/%' then 'photo' end], null) as proof,
    case when o.signature not like 'data:image/%' then left(o.signature, 200) end as signature,
    case when o.photo not like 'data:image/%' then left(o.photo, 200) end as photo,
    array(select p.id from phone_photos p where p.entry = o.id
        and p.taken_by = o.actor order by p.kept_at) as photos,
    exists (select from undone_outcomes u where u.outcome = o.id) as undone
from visit_outcomes o where o.visit = $1 order by o.recorded_at limit 20
"""


_PROOFS: Final[tuple[Proof, ...]] = ("signature", "photo")


def _saying(row: asyncpg.Record) -> Saying:
    return Saying(
        id=row["id"],
        visit=row["visit"],
        at=row["occurred_at"],
        by=row["actor"],
        outcome=row["outcome"],
        proof=row["proof"],
        words={name: row[name] for name in _PROOFS if row[name] is not None},
        details=msgspec.json.decode(row["details"]) if row["details"] else {},
        photos=row["photos"],
        undone=row["undone"],
    )


async def picture_of(
    caller: Caller, visit: UUID, outcome: UUID, proof: Proof, now: datetime
) -> bytes:
    """What was signed or photographed, written anew by us as WebP: no browser runs it.

    Missing where there is none, it is no picture, or the person is not the caller's to see.
    """
    check_may(caller, "read visits")
    async with in_sight_of(caller, now):
        row = await fetch_one(_PROOF, outcome, visit)
    url = None if row is None else row[proof]
    if url is None:
        raise _missing()
    try:
        sent = base64.b64decode(url.partition(",")[2], validate=True)
        content, _, _ = await asyncio.to_thread(written_anew, sent)
    except (binascii.Error, ValueError, Wrong) as error:
        raise _missing() from error
    return content


_PROOF: Final = "select signature, photo from visit_outcomes where id = $1 and visit = $2"


def _missing() -> Missing:
    return Missing("picture-not-found", "There is no such picture.")
