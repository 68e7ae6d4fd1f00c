"""Texts that people type, made fit to keep. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from budget.refusals import Fault

# Line breaks and tabs are part of an address; no other control character is part of any text.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# Overrides of the direction of writing make what stands beside them read as something else; marks
# of direction and joiners are part of many a name.
_TURNS_AROUND: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NOTHING_SEEN: Final = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0]*"
)
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

CODE_PATTERN: Final = f"^{_CODE.pattern}$"
"""The same for a document that describes it."""


def one_line(text: str) -> str:
    """The text as one line: every run of white space becomes one space, none at the ends."""
    return " ".join(text.split())


def text_faults(field: str, text: str | None, longest: int) -> Iterator[Fault]:
    """What keeps a text from being stored; None is no text, and no fault."""
    if text is None:
        return
    if _CONTROL.search(text):
        yield Fault(field, "Has a control character in it.")
    if _TURNS_AROUND.search(text):
        yield Fault(field, "Has a character in it that turns text around.")
    if len(text) > longest:
        yield Fault(field, f"Is longer than {longest} characters.")
    if _NOTHING_SEEN.fullmatch(text):
        yield Fault(field, "Is empty.")


def code_faults(field: str, code: str, longest: int) -> Iterator[Fault]:
    """What keeps a text from being a code, which stands in addresses and on labels."""
    if not _CODE.fullmatch(code) or len(code) > longest:
        yield Fault(
            field,
            f"Write at most {longest} letters, digits, dots, hyphens and underscores,"
            " a letter or digit first.",
        )


def sought(text: str) -> str:
    """A text to look for: PostgreSQL takes no NUL, and nothing that it keeps has one."""
    return text.replace("\0", "\ufffd")
