"""What all that one person proposes and another decides has in common on the wire."""

import msgspec

from budget.proposals import Text


class Declined(msgspec.Struct, frozen=True):
    """Why not."""

    answer: Text
