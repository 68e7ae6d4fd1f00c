"""News that makes visits: orders to be delivered, strangers' requests, what is unsafe on loan.

Upward news is pulled: whatever was authorised, sent or held is found here, by the clock every few
seconds and by whoever asks about visits; it is the same however often, and by however many, it is
looked for.
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

import asyncpg

from budget.database import fetch, transaction
from budget.years import london_day
from equipment.people.visibility import EVERYONE
from equipment.serving_depots import DepotsAround, depots_around
from equipment.working_days import working_day_after
from logistics.visits.making import Wanted, lock_making, not_before_today, put_on_visits
from logistics.visits.visit_form import Why

COLLECT_WITHIN: Final = 5
"""Working days from being ready to being collected."""
LEFT_WITHIN: Final = 20
"""The same of what nobody has asked to be collected, and nobody has any more."""
REPAIR_WITHIN: Final = 2
UNSAFE_WITHIN: Final = 1
CHECK_AHEAD: Final = timedelta(days=28)
"""So long before a check falls due it may be made."""
ATTEMPTS_MAX: Final = 3
"""After so many visits that failed it is a coordinator's to settle."""
_AT_ONCE: Final = 500
_LOOKED_BACK: Final = timedelta(days=365)

Read = Callable[[datetime], Awaitable[list[Wanted]]]


async def pull(now: datetime) -> int:
    """Make the visits that news asks for; how many things were put on one."""
    return sum([await _pull(read, now) for read in (_orders, _requests, _unsafe)])


async def raise_checks(now: datetime) -> int:
    """Make visits for what is on loan and to be examined or serviced within the month."""
    return await _pull(_checks, now)


async def raise_loan_ends(now: datetime, until: date | None = None) -> int:
    """Make visits that fetch what is nobody's any more: lent until a day, today's, or left behind.

    Of a later day, a round that passes anyway can then take it along.
    """
    through = max(london_day(now), until or date.min)
    return await _pull(partial(_loan_ends, through), now) + await _pull(_left_behind, now)


async def _pull(read: Read, now: datetime) -> int:
    """Look first: most of the time there is nothing, and nobody is to wait for that."""
    async with transaction(viewer=EVERYONE):
        if not await read(now):
            return 0
    async with transaction(viewer=EVERYONE):
        await lock_making()
        # In a statement after the lock: what whoever was waited for has made is not made again.
        wanted = await read(now)
        await put_on_visits([not_before_today(each, now) for each in wanted], now)
        return len(wanted)


async def _orders(now: datetime) -> list[Wanted]:
    """What is to be delivered and is on no visit, nor said to be delivered, refused or hopeless."""
    today = london_day(now)
    rows = await fetch(_ORDERS, _AT_ONCE, ATTEMPTS_MAX)
    return [Wanted(kind="delivery", why="order", ready_on=today, **row) for row in rows]


_ORDERS: Final = """
select coalesce(f.merged_into, o.person) as person, o.depot, o.funder, l.id as order_line, l.sku,
    l.quantity - l.delivered as quantity, l.delivered, o.due_on
from order_lines l join order_standings o on o.id = l."order"
join person_funders f on f.id = o.person
where l.wanted and l.delivered < l.quantity
    and o.status in ('authorised', 'scheduled', 'part_delivered')
    and not exists (select from visit_lines n
        where n.order_line = l.id and (n.closed_at is null or n.outcome = 'refused'
            or (n.outcome = 'delivered' and n.delivered + n.quantity > l.delivered)))
    and (select count(*) from visit_lines n
        where n.order_line = l.id and n.outcome = 'failed') < $2
order by l.due_on, l.seq limit $1
"""


async def _requests(now: datetime) -> list[Wanted]:
    """What strangers sent of items on loan: to be fetched (all that is there), or mended."""
    del now
    rows = await fetch(_REQUESTS, _AT_ONCE)
    around = await depots_around(row["postcode"] for row in rows) if rows else None
    return [_of_loan(row, "public", around) for row in rows]


_REQUESTS: Final = """
select distinct on (coalesce(f.merged_into, i.person), x.id, kind) case r.kind
        when 'fault' then 'repair' else 'collection' end as kind,
    x.id as item, x.loan, x.loan_funder as funder, x.sku,
    coalesce(f.merged_into, i.person) as person, p.postcode, r.sent_at as at, r.id as request
from requests r
join items i on i.id = r.item and i.state = 'on_loan'
join person_funders f on f.id = i.person
join people p on p.id = coalesce(f.merged_into, i.person)
join items x on x.state = 'on_loan' and (x.id = i.id
    or (r.everything and x.person = any(family_of(i.person))))
where r.status = 'open'
    and not exists (select from visit_lines n where n.request = r.id)
    and not exists (select from visit_lines n where n.item = x.id and n.closed_at is null
        and n.kind = case r.kind when 'fault' then 'repair' else 'collection' end)
order by coalesce(f.merged_into, i.person), x.id, kind, r.seq limit $1
"""


async def _unsafe(now: datetime) -> list[Wanted]:
    """What was put on hold while somebody has it: to be seen to the next working day.

    What nothing but a recall holds is told of by telephone, and fetched where the recall says so.
    """
    del now
    rows = await fetch(_UNSAFE, _AT_ONCE)
    around = await depots_around(row["postcode"] for row in rows) if rows else None
    return [_of_loan(row, "fault", around) for row in rows]


_UNSAFE: Final = """
select 'repair' as kind, i.id as item, i.loan, i.loan_funder as funder, i.sku,
    coalesce(f.merged_into, i.person) as person, p.postcode, i.held_at as at, null as request
from items i join person_funders f on f.id = i.person
join people p on p.id = coalesce(f.merged_into, i.person)
where i.unsafe_on_loan
    and not exists (select from visit_lines n where n.item = i.id
        and (n.closed_at is null or n.made_at >= i.held_at))
order by i.held_at limit $1
"""
_WITHIN: Final = {"collection": COLLECT_WITHIN, "repair": REPAIR_WITHIN}


def _of_loan(row: asyncpg.Record, why: Why, around: DepotsAround | None) -> Wanted:
    assert around is not None
    fields = dict(row)
    postcode, at = fields.pop("postcode"), fields.pop("at")
    depot = around.nearest(postcode)
    ready = london_day(at)
    within = UNSAFE_WITHIN if why == "fault" else _WITHIN[row["kind"]]
    return Wanted(
        depot=depot.code, why=why, ready_on=ready, due_on=working_day_after(ready, within), **fields
    )


async def _checks(now: datetime) -> list[Wanted]:
    today = london_day(now)
    rows = await fetch(_CHECKS, today + CHECK_AHEAD, _AT_ONCE, today)
    around = await depots_around(row["postcode"] for row in rows) if rows else None
    return [_check(row, around) for row in rows]


# Nothing is due of what is to be fetched anyway. What was never examined, as far as anybody knows,
# is due at once.
_CHECKS: Final = """
select d.item, d.loan, d.funder, d.sku, d.person, p.postcode, d.due_on, d.checks
from (
    select i.id as item, i.loan, i.loan_funder as funder, i.sku,
        coalesce(f.merged_into, i.person) as person,
        min(case when c.due_on = '-infinity' then $3 else c.due_on end) as due_on,
        array_agg(c.kind order by c.kind) as checks
    from check_dues c join items i on i.id = c.item join person_funders f on f.id = i.person
    where c.at_home and c.due_on < $1 and i.state = 'on_loan'
        and not exists (select from visit_lines n where n.item = i.id and n.closed_at is null
            and n.kind in ('service', 'collection', 'swap'))
    group by i.id, f.merged_into
) d join people p on p.id = d.person
order by d.due_on, d.item limit $2
"""


def _check(row: asyncpg.Record, around: DepotsAround | None) -> Wanted:
    assert around is not None
    fields = dict(row)
    postcode, due_on = fields.pop("postcode"), fields.pop("due_on")
    return Wanted(
        kind="service",
        why="check",
        depot=around.nearest(postcode).code,
        ready_on=due_on - CHECK_AHEAD,
        due_on=due_on,
        **fields | {"checks": tuple(row["checks"])},
    )


async def _loan_ends(through: date, now: datetime) -> list[Wanted]:
    del now
    rows = await fetch(_LOAN_ENDS, through, through - _LOOKED_BACK, _AT_ONCE)
    around = await depots_around(row["postcode"] for row in rows) if rows else None
    return [_loan_end(row, around, COLLECT_WITHIN) for row in rows]


_LOAN_ENDS: Final = """
select i.id as item, i.loan, i.loan_funder as funder, i.sku,
    coalesce(f.merged_into, i.person) as person, p.postcode, l.end_on
from order_lines l join loans n on n.order_line = l.id
join items i on i.id = n.item and i.loan = n.id and i.state = 'on_loan'
join person_funders f on f.id = i.person
join people p on p.id = coalesce(f.merged_into, i.person)
where l.end_on <= $1 and l.end_on > $2
    and not exists (select from visit_lines v where v.item = i.id and v.kind = 'collection'
        and (v.closed_at is null or v.why = 'loan-end'))
order by l.end_on, i.id limit $3
"""


async def _left_behind(now: datetime) -> list[Wanted]:
    """What somebody who has died still has: fetched on the way, or within a month."""
    today = london_day(now)
    rows = await fetch(_LEFT_BEHIND, today, today - _LOOKED_BACK, _AT_ONCE)
    around = await depots_around(row["postcode"] for row in rows) if rows else None
    return [_loan_end(row, around, LEFT_WITHIN) for row in rows]


_LEFT_BEHIND: Final = """
select i.id as item, i.loan, i.loan_funder as funder, i.sku, p.id as person, p.postcode,
    $1::date as end_on
from people p join items i on i.person = any(family_of(p.id)) and i.state = 'on_loan'
where p.died_on <= $1 and p.died_on > $2 and p.merged_into is null
    and not exists (select from visit_lines v where v.item = i.id and v.loan = i.loan
        and v.kind = 'collection')
order by p.died_on, i.id limit $3
"""


def _loan_end(row: asyncpg.Record, around: DepotsAround | None, within: int) -> Wanted:
    assert around is not None
    fields = dict(row)
    postcode, end_on = fields.pop("postcode"), fields.pop("end_on")
    return Wanted(
        kind="collection",
        why="loan-end",
        depot=around.nearest(postcode).code,
        ready_on=end_on,
        due_on=working_day_after(end_on, within),
        **fields,
    )
