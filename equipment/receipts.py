"""Writes that a client may repeat: the first answer is kept under the id that the client made.

Contract section 2, "Retries". Scans keep theirs in the same table, in equipment/journal.py.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from budget.database import execute, fetch, insert
from budget.refusals import Refused
from equipment.staff.roles import Caller


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
