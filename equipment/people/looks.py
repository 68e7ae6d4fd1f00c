"""Looks at people: each is on record, and an auditor reads who looked at whom, when and why."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from budget.database import fetch, insert
from budget.narrowing import narrowed
from budget.refusals import Missing
from budget.wording import sought
from equipment.people.visibility import in_sight_of, seen_as
from equipment.staff.roles import Caller, check_may

Door: TypeAlias = Literal[
    "record",
    "registration",
    "number",
    "name",
    "postcode",
    "likeness",
    "match",
    "change",
    "loans",
    "timeline",
    "addresses",
    "merge",
    "key safe",
    "order",
    "visit",
    "recall",
]
"""By which way somebody came to see a person."""


class Look(msgspec.Struct, frozen=True):
    """One look at one person; `reason` is what the looker said, where that was asked for."""

    id: int
    person: UUID
    user: str
    at: datetime
    door: str
    reason: str | None


async def look(
    caller: Caller, people: Sequence[UUID], now: datetime, door: Door, reason: str | None = None
) -> dict[UUID, UUID]:
    """Note looks, or Missing where one of the people is not the caller's to see.

    Answers under which record each goes on: the one asked for, or that into which it was merged.
    """
    seen = await seen_as(caller, people, now)
    if seen.keys() < set(people):
        raise missing()
    await note(caller, seen.values(), now, door, reason)
    return seen


def missing() -> Missing:
    """That there is no such person: the same words where there is one whom nobody may see."""
    return Missing("person-not-found", "There is no such person.")


async def note(
    caller: Caller, people: Iterable[UUID], now: datetime, door: Door, reason: str | None = None
) -> None:
    """Put looks on record, in the transaction that shows the people."""
    rows = [(each, caller.username, now, door, reason) for each in people]
    await insert("person_looks", _COLUMNS, rows)


_COLUMNS: Final = {
    "person": "uuid",
    "username": "varchar",
    "looked_at": "timestamptz",
    "door": "varchar",
    "reason": "varchar",
}


async def listed(
    caller: Caller, person: UUID | None, user: str | None, before: int | None, limit: int
) -> list[Look]:
    """The looks before an id, newest first: at one person or anybody, by one user or anybody.

    Those at a record that was merged count as looks at the one that goes on.
    """
    check_may(caller, "read looks")
    conditions = {
        "id < {}": before,
        "person = any(family_of({}))": person,
        "username = {}": sought(user) if user is not None else None,
    }
    sql, values = narrowed(_LISTED, conditions, limit)
    async with in_sight_of(caller):
        return [Look(*row) for row in await fetch(sql, *values)]


_LISTED: Final = """
select id, person, username, looked_at, door, reason from person_looks
where {where} order by id desc limit $1
"""
