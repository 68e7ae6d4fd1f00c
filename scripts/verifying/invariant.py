"""An invariant that a query can judge: it yields, as one text a row, what breaks it.

They trust nothing that the tables themselves forbid: a constraint may have been dropped, a
trigger disabled, rows changed by hand.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    """What always holds, and the query for where it does not."""

    name: str
    promise: str
    query: str
