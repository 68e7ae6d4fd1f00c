"""What a phone is answered for each entry that it sent. Pure."""

from typing import Any, Literal, TypeAlias
from uuid import UUID

import msgspec

from budget.refusals import Refusal, Wrong

Status: TypeAlias = Literal["accepted", "duplicate", "refused"]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an entry, and of a scan the item as it is now.

    A refused one is a case for the depot already: the phone may let go of it.
    """

    seq: int | None
    id: UUID | None
    status: Status
    problem: dict[str, Any] | None = None
    item: str | None = None
    state: str | None = None
    allowed: list[str] = []


def problem_of(refusal: Refusal) -> dict[str, Any]:
    """A refusal as a phone shows and keeps it: the members of RFC 9457 that need no HTTP."""
    told: dict[str, Any] = {
        "type": f"/problems/{refusal.slug}",
        "title": refusal.slug.replace("-", " ").capitalize(),
        "detail": refusal.detail,
    }
    if isinstance(refusal, Wrong):
        told["errors"] = [{"field": f.field, "message": f.message} for f in refusal.faults]
    return told
