"""Parts of items: what is fitted, by number and batch, what is missing, and what took its place.

A product's parts are those that must come back with it (equipment/catalogue/handling.py). An item
that lacks one does not pass (`parts-missing`), which PostgreSQL keeps, too, until the part is found
or another is fitted. What was fitted before stays on record.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, TypeAlias
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Meta

from budget.database import execute, fetch, fetch_one, transaction
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import one_line, text_faults
from equipment import receipts
from equipment.catalogue.handling import LINE_MAX, PARTS_MAX
from equipment.content import content_hash
from equipment.naming import items_named
from equipment.recalls.holding import hold_newcomers, lock_newcomers
from equipment.staff.roles import Caller, check_may

_FIT: Final = "fit part"
_MISS: Final = "miss parts"
_FIND: Final = "find part"
_LABEL_MAX: Final = 80
_NOTE_MAX: Final = 500

Label: TypeAlias = Annotated[str, Meta(min_length=1, max_length=_LABEL_MAX)]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=LINE_MAX)]


class NewPart(msgspec.Struct, frozen=True):
    """A part that is fitted to an item, in place of whatever was there under its name."""

    id: UUID
    part: Name
    serial: Label | None = None
    batch: Label | None = None
    note: Annotated[str, Meta(max_length=_NOTE_MAX)] | None = None


class NoticedMissing(msgspec.Struct, frozen=True):
    """Parts that an item lacks."""

    id: UUID
    parts: Annotated[list[Name], Meta(min_length=1, max_length=PARTS_MAX)]


class FoundPart(msgspec.Struct, frozen=True):
    """A missing part that has turned up."""

    id: UUID
    part: Name


class Part(msgspec.Struct, frozen=True):
    """A part of an item: as its product's list has it, as it was fitted, whether it is there."""

    part: str
    listed: bool
    missing: bool
    serial: str | None = None
    batch: str | None = None
    note: str | None = None
    fitted_at: datetime | None = None
    fitted_by: str | None = None
    missing_since: datetime | None = None
    taken_at: datetime | None = None
    taken_by: str | None = None


class Parts(msgspec.Struct, frozen=True):
    """What an item is made of now, and what was taken from it, the newest first."""

    item: str
    parts: list[Part]
    earlier: list[Part]


async def parts_of(caller: Caller, text: str) -> Parts:
    """The parts of the item that a code or label names; Missing where there is none."""
    check_may(caller, "read items")
    return await _shown(await _named(text))


async def fit(caller: Caller, text: str, new: NewPart, now: datetime) -> Parts:
    """Fit a part: what was there is taken off, and one that was missing is replaced.

    Wrong where the product has no such part; Refused `part-elsewhere` where one with this number is
    fitted to another item that is not scrapped, `id-reused`.
    """
    check_may(caller, "change parts")
    if faults := list(_faults(new)):
        raise Wrong(faults)
    new = msgspec.structs.replace(new, part=one_line(new.part))
    content = content_hash([text, new])
    async with transaction():
        if first := await receipts.earlier(_FIT, new.id, caller, content):
            return msgspec.json.decode(first, type=Parts)
        await lock_newcomers()
        item = await _locked(text)
        await _check_listed(item, [new.part], "part")
        if new.serial is not None:
            await _free(item, new, caller, now)
        await execute(_TAKE, item, new.part, now, caller.username)
        await execute(
            _FITTED, new.id, item, new.part, new.serial, new.batch, new.note, now, caller.username
        )
        await execute(_SETTLE, item, new.part, now, caller.username, "replaced")
        row = await fetch_one("select sku from items where id = $1", item)
        assert row is not None
        await hold_newcomers([item], [row["sku"]], now)
        return await _kept(_FIT, new.id, caller, content, item, now)


_TAKE: Final = """
update item_parts set taken_at = $3, taken_by = $4
where item = $1 and part = $2 and taken_at is null
"""
_FITTED: Final = """
insert into item_parts (id, item, sku, part, serial, batch, note, fitted_at, fitted_by)
select $1, id, sku, $3, $4, $5, $6, $7, $8 from items where id = $2
"""
_SETTLE: Final = """
update missing_parts set settled_at = $3, settled_by = $4, settled_how = $5
where item = $1 and part = $2 and settled_at is null
"""


async def _free(item: int, new: NewPart, caller: Caller, now: datetime) -> None:
    """Take a part with this number from where it was: from what is scrapped, and nothing else."""
    # By the number as PostgreSQL compares it: whoever fits the same one waits.
    await execute(_LOCK_NUMBER, new.serial)
    row = await fetch_one(_ELSEWHERE, item, new.part, new.serial)
    if row is None:
        return
    if row["state"] != "scrapped":
        words = f"The {new.part} with this number is fitted to {row['code']}. Take it off there."
        raise Refused("part-elsewhere", words)
    await execute(_TAKE, row["item"], new.part, now, caller.username)


_LOCK_NUMBER: Final = "select pg_advisory_xact_lock(hashtextextended('part ' || upper($1), 0))"
_ELSEWHERE: Final = """
select p.item, i.code, i.state from item_parts p join items i on i.id = p.item
where p.sku = (select sku from items where id = $1) and p.part = $2
    and upper(p.serial) = upper($3) and p.taken_at is null and p.item <> $1
"""


async def miss(caller: Caller, text: str, told: NoticedMissing, now: datetime) -> Parts:
    """Say that an item lacks parts; one that is known to be missing is missing once.

    Wrong where the product has no such part, Refused `item-on-shelf` where it is to go out: it is
    to be withdrawn first.
    """
    check_may(caller, "change parts")
    names = [one_line(each) for each in told.parts]
    if faults := [f for each in names for f in text_faults("parts", each, LINE_MAX)]:
        raise Wrong(faults)
    content = content_hash([text, told])
    async with transaction():
        if first := await receipts.earlier(_MISS, told.id, caller, content):
            return msgspec.json.decode(first, type=Parts)
        item = await _locked(text)
        await _check_listed(item, names, "parts")
        row = await fetch_one("select state from items where id = $1", item)
        assert row is not None
        if row["state"] in _TO_GO_OUT:
            words = (
                "This item is on the shelf, to go out. Withdraw it first, then say what it lacks."
            )
            raise Refused("item-on-shelf", words)
        await execute(_MISSED, item, names, now, caller.username)
        return await _kept(_MISS, told.id, caller, content, item, now)


_TO_GO_OUT: Final = frozenset({"available", "allocated", "loaded"})
_MISSED: Final = """
insert into missing_parts (item, part, noticed_at, noticed_by)
select $1, name, $3, $4 from (select distinct unnest($2::varchar[]) as name) told
where not exists (select from lacking_parts l where l.item = $1 and l.part = name)
"""


async def note_missing(told: Mapping[int, Sequence[str]], by: str, now: datetime) -> None:
    """Note what items lack by what a crew says, in the open transaction.

    Whatever the product's list says; but of what has come back, passed and is to go out, nothing.
    """
    pairs = [(item, name) for item, parts in told.items() for name in _readable(parts)]
    if pairs:
        items, names = zip(*pairs, strict=True)
        await execute(_NOTED, list(items), list(names), now, by)


def _readable(parts: Sequence[str]) -> set[str]:
    names = {one_line(part)[:LINE_MAX] for part in parts[:PARTS_MAX]}
    return {name for name in names if not list(text_faults("part", name, LINE_MAX))}


_NOTED: Final = """
insert into missing_parts (item, part, noticed_at, noticed_by)
select i.id, told.part, $3, $4
from unnest($1::bigint[], $2::varchar[]) told (item, part) join items i on i.id = told.item
where i.state not in ('available', 'allocated', 'loaded')
    and not exists (select from lacking_parts l where l.item = i.id and l.part = told.part)
"""


async def find(caller: Caller, text: str, told: FoundPart, now: datetime) -> Parts:
    """Say that a missing part has turned up; Refused `part-not-missing` where it is not missing."""
    check_may(caller, "change parts")
    content = content_hash([text, told])
    async with transaction():
        if first := await receipts.earlier(_FIND, told.id, caller, content):
            return msgspec.json.decode(first, type=Parts)
        item = await _locked(text)
        lacking = {row["part"] for row in await fetch(_LACKING, item)}
        if told.part not in lacking:
            raise Refused("part-not-missing", "This part is not missing.")
        await execute(_SETTLE, item, told.part, now, caller.username, "found")
        return await _kept(_FIND, told.id, caller, content, item, now)


async def _kept(  # noqa: PLR0913, PLR0917 - the columns of a receipt, and the item
    kind: str,
    id: UUID,  # noqa: A002 - the contract's word
    caller: Caller,
    content: bytes,
    item: int,
    now: datetime,
) -> Parts:
    shown = await _shown(item)
    body = msgspec.json.encode(shown).decode()
    await receipts.keep(kind, id, caller, content, body, now)
    return shown


async def _named(text: str) -> int:
    found = (await items_named([text])).get(text)
    if found is None:
        raise Missing("item-not-found", "There is no such item.")
    return found


async def _locked(text: str) -> int:
    """The item, locked as scans lock it: it does not pass while its parts are changed."""
    item = await _named(text)
    await execute("select from items where id = $1 for update", item)
    return item


async def _check_listed(item: int, parts: Iterable[str], field: str) -> None:
    listed = [row["part"] for row in await fetch(_LISTED, item)]
    if unknown := [each for each in parts if each not in listed]:
        known = ", ".join(listed) or "none are listed"
        raise Wrong([Fault(field, f"{unknown[0]} is no part of this product. Its parts: {known}.")])


_LISTED: Final = """
select unnest(h.parts) as part from items i join product_handling h on h.sku = i.sku
where i.id = $1
"""
_LACKING: Final = "select part from lacking_parts where item = $1 order by part limit 100"


def _faults(new: NewPart) -> Iterator[Fault]:
    yield from text_faults("part", one_line(new.part), LINE_MAX)
    for name in ("serial", "batch"):
        value: str | None = getattr(new, name)
        if value is not None:
            yield from text_faults(name, value, _LABEL_MAX)
            if one_line(value) != value or not value:
                yield Fault(name, "Write it without blanks around it.")
    yield from text_faults("note", new.note, _NOTE_MAX)


async def _shown(item: int) -> Parts:
    """Every part that is listed, fitted or missing, by name; and those taken off."""
    rows = await fetch(_PARTS, item)
    earlier = await fetch(_EARLIER, item)
    code = await fetch_one("select code from items where id = $1", item)
    assert code is not None
    return Parts(
        item=code["code"],
        parts=[_part(row) for row in rows],
        earlier=[_part(row) for row in earlier],
    )


def _part(row: asyncpg.Record) -> Part:
    return Part(**dict(row))


_FIELDS: Final = "p.serial, p.batch, p.note, p.fitted_at, p.fitted_by"
_PARTS: Final = f"""
with listed as (
    select part, place from items i join product_handling h on h.sku = i.sku,
        unnest(h.parts) with ordinality told (part, place) where i.id = $1
), fitted as (select * from item_parts where item = $1 and taken_at is null),
lacking as (select * from lacking_parts where item = $1)
select part, place is not null as listed, l.noticed_at is not null as missing, {_FIELDS},
    l.noticed_at as missing_since
from listed full join fitted p using (part) full join lacking l using (part)
order by place, part limit 200
"""  # noqa: S608 - ours
_EARLIER: Final = f"""
select p.part, true as listed, false as missing, {_FIELDS}, p.taken_at, p.taken_by
from item_parts p where p.item = $1 and p.taken_at is not null order by p.seq desc limit 100
"""  # noqa: S608 - ours
