"""The form that drafts a purchase, and the one that writes a draft anew. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import uuid4

from budget.refusals import Fault, Refusal, Wrong
from equipment.catalogue.meant import Meant
from equipment.places import Depot
from equipment.stock.purchase_form import (
    LINES_MAX,
    REASON_MAX,
    SHORT_MAX,
    SUPPLIER_MAX,
    NewLine,
    Purchase,
)
from web.fields import Field, Fields, Form, errors, faults_of, hidden
from web.forms import Filled, as_struct
from web.product_choice import chosen, product_fields, unclear, written
from web.words import day, pounds

T = TypeVar("T")

_ROWS: Final = 5
"""How many products a form takes, unless the draft has more of them."""
_SPARE: Final = 2
_NAMES: Final = ("sku", "quantity", "price_pence")
_TEXTS: Final = ("id", "version", "supplier", "reference", "depot", "note")
_IN_LINE: Final = re.compile(r"lines\[([0-9]+)\]\.(\w+)")


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was refused: what was typed, why, and which products its texts mean."""

    filled: Filled
    refusal: Refusal
    meant: Mapping[str, Meant]


def new_form(
    depots: Sequence[Depot], base: str, first: Mapping[str, str], sent: Sent | None = None
) -> Form:
    """The form that drafts a purchase; `first` stands in its first line."""
    made, said = _begun(sent)
    fields = [made.hidden("id", uuid4()), *_head(made, depots, None)]
    fields += _lines(made, [first], sent)
    return _form(
        "New purchase", fields, said,
        action=f"{base}/depot/purchases/new", back=f"{base}/depot/purchases", submit="Draft it",
        paragraphs=[
            (
                "Nothing is ordered yet. What waits to be washed, inspected or mended is shown"
                " before you order."
            )
        ],
    )  # fmt: skip


def change_form(
    shown: Purchase, depots: Sequence[Depot], base: str, sent: Sent | None = None
) -> Form:
    """The form that writes a draft anew.

    Whoever is told that somebody else was first, and what it says now, is taken at their word when
    they send the form again.
    """
    made, said = _begun(sent)
    told = sent is not None and sent.refusal.slug == "changed-meanwhile"
    version = hidden("version", str(shown.version)) if told else made.hidden(
        "version", shown.version
    )  # fmt: skip
    lines = [
        {"quantity": str(each.quantity), **product_typed(each.name, each.sku, each.price_pence)}
        for each in shown.lines
    ]
    fields = [version, *_head(made, depots, shown), *_lines(made, lines, sent)]
    path = f"{base}/depot/purchases/{shown.id}"
    now = [f"It says now: {_says(shown)}. What you save stands instead."] if told else []
    return _form(
        "Change the draft", fields, said,
        action=f"{path}/change", back=path, submit="Save", paragraphs=now,
        caption=f"Purchase from {shown.supplier}",
    )  # fmt: skip


def _says(shown: Purchase) -> str:
    """A draft in one sentence."""
    lines = [
        f"{each.quantity:,} of {each.name} at {pounds(each.price_pence)}" for each in shown.lines
    ]
    rest = [shown.supplier, f"to {shown.depot_name}"]
    if shown.due_on is not None:
        rest.append(f"due {day(shown.due_on)}")
    rest += [text for text in (shown.reference, shown.note) if text]
    return ", ".join([*rest, *lines])


def _begun(sent: Sent | None) -> tuple[Fields, tuple[Sequence[Fault], str | None]]:
    if sent is None:
        return Fields(), ((), None)
    said = faults_of(sent.refusal)
    return Fields(sent.filled, said[0]), said


def _form(
    heading: str, fields: list[Field], said: tuple[Sequence[Fault], str | None], **more: Any
) -> Form:
    wrong = errors(said[0], fields, trouble=said[1])
    return Form(
        title=f"Error: {heading}" if wrong else heading,
        heading=heading,
        fields=fields,
        errors=wrong,
        **more,
    )


def _head(made: Fields, depots: Sequence[Depot], shown: Purchase | None) -> Iterator[Field]:
    names = {each.code: f"{each.name} ({each.code})" for each in depots}
    where, due = next(iter(names), None), None
    if shown is not None:
        names |= {shown.depot: names.get(shown.depot, f"{shown.depot_name} ({shown.depot})")}
        where, due = shown.depot, None if shown.due_on is None else shown.due_on.isoformat()
    supplier, reference, note = (
        None if shown is None else getattr(shown, name)
        for name in ("supplier", "reference", "note")
    )
    yield made.text("supplier", "Supplier", value=supplier, maxlength=SUPPLIER_MAX)
    yield made.text(
        "reference", "Your reference (optional)", value=reference, width=20, maxlength=SHORT_MAX
    )
    hint = "Where it is delivered to."
    yield made.select("depot", "Depot", names, value=where, hint=hint)
    yield made.day("due_on", "Due, if a day was agreed", value=due, called="Day it is due")
    yield made.lines("note", "Note (optional)", value=note, rows=2, maxlength=REASON_MAX)


def product_typed(name: str, sku: str, pence: int) -> dict[str, str]:
    """A line's product and price, as somebody might have typed them."""
    return {"sku": written(name, sku), "price": f"{pence // 100}.{pence % 100:02d}"}


def _lines(made: Fields, known: Sequence[Mapping[str, str]], sent: Sent | None) -> Iterator[Field]:
    typed = rows_of(sent.filled) if sent is not None else []
    most = max(_ROWS, len(known) + _SPARE if len(known) > 1 else 0, *(n + 1 for n in typed))
    for n in range(min(most, LINES_MAX)):
        yield from _line(made, n, known[n] if n < len(known) else {}, sent)


def _line(made: Fields, n: int, first: Mapping[str, str], sent: Sent | None) -> Iterator[Field]:
    name, told = f"sku-{n}", None
    if sent is not None:
        told = (sent.filled, sent.meant.get(sent.filled.text(name)))
    yield from product_fields(made, name, f"Product {n + 1}", told, value=first.get("sku"))
    yield made.text(
        f"quantity-{n}", f"How many of product {n + 1}", value=first.get("quantity"), width=5,
        inputmode="numeric",
    )  # fmt: skip
    yield made.text(
        f"price_pence-{n}", f"Price of one of product {n + 1}", value=first.get("price"),
        prefix="£", width=10, inputmode="decimal",
    )  # fmt: skip


def products_of(filled: Filled) -> list[str]:
    """What was typed for products, each text once."""
    return list({text: None for n in rows_of(filled) if (text := filled.text(f"sku-{n}"))})


def rows_of(filled: Filled) -> list[int]:
    """The places of the lines of which anything was typed."""
    return [
        n for n in range(LINES_MAX) if any(filled.text(f"{name}-{n}") for name in _NAMES)
    ]  # fmt: skip


def told_of(filled: Filled, wanted: type[T], meant: Mapping[str, Meant]) -> T:
    """A purchase as it was typed; Wrong with every fault, by the form's fields."""
    rows = rows_of(filled) or [0]
    lines: list[dict[str, object]] = []
    faults: list[Fault] = []
    for n in rows:
        name = f"sku-{n}"
        text = filled.text(name)
        product = chosen(filled, name, meant.get(text))
        if text and product is None:
            faults.append(unclear(filled, name, meant.get(text)))
        values: dict[str, object] = {
            # What is unclear has its own fault.
            "sku": text[:1] or None if product is None else product.sku,
            "quantity": filled.given(f"quantity-{n}"),
            "price_pence": filled.pence(f"price_pence-{n}"),
        }
        lines.append(values)
        try:
            as_struct(values, NewLine)
        except Wrong as wrong:
            faults += [Fault(f"{each.field}-{n}", each.message) for each in wrong.faults]
    texts: dict[str, object] = {name: filled.given(name) for name in _TEXTS}
    try:
        told = as_struct(texts | {"due_on": filled.day("due_on"), "lines": lines}, wanted)
    except Wrong as wrong:
        others = [each for each in wrong.faults if not each.field.startswith("lines")]
        raise Wrong([*others, *faults]) from wrong
    if faults:
        raise Wrong(faults)
    return told


def in_form(refusal: Refusal, filled: Filled) -> Refusal:
    """The refusal with the fields of the form, where each line's have numbers."""
    if not isinstance(refusal, Wrong):
        return refusal
    rows = rows_of(filled) or [0]
    return Wrong([_named(fault, rows) for fault in refusal.faults])


def _named(fault: Fault, rows: list[int]) -> Fault:
    found = _IN_LINE.fullmatch(fault.field)
    if found is None:
        return Fault(f"sku-{rows[0]}", fault.message) if fault.field == "lines" else fault
    return Fault(f"{found[2]}-{rows[int(found[1])]}", fault.message)
