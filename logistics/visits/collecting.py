"""Visits that somebody asks for: collections, repairs, services and swaps."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from budget.database import fetch, fetch_one
from budget.refusals import Fault, Refused, Wrong
from budget.wording import text_faults
from budget.years import london_day
from equipment import receipts
from equipment.content import content_hash
from equipment.naming import items_named
from equipment.people import looks
from equipment.people.visibility import in_sight_of
from equipment.serving_depots import ServingDepot, serving_depot
from equipment.staff.roles import Caller, check_may
from equipment.working_days import counted_on, working_day_after
from logistics.visits.catching_up import catch_up_for
from logistics.visits.first_answers import as_answered, kept_answer
from logistics.visits.making import Manner, Wanted, lock_making, manner_of, put_on_visits
from logistics.visits.news import COLLECT_WITHIN, REPAIR_WITHIN
from logistics.visits.visit_form import (
    NOTES_MAX,
    REASON_MAX,
    Kind,
    NewCollection,
    NewVisit,
    TimeWindow,
    Visit,
    window_faults,
)
from logistics.visits.visits import shown_visit

_RECEIPT: Final = "visit"
_AHEAD_MAX: Final = timedelta(days=366)


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for, once it is tidied."""

    person: UUID
    kind: Kind
    items: Sequence[str] | None
    ready_from: date | None
    due_on: date | None
    manner: Manner


async def collect(caller: Caller, new: NewCollection, now: datetime) -> Visit:
    """Have things fetched from somebody; a repeat of `id` gets the first answer again.

    The visit they are on: one to the same address that takes them along, else a new one. Raises
    Wrong where a field is, Missing where the person is not the caller's to see, Refused
    `item-not-with-person`, `nothing-on-loan`, and `already-asked` with the `visit`.
    """
    check_may(caller, "ask for collections")
    manner = _manner(new.reason, new.notes, new.window)
    items = None if new.items == "all" else new.items
    asked = _Asked(
        person=new.person,
        kind="collection",
        items=items,
        ready_from=new.ready_from,
        due_on=None,
        manner=manner,
    )
    return await _ask(caller, new.id, new, asked, now)


async def ask(caller: Caller, new: NewVisit, now: datetime) -> Visit:
    """Have things mended, serviced or swapped where they are: otherwise as collect()."""
    check_may(caller, "ask for visits")
    asked = _Asked(
        person=new.person,
        kind=new.kind,
        items=new.items,
        ready_from=new.ready_from,
        due_on=new.due_on,
        manner=_manner(new.reason, new.notes, new.window),
    )
    return await _ask(caller, new.id, new, asked, now)


def _manner(reason: str | None, notes: str | None, window: TimeWindow | None) -> Manner:
    """When it suits them, and what the crew is told: the reason is part of that."""
    words = [(text or "").strip() or None for text in (reason, notes)]
    faults = [
        *text_faults("reason", words[0], REASON_MAX),
        *text_faults("notes", words[1], NOTES_MAX),
        *window_faults(window),
    ]
    if faults:
        raise Wrong(faults)
    told = "\n".join(text for text in words if text) or None
    return manner_of(window, told[:NOTES_MAX] if told else None)


async def _ask(
    caller: Caller,
    id: UUID,  # noqa: A002 - the contract's word
    new: object,
    asked: _Asked,
    now: datetime,
) -> Visit:
    content = content_hash(new)
    # What was handed over in the meantime is on no visit that could take this along.
    await catch_up_for(asked.person, now)
    async with in_sight_of(caller, now):
        first = await receipts.earlier(_RECEIPT, id, caller, content)
        if first is not None:
            return await as_answered(caller, first, None, now)
        # Not before: what is sent again gets its first answer, whatever day it is.
        _check_days(asked, london_day(now))
        shown = await shown_visit(caller, await _put(caller, asked, now), now)
        await receipts.keep(_RECEIPT, id, caller, content, kept_answer(shown), now)
    return shown


def _check_days(asked: _Asked, today: date) -> None:
    for name, day in (("ready_from", asked.ready_from), ("due_on", asked.due_on)):
        if day is not None and day > today + _AHEAD_MAX:
            raise Wrong([Fault(name, "Lies more than a year ahead.")])
    if asked.due_on is not None and asked.due_on < max(today, asked.ready_from or today):
        raise Wrong([Fault("due_on", "Lies before it can be done.")])


async def _put(caller: Caller, asked: _Asked, now: datetime) -> UUID:
    seen = await looks.look(caller, [asked.person], now, "visit")
    person = seen[asked.person]
    await lock_making()
    items = await _items(person, asked)
    row = await fetch_one("select postcode from people where id = $1", person)
    assert row is not None
    depot = await serving_depot(row["postcode"])
    ready, due = _days(asked, depot, now)
    wanted = [
        Wanted(
            kind=asked.kind,
            person=person,
            depot=depot.code,
            why="fault" if asked.kind == "repair" else "asked",
            ready_on=ready,
            due_on=due,
            funder=item["loan_funder"],
            item=item["id"],
            loan=item["loan"],
            sku=item["sku"],
        )
        for item in items
    ]
    return (await put_on_visits(wanted, now, asked.manner, caller.username))[0]


def _days(asked: _Asked, depot: ServingDepot, now: datetime) -> tuple[date, date]:
    """From when and by when: what is asked after the cut-off counts as asked the next day."""
    counted = counted_on(now, depot.cut_off)
    ready = max(asked.ready_from or counted, london_day(now))
    within = COLLECT_WITHIN if asked.kind == "collection" else REPAIR_WITHIN
    return ready, asked.due_on or working_day_after(ready, within)


async def _items(person: UUID, asked: _Asked) -> list[asyncpg.Record]:
    """What is meant of what the person has; none of it on another visit for the same."""
    rows = await fetch(_ON_LOAN, person, asked.kind)
    if asked.items is None:
        free = [row for row in rows if row["visit"] is None]
        if not rows:
            raise Refused("nothing-on-loan", "This person has nothing on loan.")
        if not free:
            raise _already(rows)
        return free
    by_id = {row["id"]: row for row in rows}
    ids = await items_named(asked.items)
    if unknown := [name for name in asked.items if ids.get(name) not in by_id]:
        words = f"This person does not have {', '.join(unknown[:5])} on loan."
        raise Refused("item-not-with-person", words)
    found = [by_id[item] for item in dict.fromkeys(ids.values())]
    if taken := [row for row in found if row["visit"] is not None]:
        raise _already(taken)
    return found


def _already(rows: Sequence[asyncpg.Record]) -> Refused:
    words = f"A visit is to be made for {rows[0]['code']} already."
    return Refused("already-asked", words, visit=rows[0]["visit"])


_ON_LOAN: Final = """
select i.id, i.code, i.sku, i.loan, i.loan_funder, n.visit
from items i left join visit_lines n on n.item = i.id and n.closed_at is null and n.kind = $2
where i.person = any(family_of($1)) and i.state = 'on_loan' order by i.id limit 2000
"""
