"""Specials that are free, by what they measure: looked through before another one is bought."""

from typing import Final
from uuid import UUID

import msgspec

from budget.database import fetch, fetch_one
from budget.narrowing import containing, narrowed
from budget.refusals import Missing
from budget.wording import sought
from equipment.measuring.measurements import SIZES, Sizes
from equipment.staff.roles import Caller, check_may

FOUND_MAX: Final = 50


class Shelved(Sizes, frozen=True, kw_only=True):
    """A special that is free or will be; nothing says whom it was bought for.

    `ready` is whether it stands on a shelf: others are still washed, inspected or mended.
    """

    item: str
    sku: str
    name: str
    note: str | None
    has_photo: bool
    ready: bool


class Bounds(msgspec.Struct, frozen=True):
    """From what to what something may measure: by the names of the measurements."""

    least: Sizes = Sizes()
    most: Sizes = Sizes()


async def on_shelf(caller: Caller, q: str, bounds: Bounds, limit: int) -> list[Shelved]:
    """Free specials whose name or description contains `q`, and that measure as asked.

    Those on a shelf first. One that was not measured where a bound is asked for is not among them.
    """
    check_may(caller, "read orders")
    conditions: dict[str, object] = {_SAYS: containing(q)}
    for name in SIZES:
        conditions[f"s.{name} >= {{}}"] = getattr(bounds.least, name)
        conditions[f"s.{name} <= {{}}"] = getattr(bounds.most, name)
    sql, values = narrowed(_FREE, conditions, min(limit, FOUND_MAX))
    return [Shelved(**dict(row)) for row in await fetch(sql, *values)]


_SAYS: Final = """(p.name ilike {0} or s.note ilike {0} or exists (
    select from order_lines l where l.sku = p.sku and l.special ->> 'description' ilike {0}))"""
# Of what came back and is not promised or held: a few hundred, whatever the catalogue holds.
_FREE: Final = f"""
select i.code as item, i.sku, p.name, {", ".join(f"s.{name}" for name in SIZES)}, s.note,
    s.photo is not null as has_photo, i.state = 'available' as ready
from products p join item_makes m on m.sku = p.sku join items i on i.id = m.item left join lateral (
    select * from special_measurements m where m.item = i.id order by m.seq desc limit 1) s on true
where i.state in ('available', 'returned', 'cleaned', 'in_repair') and i.held_at is null
    and p.sku in (select sku from products where category = 'Specials' union
        select sku from order_lines where special is not null and sku is not null)
    and {{where}}
order by ready desc, p.name, i.code limit $1
"""  # noqa: S608 - column names from code


async def photo_of(caller: Caller, code: str) -> tuple[UUID, bytes]:
    """The newest photograph of a special, as it was measured; Missing where there is none."""
    check_may(caller, "read orders")
    row = await fetch_one(_PHOTO, sought(code))
    if row is None:
        raise Missing("photo-not-found", "There is no such photograph.")
    return row["id"], bytes(row["content"])


_PHOTO: Final = """
select f.id, f.content from items i join lateral (
    select photo from special_measurements m where m.item = i.id order by m.seq desc limit 1
) s on true join item_files f on f.id = s.photo
where i.code = $1 and f.media_type = 'image/webp'
"""
