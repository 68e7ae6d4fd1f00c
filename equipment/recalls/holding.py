"""Holds by recalls: every item that one names, in one statement whatever their number.

Beside equipment/journal.py this is the only place that writes items and movements: two hundred
thousand movements are not sent to PostgreSQL one by one. What it writes of each is what the
lifecycle makes of it (equipment/lifecycle.py, recalled() and let_go()), which scripts/verify plays
again. Everything here happens within the caller's open transaction.

Nothing slips out: a recall locks all that it names, whatever its state, before it reads how that
stands, so that each scan comes before it or after it; and while it does, nothing is received.
See docs/adr/0033-recalls.md.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from budget.database import execute, fetch, fetch_one
from equipment.journal import STANDING

_LOCK: Final = "pg_advisory_xact_lock{}(hashtextextended('recalls', 0))"
_NAMES: Final = ", ".join(STANDING)
_REASON_MAX: Final = 500


async def lock_recalls() -> None:
    """Wait for whoever receives items or opens, clears or closes a recall; before any item."""
    await execute(f"select {_LOCK.format('')}")


async def lock_newcomers() -> None:
    """Wait for a recall that is being opened, and have later ones wait; before any item is locked.

    Whoever makes new items may do it afterwards: hold_newcomers() does, too.
    """
    await execute(f"select {_LOCK.format('_shared')}")


async def hold_newcomers(items: Sequence[int], skus: Sequence[str], now: datetime) -> None:
    """Hold those of these items that an open recall names: new ones, or with a part just fitted.

    After they are written. A recall that is being opened is waited for; one that is opened later
    waits for this transaction, and finds them.
    """
    await lock_newcomers()
    rows = await fetch(_OPEN, list(skus))
    if rows:
        sql = _HOLD.format(scope=_NEWCOMERS, actor="'system'", found_again=_FOUND_AGAIN)
        await execute(sql, now, list(items))


_OPEN: Final = """
select id from recalls where closed_at is null and (sku is null or sku = any($1::varchar[]))
limit 1
"""
_NEWCOMERS: Final = """
    from items i join recalls r on r.closed_at is null and (r.sku is null or r.sku = i.sku)
    where i.id = any($2::bigint[])
        and not exists (select from recall_items n
            where n.recall = r.id and n.item = i.id and n.ended_at is null)
        and exists (
            select from (
                select null as part, i.batch, i.serial
                union all select p.part, p.batch, p.serial from item_parts p
                where p.item = i.id and p.taken_at is null) thing
            where upper(thing.part) is not distinct from upper(r.part)
                and (r.batch_key is null or label_key(thing.batch) = r.batch_key)
                and (r.from_key is null or label_key(thing.serial) collate "C" >= r.from_key)
                and (r.to_key is null or label_key(thing.serial) collate "C" <= r.to_key))
"""


async def gather_in_memory() -> None:
    """Have the open transaction sort and keep in memory what a large recall is, not in files.

    It falls back at the transaction's end; one recall at a time does so.
    """
    await execute("set local work_mem = '64MB'")


async def hold_all(recall: UUID, condition: str, now: datetime, values: Sequence[object]) -> None:
    """Hold all that a recall names: `condition` says which items `i`, by values from `$3` on.

    After lock_recalls(). Those who have one of them in hand are waited for.
    """
    await fetch(_LOCK_ALL.format(condition=condition), now, recall, *values)
    scope = _ALL_OF_ONE.format(condition=condition)
    # In a statement after the lock: what whoever was waited for has written is seen.
    sql = _HOLD.format(scope=scope, actor="r.opened_by", found_again="")
    await execute(sql, now, recall, *values)


# In the order of their codes, as everybody does.
_LOCK_ALL: Final = """
select count(*) from (
    select from items i where {condition} and $1::timestamptz is not null
        and $2::uuid is not null
    order by i.code for update) locked
"""
_ALL_OF_ONE: Final = "from items i, recalls r where {condition} and r.id = $2::uuid"
# What the lifecycle makes of a standing `f`: recalled() and let_go(), for many at once.
_HELD: Final = {
    "held_at": "coalesce(f.held_at, f.at)",
    "recalled": "coalesce(f.recalled, case when f.held_at is null then 'alone' else 'also' end)",
}
_FREE: Final = {
    "held_at": "case f.recalled when 'alone' then null else f.held_at end",
    "recalled": "null",
}
_HELD_STANDING: Final = ", ".join(_HELD.get(name, f"f.{name}") for name in STANDING)
_FREE_STANDING: Final = ", ".join(_FREE.get(name, f"f.{name}") for name in STANDING)
# The ids of a statement's movements: one that is drawn, each ending in its item's number. Drawn one
# by one they took a tenth of the time; and what is alike stands together in the receipts' index, of
# which else a page would be written for each.
_DRAWN: Final = "drawn as materialized (select left(gen_random_uuid()::text, 24) as first)"
_ID: Final = "(drawn.first || lpad(to_hex({}), 12, '0'))::uuid"
# A recall that is opened finds all for the first time; one of a part that is fitted anew may not.
_FOUND_AGAIN: Final = """
    on conflict (recall, item) do update set found_at = excluded.found_at, state = excluded.state,
        person = excluded.person, hold = excluded.hold, ended_at = null, ended_by = null,
        clear_reason = null, visits_behind = excluded.visits_behind
"""
# One movement for each item, though several recalls name it; each recall has it on its list.
_HOLD: Final = f"""
with {_DRAWN}, found as materialized (
    select r.id as recall, r.seq as recall_seq, r.action = 'collect' as collect, i.id as item,
        {{actor}} as actor,
        left('Recall ' || r.reference || ': ' || r.title, {_REASON_MAX}) as reason,
        greatest($1::timestamptz, i.updated_at) as at, {", ".join(f"i.{name}" for name in STANDING)}
    {{scope}}
), firsts as materialized (
    select distinct on (item) found.*, {_ID.format("item")} as movement from found, drawn
    order by item, recall_seq
), standing as (
    update items i set newest_movement = f.movement, updated_at = f.at,
        held_at = {_HELD["held_at"]}, recalled = {_HELD["recalled"]}
    from firsts f where i.id = f.item
), listed as (
    insert into recall_items (recall, item, found_at, state, person, hold, visits_behind)
    select n.recall, n.item, n.at, n.state, n.person, f.movement, n.collect and n.state = 'on_loan'
    from found n join firsts f on f.item = n.item
    {{found_again}}
), kept as (
    insert into receipts (kind, id, caller, content, item, recorded_at)
    select 'scan', movement, '', '', item, at from firsts order by movement
)
insert into movements (id, item, action, from_state, occurred_at, recorded_at, actor, reason,
    details, {_NAMES})
select movement, item, 'hold', state, at, at, actor, reason,
    jsonb_build_object('recall', recall), {_HELD_STANDING}
from firsts f
"""  # noqa: S608 - column names from code


async def products_set_aside(recall: UUID) -> list[str]:
    """The products of what a recall found set aside, for somebody's order or by hand."""
    return [row["sku"] for row in await fetch(_SET_ASIDE, recall)]


_SET_ASIDE: Final = """
select distinct i.sku from recall_items n join items i on i.id = n.item
where n.recall = $1 and n.state in ('allocated', 'loaded') order by i.sku
"""


async def end_promises(recall: UUID) -> None:
    """End the promises of what a recall holds: whoever waits for it waits for another one.

    After the queues of its products are locked.
    """
    await execute(_UNPROMISE, recall)


_UNPROMISE: Final = """
delete from promises where item in (
    select n.item from recall_items n where n.recall = $1 and n.state in ('allocated', 'loaded'))
"""


async def let_go(recall: UUID, item: int | None, actor: str, reason: str, now: datetime) -> int:
    """Let go what a recall holds, or one item of it; how many items that were.

    What another recall or anything else holds stays on hold. After lock_recalls(), and with those
    items locked by `lock_held()`.
    """
    row = await fetch_one(_LET_GO, recall, item, actor, reason[:_REASON_MAX], now)
    assert row is not None
    return int(row["released"])


async def lock_held(recall: UUID, item: int | None) -> None:
    """Lock what a recall holds, or one item of it, in the order of their codes."""
    await fetch(_LOCK_HELD, recall, item)


_LOCK_HELD: Final = """
select count(*) from (
    select from items i where i.id in (
        select n.item from recall_items n where n.recall = $1 and n.ended_at is null
            and ($2::bigint is null or n.item = $2))
    order by i.code for update) locked
"""
# One that another open recall holds as well has no movement: nothing changes for it.
_LET_GO: Final = f"""
with {_DRAWN}, ended as materialized (
    select n.id, n.item, i.*, greatest($5::timestamptz, i.updated_at) as at,
        {_ID.format("n.item")} as movement,
        exists (select from recall_items o join recalls r on r.id = o.recall
            where o.item = n.item and o.recall <> $1 and o.ended_at is null
                and r.closed_at is null) as held_on
    from recall_items n join lateral (
        select {", ".join(f"x.{name}" for name in STANDING)}, x.updated_at
        from items x where x.id = n.item) i on true cross join drawn
    where n.recall = $1 and n.ended_at is null and ($2::bigint is null or n.item = $2)
), free as materialized (
    select * from ended where not held_on and recalled is not null
), standing as (
    update items i set newest_movement = f.movement, updated_at = f.at,
        held_at = {_FREE["held_at"]}, recalled = {_FREE["recalled"]}
    from free f where i.id = f.item
), told as (
    update recall_items n set ended_at = e.at, ended_by = $3,
        visits_behind = e.person is not null and exists (
            select from recalls r where r.id = $1 and r.action = 'collect'),
        clear_reason = case when $2::bigint is null then null else $4 end
    from ended e where n.id = e.id
), kept as (
    insert into receipts (kind, id, caller, content, item, recorded_at)
    select 'scan', movement, '', '', item, at from free order by movement
), moved as (
    insert into movements (id, item, action, from_state, occurred_at, recorded_at, actor, reason,
        details, {_NAMES})
    select movement, item, 'release', state, at, at, $3, left($4, {_REASON_MAX}),
        jsonb_build_object('recall', $1::uuid), {_FREE_STANDING}
    from free f
)
select count(*) as released from free
"""  # noqa: S608 - column names from code
