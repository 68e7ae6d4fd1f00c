"""People's records as they are read: nobody is shown here whom the caller has not looked up."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from budget.database import fetch, fetch_one
from equipment.people.person_form import Person

FIELDS: Final = {
    "name": "varchar",
    "nhs_number": "varchar",
    "born": "date",
    "address": "varchar",
    "postcode": "varchar",
    "phone": "varchar",
    "funder": "varchar",
    "funder_reason": "varchar",
    "needs": "varchar[]",
    "weight_kg": "smallint",
    "home": "varchar",
    "carers": "varchar",
    "gp_practice": "varchar",
    "language": "varchar",
    "interpreter": "boolean",
    "communication": "varchar[]",
    "communication_notes": "varchar",
    "access_notes": "varchar",
    "died_on": "date",
    "moved_on": "date",
}
"""What is written of a person, and PostgreSQL's type of it."""


async def record(person: UUID, followed_from: UUID | None = None) -> Person:
    """One person's record, who is there; within the transaction that noted the look."""
    [found] = await records([person])
    if followed_from in {None, person}:
        return found
    return msgspec.structs.replace(found, followed_from=followed_from)


async def records(people: Sequence[UUID]) -> list[Person]:
    """Their records, in the order in which they are named."""
    rows = {row["id"]: row for row in await fetch(_RECORDS, people)}
    # Who is visible is there, and nobody is ever deleted.
    return [Person(**rows[person]) for person in people]


_RECORDS: Final = f"""
select id, created_at, {", ".join(FIELDS)},
    array(select m.id from people m where m.merged_into = p.id order by m.id) as merged,
    has_key_safe(p.id) as key_safe
from people p where id = any($1::uuid[])
"""  # noqa: S608 - column names from code


async def with_number(nhs_number: str) -> UUID | None:
    """Whose NHS number it is, or was when the record was given up, whoever may see them."""
    row = await fetch_one(_WITH_NUMBER, nhs_number)
    return row["id"] if row else None


_WITH_NUMBER: Final = "select id from people_numbered(array[$1::varchar])"
