"""Visits in words: what is to be done where, when it suits them, and what came of it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, Final
from uuid import UUID

from markupsafe import Markup

from equipment.people.person_form import Person
from equipment.staff.roles import Caller
from labels.code import shown as shown_code
from logistics.visits.visit_form import (
    STILL_TO_COME,
    Event,
    ShownLine,
    TimeWindow,
    Visit,
    VisitRecord,
)
from web.fields import Fields
from web.forms import Filled
from web.list_page import ListPage
from web.markup import link, tag
from web.orders.check_words import as_lines
from web.orders.order_words import row
from web.paging import Slice
from web.visits.saying_words import HEAD
from web.words import clock, count, moment, numbered, short_day, weekday

KIND_WORDS: Final[Mapping[str, str]] = {
    "delivery": "Delivery",
    "collection": "Collection",
    "repair": "Repair",
    "service": "Check or service",
    "swap": "Swap",
}
STATUS_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("To be planned", "yellow"),
    "planned": ("Planned", "blue"),
    "under_way": ("Under way", "aqua-green"),
    "done": ("Done", "green"),
    "failed": ("Failed", "red"),
    "cancelled": ("Called off", "grey"),
}
"""What each status is called, and its colour."""
OUTCOME_WORDS: Final[Mapping[str, str]] = {
    "delivered": "Delivered",
    "collected": "Collected",
    "repaired": "Repaired",
    "checked": "Checked",
    "swapped": "Swapped",
    "refused": "Refused at the door",
    "not_found": "Was not there",
    "not_done": "Not done",
    "failed": "Not done: the visit failed",
    "cancelled": "Called off",
}
FAULT_WORDS: Final[Mapping[str, str]] = {
    "service": "Ours: nobody is charged",
    "prescriber": "The prescriber's, such as a wrong address",
    "person": "The person's, such as nobody at home",
}
NEED_WORDS: Final[Mapping[str, str]] = {
    "tail_lift": "a tail-lift",
    "examiner": "somebody who may examine hoists",
}
_WHY_WORDS: Final[Mapping[str, str]] = {
    "order": "Ordered",
    "asked": "Asked for by staff",
    "public": "Asked for on the public page",
    "check": "A check falls due",
    "fault": "Not safe, or broken",
    "recall": "Recalled",
    "loan-end": "The loan has ended",
    "way": "Lies on the way",
}
_EVENT_WORDS: Final[Mapping[str, str]] = {
    "made": "Made",
    "joined": "Something was added",
    "changed": "Changed",
    "planned": "Put on a published round",
    "unplanned": "Taken off its round",
    "begun": "Begun",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Called off",
    "undone": "What was done was undone",
}


@dataclass(frozen=True, slots=True)
class VisitPage:
    """One visit, what came of it, and what happens next."""

    title: str
    back: str
    tag: dict[str, str]
    next: str | None
    rows: list[dict[str, Any]]
    acts: list[dict[str, str]]
    line_head: list[str]
    lines: list[list[dict[str, Any]]]
    history_head: list[str]
    history: list[list[dict[str, Any]]]
    said_head: Sequence[str] = HEAD
    said: list[list[dict[str, Any]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Names:
    """Of the people whom the caller may see, and of depots."""

    people: Mapping[UUID, str]
    depots: Mapping[str, str]


def list_page(found: Slice[tuple[Any, Visit]], names: Names, status: str, base: str) -> ListPage:
    """Visits, narrowed by status."""
    statuses = {"": "All"} | {key: words for key, (words, _) in STATUS_WORDS.items()}
    fields = Fields(Filled({"status": [status]}))
    return ListPage(
        title="Visits",
        address=f"{base}/visits",
        fields=[fields.select("status", "Show", statuses)],
        head=["Visit", "What", "Due", "Who and where", "Where it stands"],
        rows=[_listed(visit, names, base) for _, visit in found.rows],
        empty="There are no such visits that you may see.",
        links=found.links,
    )


def _listed(visit: Visit, names: Names, base: str) -> list[dict[str, Any]]:
    name = names.people.get(visit.person) if visit.person is not None else None
    where = [name, visit.postcode or f"From {names.depots.get(visit.depot, visit.depot)}"]
    return [
        {"html": link(f"{base}/visits/{visit.id}", name_of(visit))},
        {"html": as_lines(what(visit.lines, visit.kind))},
        {"text": short_day(visit.due_on), "classes": "kitback-figure"},
        {"html": as_lines([text for text in where if text])},
        {"html": status_tag(visit.status)},
    ]


def name_of(visit: Visit) -> str:
    """A visit in a list: what it is for, and which of those it is."""
    return f"{KIND_WORDS[visit.kind]} {short(visit.id)}"


def short(number: UUID) -> str:
    """So much of an id as tells one visit of a day from another when it is read out."""
    return str(number)[:4].upper()


def what(lines: Sequence[ShownLine], said: str | None = None) -> list[str]:
    """What there is to do, one line each; of the kind that is said already, only with what."""
    return [
        numbered(line.name, line.quantity)
        if line.kind == said
        else f"{KIND_WORDS[line.kind]}: {numbered(line.name, line.quantity)}"
        for line in lines
    ]


def status_tag(status: str) -> Markup:
    """Where a visit stands."""
    return tag(*STATUS_WORDS[status])


def window_words(window: TimeWindow) -> str:
    """When it suits them, such as 8am to 6pm."""
    begins, ends = (time.fromisoformat(text) for text in (window.start, window.end))
    return f"{clock(begins)} to {clock(ends)}"


def visit_page(
    visit: VisitRecord,
    person: Person | None,
    caller: Caller,
    base: str,
    *,
    depot: str,
    again: UUID | None = None,
    undoable: bool = False,
) -> VisitPage:
    """One visit as this caller may see it; `again` is the visit that repeats it.

    `undoable` says that they may take back what was said came of it.
    """
    words, colour = STATUS_WORDS[visit.status]
    return VisitPage(
        title=f"{KIND_WORDS[visit.kind]} {short(visit.id)}",
        back=f"{base}/visits",
        tag={"text": words, "colour": colour},
        next=_next(visit),
        rows=list(_rows(visit, person, base, depot=depot, again=again)),
        acts=list(_acts(visit, caller, base, undoable=undoable)),
        line_head=["What", "Why", "For", "What became of it"],
        lines=[_line(line, base) for line in visit.lines],
        history_head=["When", "What", "By"],
        history=[_event(event) for event in visit.history],
    )


def _next(visit: Visit) -> str | None:
    if visit.status == "open":
        return f"It goes on a round, to be made by {weekday(visit.due_on)}."
    if visit.status == "planned":
        return "The crew makes it on their round."
    if visit.status == "under_way":
        return "The crew is there. It ends once they have said what came of it."
    if visit.status == "failed":
        return "What is still wanted comes on another visit, or a coordinator settles it."
    return None


def _rows(
    visit: VisitRecord, person: Person | None, base: str, *, depot: str, again: UUID | None
) -> Iterator[dict[str, Any]]:
    if person is not None:
        who = link(f"{base}/people/{person.id}", person.name)
        yield {"key": {"text": "For"}, "value": {"html": who}}
        where = [part for part in (visit.address, visit.postcode) if part]
        yield row("Where", [", ".join(where) or "The address is not known"])
        yield row("Telephone", [visit.phone or "Not known"])
    yield row("Due", [f"By {weekday(visit.due_on)}", *_deferred(visit.deferred_from)])
    if visit.status in STILL_TO_COME:
        yield row("Not before", [weekday(visit.ready_from)])
    yield row("Suits them", [window_words(visit.window)])
    yield row("Takes", _takes(visit))
    yield row("From", [depot])
    for key, text in (("Getting in", visit.access_notes), ("For the crew", visit.notes)):
        if text:
            yield row(key, text.split("\n"))
    yield from _tries(visit, base, again)
    if visit.ended_at is not None:
        yield row("Ended", [moment(visit.ended_at)])
    if visit.fault is not None:
        yield row("Whose fault", [FAULT_WORDS[visit.fault]])
    if visit.reason:
        yield row("Why", visit.reason.split("\n"))


def _tries(visit: Visit, base: str, again: UUID | None) -> Iterator[dict[str, Any]]:
    if visit.attempt > 1:
        yield row("Tries", [f"This is try {visit.attempt}"])
    if visit.repeats is not None:
        yield _link("Repeats", f"{base}/visits/{visit.repeats}", "The visit before")
    if again is not None:
        yield _link("Next step", f"{base}/visits/{again}", "The visit that follows")


def _link(key: str, href: str, text: str) -> dict[str, Any]:
    return {"key": {"text": key}, "value": {"html": link(href, text)}}


def _deferred(first: date | None) -> list[str]:
    return [] if first is None else [f"Was {weekday(first)}; they asked for another day"]


def _takes(visit: Visit) -> list[str]:
    crew = "one person" if visit.crew == 1 else "two people"
    needs = [NEED_WORDS[need] for need in visit.needs]
    return [f"About {count(visit.minutes, 'minute')}, {crew}", *(f"Needs {need}" for need in needs)]


def _acts(visit: Visit, caller: Caller, base: str, *, undoable: bool) -> Iterator[dict[str, str]]:
    """What may be done about it now, and by this caller."""
    here = f"{base}/visits/{visit.id}"
    if visit.status in STILL_TO_COME and caller.may("visit"):
        yield {"text": "Say what came of it", "href": f"{here}/outcome"}
    if visit.status in {"open", "planned"} and caller.may("plan rounds"):
        yield {"text": "Change day, time or notes", "href": f"{here}/change"}
        yield {"text": "Call it off", "href": f"{here}/cancel"}
    if undoable:
        yield {"text": "Undo what was said came of it", "href": f"{here}/undo"}


def _line(line: ShownLine, base: str) -> list[dict[str, Any]]:
    items = Markup(", ").join(link(f"{base}/items/{code}", shown_code(code)) for code in line.items)
    named = as_lines([KIND_WORDS[line.kind], numbered(line.name, line.quantity)])
    outcome = "Still to do" if line.outcome is None else OUTCOME_WORDS[line.outcome]
    why = _WHY_WORDS[line.why]
    return [
        {"html": Markup("{}<br>{}").format(named, items) if line.items else named},
        {"html": link(f"{base}/orders/{line.order}", why) if line.order else as_lines([why])},
        {"text": line.funder or "Not known"},
        {"text": outcome},
    ]


def _event(event: Event) -> list[dict[str, Any]]:
    return [
        {"text": moment(event.at)},
        {"text": _EVENT_WORDS.get(event.kind, event.kind)},
        {"text": event.actor},
    ]
