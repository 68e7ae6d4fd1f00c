"""Another label for an item: what it is and all that happened to it stay."""

from uuid import UUID

import msgspec

from budget.database import fetch_one, transaction
from budget.refusals import Refused
from equipment import receipts
from equipment.blank_labels import claim
from equipment.items import Item, Viewer, find
from equipment.lifecycle import LIVE
from equipment.staff.roles import check_may


async def add_label(  # noqa: PLR0913 - a write that may be repeated
    item: str,
    label: str,
    reason: str,
    viewer: Viewer,
    *,
    client_id: UUID | None = None,
    content: bytes = b"",
) -> Item:
    """Make a blank label another one of this item's, for good; the item as it is shown then.

    Its code and GIAI name the item from now on, as its own still do. A repeat of `client_id` with
    equal content gets the first answer again. Raises Missing for an unknown item, Refused
    `item-not-live` for one that is no longer in the service, and as blank_labels.claim() does.
    """
    check_may(viewer.caller, "replace labels")
    async with transaction():
        if client_id is not None:
            first = await receipts.earlier(_KIND, client_id, viewer.caller, content)
            if first is not None:
                return msgspec.json.decode(first, type=Item)
        key, _ = await find(item, viewer)
        await _check_live(key)
        await claim([label], [key], viewer.caller, viewer.now, field="label", reason=reason)
        _, shown = await find(item, viewer)
        if client_id is not None:
            body = msgspec.json.encode(shown).decode()
            await receipts.keep(_KIND, client_id, viewer.caller, content, body, viewer.now)
    return shown


_KIND = "item label"


async def _check_live(key: int) -> None:
    # Locked, so that it is not scrapped meanwhile.
    row = await fetch_one("select state from items where id = $1 for update", key)
    assert row is not None
    if row["state"] not in LIVE:
        raise Refused("item-not-live", "This item is no longer in the service.")
