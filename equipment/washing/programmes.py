"""How products are cleaned: the method, and the cycle, temperature and minutes that it takes.

What is changed is another version; what was washed keeps what it was washed by, as its load tells.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias

import asyncpg
import msgspec
from msgspec import Meta

from budget.changes import record
from budget.database import execute, fetch, transaction
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import one_line, sought, text_faults
from equipment.staff.roles import Caller, check_may

CYCLE_MAX: Final = 80
VERSIONS_SHOWN: Final = 20

Method: TypeAlias = Literal["washer", "steam", "wipe", "launder"]

METHOD_WORDS: Final[dict[str, str]] = {
    "washer": "Washer-disinfector",
    "steam": "Steam",
    "wipe": "By hand, detergent and disinfectant",
    "launder": "Laundry",
}


class CleaningMethod(msgspec.Struct, frozen=True):
    """How a product is cleaned; a null method: by any.

    `version` is the one that it is to replace, where somebody else's may have come between.
    """

    method: Method | None
    cycle: Annotated[str, Meta(max_length=CYCLE_MAX)] | None = None
    temperature_c: Annotated[int, Meta(ge=1, le=150)] | None = None
    minutes: Annotated[int, Meta(ge=1, le=600)] | None = None
    version: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None


class Programme(msgspec.Struct, frozen=True):
    """How a product is cleaned, as set by somebody; version 0: nobody has said anything yet."""

    sku: str
    version: int
    method: Method | None = None
    cycle: str | None = None
    temperature_c: int | None = None
    minutes: int | None = None
    set_at: datetime | None = None
    set_by: str | None = None

    @property
    def words(self) -> str:
        """It in a line."""
        if self.method is None:
            return "By any method"
        cycle = None if self.cycle is None else f"cycle {self.cycle}"
        heat = None if self.temperature_c is None else f"{self.temperature_c} °C"
        time = None if self.minutes is None else f"{self.minutes} min"
        return ", ".join(each for each in (METHOD_WORDS[self.method], cycle, heat, time) if each)


async def programme_of(caller: Caller, sku: str) -> Programme:
    """The newest of a product; Missing where there is no such product."""
    return (await versions_of(caller, sku))[0]


async def versions_of(caller: Caller, sku: str) -> list[Programme]:
    """The newest versions of a product, newest first; version 0 where there is none."""
    check_may(caller, "read standing data")
    rows = await fetch(_VERSIONS, sought(sku), VERSIONS_SHOWN)
    if not rows:
        raise Missing("product-not-found", "There is no such product.")
    return [_programme(row) for row in rows]


_VERSIONS: Final = """
select p.sku, coalesce(w.version, 0) as version, w.method, w.cycle, w.temperature_c, w.minutes,
    w.set_at, w.set_by
from products p left join lateral (
    select * from wash_programmes where sku = p.sku order by version desc limit $2
) w on true where p.sku = $1 order by w.version desc
"""


def _programme(row: asyncpg.Record) -> Programme:
    return Programme(**dict(row))


async def set_method(caller: Caller, sku: str, new: CleaningMethod, now: datetime) -> Programme:
    """Say how a product is cleaned, as a new version unless it is the same.

    Missing where there is no such product, Wrong where a field is; Refused `cleaning-changed` where
    somebody else has set another version than the one that this is to replace.
    """
    check_may(caller, "set how products are prepared")
    cycle = one_line(new.cycle or "") or None
    new = msgspec.structs.replace(new, cycle=cycle)
    if faults := list(_faults(new)):
        raise Wrong(faults)
    async with transaction():
        await execute("select from products where sku = $1 for no key update", sought(sku))
        known = await programme_of(caller, sku)
        told = (new.method, new.cycle, new.temperature_c, new.minutes)
        # That any method will do is said too: before anybody has, nothing is.
        said = (known.method, known.cycle, known.temperature_c, known.minutes)
        if known.version and told == said:
            return known
        if new.version is not None and new.version != known.version:
            by = known.set_by or "Somebody"
            words = f"{by} has changed this meanwhile. Look at it before you change it."
            raise Refused("cleaning-changed", words, version=known.version)
        await execute(_SET, known.sku, known.version + 1, *told, now, caller.username)
        made = await programme_of(caller, sku)
        await record(caller.username, "wash method set", sku, new)
    return made


_SET: Final = """
insert into wash_programmes (sku, version, method, cycle, temperature_c, minutes, set_at, set_by)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""


def _faults(new: CleaningMethod) -> Iterator[Fault]:
    yield from text_faults("cycle", new.cycle, CYCLE_MAX)
    for name in ("cycle", "temperature_c", "minutes"):
        if new.method is None and getattr(new, name) is not None:
            yield Fault(name, "Say the method, too.")


async def programmes_of_items(items: list[int]) -> dict[int, Programme]:
    """How these items are cleaned, where it is said."""
    told = [dict(row) for row in await fetch(_OF_ITEMS, items)]
    return {each.pop("item"): Programme(**each) for each in told}


_OF_ITEMS: Final = """
select i.id as item, w.sku, w.version, w.method, w.cycle, w.temperature_c, w.minutes, w.set_at,
    w.set_by
from items i cross join lateral (
    select * from wash_programmes where sku = i.sku order by version desc limit 1) w
where i.id = any($1::bigint[]) and w.method is not null
"""
