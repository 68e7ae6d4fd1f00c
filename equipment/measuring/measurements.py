"""What a special measures that has come back, with a photograph: taken at the bench.

They are kept as they were found; the newest counts. Nothing of whom it was bought for is shown.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Final, TypeAlias
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Meta

from budget.database import execute, fetch, fetch_one, transaction
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import text_faults
from equipment import receipts
from equipment.content import content_hash
from equipment.naming import items_named
from equipment.staff.roles import Caller, check_may

_RECEIPT: Final = "special measured"
_NOTE_MAX: Final = 500

Length: TypeAlias = Annotated[int, Meta(ge=1, le=10_000)]
Weight: TypeAlias = Annotated[int, Meta(ge=1, le=1_000)]


class Sizes(msgspec.Struct, frozen=True, kw_only=True):
    """What something measures, as far as it fits: millimetres, and the heaviest user's weight."""

    width_mm: Length | None = None
    depth_mm: Length | None = None
    height_mm: Length | None = None
    seat_width_mm: Length | None = None
    seat_depth_mm: Length | None = None
    seat_height_mm: Length | None = None
    max_user_kg: Weight | None = None


SIZES: Final = Sizes.__struct_fields__


class NewMeasurement(Sizes, frozen=True, kw_only=True):
    """What was measured, one of it at least; `photo` is a photograph among the item's files."""

    id: UUID
    note: Annotated[str, Meta(min_length=1, max_length=_NOTE_MAX)] | None = None
    photo: UUID | None = None


class Measurement(Sizes, frozen=True, kw_only=True):
    """What was measured, by whom and when."""

    id: UUID
    seq: int
    item: str
    note: str | None
    photo: UUID | None
    measured_at: datetime
    measured_by: str


async def measure(caller: Caller, text: str, new: NewMeasurement, now: datetime) -> Measurement:
    """Keep what a special measures; a repeat of its id does nothing more.

    Wrong where a field is, Missing where there is no such item, Refused `not-a-special`.
    """
    check_may(caller, "measure specials")
    if faults := list(_faults(new)):
        raise Wrong(faults)
    content = content_hash([text, new])
    async with transaction():
        if await receipts.earlier(_RECEIPT, new.id, caller, content) is None:
            await _keep(caller, text, new, now)
            await receipts.keep(_RECEIPT, new.id, caller, content, "", now)
    [kept] = await fetch(f"{_SHOWN} where s.id = $1", new.id)
    return _measurement(kept)


def _faults(new: NewMeasurement) -> Iterator[Fault]:
    yield from text_faults("note", new.note, _NOTE_MAX)
    if all(getattr(new, name) is None for name in SIZES):
        yield Fault("width_mm", "Say one measurement at least.")


async def _keep(caller: Caller, text: str, new: NewMeasurement, now: datetime) -> None:
    item = await _item(text)
    if not item["special"]:
        words = "This is no special: what the catalogue's products measure, the catalogue says."
        raise Refused("not-a-special", words)
    if new.photo is not None and await fetch_one(_PHOTO, new.photo, item["id"]) is None:
        raise Wrong([Fault("photo", "There is no such photograph among the item's files.")])
    await execute(
        _KEEP, new.id, item["id"], *(getattr(new, name) for name in SIZES), new.note, new.photo,
        now, caller.username,
    )  # fmt: skip


async def _item(text: str) -> asyncpg.Record:
    found = (await items_named([text])).get(text)
    row = None if found is None else await fetch_one(_ITEM, found)
    if row is None:
        raise Missing("item-not-found", "There is no such item.")
    return row


# Bought for somebody as their order had it, or under the name of all that were.
_ITEM: Final = """
select i.id, p.category = 'Specials' or exists (
    select from order_lines l where l.sku = i.sku and l.special is not null) as special
from items i join products p on p.sku = i.sku where i.id = $1
"""
_PHOTO: Final = "select from item_files where id = $1 and item = $2 and media_type = 'image/webp'"
_KEEP: Final = f"""
insert into special_measurements (id, item, {", ".join(SIZES)}, note, photo, measured_at,
    measured_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""  # noqa: S608 - column names from code


async def is_special(caller: Caller, text: str) -> bool:
    """Whether an item is a special; Missing where there is none."""
    check_may(caller, "read items")
    return bool((await _item(text))["special"])


async def of_item(caller: Caller, text: str, *, after: int, limit: int) -> list[Measurement]:
    """What was measured of an item, oldest first."""
    check_may(caller, "read items")
    item = await _item(text)
    return [_measurement(row) for row in await fetch(_SHOWN + _OF_ITEM, item["id"], after, limit)]


_SHOWN: Final = f"""
select s.id, s.seq, i.code as item, {", ".join(f"s.{name}" for name in SIZES)}, s.note, s.photo,
    s.measured_at, s.measured_by
from special_measurements s join items i on i.id = s.item
"""  # noqa: S608 - column names from code
_OF_ITEM: Final = " where s.item = $1 and s.seq > $2 order by s.seq limit $3"


def _measurement(row: asyncpg.Record) -> Measurement:
    return Measurement(**dict(row))
