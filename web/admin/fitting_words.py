"""The form of what is built into a van. Pure."""

from typing import Any, Final

from budget.refusals import Refusal
from logistics.rounds.van_days import Fittings
from web.fields import Fields, Form, errors, faults_of
from web.forms import Filled

_APART: Final = {
    "partition": "By a partition that moves: what one side leaves is the other's",
    "compartments": "In two compartments of their own",
    "by turns": "By turns: clean out, dirty back, never both aboard",
}


def form(
    van: str,
    known: Fittings,
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """What is known of the van, to be said anew."""
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    fields = Fields(filled, faults)
    number: dict[str, Any] = {"width": 5, "inputmode": "numeric"}
    each = [
        fields.radios(
            "tail_lift",
            "Has it a tail-lift?",
            {"yes": "Yes", "no": "No: it is sent nowhere that needs one"},
            value="yes" if known.tail_lift else "no",
        ),
        fields.radios("apart", "How are clean and dirty kept apart?", _APART, value=known.apart),
        fields.text(
            "clean_l", "Clean compartment", value=known.clean_l, suffix="litres", **number,
            hint="Only where it has two compartments; else 0.", called="Clean compartment",
        ),
        fields.text(
            "dirty_l", "Dirty compartment", value=known.dirty_l, suffix="litres", **number,
            hint="Only where it has two compartments; else 0.", called="Dirty compartment",
        ),
        fields.text(
            "trips_max", "Trips a day, at most", value=known.trips_max, **number,
            hint="More than one lets it come back to load again.", called="Trips a day",
        ),
        fields.text(
            "rest_minutes", "The crew's break", value=known.rest_minutes, suffix="minutes",
            hint="Around noon, where the shift is longer than six hours.", called="Break", **number,
        ),
    ]  # fmt: skip
    wrong = errors(faults, each, trouble=trouble)
    title = f"What is built into {van}"
    return Form(
        title=f"Error: {title}" if wrong else title,
        heading=title,
        action=f"{base}/admin/vans/{van}",
        fields=each,
        errors=wrong,
        submit="Keep this",
        back=f"{base}/admin/vans",
        paragraphs=["Rounds are planned by this: what may be aboard, and whom it can go to."],
    )


def values(filled: Filled) -> dict[str, Any]:
    """What was said, for the domain function."""
    names = ("clean_l", "dirty_l", "trips_max", "rest_minutes", "apart")
    return {name: filled.given(name) for name in names} | {
        "tail_lift": filled.text("tail_lift") == "yes"
    }
