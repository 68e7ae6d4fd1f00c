"""Postcodes that an operator imported, for services beyond the county that ships."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from budget.database import fetch, fetch_one
from equipment.grid import Point, grid_reference, remember
from equipment.postcodes import normal_postcode


class Kept(msgspec.Struct, frozen=True):
    """How many postcodes of a batch are new, and how many lie elsewhere than before."""

    added: int
    moved: int


async def learn(postcodes: Iterable[str]) -> None:
    """Have `grid_reference` know these postcodes where they were imported; at most one statement.

    Those that ship are known already. A postcode that is imported once more, to another place,
    is learned anew when the process starts again.
    """
    unknown = {
        normal
        for postcode in postcodes
        if (normal := normal_postcode(postcode)) and grid_reference(normal) is None
    }
    for batch in _batches(sorted(unknown)):
        rows = await fetch(_PLACES, batch)
        remember({row["postcode"]: (row["easting"], row["northing"]) for row in rows})


_BATCH: Final = 5_000
_PLACES: Final = """
select postcode, easting, northing from postcodes where postcode = any($1::text[])
"""


def _batches(postcodes: Sequence[str]) -> Iterable[Sequence[str]]:
    return (postcodes[at : at + _BATCH] for at in range(0, len(postcodes), _BATCH))


async def keep(points: Sequence[tuple[str, Point]]) -> Kept:
    """Keep a batch of postcodes, written in the one way, each at most once in it."""
    row = await fetch_one(
        _KEEP,
        [postcode for postcode, _ in points],
        [easting for _, (easting, _) in points],
        [northing for _, (_, northing) in points],
    )
    assert row is not None
    return Kept(row["added"], row["moved"])


_KEEP: Final = """
with kept as (
    insert into postcodes as p (postcode, easting, northing)
    select * from unnest($1::text[], $2::int[], $3::int[])
    on conflict (postcode) do update set easting = excluded.easting, northing = excluded.northing
    where (p.easting, p.northing) <> (excluded.easting, excluded.northing)
    returning p.xmax = 0 as is_new
)
select count(*) filter (where is_new) as added, count(*) filter (where not is_new) as moved
from kept
"""
