"""The gate: whatever is carried in is told by its label alone what becomes of it.

Nobody at the gate should have to know how an item stands. What stands at a depot's gate is at that
depot: one that was out comes in dirty, one that was lost is found, one of another depot has moved,
and one that was with a repairer is back.
What cannot be, such as an item that was scrapped, is refused and becomes a case for a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias, get_args
from uuid import UUID, uuid4

from budget.database import fetch_one
from budget.refusals import Fault, Refusal, Refused, Wrong
from equipment import items
from equipment.items import Item, Viewer
from equipment.repairs.trips import CameBack, take_back
from equipment.scans import record
from equipment.staff.roles import check_may
from equipment.standing import State

Bearer: TypeAlias = Literal["crew", "anybody", "hospital", "tip", "service"]
"""Who brings it: our crew, anybody, a hospital, the tip, or another service."""

BEARERS: Final[tuple[Bearer, ...]] = get_args(Bearer)
_NOTES: Final[Mapping[Bearer, str]] = {
    "crew": "Brought in by our crew.",
    "anybody": "Brought back by hand.",
    "hospital": "Brought in by a hospital.",
    "tip": "Brought in by the tip.",
    "service": "Brought in by another service.",
}
# A prescriber or crew may take one back in between: then it is looked at once more.
_LOOKS: Final = 2

_COMES_IN: Final = frozenset({State.ON_LOAN, State.COLLECTED})
_GONE: Final = frozenset({State.SCRAPPED, State.GIVEN, State.HANDED_BACK})
# What no van takes back: it has not been in a house, or is already in the store.
_STAYS: Final = frozenset({State.AVAILABLE, State.RETURNED, State.CLEANED, State.IN_REPAIR})


@dataclass(frozen=True, slots=True)
class Arrival:
    """What was read at a depot's gate, and who brought it.

    `id` makes it one arrival however often it is sent. `age` is how long ago it was read, by the
    clock of whatever read it, where it could not be sent at once.
    """

    label: str
    depot: str
    bearer: Bearer = "crew"
    id: UUID | None = None
    age: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The item as it is now, and what was recorded of it: nothing where it was here already.

    `back` is no scan: it was taken back from its repairer.
    """

    item: Item
    action: str | None


async def take_in(arrival: Arrival, viewer: Viewer) -> TakenIn:
    """Record that an item stands at the gate.

    Raises Missing where the label names none of ours, or there is no such depot; Refused where
    it cannot be taken in: of what cannot be here at all a case is raised. Sent again, it is told
    what was recorded of it; `moved-since` where the item has gone on since it was read.
    """
    check_may(viewer.caller, "return")
    if not arrival.label.strip():
        raise Wrong([Fault("label", "Scan the label, or type its code.")])
    refusal: Refusal | None = None
    for _ in range(_LOOKS):
        key, item = await items.look_up(arrival.label, viewer)
        if (earlier := await _earlier(arrival, item, viewer)) is not None:
            return TakenIn(item, earlier)
        came_back = await _from_repairer(key, arrival, viewer)
        action = becomes(item, arrival.depot)
        if action is None:
            return TakenIn(item, "back" if came_back else None)
        scan = _scan(arrival, item, action, viewer.now - arrival.age)
        [result] = await record([scan], viewer.caller, viewer.now)
        refusal = result.refusal
        if refusal is None:
            return TakenIn((await items.look_up(item.code, viewer))[1], action)
        if result.state is item.state and refusal.slug != _REUSED:
            break
    assert refusal is not None
    raise refusal


async def _from_repairer(key: int, arrival: Arrival, viewer: Viewer) -> bool:
    """Take it back from the repairer that it was with when it was read, if it was with one."""
    if not viewer.caller.may("repair"):
        return False
    row = await fetch_one(_OUT, key, viewer.now - arrival.age)
    if row is None:
        return False
    back = CameBack(arrival.id or uuid4())
    try:
        await take_back(viewer.caller, row["job"], back, viewer.now)
    except Refused:
        # Somebody else has said so at the same moment.
        return False
    return True


_OUT: Final = """
select j.id as job from repair_jobs j join repair_trips t on t.job = j.id and t.back_at is null
where j.item = $1 and j.ended_at is null and j.place = 'outside' and t.sent_at < $2
"""
_REUSED: Final = "id-reused"


async def _earlier(arrival: Arrival, item: Item, viewer: Viewer) -> str | None:
    """What was recorded of this arrival before, or None where nothing was.

    Refused where its id was something else's, or where it comes too late to be told anything of.
    """
    row = None if arrival.id is None else await fetch_one(_EARLIER, arrival.id)
    if row is not None:
        if (row["caller"], row["code"]) != (viewer.caller.username, item.code):
            raise Refused(_REUSED, "This id was used before, for something else.")
        return str(row["action"])
    if arrival.age and item.updated_at > viewer.now - arrival.age and _is_out(item):
        words = "It has moved on since it was read. If it is here, scan it again."
        raise Refused("moved-since", words)
    return None


_EARLIER: Final = """
select r.caller, i.code, m.action from receipts r join items i on i.id = r.item
join movements m on m.item = r.item and m.recorded_at = r.recorded_at and m.id = r.id
where r.kind = 'scan' and r.id = $1
"""


def _is_out(item: Item) -> bool:
    return item.state in _COMES_IN or item.state in _GONE


def becomes(item: Item, depot: str) -> str | None:
    """The action that an item's arrival at a depot is; None where it is there already.

    Raises Refused for what was loaded for delivery: only whoever brings it knows if it was used.
    """
    if item.state is State.LOADED:
        raise Refused(
            "loaded",
            "It was loaded for a delivery. Return it if it has been in a house, else unload it.",
        )
    if item.state in _COMES_IN or item.state in _GONE:
        return "return"
    if item.state is State.LOST:
        return "find"
    return "move" if item.state in _STAYS and item.depot != depot else None


def _scan(arrival: Arrival, item: Item, action: str, read_at: datetime) -> dict[str, Any]:
    scan: dict[str, Any] = {
        "id": str(arrival.id or uuid4()),
        "item": item.code,
        "action": action,
        "occurred_at": read_at.isoformat(),
        "depot": arrival.depot,
        "note": _NOTES[arrival.bearer],
    }
    if item.state in _GONE:
        # It says so of itself, and is refused: a scan from a device leaves a case.
        scan["device"] = f"gate {arrival.depot}"
    return scan
