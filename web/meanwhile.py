"""Two who change one record: each writes what they changed, and is told what both changed.

A form carries what it was filled with. What was left as it stood is not written, so that it never
goes over what somebody else wrote there since.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from budget.refusals import Fault, Wrong
from web.forms import Filled

FIELD: Final = "filled_with"
"""The hidden field in which a form carries it."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be written, what was written there meanwhile, and what the form carries on."""

    wanted: dict[str, Any]
    faults: list[Fault]
    carried: str

    def checked(self) -> dict[str, Any]:
        """What is to be written; Wrong where somebody else wrote something else there meanwhile."""
        if self.faults:
            raise Wrong(self.faults)
        return self.wanted


def carried(values: Mapping[str, Any]) -> str:
    """What a form is filled with, as it carries it."""
    return base64.urlsafe_b64encode(msgspec.json.encode(dict(values))).decode()


def changes(
    filled: Filled,
    typed: Mapping[str, Any],
    now: Mapping[str, Any],
    choices: Mapping[str, Mapping[Any, str]],
) -> Changes:
    """What of a form differs from what it was filled with; `now` is how the record stands.

    `choices` are the words for the values of fields that are chosen from. Whoever was told that a
    field has changed, and sends the form again, is taken at their word.
    """
    before = dict(now) | _read(filled.raw(FIELD))
    wanted = {name: value for name, value in typed.items() if not _same(value, before.get(name))}
    both = [
        name
        for name, value in wanted.items()
        if not _same(now.get(name), before.get(name)) and not _same(now.get(name), value)
    ]
    faults = [Fault(name, _words(now.get(name), choices.get(name, {}))) for name in both]
    told = {name: before.get(name) for name in typed} | {name: now.get(name) for name in both}
    return Changes(wanted, faults, carried(told))


def _read(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(base64.b64decode(text, altchars=b"-_"), type=dict[str, Any])
    except (binascii.Error, ValueError, RecursionError, msgspec.ValidationError):
        return {}


def _same(one: object, other: object) -> bool:
    """Whether a field shows both alike: nothing is empty, a number what is typed for it."""
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(str, one)) == sorted(map(str, other))
    return (one or None) == (other or None) or str(one) == str(other)


def _words(value: Any, choices: Mapping[Any, str]) -> str:
    each = value if isinstance(value, list) else [value]
    said = ", ".join(str(choices.get(one, one)) for one in each)
    named = bool(value) or (value is False and bool(choices))
    now = f"to “{said}”" if named else "to nothing"
    return f"Has been changed {now} by somebody else meanwhile. Leave what is to stand, and save."
