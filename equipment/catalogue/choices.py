"""What an administrator chooses for the whole service, and may choose anew."""

from typing import Final, Literal, TypeAlias

import msgspec

from budget.changes import record
from budget.database import execute, fetch_one, transaction
from equipment.staff.roles import Caller, check_may

AboveLevel: TypeAlias = Literal["show", "hide"]

_ABOVE_LEVEL: Final = "above level"


class CatalogueChoice(msgspec.Struct, frozen=True):
    """Whether prescribers see what is above their level, as needing approval, or not at all."""

    above_level: AboveLevel = "show"


async def catalogue_choice() -> CatalogueChoice:
    """What was chosen; until then, that everything is shown."""
    row = await fetch_one(_CHOSEN, _ABOVE_LEVEL)
    return CatalogueChoice("hide" if row is not None and row["value"] == "hide" else "show")


async def read_choice(caller: Caller) -> CatalogueChoice:
    """The same, for whoever may read standing data."""
    check_may(caller, "read standing data")
    return await catalogue_choice()


async def choose(caller: Caller, choice: CatalogueChoice) -> CatalogueChoice:
    """Choose; the same again changes nothing and leaves no record."""
    check_may(caller, "change standing data")
    async with transaction():
        done = await execute(_CHOOSE, _ABOVE_LEVEL, choice.above_level)
        if not done.endswith(" 0"):
            await record(caller.username, "choice made", "catalogue", choice)
    return choice


_CHOSEN: Final = "select value from choices where name = $1"
_CHOOSE: Final = """
insert into choices as old (name, value) values ($1, $2)
on conflict (name) do update set value = excluded.value where old.value <> excluded.value
"""
