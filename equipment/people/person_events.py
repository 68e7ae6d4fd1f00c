"""That somebody died or moved away: recorded once, with what follows from it.

It stops what is on order, and has a coordinator ring about what is to be fetched, when the time is
right. It books no collection.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from budget.database import execute, fetch, fetch_one
from equipment.cases import Finding, raise_cases
from equipment.content import hash_of
from equipment.orders.order_decisions import stop_for
from equipment.staff.roles import Caller

CASE: Final = "call-about-collection"

_EVENTS: Final = {"died_on": "died", "moved_on": "moved_away"}
_STOPPED: Final = {
    "died": "The person has died.",
    "moved_away": "The person has moved to where the service does not go.",
}
_CALL: Final = {
    "died": "Somebody who has equipment on loan has died. Ring the family when it is right to, say"
    " that we are sorry, and ask when the equipment may be fetched. Nothing has been booked.",
    "moved_away": "Somebody who has equipment on loan has moved to where the service does not go."
    " Ring them, and ask what may be fetched when. Nothing has been booked.",
}


async def follow(
    caller: Caller, before: Mapping[str, Any], after: Mapping[str, Any], now: datetime
) -> None:
    """Record what has newly happened to a person, whose row the transaction holds.

    A day that is corrected is no new event; one that is taken back ends it, and brings no order
    back.
    """
    for field, kind in _EVENTS.items():
        if before[field] == after[field]:
            continue
        if before[field] is not None:
            await execute(_WITHDRAW, before["id"], kind, now)
        if after[field] is None:
            continue
        number = await _record(caller, before["id"], kind, after[field], now)
        if before[field] is None:
            await _act_on(caller, before["id"], kind, number, now)


_WITHDRAW: Final = """
update person_events set withdrawn_at = $3
where person = $1 and kind = $2 and withdrawn_at is null
"""


async def _record(caller: Caller, person: UUID, kind: str, day: date, now: datetime) -> int:
    row = await fetch_one(_RECORD, person, kind, day, now, caller.username)
    assert row is not None
    return int(row["id"])


_RECORD: Final = """
insert into person_events (person, kind, happened_on, recorded_at, recorded_by)
values ($1, $2, $3, $4, $5) returning id
"""


async def _act_on(caller: Caller, person: UUID, kind: str, number: int, now: datetime) -> None:
    stopped = await stop_for(caller, person, _STOPPED[kind], now)
    if not await fetch(_HAS_SOMETHING, person):
        return
    # The person alone, which is left out for whoever may not see them.
    finding = Finding(
        kind=CASE,
        item=None,
        scan=None,
        detail=_CALL[kind],
        content={"person": str(person), "orders": [str(order) for order in stopped]},
        fault=hash_of(["person event", number]),
        raised_by=caller.username,
    )
    await raise_cases([finding], now)


_HAS_SOMETHING: Final = """
select from items where person = any(family_of($1)) and state in ('on_loan', 'collected') limit 1
"""
