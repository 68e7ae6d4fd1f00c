"""An item that lacks a part does not come onto the shelf. Pure."""

from collections.abc import Sequence
from typing import Final

from budget.refusals import Refused
from budget.wording import one_line
from equipment.standing import Standing, State

# The actions with which a scan may say what is missing: elsewhere it is only kept.
_TELLS: Final = frozenset({"collect", "return", "find", "withdraw", "clean", "fail"})
_ON_SHELF: Final = frozenset({State.AVAILABLE, State.ALLOCATED, State.LOADED})


def check_complete(before: Standing, after: Standing, lacking: Sequence[str]) -> None:
    """Refused `parts-missing` where it would come onto the shelf without them."""
    if lacking and after.state in _ON_SHELF and before.state not in _ON_SHELF:
        parts = ", ".join(sorted(set(lacking)))
        words = f"It came without: {parts}. Find or replace what is missing first."
        raise Refused("parts-missing", words, parts=sorted(set(lacking)))


def told_missing(action: str, parts: Sequence[str] | None) -> list[str]:
    """The parts without which it came, each once."""
    if action not in _TELLS:
        return []
    return sorted({one_line(part) for part in parts or ()} - {""})
