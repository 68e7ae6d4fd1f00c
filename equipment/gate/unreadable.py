"""Items whose label cannot be read: found again by what else is known of them, and labelled anew.

What an item was stays with it: its own code goes on meaning it, whichever label it gets.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from budget.changes import record
from budget.database import transaction
from budget.narrowing import containing, fetch_containing, narrowed
from budget.refusals import Fault, Refused, Wrong
from budget.wording import one_line, text_faults
from equipment.items import Item, Viewer, find
from equipment.lifecycle import LIVE
from equipment.staff.roles import Caller, check_may
from equipment.standing import State
from labels.code import shown

REASON_MAX: Final = 500
_LABELLED: Final = LIVE | {State.LOST}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an item without its label; a product, serial or batch number is needed.

    `product` and `serial` are parts of them; `depot` is where it was seen last, `back_since` the
    day since which it has come back from its last loan.
    """

    product: str = ""
    serial: str = ""
    batch: str | None = None
    depot: str | None = None
    state: State | None = None
    back_since: date | None = None

    @property
    def is_enough(self) -> bool:
        """Whether it can be looked for by this."""
        return bool(self.product or self.serial or self.batch)


class Candidate(msgspec.Struct, frozen=True):
    """An item that it may be; `photo` is the newest one of it, `back_on` when it last came back."""

    id: int
    code: str
    sku: str
    name: str
    serial: str | None
    batch: str | None
    state: State
    last_depot: str | None
    back_on: date | None
    photo: UUID | None


async def candidates(caller: Caller, known: Known, *, after: int, limit: int) -> list[Candidate]:
    """The items that fit what is known, after a key, in the order of their receipt.

    Wrong where too little is known to look for it.
    """
    check_may(caller, "replace labels")
    if not known.is_enough:
        words = "Say a part of the product's name, of the serial number, or the batch."
        raise Wrong([Fault("product", words)])
    conditions = {
        "i.id > {0} and m.item > {0}": after,
        _PRODUCT: containing(known.product),
        _SERIAL: containing(known.serial),
        "m.batch = {}": known.batch,
        "i.last_depot = {}": known.depot,
        "i.state = {}": known.state,
        "i.dirty_on >= {}": known.back_since,
    }
    sql, values = narrowed(_CANDIDATES, conditions, limit)
    return [_candidate(row) for row in await fetch_containing(sql, values)]


_PRODUCT: Final = "m.sku in (select sku from products where name ilike {0} or sku ilike {0})"
# By the texts that there is an index of, and then by the serial number itself.
_SERIAL: Final = "i.id in (select item from item_texts where text ilike {0}) and i.serial ilike {0}"
_CANDIDATES: Final = """
select i.id, i.code, i.sku, p.name, i.serial, i.batch, i.state, i.last_depot,
    i.dirty_on as back_on, (select f.id from item_files f
        where f.item = i.id and f.media_type = 'image/webp' order by f.seq desc limit 1) as photo
from items i join item_makes m on m.item = i.id join products p on p.sku = i.sku
where i.state not in ('scrapped', 'given', 'handed_back') and {where} order by i.id limit $1
"""


def _candidate(row: asyncpg.Record) -> Candidate:
    return Candidate(**dict(row) | {"state": State(row["state"])})


async def print_again(item: str, reason: str, viewer: Viewer) -> Item:
    """Put on record that an item's own label is printed again, and why; the item.

    Missing for an unknown item, Wrong for a reason that is none, Refused `item-not-live`.
    """
    check_may(viewer.caller, "replace labels")
    reason = one_line(reason)
    if faults := list(text_faults("reason", reason, REASON_MAX)):
        raise Wrong(faults)
    async with transaction():
        _, found = await find(item, viewer)
        if found.state not in _LABELLED:
            words = f"{shown(found.code)} is no longer in the service."
            raise Refused("item-not-live", words)
        told = {"reason": reason}
        await record(viewer.caller.username, "label printed again", found.code, told)
    return found
