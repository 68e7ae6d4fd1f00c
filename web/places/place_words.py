"""Depots, vans and bays with their labels, in words. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args
from urllib.parse import urlencode

from markupsafe import Markup

from budget.refusals import Refusal
from equipment.bays import BayKind
from equipment.place_labels import LabelledPlace
from equipment.places import Depot
from equipment.staff.roles import Caller
from labels.places import PlaceKind
from web.fields import Fields, Form, errors, faults_of
from web.forms import Filled
from web.list_page import ListPage
from web.markup import link
from web.paging import Slice

KINDS: Final[Mapping[PlaceKind, str]] = {"bay": "Bay", "depot": "Depot", "van": "Van"}
_MANY: Final = {"": "All", "bay": "Bays", "depot": "Depots", "van": "Vans"}
SIDES: Final = {
    "clean": "Clean: what is fit to go out",
    "dirty": "Dirty: what came back",
    "quarantine": "Set apart",
}
_SHORT: Final[Mapping[BayKind, str]] = {
    "clean": "Clean bay", "dirty": "Dirty bay", "quarantine": "Bay set apart",
}  # fmt: skip
assert set(KINDS) == set(get_args(PlaceKind))


def list_page(
    found: Slice[LabelledPlace],
    sought: Mapping[str, str],
    depots: Sequence[Depot],
    caller: Caller,
    base: str,
) -> ListPage:
    """The places, each with the ways to its label, and all of them on one sheet."""
    fields = Fields(Filled({name: [value] for name, value in sought.items()}))
    names = {"": "All depots"} | {each.code: f"{each.name} ({each.code})" for each in depots}
    address = f"{base}/depot/places"
    return ListPage(
        title="Places and their labels",
        paragraphs=["A scan of its label says where something is: a depot, a van or a bay."],
        head=["Code", "What it is", "Where", "Label"],
        rows=[_row(each, base) for each in found.rows],
        empty="There are none.",
        links=found.links,
        back=f"{base}/depot",
        back_to="The depot",
        address=address,
        fields=[
            fields.select("kind", "Which", _MANY),
            fields.select("depot", "Depot", names),
        ],
        new=("Mark out a bay", f"{address}/bays/new")
        if caller.may("change standing data")
        else None,
        other=("All of these on sheets of labels (PDF)", _sheets(address, sought)),
    )


def _sheets(address: str, sought: Mapping[str, str]) -> str:
    kept = {name: sought[name] for name in ("kind", "depot") if sought[name]}
    return f"{address}/labels?{urlencode(kept)}" if kept else f"{address}/labels"


def _row(each: LabelledPlace, base: str) -> list[dict[str, Any]]:
    what = KINDS[each.kind] if each.side is None else _SHORT[each.side]
    named = "" if each.kind == "van" else f": {each.name}"
    return [
        {"text": each.code, "classes": "kitback-code"},
        {"text": f"{what}{named}"},
        {"text": each.depot_name},
        {"html": _ways(each, base)},
    ]


def _ways(each: LabelledPlace, base: str) -> Markup:
    """To a printer and to look at, each named for whoever hears only the links."""
    printing = urlencode({"place": f"{each.kind} {each.code}"})
    return Markup("{}<br>{}").format(
        link(f"{base}/depot/print?{printing}", f"Print {each.kind} {each.code}"),
        link(f"{base}/depot/places/{each.kind}/{each.code}/label", f"Look at {each.code}"),
    )


def bay_form(
    depots: Sequence[Depot],
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """The form that marks out a bay."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    made = Fields(filled, faults)
    names = {"": "Choose"} | {each.code: f"{each.name} ({each.code})" for each in depots}
    hint = "Letters, digits, dots and hyphens; it stands on its label and cannot be changed."
    fields = [
        made.text("code", "Code", width=10, spellcheck=False, hint=hint),
        made.text("name", "Name", width=20, hint="Such as Beds, left aisle."),
        made.select("depot", "Depot", names),
        made.radios("kind", "What stands there", SIDES),
    ]
    wrong = errors(faults, fields, trouble=trouble)
    heading = "Mark out a bay"
    return Form(
        title=f"Error: {heading}" if wrong else heading,
        heading=heading,
        action=f"{base}/depot/places/bays/new",
        fields=fields,
        errors=wrong,
        submit="Mark it out",
        back=f"{base}/depot/places",
        paragraphs=("What is scanned into a bay of the wrong side is refused, and said aloud.",),
    )
