"""Finding the person whom an order is for, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from budget.refusals import Fault
from equipment.people.person_form import Person
from equipment.people.person_search import FoundPeople
from web.fields import Field, Fields, errors
from web.forms import Filled
from web.orders.picking import PATH
from web.words import day, nhs_number


@dataclass(frozen=True, slots=True)
class FindPage:
    """Three ways to find somebody: the quickest first, the others below."""

    title: str
    action: str
    number: Field
    others: list[Field]
    are_open: bool
    errors: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Who was found; `people` are rows of a card each."""

    title: str
    heading: str
    again: str
    people: list[dict[str, Any]]
    more: bool
    add: str
    match: str | None


def find_page(base: str, filled: Filled, faults: Sequence[Fault] = ()) -> FindPage:
    """The search, with what was typed and what is wrong with it."""
    fields = Fields(filled, faults)
    number = fields.text(
        "nhs_number",
        "NHS number",
        hint={"text": "For example, 999 000 0018"},
        inputmode="numeric",
        width=10,
        spellcheck=False,
        autocomplete="off",
        code=True,
    )
    others = [
        fields.text("name", "Name", width=20, spellcheck=False, autocomplete="off"),
        fields.day("born", "Date of birth", hint={"text": "For example, 6 5 1941"}),
        fields.text("postcode", "Postcode", width=10, spellcheck=False, autocomplete="off"),
    ]
    said = errors(faults, [number, *others])
    about_others = {fault.field for fault in faults} & {"name", "born", "postcode"}
    return FindPage(
        title="Error: Who is it for?" if said else "Who is it for?",
        action=f"{base}{PATH}/person",
        number=number,
        others=others,
        are_open=bool(about_others or filled.text("name") or filled.text("postcode")),
        errors=said,
    )


def found_page(base: str, found: FoundPeople, *, may_match: bool) -> FoundPage:
    """Those who were found, each with the way on."""
    heading = "Is it one of these?" if found.people else "We found nobody"
    return FoundPage(
        title=heading,
        heading=heading,
        again=f"{base}{PATH}",
        people=[_person(base, person) for person in found.people],
        more=found.next is not None,
        add=f"{base}/people/new",
        match=f"{base}/people/match" if may_match else None,
    )


def _person(base: str, person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "lines": [born(person), number(person), person.postcode or "No postcode"],
        "href": f"{base}{PATH}?person={person.id}",
        "button": _FOR.format(person.name),
    }


_FOR: Final = Markup('Order<span class="nhsuk-u-visually-hidden"> for {}</span>')


def born(person: Person) -> str:
    """When somebody was born, if it is known."""
    return f"Born {day(person.born)}" if person.born else "Date of birth not known"


def number(person: Person) -> str:
    """Somebody's NHS number, if it is known."""
    return f"NHS number {nhs_number(person.nhs_number)}" if person.nhs_number else "No NHS number"
