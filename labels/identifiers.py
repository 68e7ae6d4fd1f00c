"""Which item a text means: GS1 identities, our own codes, and labels of earlier systems."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from labels.application_identifiers import Element, Gs1Error, check_elements
from labels.code import LENGTH, parse_code
from labels.digital_link import arrange, canonical_uri, parse_link
from labels.element_string import SEPARATOR, bracketed, parse_bracketed, parse_transmitted
from labels.places import parse_place

GIAI_AI: Final = "8004"
TEXT_CHARACTERS_MAX: Final = 2_000
"""No label holds more; a longer text names no item."""

_GS1_SYMBOLS: Final = ("]C1", "]e0", "]d2", "]Q3", "]J1")
"""Symbology identifiers (ISO/IEC 15424) of GS1-128, DataBar, DataMatrix, QR and DotCode."""

_SYMBOLOGY: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_COMPANY_PREFIX: Final = re.compile("[0-9]{4,12}")
_EDGES: Final = " \t\r\n"  # Not str.strip(): that would take the separator for a space.
_IGNORED: Final = re.compile(r"[\s\-\u2010\u2011]+")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a GS1 symbol says: valid as a whole, by GS1's rules."""

    elements: tuple[Element, ...]
    """In the order of the text."""
    canonical_uri: str | None
    """The canonical Digital Link; ``None`` where these elements have none."""

    @property
    def giai(self) -> str | None:
        """The Global Individual Asset Identifier; ``None`` where it is not of one asset."""
        return dict(self.elements).get(GIAI_AI)

    @property
    def ai_data(self) -> str:
        """The bracketed element string."""
        return bracketed(self.elements)


@dataclass(frozen=True, slots=True)
class Designation:
    """
    What a text given for an item may mean, as the keys to look it up by.

    An item is meant if its code, its GIAI or one of its aliases equals the key of that name. A
    text is never a code and a GIAI at once. With neither, and no such alias: unreadable.
    """

    code: str | None
    giai: str | None
    alias: str
    """As ``alias_key`` gives it; empty where the text can be no label at all."""


def parse_designation(text: str) -> Designation:
    """
    Read whatever a person typed or a scanner sent for an item.

    That is our code; a GIAI bare, in an element string, as transmitted or in a link of any host;
    else perhaps an alias. Case, spaces and hyphens do not matter to our own codes and GIAIs: a
    GIAI that is, but for them, digits and a valid code is read in capitals without them. Any
    other GIAI is taken to the letter, as GS1 has it. A bare text as long as a code is a code or a
    misread one, never a GIAI. An unmarked text that starts with 8004 is read as AI and value. The
    label of a place is no item's, nor can it be an alias.
    """
    if len(text) == LENGTH and (code := parse_code(text)):
        return Designation(code, None, code)  # As most are given; the rest would say the same.
    text = text.strip(_EDGES)
    if len(text) > TEXT_CHARACTERS_MAX or not _is_storable(text) or parse_place(text):
        return Designation(None, None, "")
    marked = text.startswith(_GS1_SYMBOLS)
    body = _without_symbology(text)
    key = _squeezed(body)
    if len(key) == LENGTH and not marked:
        return Designation(parse_code(body), None, key)
    identity = _identity(text)
    if identity is None:
        return Designation(None, _bare_giai(body), key)
    giai = identity.giai and _as_printed(identity.giai)
    if key.startswith(GIAI_AI) and not marked:
        return Designation(None, giai, key)  # Perhaps an earlier system's number: keep it whole.
    return Designation(None, giai, _squeezed(giai or identity.ai_data))


def alias_key(text: str) -> str:
    """
    Give the key under which a label of an earlier system is kept and looked up.

    The text in capitals without spaces and hyphens; of a GS1 symbol or link, its GIAI, or else
    its element string, so that the key is one however the label is read. Empty for a text that
    can be no label: blank, over 2,000 characters, or not storable as text.
    """
    return parse_designation(text).alias


def parse_gs1(text: str) -> Identity:
    r"""
    Read a Digital Link, a bracketed element string, or what a scanner transmitted.

    The latter with its symbology identifier, with FNC1 sent as a separator (GS, ``\x1d``), or
    unmarked where it starts with AI 8004. Raises ``Gs1Error``, judging as GS1's Barcode Syntax
    Engine does for the AIs of ``labels.application_identifiers``.
    """
    text = text.strip(_EDGES)
    if len(text) > TEXT_CHARACTERS_MAX:
        raise Gs1Error("too-long")
    marked_gs1 = text.startswith(_GS1_SYMBOLS)
    text = _without_symbology(text)
    if text[:4].lower() == "http" and not marked_gs1:
        link = parse_link(text)
        elements = [*link[0], *link[1]]
        check_elements(elements)
        return Identity(tuple(elements), canonical_uri(link))
    if text.startswith("(") and not marked_gs1:
        elements = parse_bracketed(text)
    elif marked_gs1 or SEPARATOR in text or text.startswith(GIAI_AI):
        elements = parse_transmitted(text.removeprefix(SEPARATOR))
    else:
        raise Gs1Error("not-gs1")
    check_elements(elements)
    arranged = arrange(elements)
    return Identity(tuple(elements), canonical_uri(arranged) if arranged else None)


def giai_for(prefix: str, code: str) -> str:
    """
    Make the GIAI of an item of ours: the company prefix, then the code.

    GS1 Company Prefixes have 4 to 12 digits, so a GIAI of ours has at most 20 of the 30
    characters that AI 8004 allows. Raises ``ValueError`` for any other prefix or code.
    """
    if not _COMPANY_PREFIX.fullmatch(prefix):
        raise ValueError(f"a GS1 Company Prefix has 4 to 12 digits, not {prefix!r}")
    if parse_code(code) != code:
        raise ValueError(f"not an item code: {code!r}")
    return prefix + code


def codes_in(giais: Iterable[str]) -> list[str]:
    """
    Give the codes of the items that these are the GIAIs of, should they be items of ours.

    A GIAI of somebody else's may end in the code of one: compare it as well.
    """
    return [giai[-LENGTH:] for giai in giais]


def _identity(text: str) -> Identity | None:
    try:
        return parse_gs1(text)
    except Gs1Error:
        return None


def _bare_giai(text: str) -> str | None:
    giai = _as_printed(text)
    try:
        check_elements([Element(GIAI_AI, giai)])
    except Gs1Error:
        return None
    return giai


def _as_printed(giai: str) -> str:
    """Bring a GIAI that may be ours, however typed, to the form that ``giai_for`` makes."""
    squeezed = _squeezed(giai)
    prefix, code = squeezed[:-LENGTH], squeezed[-LENGTH:]
    ours = giai.isascii() and _COMPANY_PREFIX.fullmatch(prefix) and parse_code(code)
    return squeezed if ours else giai


def _without_symbology(text: str) -> str:
    return text[3:] if _SYMBOLOGY.match(text) else text


def _squeezed(text: str) -> str:
    return _IGNORED.sub("", text).upper()


def _is_storable(text: str) -> bool:
    """PostgreSQL keeps neither NUL nor a lone surrogate in a text."""
    return "\0" not in text and not re.search("[\ud800-\udfff]", text)
