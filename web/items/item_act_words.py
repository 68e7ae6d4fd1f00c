"""The forms for what is done with an item: words, and the fields that each needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import uuid4

from budget import moments
from budget.refusals import Fault
from budget.years import london_day
from equipment.items import Item
from equipment.places import Depot, Van
from labels.code import shown
from web.fields import Field, Fields, Form, errors
from web.forms import Filled


@dataclass(frozen=True, slots=True)
class Choosable:
    """Where an item may go."""

    depots: Sequence[Depot]
    vans: Sequence[Van]


@dataclass(frozen=True, slots=True)
class Act:
    """One action: what the button and the form say, what is said when it is done, its fields."""

    words: str
    done: str
    fields: tuple[str, ...] = ()
    red: bool = False


ACTS: Final[dict[str, Act]] = {
    "allocate": Act("Set aside", "The item is set aside.", ("note",)),
    "deallocate": Act("Put back on the shelf", "The item is back on the shelf."),
    "load": Act("Load on a van", "The item is on the van.", ("van",)),
    "unload": Act("Unload from the van", "The item is off the van."),
    "deliver": Act("Hand over", "The item is handed over.", ("nhs_number", "note")),
    "collect": Act("Collect", "The item is collected.", ("van", "note")),
    "return": Act("Take back into a store", "The item is back in the store.", ("depot", "note")),
    "withdraw": Act("Take off the shelf", "The item is off the shelf.", ("reason",)),
    "clean": Act("Record cleaning", "The item is clean and waits for inspection.", ("note",)),
    "pass": Act("Pass inspection", "The item is safe and can go out.", ("checks_passed",)),
    "fail": Act("Fail inspection", "The item waits for repair.", ("reason",)),
    "repair": Act("Record a repair", "The repair is recorded.", ("minutes", "parts", "note")),
    "check": Act("Record a check", "The check is recorded.", ("checks", "result", "examiner")),
    "move": Act("Move to another place", "The item was moved.", ("depot", "van")),
    "transfer": Act("Transfer the loan", "The loan was transferred.", ("address", "funder")),
    "hold": Act("Put on hold", "The item is on hold: nothing goes out with it.", ("reason",)),
    "release": Act("Release from hold", "The item may go out again.", ("note",)),
    "hand_back": Act("Hand back to its owner", "The item went back to its owner.", ("note",)),
    "find": Act("Report it found", "The item is found, and counts as not clean.", ("depot",)),
    "lose": Act("Report it lost", "The item is reported lost.", ("reason",), red=True),
    "scrap": Act("Scrap", "The item is scrapped.", ("reason",), red=True),
    "undo": Act("Take back the last step", "The last step was taken back.", ("reason",), red=True),
}
_KINDS: Final = {
    "pat": "Portable appliance test",
    "loler": "LOLER thorough examination",
    "service": "Service",
}


def said_of(action: str) -> str:
    """What the next page says."""
    return ACTS[action].done


def act_form(
    action: str,
    item: Item,
    choosable: Choosable,
    base: str,
    filled: Filled,
    *,
    said: tuple[Sequence[Fault], str | None] = ((), None),
) -> Form:
    """The form of one action on one item."""
    wanted = ACTS[action]
    faults, trouble = said
    fields = Fields(filled, faults)
    now = moments.now()
    each = [fields.hidden("id", uuid4()), fields.hidden("at", now.isoformat())]
    for name in wanted.fields:
        each += _MAKERS[name](fields, choosable)
    shown_errors = errors(faults, each, trouble=trouble)
    return Form(
        title=f"Error: {wanted.words}" if shown_errors else wanted.words,
        heading=wanted.words,
        caption=f"{item.name} {shown(item.code)}",
        action=f"{base}/items/{item.code}/acts/{action}",
        fields=each,
        errors=shown_errors,
        submit=wanted.words,
        variant="warning" if wanted.red else "",
        back=f"{base}/items/{item.code}",
    )


Maker: TypeAlias = Callable[[Fields, Choosable], list[Field]]


def _depot(fields: Fields, choosable: Choosable) -> list[Field]:
    depots = {depot.code: f"{depot.name} ({depot.code})" for depot in choosable.depots}
    return [fields.select("depot", "Depot", {"": "Choose"} | depots)]


def _van(fields: Fields, choosable: Choosable) -> list[Field]:
    names = {depot.code: depot.name for depot in choosable.depots}
    vans = {van.code: f"{van.code} of {names.get(van.depot, van.depot)}" for van in choosable.vans}
    return [fields.select("van", "Van", {"": "Choose"} | vans)]


def _line(name: str, label: str, **more: Any) -> Maker:
    return lambda fields, _: [fields.text(name, label, **more)]


def _day_and_who(fields: Fields) -> list[Field]:
    today = london_day(moments.now()).isoformat()
    return [
        fields.day("on", "On", value=today),
        fields.text("examiner", "By whom (optional)", width=20),
        fields.text("certificate", "Certificate (optional)", width=20),
    ]


def _passed(fields: Fields, _: Choosable) -> list[Field]:
    legend = "Tests that it passed (if they are not on record yet)"
    return [fields.checkboxes("checks", legend, _KINDS), *_day_and_who(fields)]


_MAKERS: Final[dict[str, Maker]] = {
    "depot": _depot,
    "van": _van,
    "reason": _line("reason", "Why"),
    "note": lambda fields, _: [fields.lines("note", "Note (optional)", rows=2)],
    "nhs_number": _line(
        "nhs_number",
        "NHS number of whoever gets it",
        hint="Leave it empty where it was set aside for somebody's order.",
        width=10,
        inputmode="numeric",
    ),
    "minutes": _line("minutes", "Minutes it took", width=4, inputmode="numeric"),
    "parts": _line("parts_pence", "Parts", prefix="£", width=10, inputmode="decimal"),
    "address": _line("address", "New address (if the person has moved)"),
    "funder": _line("funder", "New funder (ODS code, if another pays from now on)", width=10),
    "checks": lambda fields, _: [fields.checkboxes("checks", "What was checked", _KINDS)],
    "checks_passed": _passed,
    "result": lambda fields, _: [
        fields.radios("result", "Result", {"pass": "Passed", "fail": "Failed"}, value="pass")
    ],
    "examiner": lambda fields, _: _day_and_who(fields),
}
