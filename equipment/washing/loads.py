"""Loads of a washer: many items cleaned in one go, by one method, cycle and batch.

How a product is cleaned is set for it; by another method an item of it is refused
(`wrong-method`), the others of the load are not. What went through a faulty cycle is found again by
its load.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID, uuid5

import asyncpg
import msgspec
from msgspec import Meta

from budget.database import execute, fetch, fetch_one
from budget.narrowing import narrowed
from budget.refusals import Missing, Refused, Wrong
from budget.wording import sought, text_faults
from budget.years import london_day
from equipment import receipts
from equipment.clerk import Result
from equipment.content import content_hash
from equipment.naming import items_named
from equipment.places import Code, unusable
from equipment.scans import record_with
from equipment.staff.roles import Caller, check_may
from equipment.washing.programmes import METHOD_WORDS, Method, Programme, programmes_of_items

ITEMS_MAX: Final = 200
_RECEIPT: Final = "wash load"
_LINE_MAX: Final = 80

Line: TypeAlias = Annotated[str, Meta(min_length=1, max_length=_LINE_MAX)]
Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]


class NewLoad(msgspec.Struct, frozen=True):
    """A load as it comes out: its items by code or label."""

    id: UUID
    depot: Code
    method: Method
    washed_at: Annotated[datetime, Meta(tz=True)]
    items: Annotated[list[Text], Meta(min_length=1, max_length=ITEMS_MAX)]
    machine: Line | None = None
    cycle: Line | None = None
    batch: Line | None = None
    bay: Text | None = None


class Load(msgspec.Struct, frozen=True):
    """A load as it was recorded, with the codes of what was in it."""

    id: UUID
    seq: int
    depot: str
    method: Method
    machine: str | None
    cycle: str | None
    batch: str | None
    washed_at: datetime
    recorded_at: datetime
    operator: str
    items: list[str]


async def wash(
    caller: Caller, new: NewLoad, now: datetime
) -> tuple[Load | None, list[tuple[str, Result]]]:
    """Record a load: each item's cleaning by itself, accepted or refused, in one transaction.

    The load is None where nothing of it was accepted: then there is none. A repeat of its id does
    nothing more. Raises Wrong where a field is, Refused `id-reused`.
    """
    check_may(caller, "clean")
    await _check(new)
    content = content_hash(new)
    texts = list(dict.fromkeys(new.items))
    refused = await _of_other_methods(new, texts)
    scans = [_scan(new, text) for text in texts if text not in refused]

    async def also(results: Sequence[Result]) -> None:
        # Judged again: the same scans under the same ids do nothing twice.
        if await receipts.earlier(_RECEIPT, new.id, caller, content) is not None:
            return
        washed = [result for result in results if result.status == "accepted"]
        if washed:
            await _keep(caller, new, washed, now)
            await receipts.keep(_RECEIPT, new.id, caller, content, "", now)

    results = await record_with(scans, caller, now, also) if scans else []
    told = dict(zip((s["item"] for s in scans), results, strict=True)) | refused
    return await _found(new.id), [(text, told[text]) for text in texts]


class _Looked(Exception):  # noqa: N818 - nothing went wrong: it takes a trial back
    """Takes back what was only tried."""


async def look(caller: Caller, new: NewLoad, now: datetime) -> tuple[Result, Programme | None]:
    """What would become of a load's only item, by the very rules, and how its product is cleaned.

    Nothing is recorded: it is tried, and taken back.
    """
    check_may(caller, "clean")
    await _check(new)
    [text] = new.items
    named = await items_named([text])
    programme = (await programmes_of_items(list(named.values()))).get(named.get(text, 0))
    if refused := await _of_other_methods(new, [text]):
        return refused[text], programme
    tried = list[Result]()

    async def take_back(results: Sequence[Result]) -> None:
        tried[:] = results
        raise _Looked

    with contextlib.suppress(_Looked):
        await record_with([_scan(new, text)], caller, now, take_back)
    [result] = tried
    return result, programme


async def _check(new: NewLoad) -> None:
    faults = [
        fault
        for name in ("machine", "cycle", "batch")
        for fault in text_faults(name, getattr(new, name), _LINE_MAX)
    ]
    if faults := [*faults, *await unusable(new.depot, london_day(new.washed_at))]:
        raise Wrong(faults)


async def _of_other_methods(new: NewLoad, texts: Sequence[str]) -> dict[str, Result]:
    """What is not cleaned so, with how it is."""
    named = await items_named(texts)
    programmes = await programmes_of_items(list(named.values()))
    others = {item: told for item, told in programmes.items() if told.method != new.method}
    codes = {row["id"]: row["code"] for row in await fetch(_CODES, list(others))} if others else {}
    return {
        text: _refused(codes[item], others[item], new.id, text)
        for text, item in named.items()
        if item in others
    }


_CODES: Final = "select id, code from items where id = any($1::bigint[])"


def _refused(code: str, programme: Programme, load: UUID, text: str) -> Result:
    words = f"This product is cleaned so: {programme.words}. It was not clean by this method."
    number = str(uuid5(load, text))
    return Result(number, "refused", code, None, (), Refused("wrong-method", words))


def _scan(new: NewLoad, text: str) -> dict[str, Any]:
    """The cleaning of one item, the same scan however often the load is sent."""
    said = (METHOD_WORDS[new.method], new.machine, new.cycle, new.batch)
    return {
        "id": str(uuid5(new.id, text)),
        "item": text,
        "action": "clean",
        "occurred_at": new.washed_at.isoformat(),
        "note": ", ".join(each for each in said if each),
        "wash_load": str(new.id),
        "bay": new.bay,
    }


async def _keep(caller: Caller, new: NewLoad, washed: Sequence[Result], now: datetime) -> None:
    await execute(
        _LOADED, new.id, new.depot, new.method, new.machine, new.cycle, new.batch, new.washed_at,
        now, caller.username,
    )  # fmt: skip
    await execute(
        _WASHED, new.id, [UUID(each.id or "") for each in washed], [each.item for each in washed]
    )


_LOADED: Final = """
insert into wash_loads (id, depot, method, machine, cycle, batch, washed_at, recorded_at, operator)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_WASHED: Final = """
insert into washed_items (load, movement, item)
select $1, told.movement, i.id from unnest($2::uuid[], $3::varchar[]) told (movement, code)
join items i on i.code = told.code
"""


async def _found(load: UUID) -> Load | None:
    row = await fetch_one(_SHOWN + " where l.id = $1", load)
    return None if row is None else _load(row)


async def look_up(caller: Caller, load: UUID) -> Load:
    """One load, or Missing."""
    check_may(caller, "read items")
    found = await _found(load)
    if found is None:
        raise Missing("wash-load-not-found", "There is no such load.")
    return found


async def listed(caller: Caller, depot: str | None, *, after: int, limit: int) -> list[Load]:
    """Loads after a sequence number, oldest first."""
    check_may(caller, "read items")
    place = sought(depot) if depot is not None else None
    sql, values = narrowed(_LISTED, {"l.seq > {}": after, "l.depot = {}": place}, limit)
    return [_load(row) for row in await fetch(sql, *values)]


_SHOWN: Final = """
select l.id, l.seq, l.depot, l.method, l.machine, l.cycle, l.batch, l.washed_at, l.recorded_at,
    l.operator, array(select i.code from washed_items w join items i on i.id = w.item
        where w.load = l.id order by i.code) as items
from wash_loads l
"""
_LISTED: Final = _SHOWN + " where {where} order by l.seq limit $1"


def _load(row: asyncpg.Record) -> Load:
    return Load(**dict(row))
