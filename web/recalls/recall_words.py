"""Recalls in words: what they hold, and what is left to do. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from markupsafe import Markup

from budget.refusals import Refusal
from equipment.catalogue.meant import Meant
from equipment.recalls.recall_form import (
    LABEL_MAX,
    OUTSTANDING_MAX,
    REASON_MAX,
    REFERENCE_MAX,
    TITLE_MAX,
    Found,
    Match,
    Outstanding,
    Recall,
    RecallHead,
)
from equipment.staff.roles import Caller
from equipment.standing import State
from labels.code import shown as shown_code
from web.fields import Field, Fields, Form, errors, faults_of, hidden
from web.forms import Filled
from web.items.item_panel import STATE_WORDS
from web.markup import link, tag
from web.paging import Slice
from web.product_choice import product_fields, written
from web.words import count, moment, stamp

_SEVERITIES: Final = {
    "critical": "Critical: stop using it now",
    "high": "High",
    "medium": "Medium",
    "low": "Low",
}
_ACTIONS: Final = {
    "hold": "Hold what is here, and tell people",
    "collect": "Hold what is here, tell people, and collect what they have",
}
STAGES: Final[Mapping[str, tuple[str, str]]] = {
    "with_person": ("With a person", "red"),
    "on_van": ("On a van", "yellow"),
    "in_store": ("In the store", "blue"),
    "not_found": ("Not found", "red"),
    "gone": ("No longer in the service", "grey"),
    "cleared": ("Cleared", "green"),
}


_HEAD: Final = ("Item", "Product", "Serial number", "Where it is", "Told")


@dataclass(frozen=True, slots=True)
class Names:
    """What depots and products are called, by their codes."""

    depots: Mapping[str, str]
    products: Mapping[str, str]

    def product(self, sku: str) -> str:
        """A product by its name and code."""
        return written(self.products[sku], sku) if sku in self.products else sku


@dataclass(frozen=True, slots=True)
class RecallList:
    """Recalls, newest first."""

    title: str
    address: str
    new: str | None
    fields: list[Field]
    head: list[str]
    rows: list[list[dict[str, Any]]]
    empty: str
    links: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class NewPage:
    """The form for a recall, and what it would hold once that is known."""

    title: str
    heading: str
    back: str
    action: str
    fields: list[Field]
    errors: list[dict[str, str]]
    found: list[dict[str, Any]]
    warning: str | None
    submit: str
    variant: str


@dataclass(frozen=True, slots=True)
class RecallPage:
    """One recall: how far it is, what is outstanding, and how it ends."""

    title: str
    heading: str
    caption: str
    back: str
    errors: list[dict[str, str]]
    about: list[dict[str, Any]]
    counts: list[list[dict[str, Any]]]
    people: str | None
    file: str
    outstanding: str
    head: list[str]
    rows: list[list[dict[str, Any]]]
    more: str | None
    close: Form | None


def list_page(
    found: Slice[RecallHead], status: str, names: Names, caller: Caller, base: str
) -> RecallList:
    """Recalls with what each is about."""
    fields = Fields(Filled({"status": [status]}))
    return RecallList(
        title="Recalls",
        address=f"{base}/depot/recalls",
        new=f"{base}/depot/recalls/new" if caller.may("recall items") else None,
        fields=[fields.select("status", "Show", {"open": "Open", "closed": "Closed", "": "All"})],
        head=["Recall", "What", "Severity", "Opened", "Status"],
        rows=[_listed(each, names, base) for each in found.rows],
        empty="There is no such recall.",
        links=found.links,
    )


def _listed(recall: RecallHead, names: Names, base: str) -> list[dict[str, Any]]:
    address = f"{base}/depot/recalls/{recall.id}"
    return [
        {"html": link(address, f"{recall.reference}: {recall.title}")},
        {"text": _named(recall.match, names)},
        {"text": recall.severity.capitalize()},
        {"text": stamp(recall.opened_at)},
        {"html": tag("Open", "red") if recall.status == "open" else tag("Closed", "grey")},
    ]


def _named(match: Match, names: Names) -> str:
    said = []
    if match.sku is not None:
        said.append(names.product(match.sku))
    if match.part is not None:
        said.append(f"part {match.part}")
    if match.batch is not None:
        said.append(f"batch {match.batch}")
    if match.serial_from is not None or match.serial_to is not None:
        first, last = match.serial_from or "the first", match.serial_to or "the last"
        said.append(f"serial numbers {first} to {last}")
    return ", ".join(said)


def new_page(
    base: str,
    filled: Filled | None = None,
    *,
    found: tuple[Found, Mapping[str, str]] | None = None,
    meant: Meant | None = None,
    refusal: Refusal | None = None,
) -> NewPage:
    """The form; once it has `found` what it names, with that, to be agreed to.

    Beside what it names `found` has the names of depots; `meant` is what its product may be.
    """
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    each = Fields(filled, faults)
    fields = list(_recall_fields(each, None if filled is None else (filled, meant)))
    wrong = errors(faults, fields, trouble=trouble)
    if found is not None and filled is not None:
        fields.append(hidden("agreed", agreement(filled)))
    title = "New recall" if found is None else "Check the recall"
    return NewPage(
        title=f"Error: {title}" if wrong else title,
        heading=title,
        back=f"{base}/depot/recalls",
        action=f"{base}/depot/recalls/new",
        fields=fields,
        errors=wrong,
        found=[] if found is None else list(_found(*found)),
        warning=None if found is None else _warning(found[0]),
        submit="Show what it would hold" if found is None else "Hold all of this now",
        variant="secondary" if found is None else "warning",
    )


def agreement(filled: Filled) -> str:
    """What is agreed to: to change what is named is to be shown anew what that would hold."""
    named = ("sku", "part", "batch", "serial_from", "serial_to", "action")
    return " / ".join(filled.text(name) for name in named)


def _recall_fields(each: Fields, told: tuple[Filled, Meant | None] | None) -> Iterator[Field]:
    yield each.hidden("id", uuid4())
    hint = "The maker's, or that of the safety notice"
    yield each.text("reference", "Reference", hint=hint, maxlength=REFERENCE_MAX)
    yield each.text("title", "What is wrong", maxlength=TITLE_MAX)
    yield each.select("severity", "Severity", _SEVERITIES, value="high")
    yield from product_fields(each, "sku", "Product", told)
    hint = "Only where the batch and serial numbers are those of a part, such as Motor"
    yield each.text("part", "Part", hint=hint)
    hint = "Capital letters, spaces and hyphens make no difference"
    yield each.text("batch", "Batch", hint=hint, maxlength=LABEL_MAX)
    yield each.text("serial_from", "First serial number", maxlength=LABEL_MAX)
    yield each.text("serial_to", "Last serial number", maxlength=LABEL_MAX)
    yield each.radios("action", "What is to be done", _ACTIONS, value="collect")


def _found(found: Found, depots: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    yield _row("Items", f"{found.items:,}")
    yield _row("With people", f"{found.with_people:,}")
    for state, many in sorted(found.by_state.items()):
        yield _row(STATE_WORDS[State(state)][0], f"{many:,}")
    for depot, many in sorted(found.by_depot.items()):
        yield _row(f"In {depots.get(depot, depot)}", f"{many:,}")


def _warning(found: Found) -> str | None:
    if found.unsure:
        return (
            f"{count(found.unsure, 'more item')} of this product have no such number on record."
            " They are not held: have them looked at."
        )
    return None if found.items else "Nothing here is named by it. What comes later will be held."


def _row(key: str, text: str) -> dict[str, Any]:
    return {"key": {"text": key}, "value": {"text": text}}


def recall_page(
    recall: Recall,
    caller: Caller,
    base: str,
    *,
    names: Names,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> RecallPage:
    """A recall as whoever deals with it sees it, and as it is printed for the regulator."""
    address = f"{base}/depot/recalls/{recall.id}"
    may = caller.may("recall items") and recall.status == "open"
    close = _closing(recall, address, filled, refusal) if may else None
    wrong = [] if close is None else close.errors
    left = recall.outstanding_items
    return RecallPage(
        title=f"Error: {recall.title}" if wrong else recall.title,
        heading=recall.title,
        caption=recall.reference,
        back=f"{base}/depot/recalls",
        errors=wrong,
        about=list(_about(recall, names)),
        counts=list(_counts(recall)),
        people=f"{address}/people" if caller.may("tell people of recalls") else None,
        file=f"{address}/items.csv",
        outstanding="Outstanding" if recall.status == "open" else "Neither cleared nor gone",
        head=[*_HEAD, "What to do"] if may else [*_HEAD],
        rows=[_outstanding(each, names, address, base, may=may) for each in recall.outstanding],
        more=f"The first {OUTSTANDING_MAX} of {left:,}. The file has them all."
        if left > len(recall.outstanding)
        else None,
        close=close,
    )


def _about(recall: Recall, names: Names) -> Iterator[dict[str, Any]]:
    yield _row("Named", _named(recall.match, names))
    yield _row("Severity", recall.severity.capitalize())
    yield _row("To be done", _ACTIONS[recall.action])
    yield _row("Opened", f"{moment(recall.opened_at)} by {recall.opened_by}")
    if recall.closed_at is not None:
        yield _row("Closed", f"{moment(recall.closed_at)} by {recall.closed_by}")
    if recall.close_reason is not None:
        yield _row("Closed all the same because", recall.close_reason)


def _counts(recall: Recall) -> Iterator[list[dict[str, Any]]]:
    for key, number in (
        ("Named and found", recall.found),
        ("Of these held now", recall.held),
        ("With people now", recall.with_people),
        ("Whose holder was told", recall.contacted),
        ("Collected or brought back", recall.collected),
        ("Not found", recall.not_found),
        ("Cleared, or no longer in the service", recall.closed),
        ("Outstanding", recall.outstanding_items),
    ):
        yield _count(key, number)
    for state, many in sorted(recall.by_state.items()):
        yield _count(f"{STATE_WORDS[State(state)][0]} when found", many)


def _count(key: str, number: int) -> list[dict[str, Any]]:
    return [{"text": key}, {"text": f"{number:,}", "classes": "kitback-figure"}]


def _outstanding(
    item: Outstanding, names: Names, address: str, base: str, *, may: bool
) -> list[dict[str, Any]]:
    words, colour = STAGES[item.stage]
    van = f"Van {item.van}" if item.van else ""
    depot = names.depots.get(item.depot or "", item.depot)
    where = Markup("{} {}").format(tag(words, colour), depot or van)
    unseen = "Not shown to you" if item.stage == "with_person" else "Nobody to tell"
    told = {True: "Yes", False: "No", None: unseen}[item.told if item.person else None]
    clear = link(f"{address}/items/{item.item}", f"Clear {shown_code(item.item)}")
    return [
        {
            "html": link(f"{base}/items/{item.item}", shown_code(item.item)),
            "classes": "kitback-code",
        },
        {"text": names.product(item.sku)},
        {"text": item.serial or "None"},
        {"html": where},
        {"text": told},
        *([{"html": clear}] if may else []),
    ]


def _closing(recall: Recall, address: str, filled: Filled | None, refusal: Refusal | None) -> Form:
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    hint = (
        f"{count(recall.outstanding_items, 'item')} outstanding: say why it is closed all the same"
        if recall.outstanding_items
        else "Nothing is outstanding"
    )
    reason = Fields(filled, faults).lines(
        "reason", "Why it can be closed", hint=hint, rows=3, maxlength=REASON_MAX
    )
    return Form(
        title="Close the recall",
        heading="Close the recall",
        action=f"{address}/close",
        fields=[reason],
        errors=errors(faults, [reason], trouble=trouble),
        submit="Close it and let go of what it holds",
        variant="warning",
    )


def clearing_form(
    recall: Recall,
    code: str,
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """The form that lets one item of a recall go."""
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    hint = "Such as: motor changed for one of batch 9, tested"
    reason = Fields(filled, faults).lines(
        "reason", "What was checked or put right", hint=hint, rows=3, maxlength=REASON_MAX
    )
    wrong = errors(faults, [reason], trouble=trouble)
    title = f"Clear {shown_code(code)}"
    return Form(
        title=f"Error: {title}" if wrong else title,
        heading=title,
        caption=recall.title,
        action=f"{base}/depot/recalls/{recall.id}/items/{code}",
        fields=[reason],
        errors=wrong,
        submit="Clear it",
        back=f"{base}/depot/recalls/{recall.id}",
        paragraphs=["The recall lets it go. Whatever else holds it stays."],
    )
