"""Who changed what of that which stands: partners, places, products, budgets, users, people.

What happens to items has its movements, what a person must settle its cases, and each look at a
person its own record. All other writes leave a row here, in the transaction that makes them.

Who may read this is judged by its callers: this room knows no roles.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import asyncpg
import msgspec
from msgspec import UNSET

from budget.database import execute, fetch, insert
from budget.narrowing import narrowed
from budget.refusals import Refused
from budget.wording import sought

What: TypeAlias = Literal[
    "partner entered",
    "succession",
    "depot opened",
    "depot changed",
    "van added",
    "van changed",
    "van fitted",
    "van day set",
    "bay marked out",
    "product added",
    "product changed",
    "catalogue imported",
    "fit rule entered",
    "fit rule changed",
    "fit rules imported",
    "picture taken",
    "choice made",
    "kit set",
    "levels set",
    "budget agreed",
    "sharing agreed",
    "month closed",
    "user made",
    "user changed",
    "second factor set up",
    "new recovery codes",
    "second factor reset",
    "person registered",
    "person changed",
    "people merged",
    "address added",
    "address changed",
    "key safe set",
    "funder rule entered",
    "care home rule",
    "items taken over",
    "phone revoked",
    "handling set",
    "recall opened",
    "recall closed",
    "item cleared",
    "inspection list set",
    "wash method set",
    "spare part set",
    "repair job changed",
    "label printed again",
    "printer set up",
    "printer changed",
    "reorder rules set",
    "purchase drafted",
    "purchase changed",
    "purchase asked for",
    "purchase approved",
    "purchase sent back",
    "purchase cancelled",
    "count opened",
    "count called off",
    "count settled",
]


class Change(msgspec.Struct, frozen=True):
    """One change: `key` names what was changed, and is null for a file of many."""

    id: int
    at: datetime
    actor: str
    what: What
    key: str | None
    content: dict[str, Any]


async def record(actor: str, what: What, key: str | None, content: object) -> None:
    """Say who changed what, within the caller's open transaction: both are kept, or neither.

    `content` is what was sent, never a password and nothing personal: of a person no more than
    the names of the fields. When it was is PostgreSQL's to say, so that nobody can say another.
    """
    await execute(_RECORD, actor, what, key, msgspec.json.encode(content).decode())


async def record_each(actor: str, what: What, contents: Mapping[str, object]) -> None:
    """Say the same of several things at once: what was sent, by their keys."""
    rows = [
        (actor, what, key, msgspec.json.encode(content).decode())
        for key, content in contents.items()
    ]
    await insert("changes", _COLUMNS, rows)


def check_unchanged(before: object, instead_of: object) -> None:
    """Refused `changed-meanwhile` where something is not as it was when the change was made.

    UNSET says that whoever changes it has not looked, and goes over whatever stands there.
    """
    if instead_of is not UNSET and before != instead_of:
        words = "Somebody else has changed it at this moment. Look at it, and save it again."
        raise Refused("changed-meanwhile", words)


_COLUMNS: Final = {"actor": "varchar", "what": "varchar", "key": "varchar", "content": "jsonb"}
_RECORD: Final = "insert into changes (actor, what, key, content) values ($1, $2, $3, $4)"


async def listed(what: What | None, key: str | None, after: int, limit: int) -> list[Change]:
    """The changes after an id, newest last: of one kind or of any, of one key or of any."""
    wanted = sought(key) if key is not None else None
    conditions = {"id > {}": after, "what = {}": what, "key = {}": wanted}
    sql, values = narrowed(_LISTED, conditions, limit)
    return [_change(row) for row in await fetch(sql, *values)]


_LISTED: Final = """
select id, at, actor, what, key, content from changes where {where} order by id limit $1
"""


def _change(row: asyncpg.Record) -> Change:
    return Change(**dict(row) | {"content": msgspec.json.decode(row["content"])})
