"""What msgspec says of a value, in the words of whoever sent it. Pure."""

import re
from collections.abc import Callable
from typing import Final

_PATH: Final = re.compile(r"^(?P<words>.*?)(?: - at `(?:key in )?\$\.?(?P<path>.*)`)?$", re.DOTALL)

_KINDS: Final = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "object": "an object",
    "array": "a list",
    "datetime": "a time such as 2026-01-31T09:30:00Z",
    "date": "a day such as 2026-01-31",
    "time": "a time of day such as 16:00:00",
    "uuid": "a UUID",
}

_Match = re.Match[str]


def in_words(message: str) -> str:
    """The message as a sentence; one that is not known is passed on without its path."""
    words = _PATH.sub(r"\g<words>", message)
    for pattern, sentence in _SENTENCES:
        if match := pattern.fullmatch(words):
            return sentence(match)
    return words if words.endswith(".") else f"{words}."


def path_of(message: str, within: str = "") -> str:
    """The field that a message is about, such as `lines[0].quantity`; `within` comes before it."""
    match = _PATH.fullmatch(message)
    path = match["path"] or "" if match else ""
    named = _NAMED_FIELD.search(message)
    if named and not path.endswith(named["name"]):
        path = join(path, named["name"])
    return join(within, path)


def join(path: str, field: str) -> str:
    """The path of a field inside another."""
    dot = "." if path and field and not field.startswith("[") else ""
    return f"{path}{dot}{field}"


_NAMED_FIELD: Final = re.compile(r"(?:missing required|contains unknown) field `(?P<name>[^`]*)`")


def _mismatch(match: _Match) -> str:
    wanted = [_KINDS.get(kind, kind) for kind in match["wanted"].split(" | ") if kind != "null"]
    given = _KINDS.get(match["given"], match["given"])
    return f"Must be {' or '.join(wanted)}, not {given}."


def _bound(match: _Match) -> str:
    words = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
    return f"Must be {words[match['sign']]} {match['bound']}."


def _length(match: _Match) -> str:
    unit = {"str": "characters", "array": "entries"}.get(match["kind"], "members")
    words = {">=": "at least", "<=": "at most", "==": "exactly"}
    return f"Must have {words[match['sign']]} {match['bound']} {unit}."


def _said(sentence: str) -> Callable[[_Match], str]:
    return lambda _match: sentence


_SENTENCES: Final[tuple[tuple[re.Pattern[str], Callable[[_Match], str]], ...]] = tuple(
    (re.compile(pattern, re.DOTALL), sentence)
    for pattern, sentence in (
        (r"Expected `(?P<wanted>[^`]*)`, got `(?P<given>[^`]*)`", _mismatch),
        (r"Expected `(?:int|float)` (?P<sign>[<>]=?) (?P<bound>[-+.\de]+)", _bound),
        (r"Expected `(?P<kind>\w+)` of length (?P<sign>[<>=]=) (?P<bound>\d+)", _length),
        (r"Expected `str` matching regex .*", _said("Is not written in the right form.")),
        (
            r"Expected `datetime` with a timezone component",
            _said("Must carry an offset, such as 2026-01-31T09:30:00Z."),
        ),
        (
            r"Invalid RFC3339 encoded (?P<kind>\w+)",
            lambda match: f"Must be {_KINDS[match['kind']]}.",
        ),
        (r"Invalid UUID", _said("Must be a UUID.")),
        (r"Invalid (?:enum )?value .*", _said("Is not one of the values allowed here.")),
        (r"Object missing required field .*", _said("Is required.")),
        (r"Object contains unknown field .*", _said("Is not a field of this request.")),
        (
            r"(?:Number|Integer value|Duration|Timestamp) (?:is )?out of range",
            _said("Is out of range."),
        ),
    )
)
