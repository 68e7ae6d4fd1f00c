"""An item's movements as they are shown, each with what it cost whom."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from budget.database import fetch
from budget.ledger import PARTNER_ACCOUNTS
from equipment.items import Viewer
from equipment.people.visibility import visible_people
from equipment.staff.roles import check_may


class Charge(msgspec.Struct, frozen=True):
    """What a movement posted to a partner: costs positive, credits negative, in pence."""

    kind: str
    account: str
    partner: str
    amount_pence: int
    posted_on: date


class Movement(msgspec.Struct, frozen=True):
    """A movement (contract section 4). `undoes` names what an undo took back."""

    id: UUID
    action: str
    from_state: str | None = msgspec.field(name="from")
    to: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    depot: str | None
    van: str | None
    person: UUID | None
    reason: str | None
    undoes: UUID | None
    undone_by: UUID | None
    postings: list[Charge]


async def movements(
    item: int, viewer: Viewer, *, after: int = 0, limit: int = 50
) -> list[tuple[int, Movement]]:
    """An item's movements with their keys, in the order in which they were recorded."""
    check_may(viewer.caller, "read items")
    return await _told(await fetch(_MOVEMENTS, item, after, limit), viewer)


async def newest_movements(item: int, viewer: Viewer, limit: int) -> list[Movement]:
    """An item's newest movements, the newest last."""
    check_may(viewer.caller, "read items")
    told = await _told(await fetch(_NEWEST, item, limit), viewer)
    return [movement for _, movement in reversed(told)]


async def _told(rows: Sequence[asyncpg.Record], viewer: Viewer) -> list[tuple[int, Movement]]:
    people = {row["person"] for row in rows if row["person"] is not None}
    seen = await visible_people(viewer.caller, people, viewer.now) if people else set()
    charges = await _charges(rows)
    return [(row["seq"], _movement(row, seen, charges.get(row["id"], []))) for row in rows]


# The receipt of an undo, which lies by the id of what it takes back, says in which month it is.
_SHOWN: Final = """
select m.seq, m.id, m.action, m.from_state, m.state, m.occurred_at, m.recorded_at, m.actor,
    m.depot, m.van, m.person,
    (select f.merged_into from person_funders f where f.id = m.person) as survivor,
    m.reason, m.undoes,
    (select u.id from receipts r join movements u on u.item = m.item and u.seq > m.seq
        and u.recorded_at = r.recorded_at and u.undoes = m.id
    where r.kind = 'undo' and r.id = m.id) as undone_by
from movements m
"""
_MOVEMENTS: Final = _SHOWN + " where m.item = $1 and m.seq > $2 order by m.seq limit $3"
_NEWEST: Final = _SHOWN + " where m.item = $1 order by m.seq desc limit $2"


async def _charges(rows: Sequence[asyncpg.Record]) -> dict[UUID, list[Charge]]:
    charges: dict[UUID, list[Charge]] = {}
    times = [row["recorded_at"] for row in rows]
    for row in await fetch(_CHARGES, [row["id"] for row in rows], times, PARTNER_ACCOUNTS):
        charge = Charge(
            row["kind"], row["account"], row["partner"], row["amount_pence"], row["posted_on"]
        )
        charges.setdefault(row["movement"], []).append(charge)
    return charges


# A posting is recorded with its movement: by that time it is found, in the one month that it names.
_CHARGES: Final = """
select p.movement, p.kind, p.account, p.partner, p.amount_pence, p.posted_on
from unnest($1::uuid[], $2::timestamptz[]) as shown (movement, recorded_at)
join postings p on p.recorded_at = shown.recorded_at and p.movement = shown.movement
where p.account = any($3) order by p.seq
"""


def _movement(row: asyncpg.Record, seen: set[UUID], charges: list[Charge]) -> Movement:
    return Movement(
        id=row["id"],
        action=row["action"],
        from_state=row["from_state"],
        to=row["state"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        actor=row["actor"],
        depot=row["depot"],
        van=row["van"],
        person=(row["survivor"] or row["person"]) if row["person"] in seen else None,
        reason=row["reason"],
        undoes=row["undoes"],
        undone_by=row["undone_by"],
        postings=charges,
    )
