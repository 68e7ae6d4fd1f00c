"""Goods that come in, in words: many of a line at once, or one after another by a scanner. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

from budget.refusals import Fault, Refusal, Wrong
from equipment.items import Item
from equipment.stock.purchase_form import Purchase, PurchaseLine
from web.fields import Field, Fields, Form, errors, faults_of, hidden
from web.forms import Filled
from web.gate.gate_words import Told
from web.words import count

_SERIAL: Final = "serial"
_LABEL: Final = "label"
_FOCUS: Final = {"autofocus": ""}


def goods_form(
    shown: Purchase,
    bought: PurchaseLine,
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """The form for what came of a line, however many."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    made = Fields(filled, faults)
    fields = [
        made.hidden("id", uuid4()),
        made.text(
            "quantity", "How many came", width=5, inputmode="numeric",
            hint="Leave empty where you scan serial numbers or labels.",
        ),
        made.lines("serials", "Serial numbers, one a line", rows=4, spellcheck=False),
        made.lines(
            "labels", "Blank labels, one a line, in the same order", rows=4, spellcheck=False,
            hint="Leave empty to have new labels made.",
        ),
        made.text("batch", "Batch or lot", width=20, spellcheck=False),
        made.text(
            "price_pence", "Price of one", value=_price(bought), prefix="£", width=10,
            inputmode="decimal",
        ),
    ]  # fmt: skip
    wrong = errors(faults, fields, trouble=trouble)
    heading = bought.name
    path = f"{base}/depot/purchases/{shown.id}"
    return Form(
        title=f"Error: {heading}" if wrong else heading,
        heading=heading,
        caption=f"Goods in from {shown.supplier}",
        action=f"{path}/lines/{bought.id}/receive",
        fields=fields,
        errors=wrong,
        submit="Receive",
        back=path,
        paragraphs=(f"{_left(bought)} still to come.",),
    )


def _price(bought: PurchaseLine) -> str:
    return f"{bought.price_pence // 100}.{bought.price_pence % 100:02d}"


def _left(bought: PurchaseLine) -> str:
    return count(bought.quantity - bought.received, "is", "are")


@dataclass(frozen=True, slots=True)
class EachPage:
    """Shown by `goods_each.jinja`: an item at a time, a field after the other."""

    title: str
    caption: str
    heading: str
    back: tuple[str, str]
    errors: list[dict[str, str]]
    told: Told | None
    left: str
    action: str
    links: list[tuple[str, str]]
    fields: list[Field]
    # What the button after the fields says, and whether what is empty may be left out.
    submit: str
    several: bool


@dataclass(frozen=True, slots=True)
class Scanned:
    """How far an item is: what was typed, and the field that the scanner types into next.

    `names` are the fields that are scanned into, with their words.
    """

    filled: Filled
    names: Mapping[str, str]
    next: str = _SERIAL


def each_page(
    shown: Purchase,
    bought: PurchaseLine,
    scanned: Scanned,
    base: str,
    *,
    came: Item | None = None,
    refusal: Refusal | None = None,
) -> EachPage:
    """The fields for one item and its parts, and what came before it."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    faults = [Fault(_on_page(fault.field), fault.message) for fault in faults]
    made = Fields(scanned.filled, faults)
    at = next((fault.field for fault in faults if fault.field in scanned.names), scanned.next)
    labels = _LABEL in scanned.names
    fields = [
        made.hidden("id", uuid4()),
        hidden("at", at),
        hidden("labels", "yes" if labels else ""),
        *(_scanned(made, name, words, at) for name, words in scanned.names.items()),
        made.text("batch", "Batch or lot, of this and the next ones", width=20, spellcheck=False),
    ]
    wrong = errors(faults, fields, trouble=trouble)
    path = f"{base}/depot/purchases/{shown.id}"
    action = f"{path}/lines/{bought.id}/each"
    ways = [("Blank labels are stuck on: scan them, too", f"{action}?labels=yes")]
    return EachPage(
        title=f"Error: {bought.name}" if wrong else f"{bought.name}, one by one",
        caption=f"Goods in from {shown.supplier}",
        heading=bought.name,
        back=("The purchase", path),
        errors=wrong,
        told=None if came is None else _told(came, base),
        left=f"{_left(bought)} still to come.",
        action=action,
        links=[] if labels else ways,
        fields=fields,
        submit="Next" if len(scanned.names) > 1 else "Receive it",
        several=len(scanned.names) > 1,
    )


def names_of(parts: Sequence[str], *, labels: bool) -> Mapping[str, str]:
    """The fields that are scanned into, in their order, with their words."""
    own = {f"part-{n}": f"Serial number of its part: {part}" for n, part in enumerate(parts)}
    label = {_LABEL: "Blank label that is stuck on"} if labels else {}
    return label | {_SERIAL: "Serial number of the item"} | own


def _scanned(made: Fields, name: str, words: str, at: str) -> Field:
    more: dict[str, Any] = {"attributes": _FOCUS} if name == at else {}
    return made.text(name, words, width=20, spellcheck=False, autocomplete="off", **more)


def of_one(refusal: Refusal) -> Refusal:
    """The refusal of one item by the field that it is about, where there is a single one."""
    if refusal.slug != "exists":
        return refusal
    return Wrong([Fault("serial", "Is another item's of this product.")])


def _on_page(field: str) -> str:
    """The field of the page that a fault is about."""
    stem = field.partition("[")[0]
    return {"serials": _SERIAL, "labels": _LABEL}.get(stem, field)


def _told(item: Item, base: str) -> Told:
    about = [text for text in (item.serial and f"Serial number {item.serial}.",
                               item.batch and f"Batch {item.batch}.") if text]  # fmt: skip
    return Told(
        good=True,
        heading="Received.",
        name=item.name,
        code=item.code,
        lines=about,
        links=(
            ("Print its label", f"{base}/depot/print?{urlencode({'item': item.code})}"),
            ("Its parts", f"{base}/items/{item.code}/parts"),
        ),
    )


def next_of(filled: Filled, names: Sequence[str]) -> str | None:
    """Where the scanner types next; None where there is nothing more to scan for this item.

    What was left empty on the way has no number.
    """
    at = names.index(filled.text("at")) if filled.text("at") in names else -1
    return next((name for name in names[at + 1 :] if not filled.text(name)), None)


def goods_of(filled: Filled, line: UUID, parts: Sequence[str]) -> dict[str, Any]:
    """One item as it was scanned; Wrong where nothing was."""
    numbers = [(part, filled.text(f"part-{n}")) for n, part in enumerate(parts)]
    fitted = [{"part": part, "serial": serial} for part, serial in numbers if serial]
    serial, label = filled.given(_SERIAL), filled.given(_LABEL)
    if not (serial or label or fitted):
        words = "Scan a number. What has none is received by how many came."
        raise Wrong([Fault(_SERIAL, words)])
    one = {"serials": [serial]} if serial else {"quantity": 1}
    values: dict[str, Any] = {"id": filled.given("id"), "line": str(line)} | one
    values |= {"batch": filled.given("batch"), "labels": [label] if label else None}
    return values | {"parts": [fitted] if fitted else None}


def after(purchase: UUID, line: UUID, item: str, filled: Filled) -> str:
    """The address that shows what was received, and takes the next one of its batch."""
    kept = {name: filled.text(name) for name in ("batch", "labels")}
    told = {"item": item} | {name: text for name, text in kept.items() if text}
    return f"/depot/purchases/{purchase}/lines/{line}/each?{urlencode(told)}"


def line_of(shown: Purchase, wanted: UUID) -> PurchaseLine | None:
    """A line of the purchase."""
    return next((each for each in shown.lines if each.id == wanted), None)
