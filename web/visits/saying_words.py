"""What crews said of a visit, in words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from markupsafe import Markup

from logistics.phones.sayings import Saying
from logistics.visits.visit_form import ShownLine
from web.markup import link
from web.orders.check_words import as_lines
from web.words import moment

HEAD: Final = ("When", "By", "What they said", "Photographs")
_TEXT_MAX: Final = 500
_KEYS: Final[Mapping[str, str]] = {
    "signer": "Signed by",
    "instructions": "Instructions handed over",
    "next": "Next",
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
            {"html": _photos(each.photos, base)},
        ]
        for each in sayings
    ]


def _said(saying: Saying, names: Mapping[str, str]) -> Iterator[str]:
    yield "It was done." if saying.outcome == "done" else "It failed."
    if saying.signed:
        yield "Signed for."
    for key, value in _in_order(saying.details):
        if key == "lines" and isinstance(value, list):
            yield from (_of_line(each, names) for each in value if isinstance(each, dict))
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


def _photos(photos: Sequence[UUID], base: str) -> Markup:
    if not photos:
        return Markup("None")
    links = [
        link(f"{base}/round/photos/{photo}", f"Photograph {number}")
        for number, photo in enumerate(photos, 1)
    ]
    return Markup("<br>").join(links)
