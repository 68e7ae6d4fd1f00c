"""The things of a day, as a phone takes them along: what they are, and what may be done."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from budget.database import fetch
from equipment.catalogue.handling import Handling, handling_of
from equipment.items import COLUMNS, Due, Item, Viewer, shown

_ITEMS_MAX: Final = 2_000


class PackedRound(msgspec.Struct, frozen=True, kw_only=True):
    """A round of the day. `late_minutes` is what its crew has said."""

    id: UUID
    van: str
    version: int
    leaves_at: datetime
    back_at: datetime
    late_minutes: int | None


class PackedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item; `held_why` says in the words of whoever stopped it why it may not be used."""

    code: str
    giai: str
    aliases: list[str]
    sku: str
    name: str
    max_user_kg: int | None
    state: str
    on_hold: bool
    held_why: str | None
    due: Due
    allowed: list[str]
    person: UUID | None
    van: str | None
    depot: str | None


class PackedProduct(msgspec.Struct, frozen=True):
    """A product: what is checked when it is set up, its parts, and what is handed over with it."""

    name: str
    checklist: list[str]
    parts: list[str]
    instructions: str | None
    reuse: str


async def items_of(
    codes: Collection[str], people: Sequence[UUID], vans: Sequence[str], viewer: Viewer
) -> dict[str, PackedItem]:
    """What the stops are about, what their people have on loan, and what is on the vans."""
    rows = await fetch(_ITEMS, list(codes), people, vans, _ITEMS_MAX)
    held = [row["id"] for row in rows if row["held_at"] is not None]
    reasons = {row["item"]: row["reason"] for row in await fetch(_WHY, held)} if held else {}
    items = await shown(rows, viewer)
    return {
        item.code: _packed(item, reasons.get(row["id"]))
        for row, item in zip(rows, items, strict=True)
    }


_ITEMS: Final = f"""
select {COLUMNS} from items i join products p on p.sku = i.sku
where i.id in (
    select id from items where code = any($1::varchar[])
    union select id from items where person = any($2::uuid[]) and state = 'on_loan'
    union select id from items where van = any($3::varchar[]) and state in ('loaded', 'collected')
) order by i.id limit $4
"""  # noqa: S608 - column names from code
# What put the hold on is the movement that was recorded when it was; a failed check gives no words.
# A recall is told of whatever held the item first, and so is what holds it beside a recall.
_WHY: Final = """
select i.id as item, concat_ws('; and ',
    case when i.recalled = 'alone' then null
        when m.reason is null or m.details ? 'recall' then 'It failed a check'
        else m.reason end,
    (select string_agg('Recall ' || r.reference || ': ' || r.title, '; and ' order by r.seq)
        from recall_items n join recalls r on r.id = n.recall
        where n.item = i.id and n.ended_at is null and r.closed_at is null)) as reason
from items i left join movements m on m.item = i.id and m.recorded_at = i.held_at
where i.id = any($1::bigint[])
"""


def _packed(item: Item, why: str | None) -> PackedItem:
    own = ("code", "giai", "sku", "name", "max_user_kg", "state", "on_hold", "due", "allowed",
        "person", "van", "depot")  # fmt: skip
    labels = [name for label in item.labels for name in (label.code, label.giai)]
    return PackedItem(
        **{name: getattr(item, name) for name in own},
        aliases=[*item.aliases, *labels],
        held_why=why if item.on_hold else None,
    )


async def products_of(skus: Iterable[str]) -> dict[str, PackedProduct]:
    """The products of these items and lines, by their skus."""
    rows = await fetch(_PRODUCTS, sorted(skus))
    told = await handling_of(row["sku"] for row in rows)
    return {row["sku"]: _product(row, told.get(row["sku"], Handling())) for row in rows}


def _product(row: asyncpg.Record, told: Handling) -> PackedProduct:
    return PackedProduct(row["name"], told.checklist, told.parts, told.instructions, row["reuse"])


_PRODUCTS: Final = "select sku, name, reuse from products where sku = any($1::varchar[])"


async def places_around(depot: str | None, day: date) -> dict[str, list[dict[str, str]]]:
    """What has a label of its own beside items: the vans and bays of a depot, and all depots."""
    found: dict[str, list[dict[str, str]]] = {"vans": [], "depots": [], "bays": []}
    for row in await fetch(_PLACES, depot, day, _PLACES_MAX):
        found[row["kind"]].append({"code": row["code"], "name": row["name"]})
    return found


_PLACES_MAX: Final = 1_000
_PLACES: Final = """
select * from (
    select 'vans' as kind, code, code as name from vans
    where depot = $1 and (closed_from is null or closed_from > $2)
    union all select 'depots', code, name from depots where closed_from is null or closed_from > $2
    union all select 'bays', code, name from bays where depot = $1
) places order by kind, code limit $3
"""
