"""Recalls as they are shown: how far each is, and what of it is outstanding."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from budget.database import fetch, fetch_one
from budget.narrowing import narrowed
from equipment.people.visibility import sees_everyone, visible_people
from equipment.recalls.recall_form import (
    OUTSTANDING_MAX,
    Match,
    Outstanding,
    Recall,
    RecallHead,
    Status,
)
from equipment.recalls.recalls import missing
from equipment.staff.roles import Caller, check_may

_HEAD: Final = """
    r.id, r.seq, r.reference, r.title, r.severity, r.sku, r.part, r.batch, r.serial_from,
    r.serial_to, r.action, r.opened_at, r.opened_by, r.closed_at, r.closed_by,
    r.close_reason
"""
_MATCH: Final = ("sku", "part", "batch", "serial_from", "serial_to")


async def listed(
    caller: Caller, status: Status | None, *, before: int | None, limit: int
) -> list[RecallHead]:
    """The recalls before a sequence number, newest first: open, closed or any."""
    check_may(caller, "read recalls")
    conditions = {"r.seq < {}": before}
    where = {None: "", "open": " and r.closed_at is null", "closed": " and r.closed_at is not null"}
    sql, values = narrowed(_LISTED.replace("{status}", where[status]), conditions, limit)
    return [RecallHead(**_head(row)) for row in await fetch(sql, *values)]


_LISTED: Final = f"""
select {_HEAD} from recalls r where {{where}}{{status}} order by r.seq desc limit $1
"""  # noqa: S608 - column names from code


def _head(row: asyncpg.Record) -> dict[str, Any]:
    fields = {name: row[name] for name in RecallHead.__struct_fields__ if name in row.keys()}  # noqa: SIM118 - a record's `in` looks at values
    match = Match(**{name: row[name] for name in _MATCH})
    return fields | {"match": match, "status": "open" if row["closed_at"] is None else "closed"}


async def look_up(caller: Caller, recall: UUID, now: datetime) -> Recall:
    """One recall and how far it is, or Missing."""
    check_may(caller, "read recalls")
    row = await fetch_one(f"select {_HEAD} from recalls r where r.id = $1", recall)  # noqa: S608 - ours
    if row is None:
        raise missing()
    counts = await fetch_one(_COUNTS, recall)
    assert counts is not None
    outstanding = await _items(caller, recall, now, _ALL_OUTSTANDING, OUTSTANDING_MAX)
    told = dict(counts) | {"by_state": msgspec.json.decode(counts["by_state"])}
    return Recall(**_head(row), **told, outstanding=outstanding)


# Where an item is by now; what it was with somebody for, and is not any more, was collected.
STAGE: Final = """
case when n.ended_at is not null and n.clear_reason is not null then 'cleared'
    when i.state in ('scrapped', 'handed_back') then 'gone'
    when i.state in ('on_loan', 'given') then 'with_person'
    when i.state = 'lost' then 'not_found'
    when i.state in ('loaded', 'collected') then 'on_van'
    else 'in_store' end
"""
TOLD: Final = """
exists (select from recall_tellings t where t.recall = n.recall and t.outcome = 'told'
    and t.person = any(family_of(coalesce(i.person, n.person))))
"""
_COUNTS: Final = f"""
with each as materialized (
    select n.state, {STAGE} as stage, n.person is not null or i.person is not null as lent,
        i.state not in ('scrapped', 'given', 'handed_back', 'lost') and n.ended_at is null as held,
        i.state in ('on_loan', 'given') as out, n.item,
        n.person is not null and i.state not in ('on_loan', 'given', 'lost') as came_back,
        coalesce(i.person, n.person) as person
    from recall_items n join items i on i.id = n.item where n.recall = $1
), told as materialized (
    select distinct f.person from recall_tellings t
    cross join lateral unnest(family_of(t.person)) f (person)
    where t.recall = $1 and t.outcome = 'told'
)
select count(*)::int as found, count(*) filter (where held)::int as held,
    count(*) filter (where out)::int as with_people,
    count(*) filter (where person in (select person from told))::int as contacted,
    count(*) filter (where came_back)::int as collected,
    count(*) filter (where stage in ('gone', 'cleared'))::int as closed,
    count(*) filter (where stage = 'not_found')::int as not_found,
    count(*) filter (where stage not in ('gone', 'cleared'))::int as outstanding_items,
    (select coalesce(json_object_agg(state, many), '{{}}')::text
        from (select state, count(*) as many from each group by 1) s) as by_state
from each
"""  # noqa: S608 - our own text


async def items(  # noqa: PLR0913 - the filters of a list
    caller: Caller,
    recall: UUID,
    now: datetime,
    *,
    outstanding: bool,
    after: int,
    limit: int,
) -> list[Outstanding]:
    """The items of a recall after a key: all, or what is outstanding. Missing."""
    check_may(caller, "read recalls")
    if await fetch_one("select id from recalls where id = $1", recall) is None:
        raise missing()
    which = _ONLY_OUTSTANDING if outstanding else "true"
    return await _items(caller, recall, now, f"{which} and n.item > {int(after)}", limit)


_ONLY_OUTSTANDING: Final = """
(n.ended_at is null or n.clear_reason is null) and i.state not in ('scrapped', 'handed_back')
"""
_ALL_OUTSTANDING: Final = _ONLY_OUTSTANDING


async def _items(
    caller: Caller, recall: UUID, now: datetime, condition: str, limit: int
) -> list[Outstanding]:
    rows = await fetch(_ITEMS.format(condition=condition), recall, limit)
    return await _shown(caller, rows, now)


_ITEMS: Final = f"""
select i.code as item, i.sku, i.serial, i.batch, i.state, {STAGE} as stage, i.depot, i.van,
    (select coalesce(f.merged_into, f.id) from person_funders f
        where f.id = coalesce(i.person, n.person)) as person, {TOLD} as told, n.found_at,
    case when n.clear_reason is not null then n.ended_by end as cleared_by, n.clear_reason,
    n.item as seq
from recall_items n join items i on i.id = n.item
where n.recall = $1 and {{condition}} order by n.item limit $2
"""  # noqa: S608 - our own text


async def _shown(
    caller: Caller, rows: Sequence[asyncpg.Record], now: datetime
) -> list[Outstanding]:
    people = {row["person"] for row in rows if row["person"] is not None}
    seen = people
    if people and not sees_everyone(caller):
        seen = await visible_people(caller, people, now)
    return [_item(row, visible=row["person"] in seen) for row in rows]


def _item(row: asyncpg.Record, *, visible: bool) -> Outstanding:
    item = Outstanding(**row)
    return item if visible else msgspec.structs.replace(item, person=None, told=None)
