"""The lifecycle of an order: one table, beside that of items. Pure.

`scheduled` and back: a visit for it is planned, or given up. What is delivered stays delivered,
whatever becomes of the rest.
"""

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias, get_args

from budget.refusals import Refused

Status: TypeAlias = Literal[
    "awaiting_authorisation",
    "authorised",
    "declined",
    "scheduled",
    "part_delivered",
    "delivered",
    "cancelled",
]
LineStatus: TypeAlias = Literal["reserved", "awaiting_stock", "delivered", "cancelled"]
Act: TypeAlias = Literal["authorise", "decline", "cancel", "change", "deliver"]

STATUSES: Final = frozenset(get_args(Status))
UNDER_WAY: Final = frozenset({"authorised", "scheduled", "part_delivered"})
"""Those of which something is still to be delivered."""
OPEN: Final = UNDER_WAY | {"awaiting_authorisation"}
ENDED: Final = STATUSES - OPEN

SOURCES: Final[dict[Act, frozenset[str]]] = {
    "authorise": frozenset({"awaiting_authorisation"}),
    "decline": frozenset({"awaiting_authorisation"}),
    "cancel": OPEN,
    "change": frozenset({"awaiting_authorisation", "authorised", "scheduled"}),
    "deliver": UNDER_WAY,
}
_WORDS: Final[dict[str, str]] = {
    "awaiting_authorisation": "is waiting for approval",
    "authorised": "is approved",
    "declined": "was declined",
    "scheduled": "is planned for delivery",
    "part_delivered": "is partly delivered",
    "delivered": "is delivered",
    "cancelled": "was cancelled",
}
assert _WORDS.keys() == STATUSES


def check_may_be(act: Act, status: str) -> None:
    """Raise Refused `order-not-open` where an order of this status cannot be treated so."""
    if status not in SOURCES[act]:
        words = f"This order {_WORDS[status]}: it is too late for that."
        raise Refused("order-not-open", words, order_status=status)


def status_of(before: str, lines: Iterable[tuple[LineStatus, int]]) -> Status:
    """Where an authorised order stands, by its lines' statuses and how many of each are delivered.

    One that is not under way, nor delivered, stays what it is.
    """
    if before not in UNDER_WAY | {"delivered"}:
        return _known(before)
    every = list(lines)
    if all(status in {"delivered", "cancelled"} for status, _ in every):
        return "delivered" if any(delivered for _, delivered in every) else "cancelled"
    if any(delivered for _, delivered in every):
        return "part_delivered"
    return "scheduled" if before == "scheduled" else "authorised"


def _known(status: str) -> Status:
    return next(each for each in get_args(Status) if each == status)
