"""A scan as it was sent, read field by field; what is wrong with it waits for its turn. Pure.

A fault refuses one scan alone and is judged in a fixed order (contract section 4): id, item,
action, fields, time, state, rules. So nothing is raised here: a reading keeps its faults.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec.structs import astuple

from budget.faults import in_words, path_of
from budget.refusals import Fault, Refused, Wrong
from budget.years import london_day
from equipment.content import canonical, hash_of
from equipment.lifecycle import ACTIONS
from labels.identifiers import Designation, parse_designation
from labels.places import TEXT_CHARACTERS_MAX

AHEAD_MAX: Final = timedelta(minutes=5)
SCAN_BYTES_MAX: Final = 16_384
_EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
# Beyond it, a time is perhaps none at all once it is told in London's.
_LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC)

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
Place = Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_CHARACTERS_MAX)]
"""A place's code, or the text of its label."""
Name = Annotated[str, msgspec.Meta(max_length=200)]
Words = Annotated[str, msgspec.Meta(max_length=500)]
PartName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Pence = Annotated[int, msgspec.Meta(ge=0, le=100_000_000)]


class CheckForm(msgspec.Struct, frozen=True):
    """A check taken with any action: PAT, LOLER thorough examination or planned service."""

    kind: Literal["pat", "loler", "service"]
    result: Literal["pass", "fail"]
    on: date
    examiner: Name | None = None
    certificate: Name | None = None


class ScanFields(msgspec.Struct, frozen=True):
    """The fields of a scan beyond its id, item and action. Others are kept as they came."""

    occurred_at: Annotated[datetime, msgspec.Meta(tz=True)]
    depot: Place | None = None
    van: Place | None = None
    bay: Place | None = None
    person: UUID | None = None
    funder: Code | None = None
    visit: UUID | None = None
    order_line: UUID | None = None
    address: Words | None = None
    reason: Words | None = None
    note: Annotated[str, msgspec.Meta(max_length=2_000)] | None = None
    checks: Annotated[list[CheckForm], msgspec.Meta(max_length=10)] = msgspec.field(
        default_factory=list[CheckForm]
    )
    minutes: Annotated[int, msgspec.Meta(ge=0, le=10_000)] | None = None
    parts_pence: Pence | None = None
    # Parts without which it came: equipment/parts/parts.py.
    missing_parts: Annotated[list[PartName], msgspec.Meta(max_length=50)] | None = None
    movement: UUID | None = None
    device: Name | None = None


_IDENTITY: Final = frozenset({"id", "item", "action"})
_OWN_FIELDS: Final = ScanFields.__struct_fields__
_KNOWN_FIELDS: Final = _IDENTITY | frozenset(_OWN_FIELDS)
_COLUMNS: Final = _IDENTITY | {"occurred_at", "reason", "movement"}
_NOT_TEXT: Final = re.compile("[\0\ud800-\udfff]")
_INTEGER_MAX: Final = 2**63 - 1
_DEPTH_MAX: Final = 20
_NOT_KEPT: Final = "\ufffd"


class Reading(msgspec.Struct, frozen=True):
    """What could be read of a scan. `fields` is None where `fault` says what is wrong.

    `text` is what it says of the item, `designation` what that means.
    """

    said_id: str | None
    id: UUID | None
    text: str
    designation: Designation
    action: str
    fields: ScanFields | None
    fault: Refused | Wrong | None
    sent: Mapping[str, Any]

    @property
    def device(self) -> str | None:
        """The device that the scan says it came from, whatever else is wrong with it."""
        device = self.sent.get("device")
        return device if isinstance(device, str) and device else None

    def content(self, code: str) -> str:
        """A hash of its parsed values in hexadecimal digits; `code` is its item's."""
        assert self.fields is not None
        plain = {
            name: value
            for name, value in zip(_OWN_FIELDS, astuple(self.fields), strict=True)
            if value is not None
        }
        plain["occurred_at"] = self.fields.occurred_at.astimezone(UTC)
        if self.fields.checks:
            plain["checks"] = canonical(self.fields.checks)
        if not self.sent.keys() <= _KNOWN_FIELDS:
            other = {k: v for k, v in self.sent.items() if k not in _KNOWN_FIELDS}
            plain = canonical(other) | plain
        return hash_of(plain | {"action": self.action, "item": code}).hex()

    @property
    def details(self) -> dict[str, Any]:
        """What the movement keeps as it was sent: all that has no column of its own."""
        return {k: v for k, v in self.sent.items() if k not in _COLUMNS and v is not None}


def read_scan(sent: Mapping[str, Any]) -> Reading:
    """Read one scan; its faults are kept for their turn, never raised."""
    encoded = _encoded(sent)
    unreadable: Wrong | None = None
    if encoded is None or b"\\u0000" in encoded or not all(map(_is_plain, sent.values())):
        sent, unreadable = storable(sent)
        encoded = msgspec.json.encode(sent)
    said_id, text, action = (sent.get(name) for name in ("id", "item", "action"))
    text = text if isinstance(text, str) else ""
    fields, fault = (None, unreadable) if unreadable else _fields(sent, encoded)
    return Reading(
        said_id=said_id if isinstance(said_id, str) else None,
        id=_uuid(said_id),
        text=text,
        designation=parse_designation(text),
        action=action if isinstance(action, str) else "",
        fields=fields,
        fault=fault,
        sent=sent,
    )


def check_action(reading: Reading) -> None:
    """Refused unless the action is one of the lifecycle's."""
    if reading.action not in ACTIONS:
        known = ", ".join(sorted(ACTIONS))
        raise Refused("unknown-action", f"There is no such action. The actions are: {known}.")


def check_fields(reading: Reading, now: datetime) -> ScanFields:
    """The fields, complete for the action; Wrong or Refused otherwise."""
    if reading.fault is not None:
        raise reading.fault
    fields = reading.fields
    assert fields is not None
    faults = [fault for check in NEEDS.get(reading.action, ()) if (fault := check(fields))]
    faults += _check_days(fields, now)
    if faults:
        raise Wrong(faults)
    return fields


def check_time(fields: ScanFields, now: datetime) -> None:
    """Refused where it would have happened in the future."""
    if fields.occurred_at > now + AHEAD_MAX:
        raise Refused("time-in-future", "This happened in the future. Check the phone's clock.")


Need = Callable[[ScanFields], Fault | None]


def _need(name: str, words: str) -> Need:
    def check(fields: ScanFields) -> Fault | None:
        return Fault(name, words) if _blank(getattr(fields, name)) else None

    return check


def _blank(value: object) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _need_new_home(fields: ScanFields) -> Fault | None:
    if fields.funder is None and not (fields.address or "").strip():
        return Fault("address", "Say the new address or the new funder.")
    return None


def _need_no_checks(fields: ScanFields) -> Fault | None:
    """An undo only takes back: what it found would be taken back with the next one."""
    if fields.checks:
        return Fault("checks", "An undo takes no checks. Record them with a scan of their own.")
    return None


def _need_depot(fields: ScanFields) -> Fault | None:
    """A bay says it too: it is in one."""
    if _blank(fields.depot) and _blank(fields.bay):
        return Fault("depot", "Say which depot.")
    return None


def _need_new_place(fields: ScanFields) -> Fault | None:
    if fields.depot is None and fields.van is None and fields.bay is None:
        return Fault("depot", "Say which depot or van it is at now.")
    return None


_VAN = _need("van", "Say which van.")
_REASON = _need("reason", "Say why.")
NEEDS: Final[dict[str, tuple[Need, ...]]] = {
    "load": (_VAN,),
    "collect": (_VAN,),
    "return": (_need_depot,),
    "find": (_need_depot,),
    "withdraw": (_REASON,),
    "fail": (_REASON,),
    "scrap": (_REASON,),
    "lose": (_REASON,),
    "hold": (_REASON,),
    "repair": (_need("minutes", "Say how many minutes the repair took."),),
    "check": (_need("checks", "Give at least one check with its result."),),
    "move": (_need_new_place,),
    "transfer": (_need_new_home,),
    "undo": (_need("movement", "Name the movement to undo."), _need_no_checks),
}


def _encoded(sent: Mapping[str, Any]) -> bytes | None:
    """The scan as JSON, or None where it is no text."""
    try:
        return msgspec.json.encode(sent)
    except (ValueError, OverflowError, RecursionError):
        return None


def _is_plain(value: object) -> bool:
    """Whether it can be kept as it is, but for NUL; nothing is said of what holds other values."""
    kind = type(value)
    return kind is str or kind is bool or (kind is int and abs(value) <= _INTEGER_MAX)  # type: ignore[arg-type]  # kind says so


def storable(sent: Mapping[str, Any]) -> tuple[Mapping[str, Any], Wrong | None]:
    """The scan as PostgreSQL can keep it, and what is wrong with it if that is not as it came."""
    kept: dict[str, Any] = _kept(sent)
    if kept == sent:
        return sent, None
    words = "It contains a character or number that cannot be kept, or is nested too deeply."
    return kept, Wrong([Fault("scan", words)])


def _kept(value: Any, depth: int = 0) -> Any:
    match value:
        case Mapping() | list() if depth > _DEPTH_MAX:
            return _NOT_KEPT
        case Mapping():
            return {_kept_alone(key): _kept(entry, depth + 1) for key, entry in value.items()}
        case list():
            return [_kept(entry, depth + 1) for entry in value]
    return _kept_alone(value)


def _kept_alone(value: Any) -> Any:
    """What holds no other values: a text, a number, true, false or null."""
    match value:
        case str():
            return _NOT_TEXT.sub(_NOT_KEPT, value)
        case int() if abs(value) > _INTEGER_MAX:
            return _NOT_KEPT
        case float() if not isfinite(value):
            return str(value)
    return value


def _fields(
    sent: Mapping[str, Any], encoded: bytes
) -> tuple[ScanFields | None, Refused | Wrong | None]:
    if len(encoded) > SCAN_BYTES_MAX:
        words = f"One scan may hold at most {SCAN_BYTES_MAX:,} bytes."
        return None, Refused("scan-too-large", words)
    given = {name: value for name, value in sent.items() if value is not None}
    try:
        fields = msgspec.convert(given, ScanFields)
    except (msgspec.ValidationError, OverflowError) as error:
        return None, Wrong([Fault(path_of(str(error)) or "scan", in_words(str(error)))])
    if not _EARLIEST <= fields.occurred_at < _LATEST:
        return None, Wrong([Fault("occurred_at", "Lies before 1900 or after 9998.")])
    return fields, None


def _check_days(fields: ScanFields, now: datetime) -> list[Fault]:
    if not fields.checks:
        return []
    faults = []
    today = london_day(now + AHEAD_MAX)
    for n, check in enumerate(fields.checks):
        if not _EARLIEST.date() <= check.on <= today:
            faults.append(Fault(f"checks[{n}].on", "A check cannot have been done on that day."))
    return faults


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
