"""What depots are called: for whoever reads where something is, instead of a code."""

from collections.abc import Mapping
from typing import Final

from budget.database import fetch, fetch_one
from equipment.staff.roles import Caller, check_may


async def depot_names(caller: Caller) -> Mapping[str, str]:
    """The names of depots, by their codes: of a thousand at most, the others go by their codes."""
    check_may(caller, "read standing data")
    return {row["code"]: row["name"] for row in await fetch(_NAMES)}


_NAMES: Final = "select code, name from depots order by code limit 1000"


async def own_depot(caller: Caller) -> str | None:
    """The code of the depot that somebody works at, where they work at one."""
    row = await fetch_one("select depot from users where id = $1", caller.user)
    return None if row is None else row["depot"]
