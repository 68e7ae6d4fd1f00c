"""The end of a day on a phone: what is still on the van, and what was not done."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from budget.database import execute, fetch, transaction
from budget.wording import sought
from budget.years import london_day
from equipment.staff.roles import Caller, check_may
from logistics.phones import phones
from logistics.phones.own_rounds import own_rounds


class LeftItem(msgspec.Struct, frozen=True):
    """An item that is still on a van of the round."""

    code: str
    name: str
    state: str
    van: str


class Closed(msgspec.Struct, frozen=True):
    """What is not accounted for at the end of the day; `missing` are numbers that never came."""

    left_on_van: list[LeftItem]
    not_done: list[UUID]
    missing: list[int]


async def close(caller: Caller, device: UUID, now: datetime) -> Closed:
    """Close the day on this phone, which then holds nobody any more; closed again, as it is now.

    Missing where the phone is not the caller's, Revoked where it was revoked.
    """
    check_may(caller, "visit")
    await phones.check_not_revoked(device, now)
    async with transaction():
        row = await phones.lock(caller, device)
        day = london_day(now)
        rounds = await own_rounds(caller, day)
        left = await fetch(_LEFT, [each["van"] for each in rounds], _MOST)
        not_done = await fetch(_NOT_DONE, [each["id"] for each in rounds])
        codes, visits = [each["code"] for each in left], [each["id"] for each in not_done]
        await execute("delete from phone_days where phone = $1 and day = $2", device, day)
        await execute(_CLOSE, device, day, now, codes, visits)
    lacking = phones.heard_of(row).numbers_missing(phones.MISSING_SHOWN_MAX)
    return Closed([LeftItem(**dict(each)) for each in left], visits, lacking)


_MOST: Final = 1_000
_LEFT: Final = """
select i.code, p.name, i.state, i.van from items i join products p on p.sku = i.sku
where i.van = any($1::varchar[]) and i.state in ('loaded', 'collected') order by i.code limit $2
"""
_NOT_DONE: Final = """
select v.id from visits v join round_stops s on s.round = v.round and s.visit = v.id
where v.round = any($1::uuid[]) and v.status in ('planned', 'under_way')
order by s.round, s.place limit 1000
"""
_CLOSE: Final = """
insert into phone_days (phone, day, closed_at, left_on_van, not_done) values ($1, $2, $3, $4, $5)
"""


async def reopen(caller: Caller, device: UUID, now: datetime) -> None:
    """Take back that the day was closed on this phone; one that is open is no fault.

    Raises as close() does.
    """
    check_may(caller, "visit")
    await phones.check_not_revoked(device, now)
    async with transaction():
        await phones.lock(caller, device)
        day = london_day(now)
        await execute("delete from phone_days where phone = $1 and day = $2", device, day)


class ClosedDay(msgspec.Struct, frozen=True):
    """That a technician has closed the day, and how much was not accounted for then."""

    username: str
    closed_at: datetime
    left_on_van: int
    not_done: int


async def closed_days(caller: Caller, depot: str, day: date) -> list[ClosedDay]:
    """Who of a depot's technicians, or of its vans' crews, has closed a day, the latest last."""
    check_may(caller, "read rounds")
    return [ClosedDay(**dict(row)) for row in await fetch(_CLOSED, sought(depot), day)]


_CLOSED: Final = """
select u.username, d.closed_at, cardinality(d.left_on_van) as left_on_van,
    cardinality(d.not_done) as not_done
from phone_days d join phones p on p.id = d.phone join users u on u.id = p."user"
where d.day = $2 and (u.depot = $1 or exists (
    select from crew_members c join vans v on v.code = c.van
    where c."user" = u.id and c.day = $2 and v.depot = $1))
order by d.closed_at limit 200
"""
