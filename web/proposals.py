"""Deciding on a page what somebody else has proposed: the same for all that needs two people."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from litestar import Response

from budget.refusals import Refusal, Refused, Wrong
from web.forms import Filled
from web.pages import PageRequest, see_other

Approve: TypeAlias = Callable[[str, UUID, datetime], Awaitable[object]]
Decline: TypeAlias = Callable[[str, UUID, str, datetime], Awaitable[object]]
Show: TypeAlias = Callable[
    [PageRequest, UUID, Filled | None, Refusal | None], Awaitable[Response[str]]
]


@dataclass(frozen=True, slots=True)
class Deciding:
    """What approves and declines one kind of proposal, shows it again where that is refused.

    `path` is where one of them stands, `word` what it is called: “The charge”.
    """

    path: str
    word: str
    approve: Approve
    decline: Decline
    show: Show

    async def approved(self, request: PageRequest, proposal: UUID) -> Response[str]:
        """Approve it."""
        try:
            await self.approve(request.caller.username, proposal, request.now)
        except Refused as refusal:
            return await self.show(request, proposal, None, refusal)
        return see_other(request, f"{self.path}/{proposal}", say=f"{self.word} was approved.")

    async def declined(self, request: PageRequest, proposal: UUID) -> Response[str]:
        """Decline it, and say why."""
        filled = await request.filled()
        answer = filled.text("answer")
        try:
            await self.decline(request.caller.username, proposal, answer, request.now)
        except (Wrong, Refused) as refusal:
            return await self.show(request, proposal, filled, refusal)
        return see_other(request, f"{self.path}/{proposal}", say=f"{self.word} was declined.")


def anew(filled: Filled, refusal: Refusal) -> tuple[Filled, Refusal]:
    """A form that was refused, and why; one that goes back to what it had proposed is a new one.

    Whoever goes back in their browser and writes something else sends the same id again, and would
    be refused for ever.
    """
    if refusal.slug != "id-reused":
        return filled, refusal
    kept = {name: texts for name, texts in filled.fields.items() if name != "id"}
    return Filled(kept, filled.files), Refused(refusal.slug, _SENT)


_SENT: Final = (
    "This form was sent before, with something else in it: that is proposed. Send it once more if"
    " this is to be proposed as well."
)
