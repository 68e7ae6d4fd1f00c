"""Which store serves whom: the nearest main depot to where they live."""

from collections.abc import Iterable, Sequence
from datetime import time
from typing import Final

import msgspec

from budget.database import fetch
from budget.refusals import Refused
from equipment.grid import distance_m, grid_reference
from equipment.imported_postcodes import learn


class ServingDepot(msgspec.Struct, frozen=True):
    """A main depot, and after which time of day (in London) an order counts as the next day's."""

    code: str
    postcode: str
    cut_off: time | None


async def serving_depot(postcode: str | None) -> ServingDepot:
    """The main depot nearest to a postcode, else the first by its code; satellites serve nobody.

    Nor does one that is known to close begin to serve anybody.
    Refused `no-depot` where there is none.
    """
    return (await depots_around([postcode])).nearest(postcode)


class DepotsAround(msgspec.Struct, frozen=True):
    """The main depots, for whoever asks of many homes which one serves each."""

    depots: list[ServingDepot]

    def nearest(self, postcode: str | None) -> ServingDepot:
        """The one that serves a postcode."""
        return nearest(self.depots, postcode)


async def depots_around(homes: Iterable[str | None]) -> DepotsAround:
    """The main depots, with the homes that one will ask about; Refused `no-depot` for none."""
    depots = [ServingDepot(**row) for row in await fetch(_DEPOTS, _DEPOTS_MAX)]
    if not depots:
        raise Refused("no-depot", "There is no depot yet that could deliver.")
    await learn([*(home for home in homes if home), *(depot.postcode for depot in depots)])
    return DepotsAround(depots)


# A service has a handful of them.
_DEPOTS_MAX: Final = 200
_DEPOTS: Final = """
select code, postcode, cut_off from depots
where kind = 'depot' and closed_from is null order by code limit $1
"""


def nearest(depots: Sequence[ServingDepot], postcode: str | None) -> ServingDepot:
    """As the crow flies, among those that can be placed; the first where that says nothing."""
    home = grid_reference(postcode) if postcode else None
    placed = [(depot, grid_reference(depot.postcode)) for depot in depots]
    if home is None:
        return depots[0]
    distances = [
        (distance_m(home, point), number)
        for number, (_, point) in enumerate(placed)
        if point is not None
    ]
    return depots[min(distances, default=(0, 0))[1]]
