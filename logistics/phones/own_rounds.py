"""Whose round is whose: the vans that a technician goes with on a day."""

from datetime import date
from typing import Final

import asyncpg

from budget.database import fetch
from equipment.staff.roles import Caller


async def own_rounds(caller: Caller, day: date) -> list[asyncpg.Record]:
    """The published rounds of the vans whose crew the caller is.

    Named with none, of the vans of their own depot that nobody is named with: the same that
    called_on() in PostgreSQL lets them see the people of.
    """
    return await fetch(_OWN, caller.user, day)


_OWN: Final = """
select r.id, r.van, n.depot, p.version, r.leaves_at, r.back_at
from users u join rounds r on r.day = $2 and r.status = 'published'
join vans n on n.code = r.van join day_plans p on p.id = r.plan
where u.id = $1 and (
    exists (select from crew_members c where c.van = r.van and c.day = r.day and c."user" = u.id)
    or (u.depot = n.depot and not exists (
        select from crew_members c where c.day = r.day and (c.van = r.van or c."user" = u.id))))
order by r.van limit 50
"""
