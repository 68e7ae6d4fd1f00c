"""What a day's rounds are about: their visits, who lives there, and what was decided by hand."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from budget.database import fetch
from budget.wording import sought
from equipment.grid import Point, grid_reference
from equipment.imported_postcodes import learn
from equipment.people.visibility import in_sight_of
from equipment.staff.roles import Caller, check_may
from logistics.visits.visit_form import Visit
from logistics.visits.visits import shown_visits


class Decided(msgspec.Struct, frozen=True):
    """What a coordinator has decided about a visit of a day."""

    visit: UUID
    van: str | None
    left_out: bool
    decided_by: str
    decided_at: datetime


class Called(msgspec.Struct, frozen=True):
    """A visit, and the name of whom it is made to; None for those who may not see them."""

    visit: Visit
    name: str | None


async def called_on(caller: Caller, visits: Sequence[UUID], now: datetime) -> dict[UUID, Called]:
    """Visits of a day by their ids, as the caller may see them; each person is a look."""
    check_may(caller, "read rounds")
    async with in_sight_of(caller, now):
        shown = await shown_visits(caller, visits, now)
        people = [each.person for each in shown.values() if each.person is not None]
        rows = await fetch("select id, name from people where id = any($1::uuid[])", people)
    names = {row["id"]: row["name"] for row in rows}
    return {
        number: Called(visit, names.get(visit.person) if visit.person else None)
        for number, visit in shown.items()
    }


async def places_of(postcodes: Sequence[str | None]) -> dict[str, Point]:
    """Where postcodes are, in metres on the national grid, as far as that is known."""
    named = [each for each in dict.fromkeys(postcodes) if each]
    await learn(named)
    found = {each: grid_reference(each) for each in named}
    return {postcode: point for postcode, point in found.items() if point is not None}


async def decided(caller: Caller, depot: str, day: date) -> dict[UUID, Decided]:
    """What coordinators have decided about visits of a day, by visit."""
    check_may(caller, "read rounds")
    rows = await fetch(_DECIDED, sought(depot), day)
    return {row["visit"]: Decided(**row) for row in rows}


_DECIDED: Final = """
select n.visit, n.van, n.left_out, n.decided_by, n.decided_at
from visit_pins n join day_plans p on p.id = n.plan
where p.depot = $1 and p.day = $2 limit 5000
"""


async def off_the_road(caller: Caller, day: date) -> dict[str, str]:
    """The vans that are off the road on a day, with why."""
    check_may(caller, "read rounds")
    rows = await fetch("select van, reason from van_days where day = $1 and off limit 1000", day)
    return {row["van"]: row["reason"] or "No reason given" for row in rows}
