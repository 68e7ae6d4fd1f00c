"""Visits as they are shown, and who may see which."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, cast
from uuid import UUID

import asyncpg
import msgspec

from budget.database import fetch, fetch_one
from budget.narrowing import narrowed
from budget.refusals import Missing
from equipment.people.looks import note as note_looks
from equipment.people.visibility import in_sight_of, seen_as, visible_people
from equipment.staff.roles import (
    ADMINISTRATOR,
    AUDITOR,
    COORDINATOR,
    DEPOT,
    TECHNICIAN,
    Caller,
    check_may,
)
from logistics.visits.visit_form import Event, Skill, Status, TimeWindow, Visit, VisitRecord
from logistics.visits.visit_lines import effort_for, kind_of, lines_of, shown_line

# Whoever loads a van or drives it sees what goes; for whom and where to, only who sees the person.
_SEE_ALL: Final = frozenset({ADMINISTRATOR, COORDINATOR, AUDITOR, DEPOT, TECHNICIAN})
_NOWHERE: Final = dict.fromkeys(("address", "postcode", "phone", "access_notes", "notes"))
FIRST: Final = (date.min, 0)


class Search(msgspec.Struct, frozen=True):
    """Which visits are asked for: None is any."""

    status: Status | None = None
    due_before: date | None = None
    person: UUID | None = None


async def look_up(caller: Caller, visit: UUID, now: datetime) -> VisitRecord:
    """A visit with all that was done about it; Missing where it is not theirs to see."""
    check_may(caller, "read visits")
    async with in_sight_of(caller, now):
        await check_visible(caller, visit, now)
        shown = await shown_visit(caller, visit, now)
        history = [Event(**row) for row in await fetch(_HISTORY, visit)]
    fields = {name: getattr(shown, name) for name in Visit.__struct_fields__}
    return VisitRecord(**fields, history=history)


_HISTORY: Final = "select kind, at, actor from visit_events where visit = $1 order by id limit 500"


async def check_visible(caller: Caller, visit: UUID, now: datetime) -> None:
    """Raise Missing unless it is there and the caller's to see.

    Those of people whom they may see, and those at the cost of one of their partners.
    """
    row = await fetch_one(_WHOSE, visit)
    if row is None or not await _sees(caller, row, now):
        raise missing()


def missing() -> Missing:
    """That there is no such visit: the same words where it is somebody else's."""
    return Missing("visit-not-found", "There is no such visit.")


_WHOSE: Final = """
select v.person, array(select distinct funder from visit_lines n
    where n.visit = v.id and funder is not null) as funders
from visits v where v.id = $1
"""


async def _sees(caller: Caller, row: asyncpg.Record, now: datetime) -> bool:
    if caller.roles & _SEE_ALL or caller.partners & set(row["funders"]):
        return True
    return bool(await visible_people(caller, [row["person"]], now))


async def listed(
    caller: Caller, search: Search, now: datetime, *, after: tuple[date, int], limit: int
) -> list[tuple[tuple[date, int], Visit]]:
    """Visits with their keys, by due day: of one status, person or time, or of any.

    Those that the caller may see: of a person who is theirs to see, all.
    """
    check_may(caller, "read visits")
    async with in_sight_of(caller, now):
        sees_all = bool(caller.roles & _SEE_ALL)
        if search.person is not None and not sees_all:
            sees_all = bool(await visible_people(caller, [search.person], now))
        asked: dict[str, object] = {
            f"(v.due_on, v.seq) > ({{}}::date, {after[1]:d})": after[0],
            "v.status = {}": search.status,
            "v.due_on < {}": search.due_before,
            "v.person = any(family_of({}))": search.person,
        }
        if sees_all:
            sql, values = narrowed(_LISTED, asked, limit)
        else:
            sql, values = narrowed(_LISTED_OWN, asked, limit, sorted(caller.partners))
        rows = await fetch(sql, *values)
        shown = await shown_visits(caller, [row["id"] for row in rows], now)
    return [((row["due_on"], row["seq"]), shown[row["id"]]) for row in rows]


_LISTED: Final = """
select v.id, v.due_on, v.seq from visits v where {where} order by v.due_on, v.seq limit $1
"""
# By the index of each partner: never through everybody's.
_LISTED_OWN: Final = """
select id, due_on, seq from unnest($2::varchar[]) theirs (ods) cross join lateral (
    select v.id, v.due_on, v.seq from visits v where v.funder = theirs.ods and {where}
    order by v.due_on, v.seq limit $1) v
order by due_on, seq limit $1
"""


async def shown_visit(caller: Caller, visit: UUID, now: datetime) -> Visit:
    """A visit that is known to be there, in the caller's sight."""
    return (await shown_visits(caller, [visit], now))[visit]


async def shown_visits(caller: Caller, visits: Sequence[UUID], now: datetime) -> dict[UUID, Visit]:
    """Visits by their ids, within a transaction in the caller's sight; each person is a look."""
    if not visits:
        return {}
    rows = await fetch(_SHOWN, visits)
    lines = await lines_of(visits)
    seen = await seen_as(caller, {row["person"] for row in rows}, now)
    places = {row["visit"]: row for row in await fetch(_PLACES, visits)} if seen else {}
    await note_looks(caller, set(seen.values()), now, "visit")
    return {
        row["id"]: _visit(row, lines[row["id"]], seen.get(row["person"]), places.get(row["id"]))
        for row in rows
    }


_SHOWN: Final = """
select v.id, v.status, v.person, v.due_on, v.ready_on, v.deferred_from, v.window_from, v.window_to,
    v.crew, v.depot, v.funder, v.attempt, v.repeats, v.made_at, v.ended_at, v.reason, v.fault,
    v.version, coalesce(v.round, (
        select r.id from round_stops s join rounds r on r.id = s.round and r.status = 'draft'
        where s.visit = v.id and v.status = 'open' order by r.day desc limit 1)) as round
from visits v where v.id = any($1::uuid[])
"""
_PLACES: Final = """
select visit, address, postcode, phone, access_notes, notes from visit_places
where visit = any($1::uuid[])
"""


def _visit(
    row: asyncpg.Record,
    lines: Sequence[asyncpg.Record],
    person: UUID | None,
    place: asyncpg.Record | None,
) -> Visit:
    where: Any = place if person is not None and place is not None else _NOWHERE
    effort = effort_for(lines)
    own = ("id", "status", "due_on", "deferred_from", "round", "depot", "funder", "attempt",
        "repeats", "made_at", "ended_at", "fault", "version")  # fmt: skip
    return Visit(
        **{name: row[name] for name in own},
        kind=kind_of(lines),
        person=person,
        address=where["address"],
        postcode=where["postcode"],
        phone=where["phone"],
        access_notes=where["access_notes"],
        notes=where["notes"],
        lines=[shown_line(line) for line in lines],
        ready_from=row["ready_on"],
        window=TimeWindow(f"{row['window_from']:%H:%M}", f"{row['window_to']:%H:%M}"),
        crew=max(effort.crew, row["crew"]),
        needs=cast("list[Skill]", sorted(effort.needs)),
        minutes=effort.minutes,
        # What somebody wrote about a person is told with the person.
        reason=row["reason"] if person is not None else None,
    )


async def names_of(caller: Caller, shown: Sequence[Visit], now: datetime) -> dict[UUID, str]:
    """The names of whom visits are made to, by person: of those shown to the caller with them."""
    people = sorted({each.person for each in shown if each.person is not None})
    async with in_sight_of(caller, now):
        rows = await fetch("select id, name from people where id = any($1::uuid[])", people)
    return {row["id"]: row["name"] for row in rows}


async def visits_of_orders(orders: Sequence[UUID]) -> dict[UUID, UUID]:
    """The visit on which each order is, or was last, to be delivered."""
    rows = await fetch(_OF_ORDERS, orders)
    return {row["order"]: row["visit"] for row in rows}


async def first_visit_of(order: UUID) -> UUID | None:
    """The visit on which an order was to be delivered at first."""
    row = await fetch_one(_FIRST_OF, order)
    return None if row is None else row["visit"]


_FIRST_OF: Final = """
select n.visit from order_lines l join visit_lines n on n.order_line = l.id
where l."order" = $1 order by n.seq limit 1
"""


_OF_ORDERS: Final = """
select distinct on (l."order") l."order", n.visit
from order_lines l join visit_lines n on n.order_line = l.id
where l."order" = any($1::uuid[])
order by l."order", (n.closed_at is null) desc, n.seq desc
"""
