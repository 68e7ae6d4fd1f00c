"""Photographs and documents of items: what they are is found from their content.

A photograph is read by us and written anew, without where it was taken; a document is a PDF and is
kept as it came, as it may be signed. Neither is ever run or opened by a browser of ours: whoever
serves them says so (api/files.py, web/items/item_files.py).
"""

import asyncio
import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from budget.database import execute, fetch, fetch_one, transaction
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import one_line, text_faults
from equipment.catalogue.pictures import SENT_MAX, written_anew
from equipment.naming import items_named
from equipment.staff.roles import Caller, check_may

NAME_MAX: Final = 120
FILES_MAX: Final = 200
"""Of one item."""
_PDF: Final = b"%PDF-"
_PDF_END: Final = b"%%EOF"
# Where the end of a PDF is looked for: some writers add a few bytes after it.
_TAIL: Final = 1_024


class ItemFile(msgspec.Struct, frozen=True):
    """A file as it is kept; `digest` is the SHA-256 of its content."""

    id: UUID
    seq: int
    item: str
    name: str
    media_type: str
    bytes: int
    digest: str
    kept_at: datetime
    kept_by: str


async def keep(  # noqa: PLR0913, PLR0917 - a file, its name, and what it is of
    caller: Caller,
    text: str,
    id: UUID,  # noqa: A002 - the contract's word
    name: str,
    sent: bytes,
    now: datetime,
) -> ItemFile:
    """Keep a file of an item; sent again, it is the same one.

    Wrong where it is neither a picture nor a PDF, too large, or has no name. Missing where there is
    no such item; Refused `id-reused`, `too-many-files`.
    """
    check_may(caller, "add files")
    name = one_line(name)
    if faults := list(text_faults("name", name, NAME_MAX)):
        raise Wrong(faults)
    media_type, content = await _read(sent)
    sent_digest = hashlib.sha256(sent).hexdigest()
    item = (await items_named([text])).get(text)
    if item is None:
        raise Missing("item-not-found", "There is no such item.")
    async with transaction():
        await execute("select from items where id = $1 for update", item)
        known = await fetch_one(_KNOWN, id)
        if known is not None:
            if tuple(known) != (item, name, sent_digest, caller.username):
                words = "This id was used before, for something else: make a new one."
                raise Refused("id-reused", words)
            return await _shown(id)
        await _check_room(item)
        digest = hashlib.sha256(content).hexdigest()
        await execute(
            _KEEP, id, item, name, media_type, content, len(content), digest, sent_digest, now,
            caller.username,
        )  # fmt: skip
        return await _shown(id)


_KNOWN: Final = "select item, name, sent_digest, kept_by from item_files where id = $1"
_KEEP: Final = """
insert into item_files (id, item, name, media_type, content, bytes, digest, sent_digest, kept_at,
    kept_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


async def keep_document(  # noqa: PLR0913, PLR0917 - a file, its name, and what it is of
    caller: Caller,
    item: int,
    id: UUID,  # noqa: A002 - the contract's word
    name: str,
    content: bytes,
    now: datetime,
) -> None:
    """Keep a PDF of our own making, in the open transaction, which has the item locked.

    Refused `too-many-files`.
    """
    await _check_room(item)
    digest = hashlib.sha256(content).hexdigest()
    await execute(
        _KEEP, id, item, name, "application/pdf", content, len(content), digest, digest, now,
        caller.username,
    )  # fmt: skip


async def _check_room(item: int) -> None:
    row = await fetch_one("select count(*) as many from item_files where item = $1", item)
    assert row is not None
    if row["many"] >= FILES_MAX:
        raise Refused("too-many-files", f"An item has at most {FILES_MAX} files.")


async def _read(sent: bytes) -> tuple[str, bytes]:
    """Its type, found from its content, and what is kept of it."""
    if len(sent) > SENT_MAX:
        raise Wrong([Fault("file", f"Is larger than {SENT_MAX >> 20} megabytes.")])
    if sent.startswith(_PDF):
        if _PDF_END not in sent[-_TAIL:]:
            raise Wrong([Fault("file", "Is a PDF that breaks off.")])
        return "application/pdf", sent
    try:
        content, _, _ = await asyncio.to_thread(written_anew, sent)
    except Wrong as wrong:
        words = "Is neither a PDF nor a JPEG, PNG or WebP picture that we can read."
        too_large = any("million pixels" in fault.message for fault in wrong.faults)
        words = "Has more than 40 million pixels." if too_large else words
        raise Wrong([Fault("file", words)]) from wrong
    return "image/webp", content


async def files_of(caller: Caller, text: str, *, after: int, limit: int) -> list[ItemFile]:
    """The files of an item after a sequence number, oldest first."""
    check_may(caller, "read files")
    item = (await items_named([text])).get(text)
    if item is None:
        raise Missing("item-not-found", "There is no such item.")
    rows = await fetch(_SHOWN + _OF_ITEM, item, after, limit)
    return [ItemFile(**dict(row)) for row in rows]


async def look_at(caller: Caller, file: UUID) -> tuple[ItemFile, bytes]:
    """A file with its content, or Missing."""
    check_may(caller, "read files")
    row = await fetch_one("select content from item_files where id = $1", file)
    if row is None:
        raise Missing("file-not-found", "There is no such file.")
    return await _shown(file), bytes(row["content"])


async def _shown(file: UUID) -> ItemFile:
    row = await fetch_one(_SHOWN + " where f.id = $1", file)
    assert row is not None
    return ItemFile(**dict(row))


_SHOWN: Final = """
select f.id, f.seq, i.code as item, f.name, f.media_type, f.bytes, f.digest, f.kept_at, f.kept_by
from item_files f join items i on i.id = f.item
"""
_OF_ITEM: Final = " where f.item = $1 and f.seq > $2 order by f.seq limit $3"
ENDINGS: Final = {"image/webp": "webp", "application/pdf": "pdf"}


def headers_of(file: ItemFile) -> dict[str, str]:
    """What keeps a browser from running or showing it: it is saved, under a name of ours."""
    return {
        "Content-Disposition": f'attachment; filename="{file.id}.{ENDINGS[file.media_type]}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
