"""Writes that a client may repeat: the first answer is kept under the id that the client made.

Contract section 2, "Retries". Scans keep theirs in the same table, in equipment/journal.py.
"""

import hashlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from types import NoneType
from typing import Any, Final
from uuid import UUID

import msgspec

from budget.database import execute, fetch, insert
from budget.refusals import Refused
from equipment.roles import Caller

# Most values, each the same however it is written.
_PLAIN: Final = frozenset({str, int, bool, UUID, date, NoneType})


async def earlier(kind: str, id: UUID, caller: Caller, content: bytes) -> str | None:  # noqa: A002 - the contract's word
    """The first answer to this write, or None where it is new; within the caller's transaction.

    Whoever else sends the same id waits until this transaction ends. Refused `id-reused`, with
    nothing of the original, where the content or the caller is another.
    """
    return (await earlier_of_each(kind, {id: content}, caller)).get(id)


async def earlier_of_each(
    kind: str, contents: Mapping[UUID, bytes], caller: Caller
) -> dict[UUID, str]:
    """The first answers to those of these writes that are not new; otherwise as `earlier()`."""
    # In a statement of its own: the look-up must see what was committed while this one waited.
    # In one order, so that two lists of the same ids do not wait for each other.
    await execute(_LOCK, sorted(f"{kind} {id}" for id in contents))  # noqa: A001 - as above
    rows = await fetch(_EARLIER, list(contents), kind)
    for row in rows:
        if row["caller"] != caller.username or row["content"] != contents[row["id"]]:
            words = "This id was used before, for something else: make a new one."
            raise Refused("id-reused", words)
    return {row["id"]: str(row["body"]) for row in rows}


_LOCK = """
select pg_advisory_xact_lock(hashtextextended(key, 0))
from (select key from unnest($1::text[]) with ordinality k (key, place) order by place) keys
"""
_EARLIER = "select id, caller, content, body from receipts where id = any($1) and kind = $2"


async def keep(  # noqa: PLR0913, PLR0917 - the columns of a receipt
    kind: str,
    id: UUID,  # noqa: A002 - the contract's word
    caller: Caller,
    content: bytes,
    body: str,
    now: datetime,
) -> None:
    """Keep the answer to an accepted write, in the transaction that carried it out."""
    await keep_each(kind, {id: (content, body)}, caller, now)


async def keep_each(
    kind: str, answers: Mapping[UUID, tuple[bytes, str]], caller: Caller, now: datetime
) -> None:
    """Keep the contents of several accepted writes and the answers to them."""
    rows = [
        (kind, id, caller.username, content, body, now)
        for id, (content, body) in answers.items()  # noqa: A001 - as above
    ]
    await insert("receipts", _COLUMNS, rows)


_COLUMNS = {
    "kind": "varchar",
    "id": "uuid",
    "caller": "varchar",
    "content": "bytea",
    "body": "text",
    "recorded_at": "timestamptz",
}


def content_hash(value: object) -> bytes:
    """SHA-256 of parsed values, equal for equal content.

    Times count as instants, the order of keys does not, and null is the same as absent.
    """
    return hash_of(canonical(value))


def hash_of(plain: object) -> bytes:
    """SHA-256 of values that are in canonical form already."""
    return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).digest()


def canonical(value: Any) -> Any:  # noqa: PLR0911 - one case a type
    """The value in a form in which equal ones are written alike."""
    if type(value) in _PLAIN:
        return value
    match value:
        case msgspec.Struct():
            names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
            return canonical({written: getattr(value, name) for written, name in names})
        case Mapping():
            return {
                str(key): canonical(entry)
                for key, entry in value.items()
                if entry is not None and entry is not msgspec.UNSET
            }
        case list() | tuple():
            return [canonical(entry) for entry in value]
        case AbstractSet():
            return sorted((canonical(entry) for entry in value), key=repr)
        case datetime():
            return value.astimezone(UTC)
        case float() if value.is_integer():
            # 1 and 1.0 are one number in JSON.
            return int(value)
    return value
