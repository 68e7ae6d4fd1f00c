"""Bodies: the one way to read them, strictly, with every wrong field named.

What is typed `Any` in a Struct is left alone: its handler judges it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from math import isfinite
from typing import Annotated, Any, Final, NoReturn, TypeAlias, TypeVar, get_args, get_origin

import msgspec
from litestar.params import BodyKwarg

from api.problems import Problem, unreadable
from budget.faults import in_words, join, path_of
from budget.refusals import Fault, Wrong

T = TypeVar("T")

Json: TypeAlias = Annotated[T, BodyKwarg(media_type="application/json")]
"""A handler's `data`: a JSON object, read into a Struct."""

Csv: TypeAlias = Annotated[str, BodyKwarg(media_type="text/csv")]
"""A handler's `data`: the text of a CSV file, without its byte order mark."""

BIGINT_MAX: Final = 2**63 - 1
Pence = Annotated[int, msgspec.Meta(ge=0, le=BIGINT_MAX)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time with its offset; without one it is a 422."""

# Only such bodies can hold what PostgreSQL cannot store: others are spared the walk.
_SUSPICIOUS: Final = re.compile(
    rb'\\u0000|\\u[dD][89a-fA-F]|[0-9]{19}|[eE]\+?[0-9]{3}|"9999-12-3|"0001-01-0'
)
# Half a surrogate pair, or a number beyond all bounds, is a broken document to msgspec; the
# standard library reads on and lets us say which field holds it.
_BEYOND_MSGSPEC: Final = re.compile(rb"\\u[dD][89a-fA-F]|[eE]\+?[0-9]{3}|[0-9]{300}")
_DIGITS_MAX: Final = 1_000
_NOT_TEXT: Final = re.compile(r"[\x00\ud800-\udfff]")


class OpenBody(msgspec.Struct, frozen=True):
    """A body that may have members which nobody reads; every other is refused for such a one."""


class OptionalBody(msgspec.Struct, frozen=True):
    """A body that need not be sent at all: none is an empty object."""


def read_json(body: bytes, media_type: str, wanted: type[T]) -> T:
    """The body as a Struct.

    Raises Problem 415 for another type and 400 where it is not JSON, Wrong for wrong fields.
    """
    if media_type != "application/json":
        raise _unsupported("application/json")
    suspicious = not _is_open_throughout(wanted) and _SUSPICIOUS.search(body) is not None
    return judged(_parse(body), wanted, suspicious=suspicious)


def read_csv(body: bytes, media_type: str) -> str:
    """The body as text; 415 for another type.

    Bytes that are no UTF-8 become surrogates: they spoil their own line, not the whole file.
    """
    if media_type != "text/csv":
        raise _unsupported("text/csv")
    return body.decode("utf-8-sig", errors="surrogateescape")


def judged(value: object, wanted: type[T], *, suspicious: bool = True) -> T:
    """A parsed JSON value as a Struct, or Wrong with every field that is at fault."""
    try:
        result = msgspec.convert(value, wanted)
    except (msgspec.ValidationError, UnicodeError) as error:
        # What forbids fields by itself says so once more.
        faults = list(dict.fromkeys(_faults(value, wanted)))
        raise Wrong(faults or [_fault(error, "")]) from error
    faults = list(_unknown(value, wanted))
    if suspicious:
        faults += _unstorable(result, "")
    if faults:
        raise Wrong(faults)
    return result


def _parse(body: bytes) -> object:
    try:
        try:
            return msgspec.json.decode(body)
        except ValueError:
            if not _BEYOND_MSGSPEC.search(body):
                raise
            return json.loads(body.decode(), parse_constant=_no_constant, parse_int=_bounded)
    except RecursionError as error:
        raise unreadable("The JSON is nested too deeply.") from error
    except ValueError as error:
        raise unreadable("The body is not JSON.") from error


def _bounded(digits: str) -> int:
    """A whole number; of one that Python would not read, only that it is beyond all bounds."""
    return int(digits[:_DIGITS_MAX])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _unsupported(wanted: str) -> Problem:
    return Problem(415, "unsupported-media-type", f"Send the body as {wanted}.")


def _faults(value: object, wanted: Any) -> Iterator[Fault]:
    """Every wrong field of an object, each judged by itself."""
    if not _is_struct(wanted) or not isinstance(value, dict):
        return
    for field in msgspec.structs.fields(wanted):
        name = field.encode_name
        if name in value:
            yield from _field_fault(value[name], field.type, name)
        elif field.required:
            yield Fault(name, "Is required.")
    yield from _unknown(value, wanted)


def _field_fault(value: object, wanted: Any, name: str) -> Iterator[Fault]:
    try:
        msgspec.convert(value, wanted)
    except (msgspec.ValidationError, UnicodeError) as error:
        yield from list(_entry_faults(value, wanted, name)) or [_fault(error, name)]


def _entry_faults(value: object, wanted: Any, name: str) -> Iterator[Fault]:
    """Of what has entries by key, each that is wrong: msgspec does not say which it is."""
    if get_origin(wanted) is dict and isinstance(value, dict):
        for key, entry in value.items():
            if not _NOT_TEXT.search(key):
                yield from _field_fault(entry, get_args(wanted)[1], join(name, key))


def _fault(error: Exception, within: str) -> Fault:
    if isinstance(error, UnicodeError):
        return Fault(within, "Has a character that is no text.")
    return Fault(path_of(str(error), within) or "body", in_words(str(error)))


def _unknown(value: object, wanted: Any, path: str = "") -> Iterator[Fault]:
    """Fields that the Struct does not have: most often a slip of the pen."""
    if isinstance(value, list):
        inner = _structs_in(wanted)
        for number, entry in enumerate(value if inner else ()):
            yield from _unknown(entry, inner, f"{path}[{number}]")
        return
    struct = _structs_in(wanted)
    if struct is None or not isinstance(value, dict):
        return
    known = _types(struct)
    for name, entry in value.items():
        if name not in known:
            if not issubclass(struct, OpenBody):
                yield Fault(join(path, name), "Is not a field of this request.")
        elif isinstance(entry, (dict, list)):
            yield from _unknown(entry, known[name], join(path, name))


def _unstorable(value: object, path: str) -> Iterator[Fault]:  # noqa: C901 - one case a type
    """Text, numbers and times that PostgreSQL cannot keep."""
    match value:
        case str() if _NOT_TEXT.search(value):
            yield Fault(path, "Has a character that is no text.")
        case int() if not -BIGINT_MAX <= value <= BIGINT_MAX:
            yield Fault(path, "Is out of range.")
        case float() if not isfinite(value):
            yield Fault(path, "Is out of range.")
        case datetime() if not 1 < value.year < 9999:  # noqa: PLR2004 - in UTC it may be no date
            yield Fault(path, "Is out of range.")
        case msgspec.Struct():
            for field in msgspec.structs.fields(value):
                if not _is_open(field.type):
                    entry = getattr(value, field.name)
                    yield from _unstorable(entry, join(path, field.encode_name))
        case Mapping():
            for key, entry in value.items():
                yield from _unstorable(key, path)
                yield from _unstorable(entry, join(path, str(key)))
        case list() | tuple():
            for number, entry in enumerate(value):
                yield from _unstorable(entry, f"{path}[{number}]")


@cache
def _types(struct: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.encode_name: field.type for field in msgspec.structs.fields(struct)}


@cache
def _structs_in(wanted: Any) -> type[msgspec.Struct] | None:
    """The Struct that a type is made of: itself, or what it is a list or an option of."""
    if get_origin(wanted) is dict:
        return None
    if _is_struct(wanted):
        return wanted  # type: ignore[no-any-return]  # _is_struct has just said so
    return next(filter(None, map(_structs_in, get_args(wanted))), None)


@cache
def _is_open(wanted: Any) -> bool:
    return wanted is Any or any(_is_open(inner) for inner in get_args(wanted))


def _is_open_throughout(wanted: Any) -> bool:
    """Whether a body of this type has no part that is judged for what PostgreSQL cannot keep."""
    return _is_struct(wanted) and all(map(_is_open, _types(wanted).values()))


def is_optional(wanted: Any) -> bool:
    """Whether a body of this type need not be sent."""
    return _is_struct(wanted) and issubclass(wanted, OptionalBody)


def _is_struct(wanted: Any) -> bool:
    return isinstance(wanted, type) and issubclass(wanted, msgspec.Struct)
