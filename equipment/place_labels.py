"""Depots, vans and bays with their labels: listed to be printed, and all of a kind at once."""

from collections.abc import Sequence
from typing import Final

import asyncpg
import msgspec

from budget.database import fetch
from budget.narrowing import narrowed
from budget.refusals import Refused
from budget.wording import sought
from equipment.bays import BayKind
from equipment.codes import company_prefix
from equipment.printing import Sender
from equipment.staff.roles import Caller, check_may
from labels.layout import PlaceLabel
from labels.places import PlaceKind, place_text

LABELS_MAX: Final = 1_000
"""How many labels of places come in one document."""


class LabelledPlace(msgspec.Struct, frozen=True):
    """A place that scans may name, with the depot that it is, or is in; `side` is a bay's."""

    key: str
    kind: PlaceKind
    code: str
    name: str
    depot: str
    depot_name: str
    side: BayKind | None


async def listed(
    caller: Caller, kind: PlaceKind | None, depot: str | None, *, after: str, limit: int
) -> list[LabelledPlace]:
    """The places after a key, of a kind and a depot or of any: bays, depots, vans, by code."""
    check_may(caller, "read standing data")
    return [LabelledPlace(**row) for row in await _rows(kind, depot, after, limit)]


async def labels_of(
    caller: Caller, kind: PlaceKind | None, depot: str | None, sender: Sender
) -> Sequence[PlaceLabel]:
    """The labels of these places, in the order of the list.

    Refused `no-places` where there is none, `too-many-places` above LABELS_MAX.
    """
    check_may(caller, "read standing data")
    rows = await _rows(kind, depot, "", LABELS_MAX + 1)
    if not rows:
        raise Refused("no-places", "There is no such place: nothing is to be printed.")
    if len(rows) > LABELS_MAX:
        words = f"These are more than {LABELS_MAX:,} labels: choose a depot, or a kind."
        raise Refused("too-many-places", words)
    prefix = await company_prefix()
    return [
        PlaceLabel(
            link=place_text(prefix, row["kind"], row["code"]),
            kind=row["kind"],
            code=row["code"],
            name=row["name"],
            service_name=sender.name,
        )
        for row in rows
    ]


async def _rows(
    kind: PlaceKind | None, depot: str | None, after: str, limit: int
) -> list[asyncpg.Record]:
    place = None if depot is None else sought(depot)
    conditions = {"key > {}": sought(after), "kind = {}": kind, "depot = {}": place}
    sql, values = narrowed(_PLACES, conditions, limit)
    return await fetch(sql, *values)


# There are few places. A van has no name of its own: its label says where it belongs.
_PLACES: Final = """
select key, kind, code, name, depot, depot_name, side
from (
    select 'depot ' || code as key, 'depot' as kind, code, name, code as depot,
        name as depot_name, null as side
    from depots
    union all select 'van ' || v.code, 'van', v.code, d.name, d.code, d.name, null
    from vans v join depots d on d.code = v.depot
    union all select 'bay ' || b.code, 'bay', b.code, b.name, d.code, d.name, b.kind
    from bays b join depots d on d.code = b.depot
) places
where {where} order by key limit $1
"""
