"""The forms that change and close a depot or a van. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from budget.refusals import Refusal
from equipment.places import Depot, Van
from web.admin.place_words import DEPOT_KINDS, TIME
from web.fields import Field, Fields, Form, errors, faults_of
from web.forms import Filled

_DEPOT_TEXTS: Final = ("name", "postcode", "cut_off")
_VAN_TEXTS: Final = ("depot", "payload_kg", "volume_l", "crew", "shift-from", "shift-to")


def depot_values(depot: Depot) -> dict[str, Any]:
    """What the form is filled with."""
    return {name: getattr(depot, name) for name in _DEPOT_TEXTS} | _closed(depot)


def van_values(van: Van) -> dict[str, Any]:
    """What the form is filled with."""
    own = {name: getattr(van, name) for name in _VAN_TEXTS if not name.startswith("shift-")}
    return own | {"shift-from": van.shift.start, "shift-to": van.shift.end} | _closed(van)


def _closed(place: Depot | Van) -> dict[str, Any]:
    return {"closed_from": None if place.closed_from is None else str(place.closed_from)}


def typed_depot(filled: Filled) -> dict[str, Any]:
    """What was typed into the form of a depot."""
    return _typed(filled, _DEPOT_TEXTS)


def typed_van(filled: Filled) -> dict[str, Any]:
    """What was typed into the form of a van."""
    return _typed(filled, _VAN_TEXTS)


def _typed(filled: Filled, names: Sequence[str]) -> dict[str, Any]:
    return {name: filled.given(name) for name in names} | {"closed_from": filled.day("closed_from")}


def depot_form(
    depot: Depot, base: str, filled: Filled | None = None, refusal: Refusal | None = None
) -> Form:
    """A depot as it stands, to be changed."""
    known = depot_values(depot)
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    fields = Fields(filled, faults)
    each = [
        fields.text("name", "Name", value=known["name"], width=30),
        fields.text("postcode", "Postcode", value=known["postcode"], width=10),
        fields.text(
            "cut_off", "Orders count as today's until (optional)", value=known["cut_off"], width=5,
            hint=TIME, called="Time until which orders count as today's",
        ),
        fields.day(
            "closed_from", "Closed from (optional)", value=known["closed_from"],
            called="First day on which it is closed",
            hint="Nothing is brought there from this day on. Take the day away to open it again.",
        ),
    ]  # fmt: skip
    wrong = errors(faults, each, trouble=trouble)
    closing = (
        "Once you give a day, new orders and collections are served from other depots. It can be "
        "closed from today on once nothing stands there and nothing is planned from it."
    )
    return _form(
        depot.name,
        f"{DEPOT_KINDS[depot.kind]} {depot.code}",
        f"{base}/admin/places",
        f"{base}/admin/places/{depot.code}",
        each,
        wrong,
        ["Orders and rounds from now on go by what you change here.", closing],
    )


def van_form(
    van: Van,
    depots: Sequence[Depot],
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """A van as it stands, to be changed."""
    known = van_values(van)
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    fields = Fields(filled, faults)
    choices = {van.depot: van.depot} | {each.code: f"{each.name} ({each.code})" for each in depots}
    number: dict[str, Any] = {"width": 5, "inputmode": "numeric"}
    each = [
        fields.select("depot", "Depot", choices, value=known["depot"]),
        fields.text(
            "payload_kg", "What it may carry", value=known["payload_kg"], suffix="kg",
            called="Load", **number,
        ),
        fields.text(
            "volume_l", "Space inside", value=known["volume_l"], suffix="litres", **number
        ),
        fields.radios("crew", "Crew", {"1": "One", "2": "Two"}, value=known["crew"]),
        fields.text(
            "shift-from", "Out from", value=known["shift-from"], width=5, hint=TIME,
            called="Time it goes out",
        ),
        fields.text(
            "shift-to", "Back by", value=known["shift-to"], width=5, hint=TIME,
            called="Time it is back",
        ),
        fields.day(
            "closed_from", "Out of use from (optional)", value=known["closed_from"],
            called="First day on which it is out of use",
            hint="For good. For a day off the road, say so on that day's rounds.",
        ),
    ]  # fmt: skip
    wrong = errors(faults, each, trouble=trouble)
    return _form(
        f"Van {van.code}",
        None,
        f"{base}/admin/vans",
        f"{base}/admin/vans/{van.code}/change",
        each,
        wrong,
        ["Days that are planned from now on go by what you change here."],
    )


def _form(  # noqa: PLR0917 - the parts of a form
    heading: str,
    caption: str | None,
    back: str,
    action: str,
    each: list[Field],
    wrong: list[dict[str, str]],
    paragraphs: Sequence[str],
) -> Form:
    return Form(
        title=f"Error: {heading}" if wrong else heading,
        heading=heading,
        caption=caption,
        action=action,
        fields=each,
        errors=wrong,
        submit="Save",
        back=back,
        paragraphs=paragraphs,
    )
