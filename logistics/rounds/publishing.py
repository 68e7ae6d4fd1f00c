"""Rounds are published: their visits are promised, and their crews see whom they go to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from budget.database import execute, fetch, fetch_one, transaction
from budget.refusals import Refused
from equipment.orders.order_standing import say_scheduled
from equipment.people.visibility import EVERYONE
from equipment.staff.roles import Caller, check_may
from logistics.rounds.drafts import check_version, lock_plan
from logistics.rounds.round_form import PlannedDay, Round, Seen
from logistics.rounds.rounds import missing, planned_day, shown_round
from logistics.visits.ending import free_orders
from logistics.visits.making import note_each


async def publish(caller: Caller, number: UUID, now: datetime) -> Round:
    """Publish one van's round, in place of the one before; published already, it stays so.

    Missing where there is none, Refused `round-superseded` where a newer one was published since,
    `round-out-of-date` where a visit has ended or is on another day's round, `van-closed` where the
    depot has the van no more.
    """
    check_may(caller, "plan rounds")
    async with transaction(viewer=EVERYONE):
        row = await fetch_one(_WHOSE, number)
        if row is None:
            raise missing()
        plan = await lock_plan(row["depot"], row["day"])
        current = await fetch_one(_ROUND, number)
        if current is None:
            raise missing()
        if current["status"] == "superseded":
            raise Refused("round-superseded", "A newer round of this van was published since.")
        if current["status"] == "draft":
            await _publish(caller, [current], now)
            await _next_version(plan["id"])
    return await shown_round(number)


_WHOSE: Final = """
select p.depot, p.day from rounds r join day_plans p on p.id = r.plan where r.id = $1
"""
_ROUND: Final = "select id, van, day, status from rounds where id = $1"


async def publish_day(caller: Caller, seen: Seen, now: datetime) -> PlannedDay:
    """Publish all of a depot's day as it was seen: raises as publish() does, or `plan-changed`.

    A van that has no round in it any more goes nowhere, and what it had not begun is open again.
    """
    check_may(caller, "plan rounds")
    async with transaction(viewer=EVERYONE):
        plan = await lock_plan(seen.depot, seen.date)
        check_version(plan, seen.version)
        drafts = await fetch(_DRAFTS, plan["id"])
        if drafts:
            await _publish(caller, drafts, now)
            await _give_up(await fetch(_IDLE, plan["id"], [each["van"] for each in drafts]), now)
            await _next_version(plan["id"])
        elif visits := await fetch(_NO_LONGER, plan["id"]):
            # No van goes out any more: what was promised is on none.
            await _free(visits, now)
            await execute(_NOTHING_DONE, list({each["round"] for each in visits}))
            await _next_version(plan["id"])
    return await planned_day(seen.depot, seen.date)


_DRAFTS: Final = """
select id, van, day, status from rounds where plan = $1 and status = 'draft' order by van
"""
_NO_LONGER: Final = """
select v.id, v.round from day_plans p cross join lateral jsonb_array_elements(p.unplanned) u
join visits v on v.id = (u ->> 'visit')::uuid and v.status = 'planned'
join rounds r on r.id = v.round and r.plan = p.id and r.status = 'published'
where p.id = $1 order by v.id for update of v
"""
_IDLE: Final = """
select id, van, day, status from rounds
where plan = $1 and status = 'published' and van <> all($2::varchar[]) order by van
"""


async def _next_version(plan: UUID) -> None:
    await execute("update day_plans set version = version + 1 where id = $1", plan)


async def _publish(caller: Caller, drafts: Sequence[asyncpg.Record], now: datetime) -> None:
    numbers = [each["id"] for each in drafts]
    await _check_vans(numbers)
    stops = await fetch(_STOPS, numbers)
    wrong = [stop["visit"] for stop in stops if not stop["still"]]
    if wrong:
        words = "A visit on it has ended, or is on another round. Plan the day anew."
        raise Refused("round-out-of-date", words, visits=wrong)
    vans, day = [each["van"] for each in drafts], drafts[0]["day"]
    before = await fetch(_BEFORE, vans, day)
    await execute(_SUPERSEDE, [each["id"] for each in before])
    await execute(_STILL_LATE, numbers, [each["id"] for each in before])
    await execute(_PUBLISH, numbers, now, caller.username)
    fresh = {stop["visit"] for stop in stops if stop["status"] == "open"}
    await execute(_PUT_ON, [stop["visit"] for stop in stops], [stop["round"] for stop in stops])
    await _free(await fetch(_LEFT_BEHIND, [each["id"] for each in before]), now)
    await say_scheduled([row["order"] for row in await fetch(_ORDERS, numbers)], scheduled=True)
    await note_each(dict.fromkeys(sorted(fresh), "planned"), caller.username, now)


async def _check_vans(numbers: Sequence[UUID]) -> None:
    """Refused where a van is another depot's by now, or out of use; held, so that it stays so."""
    out = [row["code"] for row in await fetch(_VANS, numbers) if row["gone"]]
    if out:
        words = f"This depot no longer has {' and '.join(out)} on that day. Plan the day anew."
        raise Refused("van-closed", words, vans=out)


_VANS: Final = """
select n.code, n.depot <> p.depot or n.closed_from <= r.day as gone
from rounds r join day_plans p on p.id = r.plan join vans n on n.code = r.van
where r.id = any($1::uuid[]) order by n.code for share of n
"""
# Held in one order, as everybody does. One on the way or done is part of a round that goes on.
_STOPS: Final = """
with held as materialized (
    select v.id, v.status, v.round from visits v
    where v.id in (select visit from round_stops where round = any($1::uuid[]))
    order by v.id for update
)
select s.round, s.visit, h.status, h.status = 'open' or o.plan = r.plan as still
from round_stops s join rounds r on r.id = s.round join held h on h.id = s.visit
left join rounds o on o.id = h.round
where s.round = any($1::uuid[])
"""
_BEFORE: Final = """
select id from rounds where van = any($1::varchar[]) and day = $2 and status = 'published'
"""
_SUPERSEDE: Final = "update rounds set status = 'superseded' where id = any($1::uuid[])"
# What a crew said before it was planned is in the times; what it has said since is said of these.
_STILL_LATE: Final = """
insert into round_delays (id, round, minutes, said_at, said_by)
select gen_random_uuid(), n.id, d.minutes, d.said_at, d.said_by
from rounds n join day_plans p on p.id = n.plan
join rounds b on b.id = any($2::uuid[]) and b.van = n.van and b.day = n.day
cross join lateral (select minutes, said_at, said_by from round_delays where round = b.id
    order by said_at desc, seq desc limit 1) d
where n.id = any($1::uuid[]) and d.said_at > p.made_at
"""
_PUBLISH: Final = """
update rounds set status = 'published', published_at = $2, published_by = $3
where id = any($1::uuid[])
"""
_PUT_ON: Final = """
update visits v set round = n.round, version = v.version + 1,
    status = case when v.status = 'open' then 'planned' else v.status end
from unnest($1::uuid[], $2::uuid[]) n (id, round) where v.id = n.id
"""
_LEFT_BEHIND: Final = """
select id from visits where round = any($1::uuid[]) and status = 'planned' order by id
"""
_ORDERS: Final = """
select distinct l."order" from visits v
join visit_lines n on n.visit = v.id and n.closed_at is null
join order_lines l on l.id = n.order_line where v.round = any($1::uuid[])
"""


async def _free(visits: Sequence[asyncpg.Record], now: datetime) -> None:
    """Have visits be open again that were promised and are on no round any more."""
    ids = [row["id"] for row in visits]
    if ids:
        await execute(_OPEN, ids)
        await free_orders(ids)
        await note_each(dict.fromkeys(ids, "unplanned"), "system", now)


_OPEN: Final = """
update visits set status = 'open', round = null, version = version + 1
where id = any($1::uuid[]) and status = 'planned'
"""


async def _give_up(rounds: Sequence[asyncpg.Record], now: datetime) -> None:
    """Let go what vans without a draft had not begun; a round on which nothing was is no more."""
    ids = [row["id"] for row in rounds]
    await _free(await fetch(_LEFT_BEHIND, ids), now)
    await execute(_NOTHING_DONE, ids)


_NOTHING_DONE: Final = """
update rounds r set status = 'superseded' where id = any($1::uuid[])
    and not exists (select from visits v where v.round = r.id)
"""
