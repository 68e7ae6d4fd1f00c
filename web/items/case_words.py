"""Cases in words: what was said, how it stands, and what was done about it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from budget.refusals import Refusal
from equipment.cases import NOTE_MAX, Case
from equipment.history import Movement
from equipment.items import Item
from equipment.staff.roles import Caller
from labels.code import shown as shown_code
from web.fields import Fields, errors, faults_of
from web.forms import Filled
from web.items.item_panel import rows_of
from web.items.item_words import ACTION_WORDS, movement_row
from web.list_page import ListPage
from web.markup import link, tag
from web.orders.order_words import row
from web.paging import Slice
from web.words import moment, stamp

_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "refused-scan": ("Refused scan", "orange"),
    "refused-outcome": ("Refused outcome", "orange"),
    "refused-late": ("Refused lateness", "grey"),
    "refused-note": ("Refused note", "grey"),
    "refused-entry": ("Unreadable entry", "orange"),
    "fact-against-hold": ("Done despite a hold", "red"),
    "dangerous-defect": ("Dangerous defect", "red"),
    "visit-refused": ("Refused at the door", "yellow"),
    "visit-not-found": ("Not there", "red"),
    "visit-failed": ("Failed visits", "yellow"),
    "visit-ring": ("Ring them first", "yellow"),
    "visit-prescriber": ("Ask the prescriber", "yellow"),
    "visit-call-off": ("To be called off", "yellow"),
    "phone-gap": ("Lost on a phone", "red"),
    "phone-note": ("Note from a round", "blue"),
}
_SAID: Final[Mapping[str, str]] = {
    "action": "What",
    "occurred_at": "When",
    "item": "Scanned",
    "van": "Van",
    "depot": "Depot",
    "bay": "Bay",
    "reason": "Why",
    "note": "Note",
    "text": "Note",
    "outcome": "What came of it",
    "fault": "Whose fault",
    "minutes": "Minutes",
    "at": "By the phone's clock",
}
# What programs go by; the item, the person and the visit are led to by links.
_UNTOLD: Final = frozenset(
    {
        "id",
        "entry",
        "device",
        "kind",
        "seq",
        "visit",
        "person",
        "photos",
        "examination",
        "duties",
        "danger",
    }
)
_VALUE_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class ItemNow:
    """An item as it is, with its newest movements."""

    item: Item
    movements: Sequence[Movement]


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand beside what was said: the item, and the photographs that were taken."""

    now: ItemNow | None
    photos: Sequence[UUID]
    # What depots are called, by their codes.
    depots: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case: both sides, and the form that settles it."""

    title: str
    heading: str
    back: str
    tag: dict[str, str]
    detail: str
    errors: list[dict[str, str]]
    said: list[dict[str, Any]]
    photos: list[str]
    item: list[dict[str, Any]]
    head: list[str]
    movements: list[list[dict[str, Any]]]
    settled: list[dict[str, Any]]
    settle: dict[str, Any] | None


def list_page(found: Slice[Case], status: str, base: str) -> ListPage:
    """Cases with what each is about."""
    fields = Fields(Filled({"status": [status]}))
    statuses = {"open": "To be settled", "settled": "Settled", "": "All"}
    return ListPage(
        title="Cases",
        address=f"{base}/cases",
        fields=[fields.select("status", "Show", statuses)],
        head=["Raised", "What", "Item", "By", "Why"],
        rows=[_listed(case, base) for case in found.rows],
        empty="Nothing is to be settled.",
        links=found.links,
    )


def _listed(case: Case, base: str) -> list[dict[str, Any]]:
    item = {"text": "None"}
    if case.item is not None:
        item = {"text": shown_code(case.item), "classes": "kitback-code"}
    return [
        {"html": link(f"{base}/cases/{case.id}", stamp(case.raised_at))},
        {"html": tag(*_kind(case))},
        item,
        {"text": case.raised_by},
        {"text": case.detail},
    ]


def _kind(case: Case) -> tuple[str, str]:
    return _KINDS.get(case.kind, (case.kind.replace("-", " ").capitalize(), "grey"))


def entry_of(case: Case) -> UUID | None:
    """The phone's entry that the case is about, by which its photographs are found."""
    if case.scan is not None:
        return case.scan
    try:
        return UUID(str(case.content.get("entry")))
    except ValueError:
        return None


def case_page(
    case: Case,
    standing: Standing,
    caller: Caller,
    base: str,
    *,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> CasePage:
    """What was said stands beside how things are: nothing is forced, a person decides."""
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    note = Fields(filled, faults).lines("note", "What was done?", rows=3, maxlength=NOTE_MAX)
    wrong = errors(faults, [note], trouble=trouble)
    words, colour = _kind(case)
    now = standing.now
    may_settle = case.status == "open" and caller.may("settle cases")
    return CasePage(
        title=f"Error: {words}" if wrong else words,
        heading=words,
        back=f"{base}/cases",
        tag={"text": words, "colour": colour},
        detail=case.detail,
        errors=wrong,
        said=list(_rows(case, base)),
        photos=[f"{base}/round/photos/{photo}" for photo in standing.photos],
        item=[] if now is None else _item(now.item, base, standing.depots),
        head=["When", "What", "By", "More"],
        movements=[]
        if now is None
        else [movement_row(each, standing.depots) for each in now.movements],
        settled=list(_settled(case)),
        settle={"action": f"{base}/cases/{case.id}/settle", "field": note} if may_settle else None,
    )


def _item(item: Item, base: str, depots: Mapping[str, str]) -> list[dict[str, Any]]:
    first, *others = rows_of(item, base, depots)
    code = link(f"{base}/items/{item.code}", shown_code(item.code))
    held = [row("On hold", ["Yes"])] if item.on_hold else []
    return [{"key": first["key"], "value": {"html": code}}, *others, *held]


def _rows(case: Case, base: str) -> Iterator[dict[str, Any]]:
    yield row("Raised", [f"{moment(case.raised_at)}, by {case.raised_by}"])
    for key, words, where in (
        ("visit", "The visit", "visits"),
        ("person", "Their record", "people"),
    ):
        value = _uuid(case.content.get(key))
        if value is not None:
            href = f"{base}/{where}/{value}"
            yield {"key": {"text": key.capitalize()}, "value": {"html": link(href, words)}}
    for name, value in case.content.items():
        if name not in _UNTOLD and value not in (None, "", [], {}):
            yield row(_SAID.get(name, name.replace("_", " ").capitalize()), _told(name, value))


def _told(name: str, value: object) -> list[str]:
    """A value as somebody reads it; what a phone sent may be anything."""
    if name == "action":
        return [ACTION_WORDS.get(str(value), str(value)[:_VALUE_MAX])]
    return _plain(value)[:_VALUE_MAX].split("\n")


def _plain(value: object) -> str:
    match value:
        case bool():
            return "Yes" if value else "No"
        case list():
            return ", ".join(map(_plain, value))
        case Mapping():
            return "; ".join(f"{str(k).replace('_', ' ')}: {_plain(v)}" for k, v in value.items())
        case None:
            return "none"
    return str(value)


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _settled(case: Case) -> Iterator[dict[str, Any]]:
    if case.settled_at is not None:
        yield row("Settled", [f"{moment(case.settled_at)}, by {case.settled_by}"])
        yield row("What was done", (case.note or "").split("\n"))
