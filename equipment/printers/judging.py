"""What became of a label that was given to a printer. Pure.

Nothing on a socket says that a label came out: a printer takes what it is sent, and prints when it
can. What it says afterwards is evidence, and where that leaves a doubt a person looks, as a label
that comes out twice may end on two items (docs/adr/0035-printing-once.md).
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Verdict: TypeAlias = Literal["printed", "not_printed", "unsure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a label, by a printer that holds nothing any more.

    Nothing that was sent may still be under way to it: the caller waits for that.
    """

    same_line: bool
    """Whether the connection that it was sent by, whole, has stood until now."""
    stayed_on: bool
    """Whether the printer has said that it was on all the while."""
    counts: bool
    """Whether its count was seen to rise with one of our labels before."""
    before: int | None
    after: int | None
    """Its count of labels before this one, and now."""


_CAME_OUT: Final = "The printer has counted it."
_NOT_COUNTED: Final = "The printer took it and counted nothing: was it cancelled at the printer?"
_OFF: Final = "The printer was lost or switched off while this label was under way."
_OTHERS: Final = "The printer was lost, and has counted other labels since."


def judge(evidence: Evidence) -> tuple[Verdict, str]:
    """Whether it came out, and how that is known, in words."""
    risen = _risen(evidence)
    if evidence.same_line:
        if risen is None or not evidence.counts:
            return "printed", _CAME_OUT if risen else "The printer says that nothing is left."
        return ("printed", _CAME_OUT) if risen > 0 else ("unsure", _NOT_COUNTED)
    if risen is None or not evidence.counts or not evidence.stayed_on:
        return "unsure", _OFF
    if risen == 1:
        return "printed", _CAME_OUT
    if risen == 0:
        return "not_printed", "The printer has counted nothing since."
    return "unsure", _OTHERS


def _risen(evidence: Evidence) -> int | None:
    if evidence.before is None or evidence.after is None:
        return None
    risen = evidence.after - evidence.before
    return risen if risen >= 0 else None
