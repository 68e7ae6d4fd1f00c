"""What a person has on loan, or was given, as it stands now."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from budget.database import fetch
from equipment.people.looks import look
from equipment.people.visibility import in_sight_of
from equipment.staff.roles import Caller, check_may


class LoanedItem(msgspec.Struct, frozen=True):
    """An item that somebody has; `item` is its code."""

    item: str
    sku: str
    name: str
    category: str
    state: str
    on_hold: bool
    loan: UUID
    delivered_at: datetime
    funder: str


async def on_loan(
    caller: Caller, person: UUID, now: datetime, *, after: int = 0, limit: int = 50
) -> list[tuple[int, LoanedItem]]:
    """What the person has, with its keys, oldest receipt first; the look is noted.

    What is on its way back counts until it has arrived. Missing where they are not the caller's
    to see.
    """
    check_may(caller, "read people")
    async with in_sight_of(caller, now):
        await look(caller, [person], now, "loans")
        rows = await fetch(_ON_LOAN, person, after, limit)
        return [(row["id"], LoanedItem(*list(row)[1:])) for row in rows]


_ON_LOAN: Final = """
select i.id, i.code, i.sku, p.name, p.category, i.state, i.held_at is not null, i.loan, l.began_at,
    i.loan_funder
from (
    select id from items where person = any(family_of($1)) and id > $2 order by id limit $3
) page
join items i on i.id = page.id join products p on p.sku = i.sku join loans l on l.id = i.loan
order by i.id
"""
