"""Visits are made: whatever is to be done goes onto one visit to the same address.

Several processes may make them at once: one does, the others wait (lock_making()), and PostgreSQL
itself keeps a thing from being on two open visits. What asks for a visit never calls this room:
it is found by logistics/visits/news.py, or asked for by somebody (logistics/visits/collecting.py).
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Final
from uuid import UUID, uuid4

import asyncpg
import msgspec
from msgspec.structs import replace

from budget.database import execute, fetch, insert
from budget.years import london_day
from equipment.staff.roles import SYSTEM
from logistics.visits.visit_form import DAY_FROM, DAY_TO, Kind, TimeWindow, Why


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do at somebody's address: what of an order's line to bring, or an item."""

    kind: Kind
    person: UUID
    depot: str
    why: Why
    ready_on: date
    due_on: date
    funder: str | None = None
    order_line: UUID | None = None
    item: int | None = None
    loan: UUID | None = None
    sku: str | None = None
    quantity: int = 1
    delivered: int = 0
    checks: tuple[str, ...] = ()
    request: UUID | None = None


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody asked for it: when it suits them, and what the crew is to know."""

    window_from: time = DAY_FROM
    window_to: time = DAY_TO
    notes: str | None = None
    repeats: UUID | None = None
    attempt: int = 1

    @property
    def is_usual(self) -> bool:
        """Whether any time of day will do, so that it can go with others."""
        return replace(self, notes=None) == _USUAL


_USUAL: Final = Manner()


class _Open(msgspec.Struct):
    """A visit that could take more."""

    id: UUID
    person: UUID
    depot: str
    ready_on: date
    due_on: date


def manner_of(window: TimeWindow | None, notes: str | None) -> Manner:
    """What a form says of it."""
    if window is None:
        return Manner(notes=notes)
    begins, ends = time.fromisoformat(window.start), time.fromisoformat(window.end)
    return Manner(window_from=begins, window_to=ends, notes=notes)


async def lock_making() -> None:
    """Wait for whoever else makes visits, until the open transaction ends.

    After items, queues and orders, which whoever makes visits does not lock any more.
    """
    await execute("select pg_advisory_xact_lock(hashtextextended('visits', 0))")


async def put_on_visits(
    wanted: Sequence[Wanted], now: datetime, manner: Manner = _USUAL, actor: str = SYSTEM
) -> list[UUID]:
    """Put each thing on an open visit to the same person, or on a new one; on which each is.

    Within the caller's open transaction, in whose sight the people are, after lock_making(). What
    is wanted in a manner of its own goes on one of its own.
    """
    if not wanted:
        return []
    people = sorted({each.person for each in wanted})
    found = await fetch(_OPEN, people) if manner.is_usual else []
    open_visits = [_Open(**row) for row in found]
    fresh: list[_Open] = []
    joined: set[UUID] = set()
    chosen: list[UUID] = []
    for each in wanted:
        visit = _fitting(open_visits, each)
        if visit is None:
            visit = _Open(uuid4(), each.person, each.depot, each.ready_on, each.due_on)
            open_visits.append(visit)
            fresh.append(visit)
        elif visit not in fresh:
            joined.add(visit.id)
        visit.ready_on = max(visit.ready_on, each.ready_on)
        visit.due_on = min(visit.due_on, each.due_on)
        chosen.append(visit.id)
    pairs = list(zip(chosen, wanted, strict=True))
    payers = {visit: each.funder for visit, each in reversed(pairs)}
    await _make(fresh, payers, manner, now)
    await _move_days([visit for visit in open_visits if visit.id in joined])
    lines = [_line(visit, each, now) for visit, each in pairs]
    await execute(_LINES, *(list(values) for values in zip(*lines, strict=True)))
    await place([visit.id for visit in fresh], manner.notes)
    made = [visit.id for visit in fresh]
    if manner.notes is not None and joined:
        await execute(_TELL, sorted(joined), manner.notes)
    await note_each(dict.fromkeys(made, "made") | dict.fromkeys(joined, "joined"), actor, now)
    return chosen


def _fitting(visits: Iterable[_Open], wanted: Wanted) -> _Open | None:
    """The first that can take it along, on a day that suits both."""
    for visit in visits:
        ready, due = max(visit.ready_on, wanted.ready_on), min(visit.due_on, wanted.due_on)
        if (visit.person, visit.depot) == (wanted.person, wanted.depot) and ready <= due:
            return visit
    return None


# One for which somebody named a time, or that is tried again, is left as it is.
_OPEN: Final = f"""
select id, person, depot, ready_on, due_on from visits
where person = any($1::uuid[]) and status = 'open' and attempt = 1
    and window_from = '{DAY_FROM}' and window_to = '{DAY_TO}' and deferred_from is null
order by due_on, seq for update
"""  # noqa: S608 - times from code


async def _make(
    fresh: Sequence[_Open], payers: dict[UUID, str | None], manner: Manner, now: datetime
) -> None:
    rows = [
        (each.id, each.person, each.depot, payers[each.id], each.ready_on, each.due_on,
            manner.window_from, manner.window_to, manner.repeats, manner.attempt, now)
        for each in fresh
    ]  # fmt: skip
    await insert("visits", _VISIT, rows)


_VISIT: Final = {
    "id": "uuid",
    "person": "uuid",
    "depot": "varchar",
    "funder": "varchar",
    "ready_on": "date",
    "due_on": "date",
    "window_from": "time",
    "window_to": "time",
    "repeats": "uuid",
    "attempt": "smallint",
    "made_at": "timestamptz",
}


async def _move_days(visits: Sequence[_Open]) -> None:
    if visits:
        ids = [visit.id for visit in visits]
        days = [visit.ready_on for visit in visits], [visit.due_on for visit in visits]
        await execute(_DAYS, ids, *days)


_DAYS: Final = """
update visits v set ready_on = n.ready_on, due_on = n.due_on, version = v.version + 1
from unnest($1::uuid[], $2::date[], $3::date[]) n (id, ready_on, due_on) where v.id = n.id
"""


def _line(visit: UUID, wanted: Wanted, now: datetime) -> tuple[object, ...]:
    return (
        uuid4(), visit, wanted.kind, wanted.order_line, wanted.item, wanted.loan, wanted.sku,
        wanted.funder, wanted.delivered, wanted.quantity, "{" + ",".join(wanted.checks) + "}",
        wanted.request, wanted.why, wanted.due_on, now,
    )  # fmt: skip


# The checks come as text: an array of arrays would be taken apart.
_LINES: Final = """
insert into visit_lines (id, visit, kind, order_line, item, loan, sku, funder, delivered, quantity,
    checks, request, why, due_on, made_at)
select n.id, n.visit, n.kind, n.order_line, n.item, n.loan, n.sku, n.funder, n.delivered,
    n.quantity, n.checks::varchar[], n.request, n.why, n.due_on, n.made_at
from unnest($1::uuid[], $2::uuid[], $3::varchar[], $4::uuid[], $5::bigint[], $6::uuid[],
    $7::varchar[], $8::varchar[], $9::integer[], $10::integer[], $11::text[], $12::uuid[],
    $13::varchar[], $14::date[], $15::timestamptz[])
    with ordinality n (id, visit, kind, order_line, item, loan, sku, funder, delivered, quantity,
        checks, request, why, due_on, made_at, place)
order by n.place
"""


async def place(visits: Sequence[UUID], notes: str | None) -> None:
    """Say where new visits go: where the person is on the due day."""
    if visits:
        await execute(_PLACE, visits, notes)


_TELL: Final = """
update visit_places set notes = left(concat_ws(E'\n', notes, $2::text), 2000)
where visit = any($1::uuid[])
"""
# Whoever a visit is to, by the record that goes on (docs/adr/0017-merged-people.md), and where they
# stay on its due day, whichever record says so, else where they live.
WHERE: Final = """
join people s on s.id = v.person join people p on p.id = coalesce(s.merged_into, s.id)
cross join lateral (
    (select a.address, a.postcode, coalesce(a.phone, p.phone) as phone, a.access_notes, 1 as rank
    from person_addresses a where a.person = any(family_of(p.id)) and a.kind = 'temporary'
        and v.due_on between a.from_on and a.until_on
    order by a.id desc limit 1)
    union all
    select p.address, p.postcode, p.phone, p.access_notes, 2
    order by rank limit 1
) w
"""
_PLACE: Final = f"""
insert into visit_places (visit, person, address, postcode, phone, access_notes, notes)
select v.id, v.person, w.address, w.postcode, w.phone, w.access_notes, $2
from visits v {WHERE}
where v.id = any($1::uuid[])
"""  # noqa: S608 - our own text


async def note_each(kinds: dict[UUID, str], actor: str, now: datetime) -> None:
    """Put on record what was done about visits."""
    await insert("visit_events", _EVENT, [(each, kind, now, actor) for each, kind in kinds.items()])


_EVENT: Final = {"visit": "uuid", "kind": "varchar", "at": "timestamptz", "actor": "varchar"}


def wanted_again(row: asyncpg.Record, ready_on: date, due_on: date) -> Wanted:
    """A line that was not done, wanted once more; of an order's, what is still to be brought."""
    own = ("kind", "person", "depot", "why", "funder", "order_line", "item", "loan", "sku",
        "request", "quantity", "delivered")  # fmt: skip
    fields = {name: row[name] for name in own} | {"checks": tuple(row["checks"])}
    if row["order_line"] is not None:
        fields["delivered"] = row["now_delivered"]
        fields["quantity"] = max(1, row["ordered"] - row["now_delivered"])
    return Wanted(**fields, ready_on=ready_on, due_on=due_on)


def not_before_today(wanted: Wanted, now: datetime) -> Wanted:
    """The same, for what was to be done before today already."""
    today = london_day(now)
    ready = max(wanted.ready_on, today)
    return replace(wanted, ready_on=ready, due_on=max(wanted.due_on, ready))
