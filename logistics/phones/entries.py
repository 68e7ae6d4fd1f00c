"""What a phone sends: a list of entries, each read by itself, so that a bad one stops no other.

Pure. A fault is kept for the answer, never raised.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args
from uuid import UUID

import msgspec
from msgspec import Meta

from budget.faults import in_words, path_of
from budget.refusals import Fault, Wrong
from logistics.phones.sequence import NUMBER_MAX

ENTRIES_MAX: Final = 500
_TRUSTED: Final = timedelta(minutes=2)
_EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9998, 1, 1, tzinfo=UTC)

Kind: TypeAlias = Literal["scan", "outcome", "late", "note"]
KINDS: Final = get_args(Kind)
Moment: TypeAlias = Annotated[datetime, Meta(tz=True)]


class Sending(msgspec.Struct, frozen=True):
    """What a phone sends at once: `sent_at` by its own clock, `unsent` all that it holds."""

    device: UUID
    sent_at: Moment
    entries: Annotated[list[dict[str, Any]], Meta(max_length=ENTRIES_MAX)] = []
    unsent: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class _Shape(msgspec.Struct, frozen=True):
    seq: Annotated[int, Meta(ge=1, le=NUMBER_MAX)]
    id: UUID
    at: Moment
    kind: Kind
    body: dict[str, Any]


class Entry(msgspec.Struct, frozen=True):
    """An entry as far as it could be read; `fault` says what is wrong with it.

    `number` and `id` are as they were sent where the rest is at fault; `content` is a hash of all
    that was sent, `at` the phone's clock.
    """

    number: int | None
    id: UUID | None
    kind: str
    at: datetime | None
    body: Mapping[str, Any]
    content: bytes
    fault: Wrong | None
    sent: Mapping[str, Any]


def read_entry(sent: Mapping[str, Any]) -> Entry:
    """Read one entry."""
    content = _content(sent)
    faults = [fault for name in _Shape.__struct_fields__ if (fault := _fault(sent, name))]
    if not faults:
        shape = msgspec.convert(sent, _Shape)
        if _EARLIEST <= shape.at < _LATEST:
            body = shape.body
            return Entry(shape.seq, shape.id, shape.kind, shape.at, body, content, None, sent)
        faults = [Fault("at", "Lies before 1900 or after 9997.")]
    wrong = {fault.field.partition(".")[0] for fault in faults}
    number = None if "seq" in wrong else sent["seq"]
    known = None if "id" in wrong else UUID(sent["id"])
    return Entry(number, known, str(sent.get("kind")), None, {}, content, Wrong(faults), sent)


def clock_slow(sent_at: datetime, now: datetime) -> timedelta:
    """By how much a phone's clock is slow, negative where it is fast; a little is no fault of it.

    It takes a while for what is sent to come, too.
    """
    slow = now - sent_at
    return slow if abs(slow) > _TRUSTED else timedelta()


def corrected(at: datetime, slow: timedelta, now: datetime) -> datetime:
    """When it happened by our clock, never later than now."""
    try:
        return max(_EARLIEST, min(at + slow, now))
    except OverflowError:
        return now if slow > timedelta() else _EARLIEST


_TYPES: Final = {each.name: each.type for each in msgspec.structs.fields(_Shape)}


def _fault(sent: Mapping[str, Any], name: str) -> Fault | None:
    if name not in sent:
        return Fault(name, "Is required.")
    try:
        msgspec.convert(sent[name], _TYPES[name])
    except (msgspec.ValidationError, UnicodeError, OverflowError) as error:
        return Fault(path_of(str(error), name) or name, in_words(str(error)))
    return None


def _content(sent: Mapping[str, Any]) -> bytes:
    """SHA-256 of an entry; what is no JSON for msgspec, such as half a character, counts too."""
    try:
        encoded = msgspec.json.encode(sent, order="sorted")
    except (ValueError, OverflowError, RecursionError):
        encoded = ascii(sorted(sent.items(), key=str)).encode()
    return hashlib.sha256(encoded).digest()
