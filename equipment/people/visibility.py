"""Who sees whom: the one place that says so."""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

import msgspec

from budget.database import Connection, execute, fetch, transaction
from budget.years import LONDON, london_day
from equipment.staff.roles import (
    ADMINISTRATOR,
    AUDITOR,
    AUTHORISER,
    COORDINATOR,
    DEPOT,
    PRESCRIBER,
    TECHNICIAN,
    Caller,
)

_SEE_EVERYONE: Final = frozenset({ADMINISTRATOR, COORDINATOR, AUDITOR})
_SEE_THEIR_PARTNERS: Final = frozenset({PRESCRIBER, AUTHORISER})
_SEE_SOMEBODY: Final = _SEE_EVERYONE | _SEE_THEIR_PARTNERS | {TECHNICIAN}

# A scan's clock may run five minutes ahead: just before midnight it is recorded the day before.
_AHEAD: Final = timedelta(minutes=5)
# Nothing is recorded much later than now, whatever the clock: months ahead need not be looked at.
_NOT_YET: Final = timedelta(days=7)


def sees_everyone(caller: Caller) -> bool:
    """Whether nobody is hidden from the caller, whoever they are."""
    return bool(caller.roles & _SEE_EVERYONE)


def sees_all_orders(caller: Caller) -> bool:
    """Whether no order is hidden from the caller: the store sees what it is to set aside and send.

    An order names nobody, only their id.
    """
    return sees_everyone(caller) or DEPOT in caller.roles


def in_sight_of(
    caller: Caller, now: datetime | None = None
) -> AbstractAsyncContextManager[Connection]:
    """A transaction in which PostgreSQL itself shows no person but those whom the caller may see.

    The second wall (docs/adr/0016-second-wall.md): it holds where a statement forgets to ask, and
    it stands where nobody is named, too: outside of such a transaction no person is seen at all.
    Without a moment, nobody is seen whom the caller sees for a while only.
    """
    return transaction(viewer=_viewer(caller, now))


EVERYONE: Final = '{"everyone": true}'
"""Who looks where it is the service itself."""


async def widen_sight(people: Iterable[UUID]) -> None:
    """Have the open transaction see these people too: whom it has made, or is about to let go."""
    await execute(_WIDEN, [str(each) for each in people])


_WIDEN: Final = """
select set_config('kitback.viewer',
    (viewer() || jsonb_build_object('people', $1::text[]))::text, true)
"""


def _viewer(caller: Caller, now: datetime | None) -> str:
    told = {
        "everyone": sees_everyone(caller),
        "orders": sees_all_orders(caller),
        "user": caller.user,
        "username": caller.username,
        "partners": sorted(caller.partners) if caller.roles & _SEE_THEIR_PARTNERS else [],
        "prescriber": caller.username if PRESCRIBER in caller.roles else None,
        "orderer": caller.user if PRESCRIBER in caller.roles else None,
        "decides_for": sorted(caller.partners) if AUTHORISER in caller.roles else [],
        "technician": caller.username if TECHNICIAN in caller.roles else None,
        "now": now,
    }
    return msgspec.json.encode(told).decode()


async def visible_people(caller: Caller, ids: Iterable[UUID], now: datetime) -> set[UUID]:
    """Those of these people whom the caller may see; who is not there is not among them."""
    return set(await seen_as(caller, ids, now))


async def seen_as(caller: Caller, ids: Iterable[UUID], now: datetime) -> dict[UUID, UUID]:
    """Those of these people whom the caller may see, and under which record each goes on.

    Administrators, coordinators and auditors see everyone; prescribers and authorisers whom one
    of their partners pays for; prescribers those opened to them by a match and those for whom they
    have ordered; authorisers those for whom something was ordered at the cost of one of their
    partners; technicians to whom they have delivered, or from whom they have collected, on the
    present London day, or to whom a published round of theirs goes on it. What was undone did not
    happen. Whoever may see a record may see that into which it was merged. One statement, and none
    for those who see nobody.
    """
    if not caller.roles & _SEE_SOMEBODY:
        return {}
    begins, ends = _london_bounds(now)
    rows = await fetch(
        _VISIBLE,
        list(set(ids)),
        sees_everyone(caller),
        sorted(caller.partners) if caller.roles & _SEE_THEIR_PARTNERS else [],
        caller.username if PRESCRIBER in caller.roles else None,
        now,
        caller.username if TECHNICIAN in caller.roles else None,
        begins,
        ends,
        begins - _AHEAD,
        now + _NOT_YET,
        caller.user if PRESCRIBER in caller.roles else None,
        sorted(caller.partners) if AUTHORISER in caller.roles else [],
        # To plan it anew takes longer than all else that is done for an item's page.
        by_index=True,
    )
    return {row["id"]: row["survivor"] for row in rows}


_VISIBLE = """
select p.id, coalesce(p.merged_into, p.id) as survivor from person_funders p
where p.id = any($1::uuid[])
  and ($2 or p.funder = any($3::varchar[])
    or ($4::varchar is not null and exists (
      select from person_doors o
      where o.username = $4 and o.person = coalesce(p.merged_into, p.id)
        and o.opened_at <= $5 and o.until > $5))
    or exists (select from order_standings o where o.ordered_by = $11
        and o.person in (p.id, p.merged_into))
    or exists (select from order_standings o where o.funder = any($12::varchar[])
        and o.person in (p.id, p.merged_into))
    or ($6::varchar is not null and coalesce(p.merged_into, p.id) in (
      select called_on($6, ($7::timestamptz at time zone 'Europe/London')::date)))
    or coalesce(p.merged_into, p.id) in (
      select coalesce(v.merged_into, v.id) from movements m join person_funders v on v.id = m.person
      where m.actor = $6 and m.recorded_at >= $9 and m.recorded_at < $10
        and m.occurred_at >= $7 and m.occurred_at < $8
        and m.action in ('deliver', 'collect')
        and not exists (select from receipts u where u.id = m.id and u.kind = 'undo')))
"""


def _london_bounds(now: datetime) -> tuple[datetime, datetime]:
    today = london_day(now)
    return (
        datetime.combine(today, time(), LONDON),
        datetime.combine(today + timedelta(days=1), time(), LONDON),
    )
