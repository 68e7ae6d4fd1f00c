"""The form of a van's day: off the road or not, and who goes with it. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from budget.refusals import Refusal
from logistics.rounds.van_days import VanDay
from logistics.visits.visit_form import REASON_MAX
from web.fields import Field, Fields, Form, errors, faults_of
from web.forms import Filled
from web.words import weekday

_SKILLS: Final = {"tail_lift": "Trained for the tail-lift", "examiner": "May examine hoists"}
_SEATS: Final = 3
_HOW: Final = (
    "Type technicians' user names. With nobody named, the van has the crew that it usually has, "
    "trained for everything."
)


@dataclass(frozen=True, slots=True)
class OneVan:
    """Which van of which depot's day."""

    code: str
    depot: str
    day: date


def form(
    van: OneVan,
    shown: VanDay,
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """What is said of the van's day now, to be said anew."""
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    fields = Fields(filled, faults)
    each: list[Field] = [
        fields.hidden("depot", van.depot),
        fields.hidden("day", van.day.isoformat()),
        fields.checkboxes(
            "off",
            "Is it off the road?",
            {"yes": "It goes nowhere on this day"},
            values=["yes"] if shown.off else [],
        ),
        fields.text("reason", "Why", value=shown.reason, maxlength=REASON_MAX),
    ]
    for seat in range(_SEATS):
        member = shown.crew[seat] if seat < len(shown.crew) else None
        name = member.username if member else None
        label = f"Who goes with it: {seat + 1}"
        each.append(fields.text(f"crew-{seat}", label, value=name, width=20, spellcheck=False))
        legend = f"What person {seat + 1} is trained to do"
        skills = list(member.skills) if member else []
        each.append(fields.checkboxes(f"skills-{seat}", legend, _SKILLS, values=skills))
    wrong = errors(faults, each, trouble=trouble)
    title = f"{van.code} on {weekday(van.day)}"
    return Form(
        title=f"Error: {title}" if wrong else title,
        heading=title,
        action=f"{base}/rounds/vans/{van.code}",
        fields=each,
        errors=wrong,
        submit="Keep this",
        back=f"{base}/rounds?depot={van.depot}&day={van.day.isoformat()}",
        paragraphs=[_HOW],
    )


def values(filled: Filled) -> dict[str, Any]:
    """What was said, for the domain function."""
    crew = [
        {"username": filled.text(f"crew-{seat}"), "skills": filled.ticked(f"skills-{seat}")}
        for seat in range(_SEATS)
        if filled.text(f"crew-{seat}")
    ]
    return {"off": bool(filled.ticked("off")), "reason": filled.given("reason"), "crew": crew}
