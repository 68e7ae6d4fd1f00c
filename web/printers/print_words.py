"""The form that asks a printer for labels: of items, of places, and blank ones. Pure."""

from collections.abc import Sequence
from typing import Any, Final, get_args

from budget.refusals import Fault, Refusal, Wrong
from equipment.printers.print_jobs import LABELS_MAX
from equipment.printers.printers import Printer
from equipment.staff.roles import Caller
from labels.places import PlaceKind
from web.fields import Fields, Form, errors, faults_of
from web.forms import Filled
from web.printers.printer_words import STATES

_PLACE_KINDS: Final = frozenset(get_args(PlaceKind))
_SHOWN_CHARACTERS: Final = 40
_TOLD: Final = (
    f"At most {LABELS_MAX:,} labels at a time.",
    "Each comes out once. Where the printer is off just now, it comes when that is back.",
)
_NO_PRINTER: Final = (
    "No printer is in use yet, so nothing can be printed from here.",
    "A printer is set up on the page of printers.",
)


def print_form(
    printers: Sequence[Printer],
    filled: Filled,
    caller: Caller,
    base: str,
    refusal: Refusal | None = None,
) -> Form:
    """The form that asks for labels."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = Fields(filled, faults)
    usable = {
        each.code: f"{each.name}: {STATES[each.state][0].lower()}"
        for each in printers
        if not each.out_of_use
    }
    number: dict[str, Any] = {"width": 4, "inputmode": "numeric"}
    shown = [
        fields.hidden("id", ""),
        fields.select("printer", "Printer", {"": "Choose"} | usable),
        fields.lines("items", "Labels of these items, one a line (optional)", rows=4,
                     called="Items", spellcheck=False),
        fields.lines("places", "Labels of these depots, vans and bays, one a line (optional)",
                     rows=2, called="Places", hint="Such as bay A1, or van V2.",
                     spellcheck=False),
    ]  # fmt: skip
    if caller.may("print blank labels"):
        shown.append(
            fields.text("blank", "Blank labels (optional)", called="Number of blank labels",
                        **number)
        )  # fmt: skip
    shown.append(fields.text("copies", "Copies of each", value="1", **number))
    heading = "Print labels"
    said = errors(faults, shown, trouble=trouble)
    return Form(
        title=f"Error: {heading}" if said else heading,
        heading=heading,
        action=f"{base}/depot/print",
        fields=shown,
        errors=said,
        submit="Print",
        back=f"{base}/depot/printers",
        paragraphs=_TOLD if usable else _NO_PRINTER,
    )


def places_of(filled: Filled) -> list[dict[str, str]]:
    """The places of which labels are asked for; Wrong where a line names none."""
    told: list[dict[str, str]] = []
    for text in filled.raw("places").splitlines():
        kind, _, code = text.strip().partition(" ")
        if not kind:
            continue
        if kind.lower() not in _PLACE_KINDS or not code:
            shown = text.strip()[:_SHOWN_CHARACTERS]
            words = f"Say what it is and its code, such as bay A1: “{shown}” does not."
            raise Wrong([Fault("places", words)])
        told.append({"kind": kind.lower(), "code": code.strip()})
    return told
