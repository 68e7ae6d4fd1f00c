"""What crews said of a visit, in words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from logistics.phones.sayings import Proof, Saying
from logistics.visits.visit_form import ShownLine
from web.markup import link
from web.orders.check_words import as_lines
from web.words import moment

HEAD: Final = ("When", "By", "What they said", "Signature and photographs")
NEXT_WORDS: Final[Mapping[str, str]] = {
    "again": "Try again on another day",
    "ring": "Ring them first",
    "prescriber": "Ask the prescriber first",
    "call_off": "Call it off",
}
_PROOF: Final[Mapping[Proof, str]] = {"signature": "Signature", "photo": "Photograph"}
_TEXT_MAX: Final = 500
_KEYS: Final[Mapping[str, str]] = {
    "signer": "Signed by",
    "instructions": "Instructions handed over",
    "next": "Next",
    "next_step": "Next",
    "again_on": "On",
    "condition": "Condition",
    "checked": "Checked",
    "missing": "Missing",
}


def rows_of(
    sayings: Sequence[Saying], lines: Sequence[ShownLine], base: str
) -> list[list[dict[str, Any]]]:
    """A row for each; what a phone sent may be anything."""
    names = {str(line.id): line.name for line in lines}
    return [
        [
            {"text": moment(each.at)},
            {"text": each.by},
            {"html": as_lines(list(_said(each, names)))},
            {"html": _pictures(each, base)},
        ]
        for each in sayings
    ]


def _said(saying: Saying, names: Mapping[str, str]) -> Iterator[str]:
    yield "It was done." if saying.outcome == "done" else "It failed."
    if saying.undone:
        yield "This was undone."
    if "signature" in saying.proof:
        yield "Signed for."
    for name, text in saying.words.items():
        yield f"{_PROOF[name]}: {text}"
    for key, value in _in_order(saying.details):
        if key == "lines" and isinstance(value, list):
            yield from (_of_line(each, names) for each in value if isinstance(each, dict))
        elif key == "next_step":
            yield f"Next: {NEXT_WORDS.get(str(value), str(value))}"[:_TEXT_MAX]
        elif value not in (None, "", [], {}):
            yield f"{_KEYS.get(key, key.capitalize())}: {_plain(value)}"[:_TEXT_MAX]


def _of_line(told: Mapping[str, Any], names: Mapping[str, str]) -> str:
    name = names.get(str(told.get("line")), "A line")
    said = [
        f"{_KEYS.get(key, key)}: {_plain(value)}"
        for key, value in _in_order(told)
        if key != "line" and value not in (None, "", [], {})
    ]
    return f"{name}: {'; '.join(said) or 'nothing more'}"[:_TEXT_MAX]


def _in_order(told: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """As people read it: PostgreSQL keeps no order."""
    places = list(_KEYS)
    return sorted(
        told.items(),
        key=lambda each: (places.index(each[0]) if each[0] in _KEYS else len(places), each[0]),
    )


def _plain(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(_plain, value))
        case dict():
            return ", ".join(f"{key} {_plain(each)}" for key, each in value.items())
    return str(value)


def _pictures(saying: Saying, base: str) -> Markup:
    """What was signed, to be seen at once; photographs of a home when somebody asks for them."""
    own = f"{base}/visits/{saying.visit}/outcomes/{saying.id}"
    shown = [
        Markup('<img class="kitback-signature" src="{}/signature" alt="What was signed">').format(
            own
        )
        for name in saying.proof
        if name == "signature"
    ]
    photos = [f"{own}/photo"] if "photo" in saying.proof else []
    photos += [f"{base}/round/photos/{photo}" for photo in saying.photos]
    shown += [link(href, f"Photograph {number}") for number, href in enumerate(photos, 1)]
    return Markup("<br>").join(shown) or Markup("None")
