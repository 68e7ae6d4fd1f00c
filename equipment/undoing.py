"""What may be undone, by whom and how long. Pure."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from budget.refusals import NotAllowed, Refused
from equipment.hand import Past
from equipment.staff.roles import ADMINISTRATOR, COORDINATOR, Caller

UNDO_WITHIN: Final = timedelta(days=1)


def check_undo(target: Past, movement: UUID | None, caller: Caller, now: datetime) -> None:
    """Only an item's newest movement that counts, by its actor within a day, or by a coordinator.

    Raises Refused or NotAllowed; `movement` is the one that is to be undone.
    """
    if target.id != movement:
        words = "Only this item's newest movement can be undone, and only once."
        raise Refused("movement-not-newest", words)
    if target.by_recall:
        words = "A recall did this: clear the item there, or close the recall."
        raise Refused("held-by-recall", words)
    if target.action in {"receive", "open"}:
        words = "How an item came to be here cannot be undone. Scrap it, or report it lost."
        raise Refused("movement-cannot-be-undone", words)
    if caller.roles & {ADMINISTRATOR, COORDINATOR}:
        return
    if target.actor != caller.username:
        raise NotAllowed("undo-not-yours", "Somebody else recorded this. Ask a coordinator.")
    if now - target.recorded_at > UNDO_WITHIN:
        raise Refused("undo-too-late", "This is more than a day old. Ask a coordinator.")
