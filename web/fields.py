"""The fields of a form for its template: parameters of the design system's macros.

Each keeps what was typed and says what is wrong with it, so that a form that is refused comes back
as it was sent, with a summary that leads to each fault.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from budget.refusals import Fault, Refusal, Wrong
from web.fault_words import naming
from web.forms import Filled

Field: TypeAlias = dict[str, Any]
Choices: TypeAlias = Mapping[str, str]
"""Values with the words for each."""


@dataclass(frozen=True, slots=True)
class Form:
    """A page that is a form: shown by `staff_form.jinja`, whatever is in it."""

    title: str
    heading: str
    action: str
    fields: list[Field]
    errors: list[dict[str, str]]
    submit: str
    back: str | None = None
    caption: str | None = None
    paragraphs: Sequence[str] = ()
    # A button that cannot be undone is red.
    variant: str = ""
    with_files: bool = False


class Fields:
    """Makes fields from what was typed and what is wrong with it.

    `called` is what a field is called in a fault, where its label would not do.
    """

    def __init__(self, filled: Filled | None = None, faults: Sequence[Fault] = ()) -> None:
        self._filled = filled or Filled()
        self._said = {_stem(fault.field): fault.message for fault in faults}

    def text(self, name: str, label: str, *, value: object = None, **more: Any) -> Field:
        """A line of text; `value` stands in it at first."""
        shown = {"value": self._value(name, value)} | more
        return self._field("input", name, label, more=shown)

    def password(self, name: str, label: str, **more: Any) -> Field:
        """A password, never handed back."""
        return self._field("password", name, label, more=more)

    def lines(self, name: str, label: str, *, value: object = None, **more: Any) -> Field:
        """Several lines of text."""
        shown = {"value": self._value(name, value)} | more
        return self._field("textarea", name, label, more=shown)

    def select(
        self, name: str, label: str, choices: Choices, *, value: object = None, **more: Any
    ) -> Field:
        """One of many, from a list that opens."""
        chosen = self._value(name, value)
        items = [
            {"value": key, "text": text, "selected": key == chosen} for key, text in choices.items()
        ]
        return self._field("select", name, label, more={"items": items} | more)

    def radios(
        self, name: str, legend: str, choices: Choices, *, value: object = None, **more: Any
    ) -> Field:
        """One of a few."""
        items = [{"value": key, "text": text} for key, text in choices.items()]
        chosen = {"value": self._value(name, value), "items": items}
        return self._field("radios", name, None, legend, more=chosen | more)

    def checkboxes(
        self, name: str, legend: str, choices: Choices, *, values: Sequence[str] = (), **more: Any
    ) -> Field:
        """Any of a few."""
        ticked = self._filled.ticked(name) if self._filled.fields else list(values)
        items = [{"value": key, "text": text} for key, text in choices.items()]
        shown = {"idPrefix": name, "values": ticked, "items": items} | more
        return self._field("checkboxes", name, None, legend, more=shown)

    def day(self, name: str, legend: str, *, value: str | None = None, **more: Any) -> Field:
        """A day, in three fields; `value` is an ISO date."""
        first = dict(zip(("year", "month", "day"), (value or "--").split("-"), strict=False))
        items = [
            {
                "id": f"{name}-{part}",
                "name": f"{name}-{part}",
                "label": {"text": part.capitalize()},
                "value": self._value(f"{name}-{part}", first.get(part, "").lstrip("0")),
                "width": width,
                "error": name in self._said,
            }
            for part, width in (("day", 2), ("month", 2), ("year", 4))
        ]
        return self._field("day", name, None, legend, more={"id": name, "items": items} | more)

    def file(self, name: str, label: str, **more: Any) -> Field:
        """A file."""
        return self._field("file", name, label, more=more)

    def hidden(self, name: str, value: object) -> Field:
        """What the form carries along: the id that makes it one write however often it is sent."""
        return {"kind": "hidden", "name": name, "value": self._value(name, value)}

    def _field(
        self,
        kind: str,
        name: str,
        label: str | None,
        legend: str | None = None,
        *,
        more: Mapping[str, Any],
    ) -> Field:
        field: Field = {"kind": kind, "name": name}
        if label is not None:
            field |= {"id": name, "label": {"text": label}}
        if legend is not None:
            field["fieldset"] = {"legend": {"text": legend, "size": "s"}}
        field |= more
        if name in self._said:
            field["errorMessage"] = {"text": naming(self._said[name], field)}
        return field

    def _value(self, name: str, first: object) -> str:
        if name in self._filled.fields:
            return self._filled.raw(name)
        return "" if first is None else str(first)


def code_field(fields: Fields) -> Field:
    """Where the code of a second factor is typed."""
    return fields.text(
        "code",
        "Code",
        value=None,
        hint="Six digits. If you have lost your telephone: one of your recovery codes.",
        autocomplete="one-time-code",
        spellcheck=False,
        autocapitalize="none",
        width=10,
    )


def hidden(name: str, value: str) -> Field:
    """What a form carries along that is made anew each time that it is shown."""
    return {"kind": "hidden", "name": name, "value": value}


def errors(
    faults: Sequence[Fault], fields: Sequence[Field], *, trouble: str | None = None
) -> list[dict[str, str]]:
    """What the summary says: about fields in their order on the page, then about the whole."""
    said = {_stem(fault.field): fault.message for fault in faults}
    shown = [
        {"text": naming(said.pop(_id(field)), field), "href": f"#{_target(field)}"}
        for field in fields
        if _id(field) in said and field["kind"] != "hidden"
    ]
    rest = [{"text": _about(name, words)} for name, words in said.items()]
    return shown + rest + ([{"text": trouble}] if trouble is not None else [])


def _about(name: str, words: str) -> str:
    """What is wrong with what no field on the page is for."""
    return naming(words, {"kind": "input", "called": name.replace("_", " ").capitalize()})


def _id(field: Field) -> str:
    """The name, unless several fields have the same one."""
    return str(field.get("id", field["name"]))


def _target(field: Field) -> str:
    """Where the focus goes: into the first control of those that have several."""
    return f"{_id(field)}-day" if field["kind"] == "day" else _id(field)


def _stem(path: str) -> str:
    """The form's field that a domain's path such as `also[0]` lies in."""
    return path.partition("[")[0].partition(".")[0]


def faults_of(refusal: Refusal) -> tuple[Sequence[Fault], str | None]:
    """What a refusal says about fields, and what about the whole."""
    return (refusal.faults, None) if isinstance(refusal, Wrong) else ((), refusal.detail)
