"""First answers about visits, kept to be given again; of whom they are is told as it is now.

Receipts are kept for ever: nothing that somebody wrote about a person goes into one.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from equipment.staff.roles import Caller
from logistics.visits.visit_form import Visit
from logistics.visits.visits import shown_visit

_PERSONAL: Final = ("address", "postcode", "phone", "access_notes", "notes")


def kept_answer(shown: Visit) -> str:
    """An answer as its receipt keeps it."""
    impersonal = replace(shown, reason=None, **dict.fromkeys(_PERSONAL))
    return msgspec.json.encode(impersonal).decode()


async def as_answered(caller: Caller, kept: str, reason: str | None, now: datetime) -> Visit:
    """The first answer again, in the caller's sight; `kept` is what its receipt has.

    `reason` is the one that the answer gave, as it was said again. Of what was asked before answers
    were kept there is only which visit it was.
    """
    if not kept.startswith("{"):
        return await shown_visit(caller, UUID(kept), now)
    answer = msgspec.json.decode(kept, type=Visit)
    shown = await shown_visit(caller, answer.id, now)
    told = {name: getattr(shown, name) for name in _PERSONAL}
    if shown.person is None:
        return replace(answer, person=None, **told)
    return replace(answer, reason=reason, **told)
