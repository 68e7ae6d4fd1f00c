"""GS1 element strings: as people write them, in brackets, and as scanners transmit them."""

import re
from collections.abc import Iterable
from typing import Final

from labels.application_identifiers import RULES, Element, Gs1Error

SEPARATOR: Final = "\x1d"
"""What a scanner sends for FNC1 between elements (GS1 General Specifications, section 7.8)."""

_BRACKETED: Final = re.compile(r"\(([^)]*)\)((?:\\\(|[^(])+)")


def parse_bracketed(text: str) -> list[Element]:
    r"""
    Split ``(8004)9506000134A1``: the form that is printed beside a symbol.

    An opening bracket inside a value is written ``\(``. Raises ``Gs1Error``; the values
    themselves are not judged here.
    """
    elements: list[Element] = []
    position = 0
    while match := _BRACKETED.match(text, position):
        ai, value = match.groups()
        if ai not in RULES:
            raise Gs1Error("unknown-ai")
        elements.append(Element(ai, value.replace("\\(", "(")))
        position = match.end()
    if not elements or position < len(text):
        raise Gs1Error("malformed-brackets")
    return elements


def parse_transmitted(text: str) -> list[Element]:
    """
    Split what follows the symbology identifier (GS1 General Specifications, section 7.8).

    A value of pre-defined length ends by itself, any other at a separator or at the end. One
    separator is skipped after either kind. Raises ``Gs1Error``; the values themselves are not
    judged here, save that one cut short by the end of the text is too short.
    """
    elements: list[Element] = []
    while text:
        ai = next((text[:length] for length in (2, 3, 4) if text[:length] in RULES), None)
        if ai is None:
            raise Gs1Error("unknown-ai")
        value = text[len(ai) :].partition(SEPARATOR)[0][: RULES[ai].length_fixed]
        elements.append(Element(ai, value))
        text = text[len(ai) + len(value) :].removeprefix(SEPARATOR)
    if not elements:
        raise Gs1Error("empty")
    return elements


def bracketed(elements: Iterable[Element]) -> str:
    r"""Write elements as ``parse_bracketed`` reads them."""
    return "".join(f"({ai})" + value.replace("(", "\\(") for ai, value in elements)
