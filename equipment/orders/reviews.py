"""Loans that are to be looked at again, or to end: who had them ordered said when."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from budget.database import execute, fetch
from budget.refusals import Fault, Wrong
from budget.years import london_day
from equipment.orders.order_form import is_likely, needed_words
from equipment.orders.order_lifecycle import Status
from equipment.orders.order_views import check_visible
from equipment.orders.orders import Said, note
from equipment.people.visibility import in_sight_of
from equipment.staff.roles import ADMINISTRATOR, AUDITOR, COORDINATOR, Caller, check_may

_SEE_ALL: Final = frozenset({ADMINISTRATOR, COORDINATOR, AUDITOR})
# What nobody has looked at for a year is found by its order.
_LOOKED_BACK: Final = timedelta(days=365)


class Review(msgspec.Struct, frozen=True):
    """An item on loan, and the day by which to look at it again, or on which the loan is to end."""

    line: UUID
    order: UUID
    order_status: Status
    person: UUID
    item: str
    sku: str
    name: str
    review_on: date | None
    end_on: date | None


class Reviewed(msgspec.Struct, frozen=True, kw_only=True):
    """What a review came to: the next one, or none, and until when the loan goes on."""

    note: str
    review_on: date | None = None
    end_on: date | None = None


async def due(caller: Caller, before: date, limit: int) -> list[Review]:
    """The reviews and ends of loans due before a day and in the year before, the earliest first.

    Of what is still on loan, by orders of the caller's partners and their own. Wrong for a day that
    lies in another age.
    """
    check_may(caller, "read orders")
    if not is_likely(before):
        raise Wrong([Fault("before", "Give a day of this century.")])
    async with in_sight_of(caller):
        rows = await fetch(
            _DUE,
            before - _LOOKED_BACK,
            before,
            bool(caller.roles & _SEE_ALL),
            sorted(caller.partners),
            caller.user,
            limit,
        )
    return [Review(**row) for row in rows]


_DUE: Final = """
select l.id as line, o.id as "order", o.status as order_status, o.person, i.code as item, i.sku,
    p.name, l.review_on, l.end_on
from (
    select id from order_lines where review_on >= $1 and review_on < $2
    union select id from order_lines where end_on >= $1 and end_on < $2
) found
join order_lines l on l.id = found.id join orders o on o.id = l."order"
join loans n on n.order_line = l.id
join items i on i.id = n.item and i.loan = n.id and i.loan_phase = 'open'
join products p on p.sku = i.sku
where $3 or o.funder = any($4::varchar[]) or o.ordered_by = $5
order by least(l.review_on, l.end_on), i.id limit $6
"""


async def settle(
    caller: Caller, order: UUID, line: UUID, reviewed: Reviewed, now: datetime
) -> None:
    """Say what a review came to; it is on the order's record. Missing where it is not theirs."""
    check_may(caller, "change orders")
    words = needed_words("note", reviewed.note)
    today = london_day(now)
    days = {"review_on": reviewed.review_on, "end_on": reviewed.end_on}
    faults = [Fault(n, "Lies in the past.") for n, day in days.items() if day and day < today]
    if faults:
        raise Wrong(faults)
    async with in_sight_of(caller, now):
        await check_visible(caller, order, now)
        told = await execute(_SETTLE, order, line, reviewed.review_on, reviewed.end_on)
        if told.endswith(" 0"):
            raise Wrong([Fault("line", "There is no such line on this order.")])
        content: dict[str, object] = {"line": line, **days}
        await note(caller, order, Said("changed", words, content), now)


_SETTLE: Final = """
update order_lines set review_on = $3, end_on = $4 where "order" = $1 and id = $2
"""
