"""The forms of visits: what came of one, another day for one, and why one is called off. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from budget.refusals import Fault, Refusal
from equipment.people.person_form import Person
from equipment.people.person_loans import LoanedItem
from labels.code import shown as shown_code
from logistics.visits.visit_form import DONE, NOTES_MAX, REASON_MAX, Visit
from web.fields import Field, Fields, Form, errors, faults_of
from web.forms import Filled
from web.visits.saying_words import NEXT_WORDS
from web.visits.visit_words import FAULT_WORDS, OUTCOME_WORDS, short
from web.words import numbered

_AT_THE_DOOR: Final = ("refused", "not_found", "not_done")
_ONLY_FAILED: Final = "Of a visit that failed, where they have said one."
_NEXT: Final = {"": "Nothing was said", **NEXT_WORDS}
_UNDONE: Final = (
    "The visit is to be made still, and what it was charged is taken back today.",
    "What was scanned stands: undo that at the item. The visit that was to follow is called off.",
)
_CAME: Final = {"done": "It was made", "failed": "It failed: nothing could be done"}


def outcome_form(
    visit: Visit, base: str, now: datetime, filled: Filled, refusal: Refusal | None = None
) -> Form:
    """What came of a visit, line by line."""
    fields, said = _started(filled, refusal)
    open_lines = [line for line in visit.lines if line.outcome is None]
    each: list[Field] = [
        fields.hidden("id", uuid4()),
        # When the form was handed out is part of what is said: a repeat must say the same time.
        fields.hidden("at", now.isoformat()),
        fields.radios("outcome", "What came of the visit?", _CAME),
    ]
    for number, line in enumerate(open_lines, 1):
        usual = {"": OUTCOME_WORDS[DONE[line.kind]]}
        choices = usual | {key: OUTCOME_WORDS[key] for key in _AT_THE_DOOR}
        label = f"{number}. {numbered(line.name, line.quantity)}"
        each.append(fields.select(f"line-{line.id}", label, choices))
    each += [
        fields.radios("fault", "If it failed, whose fault was it?", FAULT_WORDS),
        fields.lines(
            "reason",
            "Why it failed, or anything else to remember",
            rows=3,
            maxlength=REASON_MAX,
        ),
        fields.select("next_step", "If it failed, what should happen next?", _NEXT),
        fields.day("again_on", "The day that suits them", hint={"text": _ONLY_FAILED}),
    ]
    return _form(_Asks(visit, base, "outcome", "What came of the visit", "Keep this"), each, said)


def outcome_values(visit: Visit, filled: Filled) -> dict[str, Any]:
    """What was said, for the domain function."""
    failed = filled.text("outcome") == "failed"
    named = {line.id: filled.text(f"line-{line.id}") for line in visit.lines}
    lines = [{"line": str(line), "outcome": text} for line, text in named.items() if text]
    return {
        "id": filled.given("id"),
        "occurred_at": filled.given("at"),
        "outcome": filled.given("outcome"),
        # Of a failed visit nothing was done: what its lines say is what usually is said of them.
        "lines": [] if failed else lines,
        "reason": filled.given("reason"),
        "fault": filled.given("fault") if failed else None,
        "next_step": filled.given("next_step"),
        "again_on": filled.day("again_on"),
    }


def change_form(visit: Visit, base: str, filled: Filled, refusal: Refusal | None = None) -> Form:
    """Another day or time for a visit, and what the crew is told."""
    fields, said = _started(filled, refusal)
    each = [
        fields.hidden("version", visit.version),
        fields.day("ready_from", "Not before", value=visit.ready_from.isoformat()),
        fields.day("due_on", "To be made by", value=visit.due_on.isoformat()),
        fields.checkboxes(
            "deferred", "Who wants the other day?", {"yes": "The person asked for a later day"}
        ),
        *window_fields(fields, visit.window.start, visit.window.end),
        fields.lines("notes", "For the crew", value=visit.notes, rows=3, maxlength=NOTES_MAX),
    ]
    return _form(_Asks(visit, base, "change", "Change the visit", "Keep the change"), each, said)


def change_values(visit: Visit, filled: Filled) -> dict[str, Any]:
    """What is to be another; notes that were emptied are taken away."""
    values: dict[str, Any] = {
        "version": filled.given("version"),
        "ready_from": filled.day("ready_from"),
        "due_on": filled.day("due_on"),
        "deferred": bool(filled.ticked("deferred")),
        "window": window_of(filled),
    }
    notes = filled.text("notes")
    return values if notes == (visit.notes or "") else values | {"notes": notes}


def cancel_form(visit: Visit, base: str, filled: Filled, refusal: Refusal | None = None) -> Form:
    """Why a visit is not needed any more."""
    fields, said = _started(filled, refusal)
    each = [fields.lines("reason", "Why is it not needed any more?", rows=2, maxlength=REASON_MAX)]
    asks = _Asks(visit, base, "cancel", "Call the visit off", "Call it off", "warning")
    return _form(asks, each, said)


def undo_form(visit: Visit, base: str, filled: Filled, refusal: Refusal | None = None) -> Form:
    """What becomes of a visit once what was said came of it is taken back."""
    fields, said = _started(filled, refusal)
    title = "Undo what was said came of the visit"
    asks = _Asks(visit, base, "undo", title, "Undo it", "warning")
    form = _form(asks, [fields.hidden("id", uuid4())], said)
    return replace(form, paragraphs=_UNDONE)


def collection_form(
    person: Person,
    items: Sequence[LoanedItem],
    base: str,
    filled: Filled,
    refusal: Refusal | None = None,
) -> Form:
    """What is to be fetched from somebody, from when, and why."""
    fields, said = _started(filled, refusal)
    choices = {each.item: f"{each.name} ({shown_code(each.item)})" for each in items}
    hint = "Whatever else there is to do at the address is done on the same visit."
    each = [
        fields.hidden("id", uuid4()),
        fields.checkboxes(
            "items", "What is to be collected?", choices, called="What is to be collected"
        ),
        fields.lines(
            "reason",
            "Why is it not needed any more?",
            rows=2,
            maxlength=REASON_MAX,
            hint={"text": "The crew reads this."},
        ),
        fields.day("ready_from", "Not before", hint={"text": "Leave empty if it is ready now."}),
        *window_fields(fields, "", ""),
        fields.lines("notes", "Note for the crew", rows=2, maxlength=NOTES_MAX),
    ]
    title = "Ask for a collection"
    wrong = _errors(said, each)
    return Form(
        title=f"Error: {title}" if wrong else title,
        heading=title,
        caption=person.name,
        action=f"{base}/people/{person.id}/collection",
        fields=each,
        errors=wrong,
        submit="Ask for it",
        back=f"{base}/people/{person.id}",
        paragraphs=[hint] if choices else ["They have nothing on loan that could be collected."],
    )


def collection_values(person: Person, filled: Filled) -> dict[str, Any]:
    """What is asked for, for the domain function."""
    return {
        "id": filled.given("id"),
        "person": str(person.id),
        "items": filled.ticked("items") or None,
        "reason": filled.given("reason"),
        "ready_from": filled.day("ready_from"),
        "window": window_of(filled),
        "notes": filled.given("notes"),
    }


def window_fields(fields: Fields, start: str, end: str) -> Iterator[Field]:
    """When it suits them: two times of one day."""
    hint = {"text": "Such as 09:00. Leave both empty for any time of the day."}
    yield fields.text("window_from", "Not earlier than", value=start, width=5, hint=hint)
    yield fields.text("window_to", "Not later than", value=end, width=5)


def window_of(filled: Filled) -> dict[str, str] | None:
    """The times that were typed; None where none were."""
    start, end = filled.text("window_from"), filled.text("window_to")
    return {"from": start, "to": end} if start or end else None


_Said = tuple[Sequence[Fault], str | None]


def _started(filled: Filled, refusal: Refusal | None) -> tuple[Fields, _Said]:
    """The fields with what is wrong: a window is one thing to the domain, and two fields here."""
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    ours = [Fault(each.field.replace("window.", "window_"), each.message) for each in faults]
    return Fields(filled, ours), (ours, trouble)


def _errors(said: _Said, fields: Sequence[Field]) -> list[dict[str, str]]:
    return errors(said[0], fields, trouble=said[1])


@dataclass(frozen=True, slots=True)
class _Asks:
    """What a form of one visit is for, and where it is sent."""

    visit: Visit
    base: str
    path: str
    heading: str
    submit: str
    variant: str = ""


def _form(asks: _Asks, fields: list[Field], said: _Said) -> Form:
    wrong, here = _errors(said, fields), f"{asks.base}/visits/{asks.visit.id}"
    return Form(
        title=f"Error: {asks.heading}" if wrong else asks.heading,
        heading=asks.heading,
        caption=f"Visit {short(asks.visit.id)}",
        action=f"{here}/{asks.path}",
        fields=fields,
        errors=wrong,
        submit=asks.submit,
        back=here,
        variant=asks.variant,
    )
