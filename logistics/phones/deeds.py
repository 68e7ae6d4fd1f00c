"""What phones send beside scans: what came of a visit, that a crew is late, and notes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta

from budget.database import fetch_one
from budget.faults import in_words, path_of
from budget.refusals import Fault, Refusal, Wrong
from budget.wording import text_faults
from equipment.cases import NOTE_MAX, Finding, raise_cases
from equipment.content import hash_of
from equipment.naming import items_named
from equipment.scan_form import storable
from equipment.staff.roles import Caller
from logistics.phones import delays, photos
from logistics.phones.entries import Entry
from logistics.visits import outcomes
from logistics.visits.catching_up import catch_up_with
from logistics.visits.visit_form import Outcome
from logistics.visits.visits import missing

T = TypeVar("T")

# What an outcome shows: too large to stand in a case.
_PROOF: Final = ("signature", "photo")


class _Note(msgspec.Struct, frozen=True):
    text: Annotated[str, Meta(min_length=1, max_length=NOTE_MAX)]
    visit: UUID | None = None
    item: Annotated[str, Meta(max_length=200)] | None = None


async def do(caller: Caller, device: UUID, entry: Entry, at: datetime, now: datetime) -> None:
    """Carry out an entry that is no scan, at the time that holds for it; done again, it is once.

    Raises whatever refusal it meets: what it said is the caller's to keep.
    """
    match entry.kind:
        case "outcome":
            await _say_outcome(caller, entry, at, now)
        case "late":
            assert entry.id is not None
            await delays.say(caller, entry.id, _read(entry.body, delays.Late), at, now)
        case "note":
            await _take_note(caller, device, entry, now)
        case _:
            raise AssertionError(entry.kind)


async def _say_outcome(caller: Caller, entry: Entry, at: datetime, now: datetime) -> None:
    body = entry.body
    visit = _read({"visit": body.get("visit")}, _Visit).visit
    known = {name: body[name] for name in Outcome.__struct_fields__ if name in body}
    told = _read({**known, "id": str(entry.id), "occurred_at": at.isoformat()}, Outcome)
    await catch_up_with([visit], now)
    await outcomes.record_outcome(caller, visit, told, now)


class _Visit(msgspec.Struct, frozen=True):
    visit: UUID


async def _take_note(caller: Caller, device: UUID, entry: Entry, now: datetime) -> None:
    """A note is for a person to read: it is a case until somebody has."""
    note = _read(entry.body, _Note)
    if faults := list(text_faults("text", note.text, NOTE_MAX)):
        raise Wrong(faults)
    person = None if note.visit is None else await _person_of(note.visit)
    if note.visit is not None and person is None:
        raise missing()
    item = (await items_named([note.item])).get(note.item) if note.item else None
    content = {"note": note.text, "visit": note.visit, "person": person, "device": device}
    finding = Finding(
        kind="phone-note",
        item=item,
        scan=None,
        detail=f"{caller.username} has sent a note from the round.",
        content={name: str(value) for name, value in content.items() if value is not None},
        fault=hash_of(["phone-note", str(device), str(entry.id)]),
        raised_by=caller.username,
    )
    await raise_cases([finding], now)


async def refusal_case(
    caller: Caller, device: UUID, entry: Entry, refusal: Refusal, now: datetime
) -> Finding:
    """What was refused, with all that it said, for a person to settle; sent again, it is one case.

    What was signed or photographed is kept beside it, where it may be looked at.
    """
    kept, _ = storable({**entry.body} if entry.body else {**entry.sent})
    body = dict(kept)
    await photos.put_aside(caller, device, entry.id, body, _PROOF, now)
    visit = _uuid(body.get("visit"))
    person = None if visit is None else await _person_of(visit)
    content = {**body, "device": str(device), "entry": str(entry.id), "kind": entry.kind}
    if person is not None:
        content["person"] = str(person)
    return Finding(
        kind=f"refused-{entry.kind}" if entry.fault is None else "refused-entry",
        item=None,
        scan=None,
        detail=refusal.detail,
        content=content,
        fault=hash_of(["phone", str(device), entry.content.hex(), refusal.slug]),
        raised_by=caller.username,
    )


async def _person_of(visit: UUID) -> UUID | None:
    row = await fetch_one("select person from visits where id = $1", visit)
    return None if row is None else row["person"]


def _read(body: Mapping[str, Any], wanted: type[T]) -> T:
    """An entry's body; Wrong where a field is, and where it has what PostgreSQL cannot keep."""
    _, unreadable = storable(body)
    if unreadable is not None:
        raise unreadable
    try:
        return msgspec.convert(body, wanted)
    except (msgspec.ValidationError, UnicodeError, OverflowError) as error:
        fault = Fault(path_of(str(error)) or "body", in_words(str(error)))
        raise Wrong([fault]) from error


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
