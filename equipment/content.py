"""What a write says, in a form by which a repetition is known however it is written. Pure.

Contract section 2, "Retries".
"""

import hashlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from types import NoneType
from typing import Any, Final
from uuid import UUID

import msgspec

# Most values, each the same however it is written.
_PLAIN: Final = frozenset({str, int, bool, UUID, date, NoneType})


def content_hash(value: object) -> bytes:
    """SHA-256 of parsed values, equal for equal content.

    Times count as instants, the order of keys does not, and null is the same as absent.
    """
    return hash_of(canonical(value))


def hash_of(plain: object) -> bytes:
    """SHA-256 of values that are in canonical form already."""
    return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).digest()


def canonical(value: Any) -> Any:  # noqa: PLR0911 - one case a type
    """The value in a form in which equal ones are written alike."""
    if type(value) in _PLAIN:
        return value
    match value:
        case msgspec.Struct():
            names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
            return canonical({written: getattr(value, name) for written, name in names})
        case Mapping():
            return {
                str(key): canonical(entry)
                for key, entry in value.items()
                if entry is not None and entry is not msgspec.UNSET
            }
        case list() | tuple():
            return [canonical(entry) for entry in value]
        case AbstractSet():
            return sorted((canonical(entry) for entry in value), key=repr)
        case datetime():
            return value.astimezone(UTC)
        case float() if value.is_integer():
            # 1 and 1.0 are one number in JSON.
            return int(value)
    return value
