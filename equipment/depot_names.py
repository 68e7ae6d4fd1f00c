"""What depots are called: for whoever reads where something is, instead of a code."""

from collections.abc import Mapping
from typing import Final

from budget.database import fetch
from equipment.staff.roles import Caller, check_may


async def depot_names(caller: Caller) -> Mapping[str, str]:
    """The names of all depots, by their codes."""
    check_may(caller, "read standing data")
    return {row["code"]: row["name"] for row in await fetch(_NAMES)}


_NAMES: Final = "select code, name from depots"
