"""Photographs from phones: read by us, written anew, kept in rows (docs/adr/0024-phones.md)."""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import Iterable, MutableMapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from budget.database import execute, fetch, fetch_one, transaction
from budget.refusals import Missing, Wrong
from equipment.catalogue.pictures import written_anew
from equipment.people.visibility import EVERYONE, in_sight_of
from equipment.staff.roles import Caller, check_may
from logistics.phones import phones

_DATA_URL: Final = "data:image/"


class Photo(msgspec.Struct, frozen=True):
    """A photograph as it is kept: WebP, at most a thousand pixels wide and high."""

    photo: UUID
    width_px: int
    height_px: int
    bytes: int


async def take(caller: Caller, device: UUID, entry: UUID, sent: bytes, now: datetime) -> Photo:
    """Keep a photograph for an entry; sent again, it is the same one.

    What it is, is found from its content; where it was taken, and all else that a camera writes
    into it, is left behind. Wrong where it is no picture; Missing and Revoked as phones.lock().
    """
    check_may(caller, "visit")
    picture = await asyncio.to_thread(written_anew, sent)
    number = _number(device, entry, sent)
    async with transaction(viewer=EVERYONE):
        await phones.lock(caller, device)
        await _keep(number, device, entry, caller.username, now, picture=picture)
    content, width, height = picture
    return Photo(number, width, height, len(content))


def _number(device: UUID, entry: UUID, sent: bytes) -> UUID:
    """Its id: another photograph for the same entry has another one."""
    return uuid5(device, f"{entry} {hashlib.sha256(sent).hexdigest()}")


async def _keep(*row: object, picture: tuple[bytes, int, int]) -> None:
    """Keep a picture under its id, phone, entry, who took it and when, once."""
    content, width, height = picture
    await execute(_KEEP, *row, content, width, height, hashlib.sha256(content).digest())


_KEEP: Final = """
insert into phone_photos (id, phone, entry, taken_by, kept_at, content, width_px, height_px,
    digest) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (id) do nothing
"""


async def look_at(caller: Caller, photo: UUID, now: datetime) -> bytes:
    """A photograph as WebP, for the service's office and, on its day, for whoever took it.

    Missing for everybody else, in the words of where there is none.
    """
    async with in_sight_of(caller, now):
        row = await fetch_one("select content from phone_photos where id = $1", photo)
    if row is None:
        raise Missing("photo-not-found", "There is no such photograph.")
    return bytes(row["content"])


async def taken_for(caller: Caller, entry: UUID, by: str, now: datetime) -> list[UUID]:
    """The photographs of an entry, by whoever sent it, that the caller may look at."""
    async with in_sight_of(caller, now):
        rows = await fetch(_OF_ENTRY, entry, by, _OF_ENTRY_MAX)
    return [row["id"] for row in rows]


_OF_ENTRY_MAX: Final = 50
_OF_ENTRY: Final = """
select id from phone_photos where entry = $1 and taken_by = $2 order by kept_at, id limit $3
"""


async def delete_old(now: datetime) -> int:
    """Delete what was kept for a year, and what belongs to nothing after a month; how many."""
    [row] = await fetch("select delete_old_photos($1, $2) as many", now, _DELETED_AT_ONCE)
    return int(row["many"])


_DELETED_AT_ONCE: Final = 10_000


async def put_aside(  # noqa: PLR0913, PLR0917 - what a photograph is kept with
    caller: Caller,
    device: UUID,
    entry: UUID | None,
    body: MutableMapping[str, Any],
    names: Iterable[str],
    now: datetime,
) -> None:
    """Put the pictures in a body under `names` beside it: in their place stands where to look.

    They are too large for a list of cases. What is no picture is left out, and said to be.
    """
    for name in names:
        value = body.get(name)
        if isinstance(value, str) and value.startswith(_DATA_URL):
            body[name] = await _put_aside(caller, device, entry, value, now)


async def _put_aside(
    caller: Caller, device: UUID, entry: UUID | None, url: str, now: datetime
) -> str:
    try:
        sent = base64.b64decode(url.partition(",")[2], validate=True)
        picture = await asyncio.to_thread(written_anew, sent)
    except (binascii.Error, ValueError, Wrong):
        return "This was no picture that we can read."
    entry = entry or device
    number = _number(device, entry, sent)
    async with transaction(viewer=EVERYONE):
        await _keep(number, device, entry, caller.username, now, picture=picture)
    return f"photo {number}"
