"""Whether an item is dirty or clean, and where it may then be. Pure.

Dirty and clean places are different places (HTM 01-06 and the MHRA's "Managing medical devices":
what was used is kept apart from what is ready for use until it is decontaminated).
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from budget.refusals import Refused
from equipment.standing import Act, State

Contamination: TypeAlias = Literal["dirty", "clean"]

DIRTY: Final = frozenset({State.COLLECTED, State.RETURNED})
"""Used, and not decontaminated since."""
CLEAN: Final = frozenset({State.CLEANED, State.AVAILABLE, State.ALLOCATED, State.LOADED})


def contamination(state: State) -> Contamination | None:
    """What the state says; None of what is with somebody, in repair or gone.

    What is in repair was cleaned first, and may have been handled since: it is cleaned no more
    than its certificate says.
    """
    if state in DIRTY:
        return "dirty"
    return "clean" if state in CLEAN else None


# The actions with which something is put down: elsewhere a bay only says where it was found.
_PUTS_DOWN: Final = frozenset(
    {"return", "find", "move", "clean", "pass", "repair", "deallocate", "unload"}
)


def check_bay(kinds: Mapping[str, str], act: Act, state: State) -> None:
    """Refused where something dirty is put down in a clean bay, or the other way round."""
    if act.bay is None or act.action not in _PUTS_DOWN:
        return
    kind, found = kinds.get(act.bay), contamination(state)
    if kind == "clean" and found == "dirty":
        words = f"Stop: bay {act.bay} is clean, and this item is dirty. Take it to the dirty side."
        raise Refused("bay-is-clean", words)
    if kind == "dirty" and found == "clean":
        words = f"Stop: bay {act.bay} is dirty, and this item is clean. Take it to the clean side."
        raise Refused("bay-is-dirty", words)
