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

_PERSONAL: Final = ("address", "postcode", "phone", "access_notes", "notes", "reason")


def kept_answer(shown: Visit) -> str:
    """An answer as its receipt keeps it."""
    impersonal = replace(shown, **dict.fromkeys(_PERSONAL))
    return msgspec.json.encode(impersonal).decode()


async def as_answered(caller: Caller, kept: str, now: datetime) -> Visit:
    """The first answer again, in the caller's sight; `kept` is what its receipt has.

    Of what was asked before answers were kept there is only which visit it was.
    """
    if not kept.startswith("{"):
        return await shown_visit(caller, UUID(kept), now)
    answer = msgspec.json.decode(kept, type=Visit)
    shown = await shown_visit(caller, answer.id, now)
    person = answer.person if shown.person is not None else None
    return replace(answer, person=person, **{name: getattr(shown, name) for name in _PERSONAL})
