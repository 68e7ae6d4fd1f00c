"""Shelves and emergency issues, in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from budget.refusals import Missing, Refusal
from equipment.orders.emergency_issues import Emergency
from equipment.orders.satellites import ShelfLine, TopUp
from equipment.places import Depot
from equipment.staff.roles import Caller
from labels.code import shown
from web.fields import Field, Fields, Form, errors, faults_of
from web.forms import Filled
from web.paging import Slice
from web.words import moment

HANDED_OUT: Final = "It is handed out. Say within a day who has it."
_LEVEL: Final = re.compile(r"(?P<sku>.*\S)[ \t]*[x,\u00d7][ \t]*(?P<target>[0-9]{1,9})")
_FIGURES: Final = ("To have", "Free", "Short")


@dataclass(frozen=True, slots=True)
class ListPage:
    """The satellite stores, and what they are short of."""

    title: str
    head: list[Any]
    rows: list[list[dict[str, Any]]]
    empty: str
    short_head: list[Any]
    short: list[list[dict[str, Any]]]
    links: dict[str, dict[str, str]]
    emergencies: str | None


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """One shelf, and the form for its levels."""

    title: str
    heading: str
    back: str
    head: list[Any]
    rows: list[list[dict[str, Any]]]
    empty: str
    action: str
    fields: list[Field]
    errors: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class OpenIssue:
    """An emergency issue that is to be completed."""

    rows: list[dict[str, Any]]
    tag: dict[str, str] | None
    heading: str
    complete: str | None


@dataclass(frozen=True, slots=True)
class EmergenciesPage:
    """All that are open."""

    title: str
    new: str | None
    issues: list[OpenIssue]
    empty: str
    links: dict[str, dict[str, str]]


def list_page(stores: Sequence[Depot], short: Slice[TopUp], caller: Caller, base: str) -> ListPage:
    """Every store, and what is to be brought where."""
    names = {store.code: store.name for store in stores}
    return ListPage(
        title="Satellite stores",
        head=[{"text": "Store"}, {"text": "Code"}, {"text": "Postcode"}],
        rows=[_store(store, base) for store in stores],
        empty="There are no satellite stores yet.",
        short_head=[
            {"text": "Product"},
            {"text": "To"},
            {"text": "Short", "format": "numeric"},
            {"text": "From"},
            {"text": "Since"},
        ],
        short=[_top_up(row, names) for row in short.rows],
        links=short.links,
        emergencies=f"{base}/emergencies" if caller.may("read emergency issues") else None,
    )


def shelf_page(
    code: str,
    lines: Sequence[ShelfLine],
    base: str,
    *,
    may_set: bool,
    filled: Filled | None,
    refusal: Refusal | None,
) -> ShelfPage:
    """A shelf, with the form for those who set its levels."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    hint = "One product a line: its code, and how many, such as TOI01 x 4."
    level = Fields(filled, faults).lines(
        "levels", "What the shelf is to have", value=written(lines), rows=10, hint=hint
    )
    fields = [level] if may_set else []
    said = errors(faults, fields, trouble=trouble)
    return ShelfPage(
        title=f"Error: Shelf {code}" if said else f"Shelf {code}",
        heading=f"Shelf {code}",
        back=f"{base}/shelves",
        head=[{"text": "Product"}, *({"text": text, "format": "numeric"} for text in _FIGURES)],
        rows=[_line(line) for line in lines],
        empty="Nobody has said yet what this shelf is to have.",
        action=f"{base}/shelves/{code}",
        fields=fields,
        errors=said,
    )


def written(lines: Sequence[ShelfLine]) -> str:
    """What the form of a shelf is filled with."""
    return "\n".join(f"{line.sku} x {line.target}" for line in lines)


def typed(filled: Filled) -> str:
    """What was typed, as the form is filled with it."""
    lines = (line.strip() for line in filled.text("levels").splitlines())
    return "\n".join(line for line in lines if line)


def levels(text: str) -> dict[str, object]:
    """What a form says, as levels take it; a line without a number is wrong with its own words."""
    levels: dict[str, object] = {}
    for line in text.splitlines():
        match = _LEVEL.fullmatch(line)
        levels[match["sku"] if match else line] = match["target"] if match else ""
    return levels


def emergencies_page(found: Slice[Emergency], caller: Caller, base: str) -> EmergenciesPage:
    """What is open, the oldest first."""
    may_issue = caller.may("issue in an emergency")
    return EmergenciesPage(
        title="Emergency issues",
        new=f"{base}/emergencies/new" if may_issue else None,
        issues=[_open(each, base, may_complete=may_issue) for each in found.rows],
        empty="It is known of everything that was handed out who has it.",
        links=found.links,
    )


def emergency_form(base: str, filled: Filled, refusal: Refusal | None) -> Form:
    """The form that hands an item out."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    if isinstance(refusal, Missing):
        trouble = "There is no item with this code."
    fields = Fields(filled, faults)
    code = "What stands on its label, such as 7K4M-2Q9X."
    name = "Their name, or what is known of them, such as: man in bay 3."
    pays = "The partner's code. Leave it empty for your own."
    shown_fields = [
        fields.hidden("id", ""),
        fields.text("item", "Item", width=20, spellcheck=False, hint=code),
        fields.text("name", "Who it is for", hint=name),
        fields.lines("reason", "Why it cannot wait", rows=3),
        fields.text("funder", "Who pays", width=10, spellcheck=False, hint=pays),
    ]
    said = errors(faults, shown_fields, trouble=trouble)
    return Form(
        title="Error: Hand something out now" if said else "Hand something out now",
        heading="Hand something out now",
        action=f"{base}/emergencies/new",
        fields=shown_fields,
        errors=said,
        submit="Hand it out",
        back=f"{base}/emergencies",
        paragraphs=("You have a day to complete who has it. After that it becomes a case.",),
    )


def emergency(filled: Filled) -> dict[str, object]:
    """What was typed, as an emergency issue takes it."""
    names = ("id", "item", "name", "reason", "funder")
    return {name: filled.given(name) for name in names}


def _store(store: Depot, base: str) -> list[dict[str, Any]]:
    return [
        {"text": store.name, "href": f"{base}/shelves/{store.code}"},
        {"text": store.code, "classes": "kitback-code"},
        {"text": store.postcode},
    ]


def _top_up(row: TopUp, names: Mapping[str, str]) -> list[dict[str, Any]]:
    sources = ", ".join(f"{each.name} ({each.available:,} free)" for each in row.sources[:3])
    return [
        {"text": f"{row.name} ({row.sku})"},
        {"text": names.get(row.depot, row.depot)},
        {"text": f"{row.short:,}", "format": "numeric"},
        {"text": sources or "No depot has one free"},
        {"text": moment(row.opened_at)},
    ]


def _line(line: ShelfLine) -> list[dict[str, Any]]:
    figures = (line.target, line.free, line.short)
    return [
        {"text": f"{line.name} ({line.sku})"},
        *({"text": f"{figure:,}", "format": "numeric"} for figure in figures),
    ]


def _open(issue: Emergency, base: str, *, may_complete: bool) -> OpenIssue:
    rows: list[dict[str, Any]] = [
        {"key": {"text": "Why"}, "value": {"text": issue.reason}},
        {"key": {"text": "Handed out"}, "value": {"text": _handed_out(issue)}},
        {"key": {"text": "Complete by"}, "value": {"text": moment(issue.due_at)}},
    ]
    if issue.person is not None:
        link = {"href": f"{base}/people/{issue.person}", "text": "Fill in the record"}
        record = {"key": {"text": "Record"}, "value": {"text": "Not complete yet"}}
        rows.append(record | {"actions": {"items": [link]}})
    return OpenIssue(
        rows=rows,
        tag={"text": "Overdue", "colour": "red"} if issue.overdue else None,
        heading=shown(issue.item),
        complete=f"{base}/emergencies/{issue.id}/complete" if may_complete else None,
    )


def _handed_out(issue: Emergency) -> str:
    return f"{moment(issue.issued_at)}, by {issue.issued_by}"
