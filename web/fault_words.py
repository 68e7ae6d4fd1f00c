"""What is wrong with a field, in words that name it: "Enter the name", "Choose a depot". Pure.

A domain's fault says what is wrong beside a field that a program names. In a summary of several,
read out one after another, each has to say by itself which field it is about.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

_MISSING: Final = frozenset(
    {
        "Fill this in.",
        "Is empty.",
        "Is required.",
        "Is missing.",
        "Must have at least 1 entries.",
        "Say why.",
    }
)
_NOT_CHOSEN: Final = frozenset({"Is not one of the values allowed here."})
_CHOSEN: Final = frozenset({"select", "radios", "checkboxes"})
# A label that is a clause, such as "Why it cannot wait".
_CLAUSE: Final = re.compile(r"(?:Why|Who|Whom|How|What|When|Where|Which)\b.*", re.DOTALL)
# A fault whose subject is its field.
_PREDICATE: Final = re.compile(r"(?:Is|Are|Has|Have|Must|Lies)\b.*", re.DOTALL)
# A request that says by itself what is to be done.
_REQUEST: Final = re.compile(r"(?:Add|Choose|Enter|Leave|Look|Say|Tick|Type)\b.*", re.DOTALL)
# A label that says whose it is, such as "Your position".
_POSSESSED: Final = re.compile(r"(?:Their|Your|Its)\b.*", re.DOTALL)
_ASIDE: Final = re.compile(r"\s*\([^()]*\)$")
_WORD: Final = re.compile(r"[^\W\d_]{4,}")


def naming(message: str, field: Mapping[str, Any]) -> str:
    """The message, naming its field where it does not do so already.

    A field is called by its label, or by its parameter `called` where the label would not do.
    """
    name = called(field)
    if not name:
        return message
    if message in _MISSING or (message in _NOT_CHOSEN and field["kind"] in _CHOSEN):
        return _missing(name, field["kind"])
    message = _as_typed(message, field)
    if _PREDICATE.fullmatch(message):
        subject = f"“{name}”" if _CLAUSE.fullmatch(name) else name
        return f"{subject} {_lower(message)}"
    if name.endswith("?") or _REQUEST.fullmatch(message) or _share_a_word(name, message):
        return message
    return f"{name}: {message}"


def called(field: Mapping[str, Any]) -> str:
    """What a field is called, less what its label says in brackets; empty for a hidden one."""
    label = field.get("label") or field.get("fieldset", {}).get("legend", {})
    return _ASIDE.sub("", str(field.get("called") or label.get("text", "")))


def _as_typed(message: str, field: Mapping[str, Any]) -> str:
    """The message about what was typed, where the domain got something else made of it."""
    if field["kind"] == "day" and message.startswith("Must be a day such as "):
        return "Must be a day that there is, such as 27 3 2027."
    if field.get("prefix") == "£" and message.startswith("Must be a whole number"):
        return "Must be an amount such as 12 or 12.50."
    return message


def _missing(name: str, kind: str) -> str:
    if name.endswith("?"):
        return "Say why." if name == "Why?" else f"Answer “{name}”"
    if _CLAUSE.fullmatch(name):
        return f"Say {_lower(name)}."
    if kind == "file":
        return f"Choose a file: {_lower(name)}."
    if kind not in _CHOSEN:
        article = "" if _POSSESSED.fullmatch(name) else "the "
        return f"Enter {article}{_lower(name)}."
    if kind == "checkboxes" or name.endswith("s"):
        return f"Choose the {_lower(name)}."
    article = "an" if name[0] in "AEIOaeio" else "a"
    return f"Choose {article} {_lower(name)}."


def _lower(text: str) -> str:
    """With a small first letter, unless it begins an abbreviation such as NHS."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _share_a_word(name: str, message: str) -> bool:
    words = {word.casefold() for word in _WORD.findall(name)}
    return any(word in message.casefold() for word in words)
