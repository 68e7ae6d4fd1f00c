"""The text on the label of a place: a depot, a van or a bay. Never taken for an item's.

Why it is none of GS1's identifiers and no address: docs/adr/0009-labels-of-places.md.
"""

import re
from typing import Final, Literal, NamedTuple, TypeAlias

PlaceKind: TypeAlias = Literal["depot", "van", "bay"]

TEXT_CHARACTERS_MAX: Final = 100
"""More than any label of a place holds, however it was typed."""

_MARK: Final = "KITBACK"
_TEXT: Final = re.compile(rf"{_MARK}:([0-9]{{4,12}}):(DEPOT|VAN|BAY):([A-Z0-9][A-Z0-9._]*)")
_SYMBOLOGY: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_IGNORED: Final = re.compile(r"[\s\-\u2010\u2011]+")
_KINDS: Final[dict[str, PlaceKind]] = {"DEPOT": "depot", "VAN": "van", "BAY": "bay"}


class Place(NamedTuple):
    """What the label of a place says."""

    prefix: str
    """The company prefix of the service whose place it is."""
    kind: PlaceKind
    code: str
    """As it was read: compare ``place_key`` of it where no place has this very code."""


def place_text(prefix: str, kind: PlaceKind, code: str) -> str:
    """Write what the symbol on a place's label holds: ``KITBACK:9521234:DEPOT:NOTTM``."""
    return f"{_MARK}:{prefix}:{kind.upper()}:{code}"


def parse_place(text: str) -> Place | None:
    """
    Read what a scanner sent, or a person typed, from the label of a place; ``None`` if it is none.

    Case, spaces and hyphens do not matter, nor does the scanner's symbology identifier.
    """
    text = text.strip()
    if not text.isascii() or len(text) > TEXT_CHARACTERS_MAX:
        return None
    body = text[3:] if _SYMBOLOGY.match(text) else text
    match = _TEXT.fullmatch(place_key(body))
    if match is None:
        return None
    return Place(match[1], _KINDS[match[2]], body.rpartition(":")[2].strip())


def place_key(code: str) -> str:
    """Bring a place's code to the form in which it is compared: capitals, no space, no hyphen."""
    return _IGNORED.sub("", code).upper()
