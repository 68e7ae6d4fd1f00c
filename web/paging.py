"""Lists, a page at a time: what the next page starts after, as an opaque part of its address."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar
from urllib.parse import urlencode

import msgspec

Row = TypeVar("Row")
Key = TypeVar("Key")

PAGE: Final = 25
"""How many rows a page of a list shows; ask a domain function for one more."""


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """The rows of one page, and the links to the others; the macro's parameters, or nothing."""

    rows: Sequence[Row]
    links: dict[str, dict[str, str]]


def sliced(
    rows: Sequence[Row], key_of: Callable[[Row], object], address: str, /, **sought: str
) -> Slice[Row]:
    """The first PAGE of PAGE + 1 rows; `sought` is what the list is narrowed by."""
    shown = rows[:PAGE]
    kept = {name: value for name, value in sought.items() if value and name != "after"}
    links = {}
    if sought.get("after"):
        links["previous"] = {"href": _address(address, kept), "text": "Back to the start"}
    if len(rows) > PAGE:
        after = base64.urlsafe_b64encode(msgspec.json.encode(key_of(shown[-1]))).decode()
        links["next"] = {"href": _address(address, kept | {"after": after})}
    return Slice(shown, links)


def key_after(cursor: str, wanted: type[Key]) -> Key | None:
    """The key that a page starts after; None for the first, and for a cursor of somebody else."""
    try:
        text = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True)
        return msgspec.json.decode(text, type=wanted)
    except (binascii.Error, ValueError, RecursionError, msgspec.ValidationError):
        return None


def _address(path: str, sought: dict[str, str]) -> str:
    return f"{path}?{urlencode(sought)}" if sought else path
