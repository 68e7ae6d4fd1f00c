"""One person's timeline: what they had and have, what is on order, and what became of them."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from budget.database import fetch
from equipment.people.looks import look
from equipment.people.visibility import in_sight_of
from equipment.staff.roles import Caller, check_may


class Happening(msgspec.Struct, frozen=True):
    """One thing that happened: `item` is its code, `detail` a word or two, `by` who said so."""

    at: datetime
    kind: str
    item: str | None
    sku: str | None
    name: str | None
    order: UUID | None
    detail: str | None
    by: str | None


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ends: happenings of one moment are told apart by a text of their own."""

    at: datetime
    ref: str


async def listed(
    caller: Caller, person: UUID, now: datetime, *, before: Place | None, limit: int
) -> list[tuple[Place, Happening]]:
    """What happened to a person and for them, newest first; the look is noted.

    Missing where they are not the caller's to see.
    """
    check_may(caller, "read people")
    async with in_sight_of(caller, now):
        await look(caller, [person], now, "timeline")
        at, ref = (before.at, before.ref) if before else (None, None)
        rows = await fetch(_TIMELINE, person, at, ref, limit)
        return [(Place(row["at"], row["ref"]), Happening(*list(row)[1:])) for row in rows]


# A source for each kind; each is one person's, so that none is longer than a life.
_SOURCES: Final = (
    """
    select 'registered ' || p.id as ref, p.created_at as at, 'registered' as kind,
        null as item, null as sku, null as name, null::uuid as order, null as detail,
        p.created_by as by
    from people p where p.id = any(family_of($1))
    """,
    """
    select 'event ' || e.id, e.recorded_at, e.kind, null, null, null, null,
        e.happened_on::text, e.recorded_by
    from person_events e where e.person = any(family_of($1)) and e.withdrawn_at is null
    """,
    """
    select 'address ' || a.id, a.recorded_at, 'address', null, null, null, null,
        case a.kind when 'home' then 'home' else a.from_on || ' to ' || a.until_on end,
        a.recorded_by
    from person_addresses a where a.person = any(family_of($1))
    """,
    """
    select 'merge ' || m.gone, m.merged_at, 'merged', null, null, null, null, m.reason, m.merged_by
    from person_merges m where m.survivor = any(family_of($1))
    """,
    """
    select 'loan ' || l.id, l.began_at, 'delivered', i.code, i.sku, r.name, null, null, null
    from loans l join items i on i.id = l.item join products r on r.sku = i.sku
    where l.person = any(family_of($1)) and not exists (
        select from receipts u where u.id = l.id and u.kind = 'undo')
    """,
    """
    select 'end ' || l.id, e.occurred_at, 'loan ended', i.code, i.sku, r.name, null, e.action,
        e.actor
    from loans l join items i on i.id = l.item join products r on r.sku = i.sku
    cross join lateral (
        select m.action, m.occurred_at, m.actor from movements m
        where m.item = l.item and m.loan = l.id and m.loan_phase <> 'open'
            and m.action <> 'undo' and m.recorded_at >= l.began_at - interval '5 minutes'
            and not exists (select from receipts u where u.id = m.id and u.kind = 'undo')
        order by m.seq limit 1
    ) e
    where l.person = any(family_of($1))
    """,
    """
    select 'order ' || v.id, v.at, 'order ' || v.kind, null, null, g.names, o.id, o.status, v.actor
    from orders o join order_events v on v."order" = o.id
    cross join lateral (
        select string_agg(coalesce(p.name, l.special ->> 'description'), ', ' order by l.place)
            as names
        from order_lines l left join products p on p.sku = l.sku where l."order" = o.id
    ) g
    where o.person = any(family_of($1))
    """,
)
_TIMELINE: Final = f"""
select t.ref, t.at, t.kind, t.item, t.sku, t.name, t.order, t.detail, t.by
from ({" union all ".join(_SOURCES)}) t
where $2::timestamptz is null or (t.at, t.ref) < ($2, $3::text)
order by t.at desc, t.ref desc limit $4
"""  # noqa: S608 - sources from code
