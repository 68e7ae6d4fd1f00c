"""GS1 Digital Link URIs: identities written as web addresses (GS1 Digital Link: URI Syntax)."""

import re
from collections.abc import Sequence
from typing import Final, TypeAlias
from urllib.parse import quote

from labels.application_identifiers import RULES, Element, Gs1Error, is_path

Link: TypeAlias = tuple[list[Element], list[Element]]
"""The elements of the path, the primary key first, and the attributes of the query."""

_URI: Final = re.compile(
    r"https?://[A-Za-z0-9\-.:\[\]]+(?P<path>/[^?#]*)(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.IGNORECASE,  # RFC 3986 section 3.1: schemes have no case, and telephones capitalise them.
)
_URI_CHARACTERS: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
_CANONICAL_STEM: Final = "https://id.gs1.org"


def digital_link(public_url: str, giai: str) -> str:
    """Write the address of an asset: ``{public_url}/8004/{giai}``, percent-encoded."""
    return f"{public_url.rstrip('/')}{_path([Element('8004', giai)])}"


def parse_link(uri: str) -> Link:
    """
    Read an uncompressed link of any host; the values themselves are not judged here.

    The last pair of the path whose AI is a primary key begins the identity; what stands before
    it, as a foreign service may have it, is passed over. The fragment and query keys that are
    not all digits say nothing of identity. Raises ``Gs1Error``.
    """
    match = _URI.fullmatch(uri)
    if match is None or not _URI_CHARACTERS.fullmatch(uri):
        raise Gs1Error("not-a-link")
    path = _path_elements(match["path"])
    attributes = _attributes(match["query"] or "")
    _check_places(path, attributes)
    return path, attributes


def arrange(elements: Sequence[Element]) -> Link | None:
    """Lay out elements as a link has them; ``None`` where there is no key to begin with."""
    values = dict(elements)
    key = next((ai for ai in values if RULES[ai].paths), None)
    if key is None:
        return None
    present = [[ai for ai in path if ai in values] for path in RULES[key].paths]
    path = [key, *max(present, key=len)]
    return (
        [Element(ai, values[ai]) for ai in path],
        [Element(ai, value) for ai, value in values.items() if ai not in path],
    )


def canonical_uri(link: Link) -> str | None:
    """
    Write the one canonical form; ``None`` where an attribute may not stand in a link.

    Attributes of pre-defined length come first (Digital Link: URI Syntax, canonical form).
    """
    path, attributes = link
    if not all(RULES[ai].attribute for ai, _ in attributes):
        return None
    attributes = sorted(attributes, key=lambda element: RULES[element.ai].length_fixed is None)
    query = "&".join(f"{ai}={quote(value, safe='')}" for ai, value in attributes)
    return _CANONICAL_STEM + _path(path) + (f"?{query}" if query else "")


def _path(elements: Sequence[Element]) -> str:
    return "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in elements)


def _path_elements(path: str) -> list[Element]:
    segments = path.split("/")[1:]
    for start in range(len(segments) - 2, -1, -2):
        if segments[start] not in RULES:
            break
        if RULES[segments[start]].paths:
            pairs = zip(segments[start::2], segments[start + 1 :: 2], strict=True)
            return [Element(ai, _decoded(value)) for ai, value in pairs]
    raise Gs1Error("no-key-in-path")


def _attributes(query: str) -> list[Element]:
    elements = []
    for parameter in query.split("&"):
        name, equals, value = parameter.partition("=")
        if not equals or not re.fullmatch("[0-9]*", name):
            continue
        if name not in RULES:
            raise Gs1Error("unknown-ai")
        elements.append(Element(name, _decoded(value.replace("+", " "))))
    return elements


def _check_places(path: Sequence[Element], attributes: Sequence[Element]) -> None:
    ais = [ai for ai, _ in path]
    if not is_path(ais):
        raise Gs1Error("wrong-qualifiers")
    if len({ai for ai, _ in [*path, *attributes]}) < len(path) + len(attributes):
        raise Gs1Error("duplicate-ai")
    for ai, _ in attributes:
        if not RULES[ai].attribute:
            raise Gs1Error("not-an-attribute")
        if any(is_path([*ais[:place], ai, *ais[place:]]) for place in range(1, len(ais) + 1)):
            raise Gs1Error("belongs-in-path")


def _decoded(value: str) -> str:
    """Undo percent-encoding by bytes; GS1 takes a ``%`` without two hex digits as it stands."""
    return re.sub("%([0-9A-Fa-f]{2})", lambda match: chr(int(match[1], 16)), value)
